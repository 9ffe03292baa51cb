"""`krea history`: earlier requests, and how a file was made."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from krea_cli.options import Json, Profile, Quiet, Since, TokenFile, Verbose, Yes, parse_nonempty
from krea_cli.text import shell_line

if TYPE_CHECKING:
    from krea_cli.commands.history.table import Match
    from krea_cli.commands.session import Session
    from krea_cli.flows.recipe.provenance import Provenance
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.history import HistoryQuery

# States of requests, of jobs under way, and of saved results that are lost.
STATUSES = (
    *("saved", "completed", "failed", "cancelled", "refused", "empty"),
    *("checked", "sending", "submitted", "unknown", "unfound", "forgotten"),
    *("backlogged", "queued", "scheduled", "processing", "sampling", "intermediate-complete"),
    *("replaced", "changed", "deleted"),
)
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
        "--status",
        metavar="STATUS",
        help="Only this status, such as saved, failed, unknown or processing.",
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

Erase = Annotated[
    bool,
    typer.Option(
        "--erase", help="Erase text and recipes of the requests that match; keep what they cost."
    ),
]


def history(
    context: typer.Context,
    words: Words = None,
    model: SearchedModel = None,
    status: Status = None,
    since: Since = None,
    unfinished: Unfinished = False,
    limit: Limit = None,
    erase: Erase = False,
    yes: Yes = False,
    profile: Profile = None,
    token_file: TokenFile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Search earlier requests, or show how a file was made.

    Lists the requests of the ledger, newest first. Words are looked for in prompts, models, ids and
    names of files; those with a slash in folders as well. For an id or its beginning, number,
    `last` or file, shows the recipe and how to make it again. A file is recognized by its content,
    wherever it is now. If the ledger does not know it, its sidecar or metadata may.

    Needs no token. With one, on a terminal, asks once for the jobs under way. Elsewhere they are
    shown with the age of the last answer.

    --erase takes prompts, fields and tags out of the ledger, and names of files that tell of them.
    Prices, dates, ids, states and hashes of files stay, so nothing is paid for twice. Requests that
    are under way, not saved or in doubt keep theirs. Your files, their sidecars and metadata are
    not touched.

    Examples:

    \b
      krea history fox --since 7d
      krea history last
      krea history --unfinished
      krea history out.png
      krea history --erase secret project
    """
    from krea_cli.commands.moments import parse_moment
    from krea_cli.local.ledger.history import HistoryQuery

    session: Session = context.obj
    query = HistoryQuery(
        words=words or (),
        model=model,
        status=status.lower() if status else None,
        since=None if since is None else parse_moment(since, session.clock.now()),
        unfinished=unfinished,
    )
    is_single_word = words and len(words) == 1 and query == HistoryQuery(words=words)
    provenance = _find_provenance(session, words[0]) if words and is_single_word else None
    if erase:
        from krea_cli.commands.history.erase import erase_matches

        erase_matches(session, query, provenance, limit=limit, yes=yes)
    elif yes:
        from krea_cli.errors import UsageError

        raise UsageError("--yes is for --erase", hint="krea history, without --yes")
    elif provenance:
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
    from dataclasses import replace

    from krea_cli.commands.history.listing import readable_ledger
    from krea_cli.commands.history.matches import ask_now, look_up, note_running
    from krea_cli.commands.history.request_view import RequestView

    matches: Sequence[Match] = ()
    if provenance.row:
        ledger = readable_ledger(session)
        matches = ask_now(session, ledger, [look_up(ledger, provenance.row)])
        provenance = replace(provenance, row=matches[0].row)
    seen_at = matches[0].seen_at if matches else None
    view = RequestView(session, provenance, seen_at=seen_at)
    if provenance.is_changed:
        session.output.warn("the file has changed; this is the request that it was saved for")
    session.output.print_line(view.text(), view.full_record())
    note_running(session, matches)


def _print_matches(session: "Session", query: "HistoryQuery", limit: int | None) -> None:
    from itertools import chain, islice

    from krea_cli.commands.history.listing import readable_ledger
    from krea_cli.commands.history.matches import ask_now, find_matches, note_running
    from krea_cli.commands.other_work import tell_of_other_work

    ledger = readable_ledger(session, warn=True)
    matches = islice(find_matches(ledger, query) if ledger else iter(()), limit)
    first = next(matches, None)
    if first is None:
        _check_status(ledger, query)
        session.output.say(f"no request in the ledger matches{_describe_statuses(ledger, query)}")
        tell_of_other_work(session)
        return
    shown: Iterable[Match] = chain([first], matches)
    if session.output.shows_tables:
        shown = ask_now(session, ledger, list(shown))
    running = _print_table(session, shown)
    note_running(session, running)
    tell_of_other_work(session)


def _print_table(session: "Session", matches: "Iterable[Match]") -> "list[Match]":
    """Print MATCHES, each as it comes, and return those with a status of some time ago."""
    from krea_cli.commands.history.listing import to_record
    from krea_cli.commands.history.table import COLUMNS, TerminalTable, pipe_cells

    output, cwd, now = session.output, session.env.current_dir, session.clock.now()
    running: list[Match] = []

    def look_at(match: "Match") -> "Match":
        if match.seen_at is not None:
            running.append(match)
        return match

    # The table takes rows or records, never both.
    shown = map(look_at, matches)
    records = (to_record(match.row, match.places, match.seen_at) for match in shown)
    if output.shows_tables:
        from krea_cli.terminal.window import window_columns

        table = TerminalTable(window_columns(session.env), cwd, now)
        output.print_table(table.columns, map(table.cells, shown), records)
    else:
        output.print_table(COLUMNS, (pipe_cells(match, cwd, now) for match in shown), records)
    return running


def _check_status(ledger: "AccountLedger | None", query: "HistoryQuery") -> None:
    """Refuse a status that no request can have.

    Raises `UsageError` with those of the ledger; with all that there can be if it has none.
    """
    from krea_cli.errors import UsageError

    if not query.status or query.status in STATUSES:
        return
    there = ledger.history.list_statuses() if ledger else []
    if query.status not in there:
        named = f"those in this ledger are {', '.join(there)}" if there else ", ".join(STATUSES)
        raise UsageError(
            f"{query.status} is no status of a request: {named}",
            hint=shell_line("krea", "history", "--status", *(there[:1] or ["failed"])),
        )


def _describe_statuses(ledger: "AccountLedger | None", query: "HistoryQuery") -> str:
    """Return the statuses that can be asked for, if the one asked for is not there."""
    from krea_cli.flows.files.places import FATES

    statuses = ledger.history.list_statuses() if ledger and query.status else []
    if not statuses or query.status in (*statuses, *FATES):
        return ""
    return f": none is {query.status}, they are {', '.join(statuses)}"
