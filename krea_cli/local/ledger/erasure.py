"""Erase the text of requests from the ledger, and every copy of it in the ledger's file."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from krea_cli.errors import LedgerUnusable
from krea_cli.local.ledger.history import OVER_STATES
from krea_cli.local.ledger.rows import EMPTY, JSON_COLUMNS, RequestRow
from krea_cli.local.ledger.scope import Scope

# A look-up of another krea ends at once; one that holds the log for longer will hold it on.
LOG_WAIT_MILLISECONDS = 500
NO_PATH = ""  # of a saved file whose name was erased
ERASED_REASON = "its text was erased"
MIN_ASCII_WORD = 3  # letters of a word that a name is searched for
# What is under way or in doubt is told from others by its text, until it is over.
UNSENT = "(state = 'checked' AND replaces IS NULL AND id NOT IN (SELECT request_id FROM sendings))"
IS_REPLACED = (
    "id IN (SELECT replaces FROM requests WHERE state = 'checked' AND replaces IS NOT NULL)"
)
ERASABLE = f"(state IN {OVER_STATES} OR {EMPTY} OR {UNSENT}) AND NOT {IS_REPLACED}"


class Erasure:
    """Erase the text of requests of one account. Raises LedgerUnusable."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def list_erasable(self, row_ids: Iterable[int]) -> set[int]:
        """List those of the requests ROW_IDS whose text nobody needs any more."""
        ids = ", ".join(str(int(row_id)) for row_id in row_ids)
        rows = self._scope.database.query(
            f"SELECT id FROM requests WHERE {self._scope.condition} AND id IN ({ids})"
            f" AND {ERASABLE}",
            self._scope.values,
        )
        return {int(row_id) for (row_id,) in rows}

    def erase(self, rows: Sequence[RequestRow], words: Sequence[str], at: float) -> int:
        """Erase the text of ROWS at a time in seconds since 1970; return their number.

        Names of files go as well if they have a word of the text, or one of WORDS. Requests that
        were never sent are deleted. One that went on meanwhile keeps its text.
        """
        database = self._scope.database
        database.query("PRAGMA secure_delete = ON")
        with database.transaction():
            erasable = self.list_erasable(row.id for row in rows)
            erased = [row for row in rows if row.id in erasable]
            for row in erased:
                self._erase(row, words, at)
            self._delete_uploads(erased)
        return len(erased)

    def scrub(self) -> None:
        """Write the ledger's file anew, without copies of what was erased, and empty its log.

        Raises LedgerUnusable if another process keeps the log.
        """
        database = self._scope.database
        database.execute("VACUUM", ())
        database.query(f"PRAGMA busy_timeout = {LOG_WAIT_MILLISECONDS}")
        [(is_busy, *_)] = database.query("PRAGMA wal_checkpoint(TRUNCATE)")
        if is_busy:
            raise LedgerUnusable(
                "another krea at work keeps the ledger's log, which may still have erased text",
                hint="run the same command again when it has ended",
            )

    def _erase(self, row: RequestRow, words: Sequence[str], at: float) -> None:
        database = self._scope.database
        if row.state == "checked":
            database.execute("DELETE FROM requests WHERE id = ?", (row.id,))
            return
        names = _Names(row, words)
        changes: dict[str, Any] = {
            **dict.fromkeys(JSON_COLUMNS, "{}"),
            **dict.fromkeys(("prompt", "seed", "webhook", "part")),
            **dict.fromkeys(("sidecar", "embed"), 0),
            "erased_at": at,
            "error": ERASED_REASON if row.error is not None else None,
            "target": None if names.tell(row.target) else row.target,
            "folder": None if names.tell_folder() else row.folder,
        }
        assignments = ", ".join(f'"{name}" = ?' for name in changes)
        database.execute(
            f"UPDATE requests SET {assignments} WHERE id = ?", (*changes.values(), row.id)
        )
        database.execute("DELETE FROM tags WHERE request_id = ?", (row.id,))
        for (path,) in database.query("SELECT path FROM files WHERE request_id = ?", (row.id,)):
            if names.tell(path if isinstance(path, str) else path.decode(errors="replace")):
                database.execute(
                    "UPDATE OR REPLACE files SET path = ? WHERE request_id = ? AND path = ?",
                    (NO_PATH, row.id, path),
                )

    def _delete_uploads(self, rows: Sequence[RequestRow]) -> None:
        """Delete the uploads of local files that no other request has."""
        database = self._scope.database
        for file_hash in {each for row in rows for each in row.sources}:
            needed = "SELECT 1 FROM requests WHERE sources LIKE ? LIMIT 1"
            if not database.query(needed, (f"%{file_hash}%",)):
                database.execute(
                    f"DELETE FROM uploads WHERE {self._scope.condition} AND sha256 = ?",
                    (*self._scope.values, file_hash.removeprefix("sha256:")),
                )


class _Names:
    """The words by which a name of a file tells of the text of ROW; WORDS are the user's own."""

    def __init__(self, row: RequestRow, words: Sequence[str]) -> None:
        self._folder = row.folder
        texts = json.dumps([row.body, row.given, row.tags, row.prompt], ensure_ascii=False)
        self._text_words = _words(texts.replace("\\n", " "))
        self._own_words = [_fold(word) for word in words]

    def tell(self, path: str | None) -> bool:
        """Tell if a word of the text is in PATH; the working folder has its name from the user."""
        if path is None:
            return False
        name = path.removeprefix(f"{self._folder.rstrip('/')}/") if self._folder else path
        return self._has_own(path) or any(
            text_word.startswith(word) for word in _words(name) for text_word in self._text_words
        )

    def tell_folder(self) -> bool:
        """Tell if a word of the user is in the name of the working folder."""
        return self._has_own(self._folder or "")

    def _has_own(self, path: str) -> bool:
        folded = _fold(path)
        return any(word in folded for word in self._own_words)


def _words(text: str) -> set[str]:
    """Return the words of TEXT in their plain form; one of a few letters tells nothing."""
    found = re.findall(r"[^\W_]+", _fold(text))
    return {word for word in found if len(word) >= MIN_ASCII_WORD or not word.isascii()}


def _fold(text: str) -> str:
    """Return TEXT without accents and case, as it stands in names of files."""
    letters = unicodedata.normalize("NFKD", text.replace("'", ""))
    return "".join(each for each in letters if not unicodedata.combining(each)).casefold()
