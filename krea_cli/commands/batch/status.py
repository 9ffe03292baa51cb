"""--status: tell from another window how far a batch has come."""

from typing import TYPE_CHECKING

from krea_cli.commands.known_list import list_label, unknown_list
from krea_cli.commands.session import Session
from krea_cli.dollars import format_dollars, to_dollars
from krea_cli.flows.events import BatchProgress
from krea_cli.terminal import formats, sentences

if TYPE_CHECKING:
    from krea_cli.local.ledger.batch_runs import BatchRunRow
    from krea_cli.local.ledger.ledger import Ledger


def show_status(session: Session, file: str) -> None:
    """Print how far the last runs of the list FILE have come; ask nobody, and need no token.

    Raises `UsageError` if the ledger knows none, and LedgerUnusable.
    """
    from krea_cli.local.ledger.ledger import Ledger

    label = list_label(session, file, option="--status")
    runs: list[BatchRunRow] = []
    if Ledger.exists_in(session.env.state_dir, session.host):
        runs = session.ledger.batch_runs(session.base).list(label)
    if not runs:
        raise unknown_list(file)
    for run in runs:
        _print(session, session.ledger, file, run, label)


def _print(session: Session, ledger: "Ledger", file: str, run: "BatchRunRow", label: str) -> None:
    progress = BatchProgress(**run.progress)
    now, account = session.clock.now(), ledger.for_account(session.base, run.account)
    at_work = run.ended_at is None and account.is_run_alive(run.run)
    seconds = (now if at_work else run.updated_at) - run.started_at
    left = seconds_left(progress, seconds) if at_work else None
    others = max(0, account.spending.sum_batch(label).priced - progress.spent)
    share = run.batch.removeprefix(label)
    name = f"{file} {share.removeprefix('#')}" if share else file
    if at_work:
        state = f"at work for {formats.duration(seconds)}"
    elif run.ended_at is not None:
        state = f"no run is at work; the last one ended {_ago(now - run.ended_at)}"
    else:
        state = f"no run is at work; the last one broke off {_ago(now - run.updated_at)}"
    spent = sentences.spending(progress, joiner=" and ")
    spent += f" now and {format_dollars(others)} in other runs" if others else ""
    text = f"{name}: {state}: {sentences.item_counts(progress)}; spent {spent}"
    if at_work and progress.stopping is not None:
        text += f"; {sentences.stop_reason(progress)}"
    elif left is not None:
        text += f"; about {sentences.time_left(left)}"
    record = {name: value for name, value in run.progress.items() if name != "limit"} | {
        "list": label,
        "share": share.removeprefix("#") or None,
        "at_work": at_work,
        "spent": to_dollars(progress.spent),
        "about": to_dollars(progress.about),
        "spent_in_other_runs": to_dollars(others),
        "seconds": round(seconds, 1),
        "seconds_left": None if left is None else round(left),
        "seconds_since_change": round(now - run.updated_at, 1),
    }
    session.output.print_line(text, record)


def seconds_left(progress: BatchProgress, seconds: float) -> float | None:
    """Estimate the seconds that a run of SECONDS still takes; None if nothing tells."""
    if not progress.made or progress.stopping is not None:
        return None
    return (progress.waiting + progress.running) * seconds / progress.made


def _ago(seconds: float) -> str:
    return f"{formats.duration(seconds)} ago"
