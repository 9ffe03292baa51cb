"""The search through past requests."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.ownership import CANDIDATES_FACT, PRUNED_BEFORE
from krea_cli.local.ledger.request_identity import RequestIdentity
from krea_cli.local.ledger.rows import (
    EMPTY,
    FILE_COLUMNS,
    IN_DOUBT_STATES,
    TAGS,
    UNDER_WAY_STATES,
    FileRow,
    RequestRow,
    parse_file_row,
)
from krea_cli.local.ledger.scope import Scope
from krea_cli.local.ledger.text_filter import find_anywhere, find_in

TARGET_NUMBER = re.compile(r"//\d+$")  # of a job, behind a folder or a template
PAGE_ROWS = 500  # read at a time, so that a reader who stops early costs no more
# A request in any other state may still cost money, be sent or be fetched.
OVER_STATES = ("saved", "failed", "cancelled", "refused", "forgotten")
POSSIBLY_SENT_STATES = ("sending", *IN_DOUBT_STATES)
# What was never sent is no unfinished work, unless the user said that it is to be sent again.
UNFINISHED = (
    f"((state IN {UNDER_WAY_STATES} AND NOT {EMPTY})"
    " OR (state = 'checked' AND replaces IS NOT NULL))"
)
MAX_FILTERS = 20  # words that SQLite looks for: older ones take 999 values
# max() of several values is NULL if one is.
LATEST_DATE = "max({})".format(
    ", ".join(
        f"coalesce({column}, created_at)"
        for column in ("created_at", "sent_at", "answered_at", "server_created_at", "completed_at")
    )
)
# Around a request in doubt, the owners of all other jobs must be known: the rest may be its own.
DOUBT_MARGIN_SECONDS = 3600.0


class SearchedTexts(NamedTuple):
    """The texts of the request ID in which words are looked for; cheaper to read than all of it."""

    id: int
    prompt: str
    model: str
    job_id: str
    target: str
    tags: str


@dataclass(frozen=True, kw_only=True)
class HistoryQuery:
    """The conditions of a search; each must be true.

    words: each is in the prompt, a tag, the model id, the job id or the name of a file. With a
        slash, in its path.
    model: part of the model's id
    status: state of the request or of its job; "empty" for a job that completed without results
    since: earliest time of the request, in seconds since 1970
    unfinished: True for requests that were sent, or are to be sent again, and are not over
    """

    words: Sequence[str] = ()
    model: str | None = None
    status: str | None = None
    since: float | None = None
    unfinished: bool = False

    def matches(self, texts: SearchedTexts, paths: Sequence[str]) -> bool:
        """Return True if a request has the words and the model; the database checks the rest.

        PATHS are those of its files.
        """
        if self.model and self.model.casefold() not in texts.model.casefold():
            return False
        values = (texts.prompt, texts.model, texts.job_id, texts.tags)
        text = "\n".join(value for value in values if value).casefold()
        names = [path.casefold() for path in (*paths, texts.target) if path]
        return all(
            word in text or any(_names(word, name) for name in names)
            for word in map(str.casefold, self.words)
        )


class History:
    """The past requests of one account. Raises LedgerUnusable."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def search(self, query: HistoryQuery) -> Iterator[RequestRow]:
        """Yield the requests that match QUERY, newest first."""
        conditions = ["id < ?"]
        values: list[object] = []
        if query.status == "empty":
            conditions.append(EMPTY)
        elif query.status:
            conditions.append(f"NOT {EMPTY}")
            conditions.append("(state = ? OR (state = 'submitted' AND status = ?))")
            values += [query.status, query.status]
        if query.since is not None:
            conditions.append("created_at >= ?")
            values.append(query.since)
        if query.unfinished:
            conditions.append(UNFINISHED)
        filters = [find_anywhere(word.casefold()) for word in query.words[:MAX_FILTERS]]
        filters += [find_in("model", query.model.casefold())] if query.model else []
        for text_condition, text_values in filters:
            conditions.append(text_condition)
            values += text_values
        condition = " AND ".join(conditions) + f" ORDER BY id DESC LIMIT {PAGE_ROWS}"
        before = 2**63 - 1
        while page := self._list_texts(condition, (before, *values)):
            before = page[-1].id
            paths = self._list_paths(page) if query.words else {}
            matches = [each for each in page if query.matches(each, paths.get(each.id, ()))]
            # Whole requests are read for what is shown alone: most of the time goes to their JSON.
            yield from self._scope.find_all(f"{_is_one_of(matches)} ORDER BY id DESC")
            if len(page) < PAGE_ROWS:
                return  # the database has looked through all

    def _list_texts(self, condition: str, values: Sequence[object]) -> list[SearchedTexts]:
        """List the texts of the requests that fulfil CONDITION, in SQL with VALUES."""
        rows = self._scope.database.query(
            f"SELECT id, prompt, model, job_id, target, {TAGS} FROM requests"
            f" WHERE {self._scope.condition} AND {condition}",
            (*self._scope.values, *values),
        )
        return [SearchedTexts(row_id, *map(_to_text, texts)) for row_id, *texts in rows]

    def _list_paths(self, page: Sequence[SearchedTexts]) -> dict[int, list[str]]:
        """List the paths of the files of the requests of PAGE, by the number of the request."""
        rows = self._scope.database.query(
            f"SELECT request_id, path FROM files WHERE {_is_one_of(page, 'request_id')}"
        )
        paths: dict[int, list[str]] = {}
        for request_id, path in rows:
            paths.setdefault(request_id, []).append(_to_text(path))
        return paths

    def find_last(self, back: int = 0) -> RequestRow | None:
        """Return the request that was put down last, or the one BACK requests before."""
        rows = self._scope.find_all("1 ORDER BY id DESC LIMIT 1 OFFSET ?", (back,))
        return rows[0] if rows else None

    def list_job_ids(self, prefix: str, *, limit: int) -> list[str]:
        """List the ids of jobs that begin with PREFIX, in alphabetical order; LIMIT at most."""
        rows = self._scope.database.query(
            f"SELECT job_id FROM requests WHERE {self._scope.condition}"
            " AND job_id >= ? AND job_id < ? ORDER BY job_id LIMIT ?",
            (*self._scope.values, prefix, prefix + chr(0x10FFFF), limit),
        )
        return [str(job_id) for (job_id,) in rows]

    def find_by_path(self, path: str) -> RequestRow | None:
        """Return the last request to save a file at PATH (absolute)."""
        return self._find_by_file("path = ?", path)

    def find_by_file_hash(self, sha256: str, path: str = "") -> RequestRow | None:
        """Return the last request to save a file of that content; at PATH, if there is one."""
        at_path = self._find_by_file("sha256 = ? AND path = ?", sha256, path) if path else None
        return at_path or self._find_by_file("sha256 = ?", sha256)

    def list_files(self, job_id: str) -> list[FileRow]:
        """List the saved files of a job, in the order of its results."""
        rows = self._scope.database.query(
            f"SELECT {FILE_COLUMNS} FROM files WHERE request_id IN (SELECT id FROM requests"
            f' WHERE {self._scope.condition} AND job_id = ?) ORDER BY "index", at',
            (*self._scope.values, job_id),
        )
        return [parse_file_row(values) for values in rows]

    def list_unsaved(self) -> list[RequestRow]:
        """List requests with a job but without saved results, oldest first.

        Jobs that completed without any result are left out: there is nothing to save.
        """
        return self._scope.find_all(
            f"(state IN ('submitted', 'completed') AND NOT {EMPTY}) ORDER BY id"
        )

    def list_statuses(self) -> list[str]:
        """List the states of requests and jobs that are there, in alphabetical order."""
        rows = self._scope.database.query(
            f"SELECT DISTINCT CASE WHEN {EMPTY} THEN 'empty' WHEN state = 'submitted' THEN"
            f" coalesce(status, state) ELSE state END FROM requests WHERE {self._scope.condition}",
            self._scope.values,
        )
        return sorted(str(status) for (status,) in rows)

    def list_in_doubt(self) -> list[RequestRow]:
        """List requests that may or may not have been received, oldest first.

        A request that the user wanted to send again counts until its replacement is sent.
        """
        replaced = "SELECT replaces FROM requests WHERE state = 'checked' AND replaces IS NOT NULL"
        not_resent = f"state = 'forgotten' AND id IN ({replaced})"
        return self._scope.find_all(f"(state IN {IN_DOUBT_STATES} OR ({not_resent})) ORDER BY id")

    def list_sending(self) -> list[RequestRow]:
        """List requests that are being sent. For the holder of the post lock, their process died.

        Oldest first.
        """
        return self._scope.find_all("state = 'sending' ORDER BY id")

    def list_unsent_replacements(self, row_id: int) -> list[RequestRow]:
        """List the unsent requests that replace the request ROW_ID."""
        return self._scope.find_all("replaces = ? AND state = 'checked'", (row_id,))

    def list_saved(
        self, body_hash: str, identity: RequestIdentity, *, seed: int | None
    ) -> list[RequestRow]:
        """List saved requests of one body, newest first; SEED None is any seed.

        It is the body of BODY_HASH, or one that IDENTITY shows as the same.
        """
        condition = (
            "(recipe = ? OR given_digest = ? OR sent_digest = ?)"
            " AND (? IS NULL OR seed = ?) AND state = 'saved' ORDER BY id DESC"
        )
        given, sent = identity.given_digest, identity.sent_digest
        return self._scope.find_all(condition, (body_hash, given, sent, seed, seed))

    def _find_by_file(self, condition: str, *values: str) -> RequestRow | None:
        files = f"SELECT request_id FROM files WHERE {condition}"
        return self._scope.find_first(f"id IN ({files}) ORDER BY id DESC", values)


