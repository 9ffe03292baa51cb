"""`krea history`: earlier requests, and how a file was made."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from krea_cli.options import Json, Profile, Quiet, TokenFile, Verbose, parse_nonempty

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.flows.files.places import Places
    from krea_cli.flows.recipe.provenance import Provenance
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.history import HistoryQuery
    from krea_cli.local.ledger.rows import RequestRow

MAX_NAMED_JOBS = 5  # in the command that asks the service for them
# Text that can only be a path, a request number or a job id, so not a word to search for.
PATH_OR_ID = r"(/|\.{1,2}/|#\d+$|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$)"

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[TEXT, ID or FILE]...",
        help="Words to search for; or one job id, request number, or file.",
    ),
]
SearchedModel = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        parser=parse_nonempty,
        metavar="NAME",
        help="Only requests to models with NAME in the id.",
    ),
]
Status = Annotated[
    str | None,
    typer.Option(
        "--status", metavar="STATUS", help="Only this status: saved, failed, unknown, processing, …"
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="TIME", help="Only requests since TIME: 7d, 12h, or 2026-11-01."
    ),
]
Unfinished = Annotated[
    bool,
    typer.Option("--unfinished", help="Only requests that run, are not saved, or are in doubt."),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="COUNT", min=1, help="At most COUNT requests, the newest."),
]


def history(
    context: typer.Context,
    words: Words = None,
    model: SearchedModel = None,
    status: Status = None,
    since: Since = None,
    unfinished: Unfinished = False,
    limit: Limit = None,
    profile: Profile = None,
    token_file: TokenFile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Search earlier requests, or show how a file was made.

    Lists the requests of the ledger, newest first. Words are looked for in prompts, models, ids and
    names of files; those with a slash in folders as well. For one job id, request number or file,
    shows the whole recipe and a command that makes the result again. A file is recognized by its
    content, wherever it is now. If the ledger does not know it, its sidecar or metadata may.

    Examples:

    \b
      krea history fox --since 7d
      krea history --unfinished
      krea history out.png
    """
    from krea_cli.local.ledger.history import HistoryQuery

    session: Session = context.obj
    query = HistoryQuery(
        words=words or (),
        model=model,
        status=status.lower() if status else None,
        since=_parse_time(since, session.clock.now()),
        unfinished=unfinished,
    )
    is_single_word = words and len(words) == 1 and query == HistoryQuery(words=words)
    if words and is_single_word and (provenance := _find_provenance(session, words[0])):
        _print_request(session, provenance)
    else:
        _print_matches(session, query, limit)


def _find_provenance(session: "Session", text: str) -> "Provenance | None":
    """Return the provenance of TEXT, or None if it is a word to search for."""
    from krea_cli.commands.history.listing import readable_ledger
    from krea_cli.commands.other_work import tell_of_other_work
    from krea_cli.errors import UsageError
    from krea_cli.flows.recipe.provenance import find_provenance, require_provenance
    from krea_cli.flows.recipe.selector import LAST, ROW, UUID_PREFIX

    ledger, cwd = readable_ledger(session), session.env.current_dir
    is_certain = re.match(PATH_OR_ID, text) or re.fullmatch(LAST, text) or re.fullmatch(ROW, text)
    if is_certain or (cwd / text).is_file():
        try:
            return require_provenance(text, ledger, cwd=cwd)
        except UsageError:
            tell_of_other_work(session)
            raise
    if re.fullmatch(UUID_PREFIX, text):
        return _find_by_prefix(ledger, text) if ledger else None
    return find_provenance(text, ledger, cwd=cwd)


def _find_by_prefix(ledger: "AccountLedger", text: str) -> "Provenance | None":
    """Return the provenance of the one request whose job id begins with TEXT.

    "decade" begins an id, and is a word as well: then nothing else may have it.
    """
    from itertools import islice

    from krea_cli.flows.recipe.provenance import Provenance
    from krea_cli.flows.recipe.recipe import Recipe
    from krea_cli.local.ledger.history import HistoryQuery

    job_ids = ledger.history.list_job_ids(text.lower(), limit=2)
    row = ledger.requests.find_by_job(job_ids[0]) if len(job_ids) == 1 else None
    if row and text.isalpha():
        matches = islice(ledger.history.search(HistoryQuery(words=(text,))), 2)
        row = row if [match.id for match in matches] == [row.id] else None
    return Provenance(Recipe.from_row(row), row) if row else None


