"""`krea jobs`: the account's jobs, as the service lists them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from krea_cli.options import Json, Profile, Quiet, Since, TokenFile, Verbose

if TYPE_CHECKING:
    from krea_cli.api.types import Job
    from krea_cli.commands.session import Session
    from krea_cli.terminal.columns import Column

COLUMNS = ("id", "status", "type", "created", "took", "row", "model")
DEFAULT_COUNT = 30
PAGE_JOBS = 1000
# Of windows: from these widths on, all is shown whole, and the ids of jobs made elsewhere.
WIDE_CELLS, WHOLE_ID_CELLS = 130, 60
SHORT_ID = 8
RUNNING_STATUSES = (
    "backlogged",
    "queued",
    "scheduled",
    "processing",
    "sampling",
    "intermediate-complete",
)
ENDED_STATUSES = ("completed", "failed", "cancelled")
# Of `krea jobs --status`; "running" is no status of the service, but all before the last three.
STATUSES = ("running", *RUNNING_STATUSES, *ENDED_STATUSES)

Status = Annotated[
    str | None,
    typer.Option("--status", metavar="STATUS", help="Only jobs that run, or have this status."),
]
Types = Annotated[
    list[str] | None,
    typer.Option(
        "--type", metavar="TYPE", help="Only jobs of this type of the service, such as flux."
    ),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="COUNT", min=1, help="The newest COUNT jobs; 30 without it."),
]
All = Annotated[bool, typer.Option("--all", help="All jobs, however many pages they fill.")]


def jobs(
    context: typer.Context,
    status: Status = None,
    types: Types = None,
    since: Since = None,
    limit: Limit = None,
    everything: All = False,
    profile: Profile = None,
    token_file: TokenFile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """List the account's jobs, whoever made them.

    Asks the service for its list, the newest first; krea history lists what this ledger knows. The
    column `row` has the number of the request in this ledger, for every command that takes an id.
    Without a number the job was made elsewhere: its whole id is needed.

    Examples:

    \b
      krea jobs
      krea jobs --status running
      krea jobs --since yesterday --all --json
    """
    from itertools import islice

    from krea_cli.commands.moments import parse_moment
    from krea_cli.errors import UsageError
    from krea_cli.flows.jobs.account_jobs import list_jobs

    session: Session = context.obj
    if everything and limit is not None:
        raise UsageError("--all has no limit", hint="give --all or --limit, not both")
    status = _check_status(status)
    is_any = status in (None, "running")
    count = None if everything or (since is not None and limit is None) else limit or DEFAULT_COUNT
    listed = list_jobs(
        session.best_effort_context,
        status=None if is_any else status,
        types=types or (),
        since=None if since is None else parse_moment(since, session.clock.now()),
        # One more tells if there are more.
        page_jobs=PAGE_JOBS if status == "running" else min(PAGE_JOBS, (count or PAGE_JOBS) + 1),
    )
    matches = (job for job in listed if status != "running" or not job.ended)
    shown = list(islice(matches, count)) if count else matches
    _print_jobs(session, shown)
    if isinstance(shown, list) and len(shown) == count and next(matches, None):
        session.output.say(f"these are the newest {count}: --limit or --all shows more")


def _check_status(status: str | None) -> str | None:
    from krea_cli.errors import UsageError

    text = status.lower() if status else None
    if text == "canceled":
        return "cancelled"
    if text is not None and text not in STATUSES:
        raise UsageError(
            f"no job has the status {text}: they are {', '.join(STATUSES)}",
            hint="krea jobs --status running",
        )
    return text


def _print_jobs(session: "Session", jobs: "Iterator[Job] | Sequence[Job]") -> None:
    from itertools import chain

    output = session.output
    described = _describe(session, iter(jobs))
    first = next(described, None)
    if first is None:
        output.say("the service lists no such job")
        return
    # The table takes rows or records, never both.
    found = chain([first], described)
    if not output.shows_tables:
        rows = ([cells[name] for name in COLUMNS] for cells, _ in found)
        output.print_table(COLUMNS, rows, (record for _, record in found))
        return
    from krea_cli.terminal.window import window_columns

    width, now = window_columns(session.env), session.clock.now()
    shown = [_terminal_cells(cells, width, now) for cells, _ in found]
    output.print_table(_terminal_columns(shown, width), shown, ())


def _terminal_cells(cells: "Mapping[str, Any]", width: int, now: float) -> "Sequence[Any]":
    """Return CELLS for a window of WIDTH: the beginning of an id is enough for a known job."""
    from krea_cli.terminal import formats

    job_id, model, created = cells["id"], cells["model"] or "", cells["created"]
    if width < WIDE_CELLS:
        job_id = job_id[:SHORT_ID] if cells["row"] else job_id
        model = model.partition("/")[2]
        at = cells["created_at"]
        created = None if at is None else formats.short_time(at, now)
    return (cells["row"], job_id, cells["status"], created, cells["took"], model, cells["type"])


def _terminal_columns(rows: "Sequence[Sequence[Any]]", width: int) -> "Sequence[Column]":
    from krea_cli.terminal.columns import Column

    # The whole id of a job that the ledger does not know is needed to name it.
    longest = max(len(row[1]) for row in rows)
    return (
        Column("row", right=True, rank=1),
        Column("id", min_cells=longest if width >= WHOLE_ID_CELLS else SHORT_ID),
        Column("status", min_cells=9),
        Column("created", rank=2),
        Column("took", right=True, rank=3),
        Column("model", min_cells=10, keep="end", rank=5),
        Column("type", rank=4),
    )


def _describe(
    session: "Session", jobs: "Iterator[Job]"
) -> "Iterator[tuple[Mapping[str, Any], dict[str, Any]]]":
    """Yield the cells and the record of each of JOBS."""
    from krea_cli.flows.jobs.record import job_record
    from krea_cli.terminal import formats

    records = session.best_effort_context.records
    while page := list(_take(jobs)):
        numbers = records.job_numbers([job.id for job in page])
        for job in page:
            row_id, model = numbers.get(job.id, (None, None))
            created = None if job.created_at is None else formats.local_time(job.created_at)
            cells = {
                "row": row_id,
                "id": job.id,
                "status": job.status,
                "type": job.type,
                "created": created,
                "created_at": job.created_at,
                "took": formats.span(job.created_at, job.completed_at),
                "model": model,
            }
            row = records.row(job.id) if session.output.json and row_id else None
            record = job_record(job, row) | {"row": row_id, "type": job.type}
            yield cells, record


def _take(jobs: "Iterator[Job]") -> "Iterator[Job]":
    """Yield as many of JOBS as are looked up in the ledger at once."""
    from itertools import islice

    return islice(jobs, PAGE_JOBS)
