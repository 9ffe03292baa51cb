"""Where the live catalogue is cached, per API address; the embedded snapshot stands in for it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.diff import Changes, compare
from krea_cli.catalog.openapi.document import UnreadableDocument, parse_document, reduced

SNAPSHOT = Path(__file__).with_name("snapshot.json")
LIST = "models.list"


class Fetched(Protocol):
    """An OpenAPI document as the API answered it."""

    @property
    def content(self) -> bytes:
        """The JSON text."""

    @property
    def etag(self) -> str | None:
        """The answer's ETag."""

    @property
    def last_modified(self) -> str | None:
        """The answer's Last-Modified."""


Fetch = Callable[[str | None, str | None], Fetched | None]


def snapshot() -> Catalog:
    """The embedded catalogue."""
    return Catalog.of(json.loads(SNAPSHOT.read_bytes()), source="snapshot")


class Store:
    """The cached catalogue of the API at BASE. `note` says what went wrong with it, if anything."""

    def __init__(self, cache_dir: Path, base: str) -> None:
        import hashlib

        self.base = base
        self.list = cache_dir / LIST
        self.file = cache_dir / "catalog" / f"{hashlib.sha256(base.encode()).hexdigest()[:16]}.json"
        self.note: str | None = None
        self._kept: dict[str, Any] | None = None
        self._catalog: Catalog | None = None

    def load(self) -> Catalog:
        """The cached live catalogue, else the snapshot."""
        if self._catalog is None:
            kept = self._read()
            if kept is None:
                self._catalog = snapshot()
            else:
                at = kept["fetched_at"]
                self._catalog = Catalog.of(kept["document"], source=self.base, fetched_at=at)
        return self._catalog

    def age(self, now: float) -> float | None:
        """Seconds since the service was last asked; None if it never was."""
        fetched_at = self.load().fetched_at
        return None if fetched_at is None else max(0.0, now - fetched_at)

    def refresh(self, fetch: Fetch, now: float) -> Changes:
        """Ask the service with FETCH(etag, last_modified), keep its answer, tell what changed.

        Raises what FETCH raises, and `UnreadableDocument` for an answer that is none; the last
        good catalogue is kept then.
        """
        old = self.load()
        kept = self._kept or {}
        answer = fetch(kept.get("etag"), kept.get("last_modified"))
        if answer is None:
            if self._kept is not None:
                self._keep(self._kept | {"fetched_at": now})
            return Changes(modified=False)
        document = reduced(self._parsed(answer.content))
        new = Catalog.of(document, source=self.base, fetched_at=now)
        if not new.ids:
            raise UnreadableDocument("the service's catalogue lists no model; the last one is kept")
        changes = compare(old, new)
        self._keep(
            {
                "base": self.base,
                "etag": answer.etag,
                "last_modified": answer.last_modified,
                "fetched_at": now,
                "document": document,
            }
        )
        return changes

    def _parsed(self, content: bytes) -> dict[str, Any]:
        try:
            return parse_document(content)
        except UnreadableDocument as error:
            message = f"the service's catalogue cannot be used: {error.message}"
            raise UnreadableDocument(f"{message}; the last one is kept") from error

    def _read(self) -> dict[str, Any] | None:
        try:
            kept = json.loads(self.file.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as failure:
            self.note = f"the cached catalogue was ignored: {failure.strerror} ({self.file})"
            return None
        except (ValueError, RecursionError):
            kept = None
        if not self._whole(kept):
            self.note = "the cached catalogue is damaged and was ignored"
            return None
        self._kept = kept
        return self._kept

    def _whole(self, kept: object) -> bool:
        if not isinstance(kept, dict) or kept.get("base") != self.base:
            return False
        if not all(isinstance(kept.get(name), str | None) for name in ("etag", "last_modified")):
            return False
        document, at = kept.get("document"), kept.get("fetched_at")
        paths = document.get("paths") if isinstance(document, dict) else None
        return isinstance(paths, dict) and bool(paths) and isinstance(at, (int, float))

    def _keep(self, kept: dict[str, Any]) -> None:
        self._kept = kept
        self._catalog = Catalog.of(
            kept["document"], source=self.base, fetched_at=kept["fetched_at"]
        )
        try:
            write_whole(self.file, json.dumps(kept, ensure_ascii=False, separators=(",", ":")))
            write_whole(self.list, "".join(f"{name}\n" for name in self._catalog.ids))
        except OSError as error:
            self.note = f"the catalogue was not cached: {error.strerror or error} ({self.file})"


def write_whole(path: Path, text: str) -> None:
    """Write PATH through a temporary file beside it: readers see the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8", errors="surrogatepass")
    temporary.replace(path)
