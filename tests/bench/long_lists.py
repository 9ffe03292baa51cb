"""A list of a hundred thousand lines that is made: run again, searched, and summed up for a cap."""

import os
import time
from contextlib import closing
from functools import cache
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.check import FULL_LINES, linear_reach
from tests.bench.checkout import Checkout
from tests.bench.inside import call_inside
from tests.bench.line import Line
from tests.bench.process import run
from tests.bench.sandbox_client import BODY, ROUTE
from tests.fakes.sandbox_process import SandboxProcess

COLUMNS = "prompt,seed\n"
COMMAND = ("batch", "list.csv", "-m", "bfl/flux-1-dev")
MAX_CPU_SECONDS = 240  # a command that takes more is ended
NO_LIMIT = 10**15  # millionths of a dollar


class FinishedList:
    """A list of LINES that is made, in a folder of its own, with its ledger and files."""

    def __init__(self, checkout: Checkout, lines: int) -> None:
        self._scratch = TemporaryDirectory()
        self._sandbox = SandboxProcess("--seconds", "0.001")
        self._checkout = checkout
        self.folder = Path(self._scratch.name).resolve()
        self.own = self._sandbox.environ(self.folder)
        file = self.folder / "list.csv"
        rows = [f"a fox in picture {number},{number}\n" for number in range(lines)]
        file.write_text(COLUMNS + rows[0])
        self.run(*COMMAND)
        for picture in self.folder.glob("*.png"):
            picture.unlink()  # a small one takes its place
        file.write_text(COLUMNS + "".join(rows))
        filled = call_inside(
            checkout,
            "fill_ledger",
            "fill",
            argv=COMMAND,
            folder=str(self.folder),
            environ=self.own,
        )
        assert filled == lines, filled
        self.run("history", "--limit", "1")  # brings the ledger up to date

    def run(self, *argv: str) -> float:
        """The CPU seconds of `krea ARGV`, which must send nothing new."""
        environment = self._checkout.environ(self.own)
        command = [self._checkout.krea, *argv]
        cost = run(command, environment, self.folder, max_cpu=MAX_CPU_SECONDS)
        assert self._sandbox.stats()["posts"] == 1, "a finished list was sent again"
        return cost.cpu


def run_again(checkout: Checkout, lines: int = FULL_LINES) -> Line:
    """One line: the CPU time of the command that made the list."""
    seconds = _finished_list(checkout, lines).run(*COMMAND)
    return Line(
        f"a finished list of {lines:,} lines, run again, CPU",
        "",
        seconds,
        " s",
        linear_reach(30, lines),
        f"{seconds / lines * 1e6:.0f} µs a line"
        if seconds < MAX_CPU_SECONDS - 1
        else "ended there, unfinished",
    )


def search(checkout: Checkout, lines: int = FULL_LINES) -> Line:
    """One line: the CPU time of a search that finds one request, the least of three."""
    made = _finished_list(checkout, lines)
    seconds = min(made.run("history", f"picture {lines - 1}") for _ in range(3))
    name = f"krea history TEXT over {lines:,} requests, CPU"
    return Line(name, "", seconds, " s", linear_reach(1, lines))


def sum_for_cap(checkout: Checkout, lines: int = FULL_LINES, *, submits: int = 30) -> Line:
    """One line: how much more CPU the row of a submit takes when a cap must hold, in process."""
    made = _finished_list(checkout, lines)
    state, label = made.own["KREA_STATE_DIR"], str(made.folder / "list.csv")
    with_cap, without = call_inside(
        checkout, "long_lists", "time_reservations", state=state, label=label, submits=submits
    )
    return Line(
        f"sum for a cap at {lines:,} requests of a batch",
        "no cap",
        (with_cap - without) * 1e3,
        " ms",
        1,
        f"{with_cap * 1e3:.2f} and {without * 1e3:.2f} ms for the row",
    )


def time_reservations(state: str, label: str, submits: int) -> tuple[float, float]:
    """The median CPU seconds of marking a row as sending: with a cap, and without."""
    from krea_cli.local.ledger.budget import Budget
    from krea_cli.local.ledger.ledger import Ledger
    from krea_cli.local.ledger.rows import RequestDraft

    budget = Budget(max_cost=NO_LIMIT, batch_label=label, assumed_price=7000)
    spent: dict[bool, list[float]] = {True: [], False: []}
    with closing(Ledger.open(Path(state))) as ledger:
        base, account = _scope_of(Path(state))
        requests = ledger.for_account(base, account).requests
        for number in range(2 * submits):
            has_cap = number % 2 == 0
            draft = RequestDraft(
                model="bfl/flux-1-dev",
                kind="image",
                route=ROUTE,
                body=BODY,
                given=BODY,
                target=os.path.join(state, f"{number}.png"),
                batch=label,
                cost=7000,
            )
            row = requests.insert(draft)
            started = time.process_time()  # the disk is waited for in either case
            requests.mark_sending(row.id, time.time(), budget=budget if has_cap else None)
            spent[has_cap].append(time.process_time() - started)
    return median(spent[True]), median(spent[False])


def _scope_of(state: Path) -> tuple[str, str]:
    import sqlite3

    with closing(sqlite3.connect(state / "ledger.sqlite3")) as ledger:
        base, account = ledger.execute("SELECT base, account FROM requests LIMIT 1").fetchone()
        return str(base), str(account)


@cache
def _finished_list(checkout: Checkout, lines: int) -> FinishedList:
    return FinishedList(checkout, lines)
