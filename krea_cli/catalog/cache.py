"""Cache the live catalog, one file per API address; the embedded snapshot stands in for it."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.catalog.catalog import Catalog, read_packaged_file
from krea_cli.catalog.diff import CatalogDiff, diff_catalogs
from krea_cli.catalog.openapi.document import UnreadableDocument, parse_document, reduce_document

if TYPE_CHECKING:
    from krea_cli.api.types import OpenapiDocument

SNAPSHOT_FILE = Path(__file__).with_name("snapshot.json")
MODEL_LIST_NAME = "models.tsv"  # read by the completion scripts
FRESH_SECONDS = 86_400.0  # the age up to which prices and parts of names are trusted

# fetch(etag, last_modified) returns None if the document is still the same.
Fetch = Callable[[str | None, str | None], "OpenapiDocument | None"]


@cache
def load_snapshot() -> Catalog:
    """Load the embedded catalog."""
    return Catalog(json.loads(read_packaged_file(SNAPSHOT_FILE)), source="snapshot")


class CatalogCache:
    """The cached catalog of the API at BASE.

    file: the cached document, with its ETag and age
    model_list_file: the models as completion reads them; see `completion_lines`
    warning: the sentence for a cache that cannot be read or written, else None
    """

    def __init__(self, cache_dir: Path, base: str) -> None:
        import hashlib

        base_hash = hashlib.sha256(base.encode()).hexdigest()[:16]
        self.base = base
        self.model_list_file = cache_dir / MODEL_LIST_NAME
        self.file = cache_dir / "catalog" / f"{base_hash}.json"
        self._previous_file = self.file.with_suffix(".previous.json")
        self._asked_file = self.file.with_suffix(".asked")
        self.warning: str | None = None
        # The object in the file: base, etag, last_modified, fetched_at, document.
        self._record: dict[str, Any] | None = None
        self._catalog: Catalog | None = None

    def load(self) -> Catalog:
        """Return the cached catalog, or the snapshot if there is none."""
        if self._catalog is None:
            self._record = self._read(self.file)
            self._catalog = self._parse_record(self._record) if self._record else load_snapshot()
        return self._catalog

    def age(self, now: float) -> float | None:
        """Return the seconds since the service was last asked; None if it never was.

        now: seconds since 1970
        """
        fetched_at = self.load().fetched_at
        return None if fetched_at is None else max(0.0, now - fetched_at)

    def is_old(self, now: float) -> bool:
        """Tell if the service was last asked more than a day before NOW (seconds since 1970)."""
        age = self.age(now)
        return age is None or age > FRESH_SECONDS

    def was_asked(self, now: float) -> bool:
        """Tell if the service answered within a day before NOW, even without a usable catalog."""
        try:
            return 0 <= now - float(self._asked_file.read_text()) <= FRESH_SECONDS
        except (OSError, ValueError):
            return False

    def mark_asked(self, now: float) -> None:
        """Remember that the service answered at NOW, in seconds since 1970."""
        with suppress(OSError):  # it is asked once more, then
            write_atomically(self._asked_file, str(now))

    def earlier_catalogs(self) -> list[Catalog]:
        """Return the catalog before the last change, and the snapshot: what lists were made by."""
        record = self._read(self._previous_file)
        return [*([self._parse_record(record)] if record else []), load_snapshot()]

    def refresh(self, fetch: Fetch, now: float) -> CatalogDiff:
        """Fetch the catalog, save it, and return its differences from the last one.

        Raises `UnreadableDocument` for an unusable answer, and the errors of FETCH. The last good
        catalog is kept then.
        """
        old = self.load()
        record = self._record or {}
        answer = fetch(record.get("etag"), record.get("last_modified"))
        if answer is None:
            if self._record is not None:
                self._save(self._record | {"fetched_at": now}, is_new=False)
            return CatalogDiff()
        document = reduce_document(_parse_answer(answer.content))
        new = Catalog(document, source=self.base, fetched_at=now)
        if not new.ids:
            raise UnreadableDocument("the service's catalog lists no model; the last one is kept")
        diff = diff_catalogs(old, new)
        if diff and self._record is not None:
            with suppress(OSError):  # only lists that were made by it need it
                write_atomically(self._previous_file, json.dumps(self._record))
        self._save(
            {
                "base": self.base,
                "etag": answer.etag,
                "last_modified": answer.last_modified,
                "fetched_at": now,
                "document": document,
            },
            is_new=True,
        )
        return diff

    def _read(self, file: Path) -> dict[str, Any] | None:
        """Read the record in FILE; None, perhaps with a warning, if there is no usable one."""
        try:
            record = json.loads(file.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as failure:
            self.warning = f"the cached catalog was ignored: {failure.strerror} ({file})"
            return None
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict) or not self._is_valid(record):
            self.warning = "the cached catalog is damaged and was ignored"
            return None
        return record

    def _is_valid(self, record: dict[str, Any]) -> bool:
        if record.get("base") != self.base:
            return False
        if not all(isinstance(record.get(name), str | None) for name in ("etag", "last_modified")):
            return False
        document, fetched_at = record.get("document"), record.get("fetched_at")
        paths = document.get("paths") if isinstance(document, dict) else None
        return isinstance(paths, dict) and bool(paths) and isinstance(fetched_at, (int, float))

    def _parse_record(self, record: dict[str, Any]) -> Catalog:
        return Catalog(record["document"], source=self.base, fetched_at=record["fetched_at"])

    def _save(self, record: dict[str, Any], *, is_new: bool) -> None:
        self._record = record
        self._catalog = self._parse_record(record)
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        try:
            write_atomically(self.file, text)
            if is_new or not self.model_list_file.exists():
                from krea_cli.catalog.completion_list import completion_lines

                lines = "".join(f"{line}\n" for line in completion_lines(self._catalog))
                write_atomically(self.model_list_file, lines)
        except OSError as error:
            self.warning = f"the catalog was not cached: {error.strerror or error} ({self.file})"


def _parse_answer(content: bytes) -> dict[str, Any]:
    try:
        return parse_document(content)
    except UnreadableDocument as error:
        message = f"the service's catalog cannot be used: {error.message}"
        raise UnreadableDocument(f"{message}; the last one is kept") from error


def write_atomically(path: Path, text: str) -> None:
    """Write PATH through a temporary file beside it: readers see the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8", errors="surrogatepass")
    temporary.replace(path)
