"""`krea cancel --batch`: cancel what runs of a list, and end the batch at work on it."""

from collections.abc import Sequence

from krea_cli.commands.exit_status import ExitStatus
from krea_cli.commands.known_list import list_label, unknown_list
from krea_cli.commands.session import Session
from krea_cli.errors import UsageError
from krea_cli.flows.jobs.cancel import Cancel
from krea_cli.flows.jobs.cancel_batch import BatchCancellation
from krea_cli.text import shell_line


def cancel_batch(session: Session, file: str, ids: Sequence[str] | None) -> None:
    """Cancel the jobs of the list FILE; a `krea batch` at work on it sends nothing more.

    Raises `UsageError` beside IDS, and for a list that the ledger does not know.
    """
    if ids:
        raise UsageError(
            "ids and --batch were both given", hint=shell_line("krea", "cancel", "--batch", file)
        )
    label = list_label(session, file, option="--batch")
    context, output = session.best_effort_context, session.output
    cancellation = BatchCancellation(context, label)
    if not cancellation.is_known:
        raise unknown_list(file)
    cancellation.stop_runs()
    with ExitStatus(output) as exit_status:
        for outcome in Cancel(context).outcomes(cancellation.jobs()):
            status = outcome.record["status"] or "unknown"
            output.print_line(f"{outcome.job_id}\t{status}", outcome.record)
            if outcome.error:
                exit_status.report(outcome.error)
        if cancellation.stopped:
            output.say(f"the krea batch at work on {file} sends nothing more")
        elif not cancellation.count:
            output.say(f"nothing of {file} runs")
