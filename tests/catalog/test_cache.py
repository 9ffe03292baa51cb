"""The cached catalogue: per address, written whole, never worse than what was there."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from krea_cli.catalog.cache import Store
from krea_cli.catalog.diff import Changes
from krea_cli.catalog.openapi.document import UnreadableDocument
from krea_cli.errors import Unreachable
from tests.catalog.documents import ROUTE, document, operation

BASE = "https://api.example"
OTHER = "/generate/video/maker/film"


@dataclass
class Answer:
    """A document as the service sends it."""

    content: bytes
    etag: str | None = '"1"'
    last_modified: str | None = None


class Service:
    """Serves one document, and remembers what it was asked with."""

    def __init__(self, whole: object) -> None:
        self.whole = whole
        self.asked: list[tuple[str | None, str | None]] = []

    def __call__(self, etag: str | None, last_modified: str | None) -> Answer | None:
        """Answer None when the ETag is still right."""
        self.asked.append((etag, last_modified))
        content = self.whole if isinstance(self.whole, bytes) else json.dumps(self.whole).encode()
        return None if etag == '"1"' else Answer(content)


def test_without_a_cache_the_snapshot_stands_in(tmp_path: Path) -> None:
    """It works offline from the first run."""
    store = Store(tmp_path, BASE)
    assert store.load().source == "snapshot"
    assert (store.age(100.0), store.note) == (None, None)
    assert list(tmp_path.iterdir()) == []


def test_a_refresh_is_kept_and_spares_the_next_transfer(tmp_path: Path) -> None:
    """The next run reads it; the next refresh asks with the ETag, and only the age changes."""
    service = Service(document({ROUTE: operation(), OTHER: operation()}))
    changes = Store(tmp_path, BASE).refresh(service, 1000.0)
    assert changes.added == ("maker/brush", "maker/film")
    again = Store(tmp_path, BASE)
    assert (again.load().ids, again.load().source) == (("maker/brush", "maker/film"), BASE)
    assert again.age(1060.0) == 60.0
    assert again.refresh(service, 2000.0) == Changes(modified=False)
    assert Store(tmp_path, BASE).age(2001.0) == 1.0
    assert service.asked == [(None, None), ('"1"', None)]
    assert (tmp_path / "models.list").read_text() == "maker/brush\nmaker/film\n"
    kept = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    assert kept == [Store(tmp_path, BASE).file.name, "models.list"]


def test_each_address_has_its_own_catalogue(tmp_path: Path) -> None:
    """A rehearsal does not change what the real service is known to have."""
    Store(tmp_path, "http://127.0.0.1:1").refresh(Service(document()), 1.0)
    assert Store(tmp_path, BASE).load().source == "snapshot"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"<html>524</html>", "cannot be used: the OpenAPI document is not valid JSON"),
        ({"paths": {}}, "lists no model"),
        ({"paths": {"/generate/image/a b": {"post": {}}}}, "lists no model"),
        ({"openapi": "3.1.0"}, "cannot be used: the OpenAPI document has no paths"),
    ],
)
def test_an_answer_that_is_none_keeps_the_last_good_one(
    tmp_path: Path, answer: object, words: str
) -> None:
    """And says so."""
    store = Store(tmp_path, BASE)
    store.refresh(Service(document()), 1.0)
    service = Service(answer)
    with pytest.raises(UnreadableDocument, match=words):
        store.refresh(lambda etag, modified: service(None, None), 2.0)
    assert Store(tmp_path, BASE).load().ids == ("maker/brush",)


def test_what_the_fetch_raises_passes(tmp_path: Path) -> None:
    """Offline is the caller's to handle."""

    def fetch(etag: str | None, last_modified: str | None) -> Answer | None:
        raise Unreachable("no route")

    with pytest.raises(Unreachable):
        Store(tmp_path, BASE).refresh(fetch, 1.0)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"base": "https://api.example"}', "[" * 9999, '{"base": "x"}']
)
def test_a_damaged_cache_is_ignored_and_told(tmp_path: Path, text: str) -> None:
    """The snapshot stands in, and the next refresh mends it without an ETag."""
    store = Store(tmp_path, BASE)
    store.file.parent.mkdir()
    store.file.write_text(text)
    assert store.load().source == "snapshot"
    assert store.note == "the cached catalogue is damaged and was ignored"
    service = Service(document())
    store.refresh(service, 1.0)
    assert service.asked == [(None, None)]
    assert Store(tmp_path, BASE).load().ids == ("maker/brush",)


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """This run still has the fresh catalogue."""
    (tmp_path / "catalog").write_text("a file where a folder should be")
    store = Store(tmp_path, BASE)
    store.refresh(Service(document()), 1.0)
    assert store.load().ids == ("maker/brush",)
    assert store.note is not None and store.note.startswith("the catalogue was not cached: ")


def test_changes_are_told_one_by_one(tmp_path: Path) -> None:
    """Models and fields that came and went, facts and prices that moved."""

    def price(amount: str) -> dict[str, Any]:
        points = [{"amount": amount}]
        return {"x-krea-pricing": {"currency": "USD", "unit": "request", "price_points": points}}

    ratio = {"type": "string", "enum": ["1:1"]}
    old = {
        "prompt": {"type": "string"},
        "steps": {"type": "integer", "maximum": 50},
        "gone": {"type": "string"},
        "ratio": ratio,
        "mode": {"type": "string", "default": "a"},
        "kind": {"type": "string"},
    }
    new = {
        "prompt": {"type": "string"},
        "steps": {"type": "integer", "maximum": 90},
        "fresh": {"type": "string"},
        "ratio": ratio | {"enum": ["1:1", "3:4"]},
        "mode": {"type": "string", "default": "b"},
        "kind": {"type": "number"},
    }
    before = document({ROUTE: operation(old, **price("0.03")), OTHER: operation()})
    after = {ROUTE: operation(new, "prompt", deprecated=True, **price("0.04"))}
    store = Store(tmp_path, BASE)
    store.refresh(Service(before), 1.0)
    service = Service(document(after | {"/generate/image/a/new": operation()}))
    changes = store.refresh(lambda etag, modified: service(None, None), 2.0)
    assert str(changes) == (
        "new model a/new\n"
        "maker/film is gone\n"
        "maker/brush: new field fresh\n"
        "maker/brush: gone is gone\n"
        "maker/brush: prompt: now required\n"
        "maker/brush: steps: at most 50 -> at most 90\n"
        "maker/brush: ratio: 1:1 -> 1:1, 3:4\n"
        "maker/brush: mode: default a -> b\n"
        "maker/brush: kind: string -> number\n"
        "maker/brush: now deprecated\n"
        "maker/brush: price $0.03 -> $0.04"
    )
