"""The requests of the ledger: as rows of a table, and as records."""

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.errors import LedgerUnusable
from krea_cli.flows.files.places import Places, find_places, with_new_times
from krea_cli.flows.jobs.record import iso_time, job_record, request_cost
from krea_cli.local.ledger.history import has_ended_empty

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import RequestRow


def to_record(row: "RequestRow", places: Places, seen_at: float | None = None) -> dict[str, Any]:
    """Return a request as a job record; its files are those that hold their result now.

    More keys than `job_record`: charged, row, state, kind, target, folder, tags, sent_at, adopted,
    reason and erased_at.

    `seen_at`: time of the last answer about a job, if it may have ended since.
    `lost`: path, sha256 and fate of each saved result without such a file.
    """
    record = job_record(None, row, files=places.current)
    known = sorted(
        (*places.current, *(file for file, _ in places.lost)), key=lambda each: each.index
    )
    return record | {
        "urls": list(dict.fromkeys(file.url for file in known if not file.preview)),
        "lost": [
            {"path": file.path, "sha256": file.sha256, "fate": fate} for file, fate in places.lost
        ],
        "created_at": record["created_at"] or iso_time(row.created_at),
        "cost": request_cost(row, row.charged),
        "charged": row.charged,
        "row": row.id,
        "state": row.state,
        "kind": row.kind,
        "target": row.target,
        "folder": row.folder,
        "tags": row.tags,
        "sent_at": iso_time(row.sent_at),
        "seen_at": iso_time(seen_at),
        "adopted": row.adopted,
        "reason": row.error,
        "erased_at": iso_time(row.erased_at),
    }


def readable_ledger(session: "Session", *, warn: bool = False) -> "AccountLedger | None":
    """The account's ledger; without a token that of the account used last, None without any.

    For reading only: a file on this disk needs no token. With WARN, it is said if there are
    several accounts. Raises `LedgerUnusable`.
    """
    ledger = _open_ledger(session, warn=warn)
    if ledger:
        ledger.settle_unsent(session.clock.boot()[0])
    return ledger


def _open_ledger(session: "Session", *, warn: bool) -> "AccountLedger | None":
    from krea_cli.local.ledger.ledger import Ledger

    # A login that is asked for must be there.
    if session.profile or session.token_file or session.is_logged_in():
        return session.account_ledger
    if not Ledger.exists_in(session.env.state_dir, session.host):
        return None
    accounts = session.ledger.list_accounts(session.base)
    if len(accounts) > 1 and warn:
        session.output.warn(
            f"there is no token, and the ledger knows {len(accounts)} accounts: these are the"
            " requests of the one used last"
        )
    return session.ledger.for_account(session.base, accounts[0]) if accounts else None


def is_under_way(row: "RequestRow") -> bool:
    """Tell if the row has the status of a running job, which may have ended since."""
    return row.state == "submitted" and row.job_id is not None


def saved_places(ledger: "AccountLedger | None", row: "RequestRow | None") -> Places:
    """Find the places of the results of a request. New times of its files are recorded."""
    if not (ledger and row and row.job_id):
        return Places()
    job_id, files = row.job_id, ledger.files
    known = [file for file in ledger.history.list_files(job_id) if file.path]  # not erased
    places = find_places(known, partial(files.is_others, job_id=job_id))
    if changed := with_new_times(places.current):
        with suppress(LedgerUnusable):  # then their content is read the next time as well
            files.move(job_id, changed, (), target=None)
    return places


def shown_status(row: "RequestRow", places: Places) -> str:
    """Return the status of a request for people; of saved results that are lost, their fate."""
    if row.state == "saved" and places.lost:
        fate = places.lost[0][1]
        return f"{fate} in part" if places.current else fate
    if has_ended_empty(row):
        return "empty"
    return row.status if row.state == "submitted" and row.status else row.state


def relative_path(path: str, cwd: Path) -> str:
    """Return PATH relative to CWD if it lies below."""
    return path.removeprefix(f"{str(cwd).rstrip('/')}/")
