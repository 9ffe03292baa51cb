"""The cached catalog: one for each address, written whole, never worse than the last."""

import json
from pathlib import Path

import pytest

from krea_cli.api.types import OpenapiDocument
from krea_cli.catalog.cache import CatalogCache
from krea_cli.catalog.diff import CatalogDiff
from krea_cli.catalog.openapi.document import UnreadableDocument
from krea_cli.errors import Unreachable
from tests.catalog.documents import ROUTE, make_document, make_operation

BASE = "https://api.example"
OTHER = "/generate/video/maker/film"


class Service:
    """Serves one document, and records the ETag and date of each request."""

    def __init__(self, document: object) -> None:
        self.document = document
        self.validators: list[tuple[str | None, str | None]] = []

    def __call__(self, etag: str | None, last_modified: str | None) -> OpenapiDocument | None:
        """Return None if ETAG is still right."""
        self.validators.append((etag, last_modified))
        content = (
            self.document
            if isinstance(self.document, bytes)
            else json.dumps(self.document).encode()
        )
        return None if etag == '"1"' else OpenapiDocument(content, '"1"', None)


def test_without_a_cache_the_snapshot_stands_in(tmp_path: Path) -> None:
    """The first run works offline."""
    cache = CatalogCache(tmp_path, BASE)
    assert cache.load().source == "snapshot"
    assert (cache.age(100.0), cache.warning) == (None, None)
    assert list(tmp_path.iterdir()) == []


def test_a_refresh_is_saved_and_spares_the_next_transfer(tmp_path: Path) -> None:
    """The next run reads it; the next refresh asks with the ETag, and only the age changes."""
    service = Service(make_document({ROUTE: make_operation(), OTHER: make_operation()}))
    diff = CatalogCache(tmp_path, BASE).refresh(service, 1000.0)
    assert diff.added == ("maker/brush", "maker/film")
    again = CatalogCache(tmp_path, BASE)
    assert (again.load().ids, again.load().source) == (("maker/brush", "maker/film"), BASE)
    assert again.age(1060.0) == 60.0
    assert again.refresh(service, 2000.0) == CatalogDiff()
    assert CatalogCache(tmp_path, BASE).age(2001.0) == 1.0
    assert service.validators == [(None, None), ('"1"', None)]
    lines = "maker/brush\timage, price unknown\t\tprompt=;string\n"
    lines += "maker/film\tvideo, price unknown\t\tprompt=;string\n"
    assert (tmp_path / "models.tsv").read_text() == lines
    files = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    assert files == [CatalogCache(tmp_path, BASE).file.name, "models.tsv"]


def test_each_address_has_its_own_catalog(tmp_path: Path) -> None:
    """A rehearsal does not change the catalog of the real service."""
    CatalogCache(tmp_path, "http://127.0.0.1:1").refresh(Service(make_document()), 1.0)
    assert CatalogCache(tmp_path, BASE).load().source == "snapshot"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"<html>524</html>", "cannot be used: the OpenAPI document is not valid JSON"),
        ({"paths": {}}, "lists no model"),
        ({"paths": {"/generate/image/a b": {"post": {}}}}, "lists no model"),
        ({"openapi": "3.1.0"}, "cannot be used: the OpenAPI document has no paths"),
    ],
)
def test_an_unusable_answer_keeps_the_last_good_one(
    tmp_path: Path, answer: object, words: str
) -> None:
    """The error says that the last one is kept."""
    cache = CatalogCache(tmp_path, BASE)
    cache.refresh(Service(make_document()), 1.0)
    service = Service(answer)
    with pytest.raises(UnreadableDocument, match=words):
        cache.refresh(lambda etag, modified: service(None, None), 2.0)
    assert CatalogCache(tmp_path, BASE).load().ids == ("maker/brush",)


def test_errors_of_the_fetch_pass(tmp_path: Path) -> None:
    """The caller decides about being offline."""

    def fetch(etag: str | None, last_modified: str | None) -> OpenapiDocument | None:
        raise Unreachable("no route")

    with pytest.raises(Unreachable):
        CatalogCache(tmp_path, BASE).refresh(fetch, 1.0)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"base": "https://api.example"}', "[" * 9999, '{"base": "x"}']
)
def test_a_damaged_cache_is_ignored_with_a_warning(tmp_path: Path, text: str) -> None:
    """The snapshot stands in, and the next refresh mends it without an ETag."""
    cache = CatalogCache(tmp_path, BASE)
    cache.file.parent.mkdir()
    cache.file.write_text(text)
    assert cache.load().source == "snapshot"
    assert cache.warning == "the cached catalog is damaged and was ignored"
    service = Service(make_document())
    cache.refresh(service, 1.0)
    assert service.validators == [(None, None)]
    assert CatalogCache(tmp_path, BASE).load().ids == ("maker/brush",)


def test_a_cache_that_cannot_be_written_is_a_warning(tmp_path: Path) -> None:
    """This run still has the fresh catalog."""
    (tmp_path / "catalog").write_text("a file where a folder should be")
    cache = CatalogCache(tmp_path, BASE)
    cache.refresh(Service(make_document()), 1.0)
    assert cache.load().ids == ("maker/brush",)
    assert cache.warning is not None and cache.warning.startswith("the catalog was not cached: ")