def _print_request(session: "Session", provenance: "Provenance") -> None:
    from krea_cli.commands.history.listing import is_under_way
    from krea_cli.commands.history.request_view import RequestView

    view = RequestView(session, provenance)
    if provenance.is_changed:
        session.output.warn("the file has changed; this is the request that it was saved for")
    session.output.print_line(view.text(), view.full_record())
    if provenance.row and is_under_way(provenance.row):
        _note_running(session, [str(provenance.row.job_id)])


def _print_matches(session: "Session", query: "HistoryQuery", limit: int | None) -> None:
    from itertools import chain, islice

    from krea_cli.commands.history.listing import (
        COLUMNS,
        is_under_way,
        readable_ledger,
        to_record,
        to_row,
    )
    from krea_cli.commands.other_work import tell_of_other_work

    ledger, cwd = readable_ledger(session, warn=True), session.env.current_dir
    matches = islice(_find_matches(ledger, query) if ledger else iter(()), limit)
    first = next(matches, None)
    if first is None:
        session.output.say(f"no request in the ledger matches{_describe_statuses(ledger, query)}")
        tell_of_other_work(session)
        return
    running: list[str] = []

    def look_at(match: "tuple[RequestRow, Places]") -> "tuple[RequestRow, Places]":
        if is_under_way(match[0]):
            running.append(str(match[0].job_id))
        return match

    # The table takes rows or records, never both.
    shown = (look_at(match) for match in chain([first], matches))
    session.output.print_table(
        COLUMNS,
        (to_row(row, places, cwd) for row, places in shown),
        (to_record(row, places) for row, places in shown),
    )
    if running:
        _note_running(session, running)
    tell_of_other_work(session)


def _find_matches(
    ledger: "AccountLedger", query: "HistoryQuery"
) -> "Iterator[tuple[RequestRow, Places]]":
    """Find the requests of QUERY, each with the places where its results are now."""
    from dataclasses import replace

    from krea_cli.commands.history.listing import saved_places, shown_status
    from krea_cli.flows.files.places import FATES

    status = query.status
    if status in FATES:  # of results: the ledger has them as saved
        query = replace(query, status="saved")
    for row in ledger.history.search(query):
        places = saved_places(ledger, row)
        if query.status != "saved" or shown_status(row, places).startswith(str(status)):
            yield row, places


def _describe_statuses(ledger: "AccountLedger | None", query: "HistoryQuery") -> str:
    """Return the statuses that can be asked for, if the one asked for is not there."""
    from krea_cli.flows.files.places import FATES

    statuses = ledger.history.list_statuses() if ledger and query.status else []
    if not statuses or query.status in (*statuses, *FATES):
        return ""
    return f": none is {query.status}, they are {', '.join(statuses)}"


def _note_running(session: "Session", job_ids: list[str]) -> None:
    """Say that running jobs are shown with the status of the last time they were asked for."""
    count = "1 job is" if len(job_ids) == 1 else f"{len(job_ids)} jobs are"
    if len(job_ids) <= MAX_NAMED_JOBS:
        command = f"krea status {' '.join(job_ids)} asks now"
    else:
        command = "krea download --missing asks now, and saves what is done"
    session.output.say(f"{count} shown as last heard of: {command}")


def _parse_time(text: str | None, now: float) -> float | None:
    """Read an age or a local date as seconds since 1970. Raises `UsageError`."""
    from datetime import datetime

    from krea_cli.errors import UsageError
    from krea_cli.local.settings import parse_age

    if text is None:
        return None
    try:
        return now - parse_age(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError) as failure:
        raise UsageError(
            f"--since {text} is neither a time such as 7d or 12h, nor a date",
            hint="krea history --since 2026-11-01",
        ) from failure
