"""Find the request that a person means by an id, the beginning of one, a row, or `last`."""

import re
from typing import TYPE_CHECKING

from krea_cli.api.job_id import is_job_id, is_uuid, read_job_id
from krea_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import RequestRow

# Patterns as text: most runs never need them.
LAST = r"last(?:~([0-9]{1,9}))?"
ROW = r"#?([0-9]{1,18})"
MIN_PREFIX_OF_DIGITS = 8  # of an id: fewer are a row
UUID_PREFIX = r"[0-9A-Fa-f][0-9A-Fa-f-]{3,34}"
MAX_NAMED_JOBS = 5
LISTING_HINT = "krea history lists the requests"


def find_request(word: str, ledger: "AccountLedger | None") -> "RequestRow | None":
    """Find the request that WORD means: a job's id, its beginning, a row, `last` or `last~2`.

    `last` is the request that the account's ledger put down last, `last~2` two requests before.
    Digits alone are a row; eight or more are the beginning of an id if there is no such row.
    Returns None for any other word. Raises `UsageError` for a row that is not there, and for the
    beginning of several ids.

    ledger: None if there is none yet, so that it holds no request
    """
    if match := re.fullmatch(LAST, word):
        return _find_last(ledger, int(match[1] or 0))
    if match := re.fullmatch(ROW, word):
        return _find_row(ledger, word, match[1])
    return _find_by_id(ledger, word) if ledger is not None and is_job_id(word) else None


def needs_ledger(word: str) -> bool:
    """Tell if WORD can mean a request to the ledger alone: `last`, a row, or part of an id."""
    return any(re.fullmatch(kind, word) for kind in (LAST, ROW, UUID_PREFIX))


def unknown_prefix_error(word: str) -> UsageError | None:
    """Return the error for WORD as the beginning of an unknown id; None for any other word."""
    if not re.fullmatch(UUID_PREFIX, word):
        return None
    return UsageError(
        f"no job in this ledger begins with {word}",
        hint=f"{LISTING_HINT}; krea jobs shows the whole ids of other jobs of the account",
    )


def choose_by_prefix(word: str, job_ids: "Sequence[str]") -> str | None:
    """Return the one of JOB_IDS that begins with WORD, four or more hex digits; else None.

    Only of UUIDs: the shorter id of another service may begin that of another job. Raises
    `UsageError` if several begin so.
    """
    prefix = word.lower()
    matches = [each for each in job_ids if each.startswith(prefix) and is_uuid(each)]
    if not re.fullmatch(UUID_PREFIX, word) or not matches:
        return None
    if len(matches) == 1:
        return matches[0]
    named = ", ".join(matches[:MAX_NAMED_JOBS])
    more = " and more" if len(matches) > MAX_NAMED_JOBS else ""
    raise UsageError(f"several jobs begin with {word}: {named}{more}", hint="type more of the id")


def _find_last(ledger: "AccountLedger | None", back: int) -> "RequestRow":
    if ledger is not None and (row := ledger.history.find_last(back)):
        return row
    if back:
        raise UsageError(
            f"this ledger does not have {back + 1} requests of this account", hint=LISTING_HINT
        )
    raise UsageError(
        "this ledger has no request of this account yet", hint='krea generate "a red fox"'
    )


def _find_row(ledger: "AccountLedger | None", word: str, digits: str) -> "RequestRow":
    row = ledger.requests.find(int(digits)) if ledger is not None else None
    if row is None and ledger is not None and len(word) >= MIN_PREFIX_OF_DIGITS and word == digits:
        row = _find_by_id(ledger, word)
    if row is None:
        raise UsageError(f"this ledger has no request {int(digits)}", hint=LISTING_HINT)
    return row


def _find_by_id(ledger: "AccountLedger", word: str) -> "RequestRow | None":
    if row := ledger.requests.find_by_job(read_job_id(word)):
        return row
    job_ids = ledger.history.list_job_ids(word.lower(), limit=MAX_NAMED_JOBS + 1)
    job_id = choose_by_prefix(word, job_ids)
    return ledger.requests.find_by_job(job_id) if job_id else None
