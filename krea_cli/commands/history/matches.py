"""Find the requests for krea history, with the news of the service about them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from krea_cli.commands.history.listing import is_under_way, saved_places, shown_status
from krea_cli.commands.history.table import Match

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.history import HistoryQuery
    from krea_cli.local.ledger.rows import RequestRow

MAX_NAMED_ROWS = 5  # in the command that asks the service for them


def find_matches(ledger: "AccountLedger", query: "HistoryQuery") -> Iterator[Match]:
    """Find the requests of QUERY, each with the places where its results are now."""
    from dataclasses import replace

    from krea_cli.flows.files.places import FATES

    if query.status in FATES:  # of results: the ledger has them as saved
        found = ledger.history.search(replace(query, status="saved"))
    else:
        found = ledger.history.search(query)
    for row in found:
        match = look_up(ledger, row)
        is_about_files = query.status == "saved" or query.status in FATES
        if not is_about_files or shown_status(row, match.places).startswith(str(query.status)):
            yield match


def look_up(ledger: "AccountLedger | None", row: "RequestRow") -> Match:
    """Return ROW with its places, and when the service last told of a job under way."""
    places = saved_places(ledger, row)
    if ledger is None or not is_under_way(row):
        return Match(row, places)
    return Match(row, places, ledger.sightings.find_times([row.id]).get(row.id))


def ask_now(
    session: "Session", ledger: "AccountLedger | None", matches: Sequence[Match]
) -> Sequence[Match]:
    """Return MATCHES as the service knows those under way now, if a person with a token looks.

    One request asks for all, for two seconds at most, and the ledger learns of its answer. Without
    an answer they are returned as they are.
    """
    from krea_cli.flows.jobs.account_jobs import look_at_list

    output = session.output
    is_open = any(match.seen_at is not None for match in matches)
    is_person = output.is_stdout_terminal and not output.json
    if not (ledger and is_open and is_person and session.is_logged_in()):
        return matches
    listed = look_at_list(session.best_effort_context)
    if listed is None:
        return matches
    return [_refresh(ledger, match, listed) for match in matches]


def _refresh(ledger: "AccountLedger", match: Match, listed: set[str]) -> Match:
    if match.seen_at is None or match.row.job_id not in listed:
        return match
    row = ledger.requests.find(match.row.id) or match.row
    return Match(row, match.places)


def note_running(session: "Session", matches: Sequence[Match]) -> None:
    """Say which command asks for the jobs with a status of some time ago."""
    rows = [str(match.row.id) for match in matches if match.seen_at is not None]
    if not rows:
        return
    count = "1 job is" if len(rows) == 1 else f"{len(rows)} jobs are"
    if len(rows) <= MAX_NAMED_ROWS:
        command = f"krea status {' '.join(rows)} asks now"
    else:
        command = "krea download --missing asks now, and saves what is done"
    session.output.say(f"{count} shown as last heard of: {command}")
