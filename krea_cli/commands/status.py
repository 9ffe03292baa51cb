"""`krea status`: the current status of jobs."""

import io
from typing import TYPE_CHECKING

import typer

from krea_cli.options import Ids, Json, Profile, Quiet, TokenFile, Verbose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from krea_cli.commands.session import Session
    from krea_cli.flows.jobs.record import JobReport

COLUMNS = ("id", "status", "model", "age")


def status(
    context: typer.Context,
    ids: Ids = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    profile: Profile = None,
    token_file: TokenFile = None,
) -> None:
    """Show the current status of jobs, without waiting.

    Takes ids, or ids and job records from stdin. On a terminal without any, shows the jobs of the
    account that run now. Exits with 0 if every job could be read, even if a job has failed.

    Examples:

    \b
      krea status
      krea status 550e8400-e29b-41d4-a716-446655440000
      krea generate --no-wait "a red fox" | krea status --json
    """
    from krea_cli.commands.exit_status import ExitStatus
    from krea_cli.commands.named_jobs import read_named_jobs
    from krea_cli.flows.jobs.record import JobReport

    session: Session = context.obj
    if not ids and _is_terminal(session):
        running = session.status_reader().running()
        _print_reports(session, running)
        if not running:
            session.output.say("no job runs now; krea history lists earlier requests")
        return
    mentions = read_named_jobs(session, ids, command="status")
    reader = session.status_reader()
    with ExitStatus(session.output) as exit_status:
        for group in reader.groups(mentions):
            _print_reports(session, [each for each in group if isinstance(each, JobReport)])
            for each in group:
                if error := each.error if isinstance(each, JobReport) else each:
                    exit_status.report(error)


def _is_terminal(session: "Session") -> bool:
    """Tell if a person sits at stdin, which then has no ids."""
    try:
        return session.env.stdin.isatty()
    except (ValueError, io.UnsupportedOperation):  # a closed stream
        return False


def _print_reports(session: "Session", reports: "Sequence[JobReport]") -> None:
    read = [each for each in reports if each.record]
    output, now = session.output, session.clock.now()
    records = [each.record for each in read]
    if not output.shows_tables:
        output.print_table(COLUMNS, [_cells(each, now) for each in read], records)
        return
    from krea_cli.terminal.columns import Column

    numbers = session.best_effort_context.records.job_numbers([each.job_id for each in read])
    columns = (
        Column("row", right=True, rank=1),
        Column("id", min_cells=8),
        Column("status", min_cells=10),
        Column("age", rank=2),
        Column("model", min_cells=12, keep="end", rank=3),
        Column("prompt", min_cells=12, rank=4),
    )
    rows = []
    for each in read:
        job_id, job_status, model, age = _cells(each, now)
        number, _ = numbers.get(each.job_id, (None, None))
        rows.append((number, job_id, job_status, age, model, each.record.get("prompt")))
    output.print_table(columns, rows, records)


def _cells(report: "JobReport", now: float) -> tuple[str | None, ...]:
    from krea_cli.terminal import formats

    job = report.job
    created = job.created_at if job else None
    age = formats.duration(max(0.0, now - created)) if created is not None else None
    return (report.job_id, job.status if job else None, report.record.get("model"), age)
