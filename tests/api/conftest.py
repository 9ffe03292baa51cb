"""What the tests of the wire share: no proxy of the machine's own, and a client for stubs."""

from collections.abc import Iterator

import pytest

from krea_cli.api.client import Api
from krea_cli.api.http import Http
from tests.fakes.raw_http_server import BASE
from tests.tokens import KEY


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own proxy and certificates have no say."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def api() -> Iterator[Api]:
    """A client of a service that pytest-httpx plays."""
    http = Http(BASE, KEY, version="1.2")
    yield Api(http)
    http.close()
