"""The list of requests that the completion scripts read, beside the ledger."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.local.ledger.history import HistoryQuery
from krea_cli.local.ledger.rows import IN_DOUBT_STATES, RequestRow
from krea_cli.local.tags import format_tag
from krea_cli.text import excerpt, one_line

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger

LIST_NAME = "requests.list"
MAX_ROWS = 100  # the newest, and as many that are not over
MAX_PROMPT_CHARACTERS = 40
UNDER_WAY, IN_DOUBT, OVER = "U", "D", "O"
# Older shells compare dates by the second: a change within it must make the list look old.
MARGIN_SECONDS = 1.0


def write_request_list(
    folder: Path, ledger: "AccountLedger | None", now: float, *, account: str
) -> None:
    """Write the newest requests of LEDGER into FOLDER; none without a ledger.

    The first line is "for ACCOUNT". The date of the file is a second before NOW, the time before
    the ledger is read. Raises OSError, `LedgerUnusable`.
    """
    import tempfile

    lines = [f"for {one_line(account)}", *(_lines(ledger) if ledger else ())]
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=f".{LIST_NAME}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write("".join(f"{line}\n" for line in lines))
        os.utime(name, (now - MARGIN_SECONDS, now - MARGIN_SECONDS))
        Path(name).rename(folder / LIST_NAME)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def remove_request_list(folder: Path) -> None:
    """Remove the list from FOLDER: it may hold the beginning of a prompt that is to go."""
    with suppress(OSError):  # of a folder that may only be read
        (folder / LIST_NAME).unlink(missing_ok=True)


def _lines(ledger: "AccountLedger") -> Iterator[str]:
    """Yield a line for each request: row, job id, how it stands, description, and tags."""
    search = ledger.history.search
    newest = islice(search(HistoryQuery()), MAX_ROWS)
    unfinished = islice(search(HistoryQuery(unfinished=True)), MAX_ROWS)
    rows = {row.id: row for row in (*newest, *unfinished)}
    for row in sorted(rows.values(), key=lambda each: -each.id):
        yield "\t".join([str(row.id), row.job_id or "", _standing(row), _describe(row), _tags(row)])


def _standing(row: RequestRow) -> str:
    if row.state in ("sending", *IN_DOUBT_STATES):
        return IN_DOUBT
    return UNDER_WAY if row.state == "submitted" and row.job_id else OVER


def _describe(row: RequestRow) -> str:
    status = row.status if row.state == "submitted" and row.status else row.state
    what = excerpt(row.prompt or row.target or "", limit=MAX_PROMPT_CHARACTERS)
    return f"{what} ({status}, {row.model})" if what else f"{status}, {row.model}"


def _tags(row: RequestRow) -> str:
    """Return the tags as they are typed, without those that a shell would have to quote."""
    tags: Iterable[str] = (format_tag(name, value) for name, value in row.tags.items())
    return " ".join(tag for tag in tags if not any(letter.isspace() for letter in tag))