def has_ended_empty(row: RequestRow) -> bool:
    """Tell if the job of ROW completed without any result."""
    return row.state == "completed" and row.error is not None


def _is_one_of(requests: Sequence[SearchedTexts], column: str = "id") -> str:
    """Return the condition, in SQL, that COLUMN has the number of one of REQUESTS."""
    return f"{column} IN ({', '.join(str(each.id) for each in requests)})"


def _to_text(value: object) -> str:
    """Return a text of the ledger as it was written; a damaged one is told when all is read."""
    if isinstance(value, bytes):  # text that is no UTF-8
        return os.fsdecode(value)
    return "" if value is None else str(value)


def _names(word: str, path: str) -> bool:
    """Tell if WORD is in the name of the file PATH; with a slash, in its path.

    The extension is all of a word, or has its dot: "mp" is not in "fox.mp4".
    """
    if "/" in word:
        return word in path
    name = TARGET_NUMBER.sub("", path).rpartition("/")[2]
    stem, _, ext = name.rpartition(".")
    return word in (name if "." in word else stem or ext) or word == ext


def prune(database: Database, before: float) -> int:
    """Delete requests of all accounts that are over and older than BEFORE; return their number.

    BEFORE is in seconds since 1970; the latest date of a request counts. Requests sent around
    one in doubt stay: a job without an owner could pass for its own.
    """
    oldest = f"SELECT min(created_at) FROM requests WHERE state IN {POSSIBLY_SENT_STATES}"
    oldest_in_doubt = database.query(oldest)[0][0]
    if oldest_in_doubt is not None:
        before = min(before, oldest_in_doubt - DOUBT_MARGIN_SECONDS)
    # A batch needs its items to know what it must not pay for again.
    over = (
        f"SELECT id FROM requests WHERE created_at < ? AND {LATEST_DATE} < ?"
        f" AND state IN {OVER_STATES} AND item IS NULL"
    )
    values = (before, before)
    if not database.query(f"{over} LIMIT 1", values):
        return 0  # without waiting for the disk
    with database.transaction():
        for table in ("files", "sendings"):
            database.execute(f"DELETE FROM {table} WHERE request_id IN ({over})", values)
        names = f"SELECT '{CANDIDATES_FACT} ' || id FROM requests WHERE id IN ({over})"
        database.execute(f"DELETE FROM facts WHERE name IN ({names})", values)
        # From here on, a job without an owner is no stranger's.
        database.execute(
            "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name)"
            " DO UPDATE SET value = max(value, excluded.value)",
            (PRUNED_BEFORE, before),
        )
        return database.execute(f"DELETE FROM requests WHERE id IN ({over})", values)
