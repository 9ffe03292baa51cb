"""`krea status`: the current status of jobs."""

from typing import TYPE_CHECKING

import typer

from krea_cli.options import Ids, Json, Profile, Quiet, TokenFile, Verbose

if TYPE_CHECKING:
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

    Takes ids, or ids and job records from stdin. Exits with 0 if every job could be read, even
    if a job has failed.

    Examples:

    \b
      krea status 550e8400-e29b-41d4-a716-446655440000
      krea generate --no-wait "a red fox" | krea status --json
    """
    from krea_cli.commands.exit_status import ExitStatus
    from krea_cli.commands.named_jobs import read_named_jobs
    from krea_cli.flows.jobs.record import JobReport

    session: Session = context.obj
    output, clock = session.output, session.clock
    mentions = read_named_jobs(session, ids, command="status")
    reader = session.status_reader()
    with ExitStatus(output) as exit_status:
        for group in reader.groups(mentions):
            statuses = [each for each in group if isinstance(each, JobReport)]
            records = [each.record for each in statuses if each.record]
            rows = [_table_row(each, clock.now()) for each in statuses if each.record]
            output.print_table(COLUMNS, rows, records)
            for each in group:
                if error := each.error if isinstance(each, JobReport) else each:
                    exit_status.report(error)


def _table_row(report: "JobReport", now: float) -> tuple[str | None, ...]:
    from krea_cli.terminal import formats

    job = report.job
    created = job.created_at if job else None
    age = formats.duration(max(0.0, now - created)) if created is not None else None
    return (report.job_id, job.status if job else None, report.record.get("model"), age)
