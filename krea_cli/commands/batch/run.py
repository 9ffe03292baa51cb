"""What `batch` does with a checked file: every item made, the end summed up, the report written."""

import shlex
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from krea_cli.commands.batch.ledger_label import batch_label
from krea_cli.commands.batch.summary import Summary
from krea_cli.commands.exit_status import Ending
from krea_cli.commands.session import Session
from krea_cli.dollars import told
from krea_cli.errors import KreaError, LedgerUnusable, OverBudget
from krea_cli.flows.batch.check.options import Brief
from krea_cli.flows.batch.item_store import Roster
from krea_cli.flows.batch.run.options import Terms
from krea_cli.flows.batch.run.scheduler import UNSENT, Run
from krea_cli.local.ledger.budget import MAX_COST, Spent

if TYPE_CHECKING:
    from krea_cli.local.ledger.budget import Budget

KEPT = ("jobs", "retry_failed", "fail_fast", "force", "sidecar", "embed", "webhook", "profile")
HAND_OVER = 0.0005  # seconds
WRONG_USAGE = 2  # the exit code
FILES_PER_JOB = 4  # open at once: its part, a connection, and room for what is read


class Carrying:
    """One batch under way; PARAMS are the parameters of the command line by name."""

    def __init__(
        self,
        session: Session,
        params: Mapping[str, Any],
        *,
        brief: Brief,
        roster: Roster,
        budget: "Budget | None",
    ) -> None:
        self._session = session
        self._params = params
        self._brief = brief
        self._roster = roster
        self._label = batch_label(brief, roster)
        self._budget = self._label.budget(budget) if budget else None

    def run(self) -> None:
        """Make what is not made yet; ends with the exit code of the worst that happened."""
        session, clock = self._session, self._session.clock
        _allow_files(self._params["jobs"] * FILES_PER_JOB)
        # A request passes through three threads: beside a download each would wait 5 ms its turn.
        sys.setswitchinterval(HAND_OVER)
        context = session.flow_context(budget=self._budget)
        if self._brief.shard.count > 1:
            # The other shares submit as well, from wherever they are.
            context = replace(context, shared=True)
        before = context.ledger.spending.batch(self._label.batch) if self._budget else Spent()
        run = Run(self._roster, len(self._roster), self._terms(), context, session.saver())
        began = clock.monotonic()
        summary = Summary()
        with Ending(session.output) as ending:
            try:
                with session.output.progress():
                    self._make(run, ending, summary)
            finally:
                # Told even when a signal or a bug ends it: it is about money.
                summary.tell(
                    session.output,
                    run.standing,
                    before=before.priced,
                    retry=shlex.join(["krea", *session.argv]),
                    seconds=clock.monotonic() - began,
                )
                if run.stop:
                    self._advise(run.stop)
                    ending.failed(run.stop)
            self._report()

    def _make(self, run: Run, ending: Ending, summary: Summary) -> None:
        output, heard = self._session.output, True
        for outcome in run.outcomes():
            if error := outcome.error:
                ending.note(_of_an_item(error))
                summary.add(outcome.item.line, error)
            if heard:
                try:
                    (output.record if error else output.saved)(outcome.record())
                except KreaError as failure:  # stdout takes no more: what is paid is still saved
                    heard = False
                    run.halt(failure)

    def _advise(self, stop: KreaError) -> None:
        """Say which --max-cost lets the rest through, where that is what stopped."""
        if not isinstance(stop, OverBudget) or stop.limit != MAX_COST or stop.spent is None:
            return
        with suppress(LedgerUnusable):
            state = self._session.account_ledger.items.state
            left = [item.cost for item in self._roster if state(item.digest) in UNSENT]
            if left and None not in left:
                most = told(stop.spent + sum(cost or 0 for cost in left)).removeprefix("$")
                stop.hint = f"the same command with {MAX_COST} {most} goes on with the rest"

    def _report(self) -> None:
        if path := self._params["report"]:
            from krea_cli.flows.batch.report import write_report

            account_ledger, clock = self._session.account_ledger, self._session.clock
            write_report(path, self._roster, account_ledger, cwd=self._brief.cwd, clock=clock)

    def _terms(self) -> Terms:
        session, timeout = self._session, self._params["timeout"]
        return Terms(
            label=self._label.own,
            cwd=self._brief.cwd,
            model=self._roster.models.__getitem__,
            limit=lambda kind: session.patience(timeout, kind),
            **{name: self._params[name] for name in KEPT},
        )


def _of_an_item(error: KreaError) -> KreaError:
    """ERROR as it counts for the whole batch, of which other items were paid."""
    return KreaError(error.message) if error.exit_code == WRONG_USAGE else error


def _allow_files(most: int) -> None:
    """Let the process have MOST files open, where the system permits."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return
    wanted = most + soft
    with suppress(OSError, ValueError, OverflowError):
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, limit), hard))
