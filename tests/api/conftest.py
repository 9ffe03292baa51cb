"""Fixtures of all tests here: no proxy of this machine, and a client for stubbed responses."""

from collections.abc import Iterator

import pytest

from krea_cli.api.client import ApiClient
from krea_cli.api.http import HttpClient
from tests.fakes.raw_http_server import BASE
from tests.tokens import KEY


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset the proxies of this machine."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def api() -> Iterator[ApiClient]:
    """A client of the service that pytest-httpx stubs."""
    http = HttpClient(BASE, KEY, version="1.2")
    yield ApiClient(http)
    http.close()
