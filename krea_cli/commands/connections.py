"""The connections of a command."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from krea_cli import __version__
from krea_cli.api.certificates import Certificates
from krea_cli.api.http import HttpClient
from krea_cli.commands.environment_errors import require_ssl

if TYPE_CHECKING:
    from krea_cli.api.client import ApiClient
    from krea_cli.catalog.cache import CatalogCache
    from krea_cli.catalog.diff import CatalogDiff
    from krea_cli.clock import Clock
    from krea_cli.env import Env


def open_http(
    env: "Env", base: str, token: str | None, *, log: Callable[[str], None] | None
) -> HttpClient:
    """Open connections to the service at BASE, with TOKEN; see `HttpClient`."""
    require_ssl()
    certificates = Certificates(env.get("SSL_CERT_FILE"), env.get("SSL_CERT_DIR"))
    return HttpClient(
        base,
        token,
        version=__version__,
        transport=env.transport,
        log=log,
        certificates=certificates,
    )


def refresh_catalog(
    cache: "CatalogCache", api: "ApiClient", clock: "Clock", deadline: float | None
) -> "CatalogDiff":
    """Fetch the catalog into CACHE before DEADLINE (monotonic), and return what changed.

    Raises `KreaError` if the service cannot be asked, or its answer cannot be used.
    """
    seconds = clock.seconds_until(deadline)
    return cache.refresh(
        lambda etag, modified: clock.wait_for(
            lambda: api.fetch_openapi(etag=etag, last_modified=modified, seconds=seconds)
        ),
        clock.now(),
    )
