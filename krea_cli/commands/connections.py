"""The connections of a command."""

from collections.abc import Callable

from krea_cli import __version__
from krea_cli.api.http import HttpClient
from krea_cli.commands.usage_errors import require_ssl


def open_http(
    base: str, token: str | None, *, transport: object, log: Callable[[str], None] | None
) -> HttpClient:
    """Open connections to the service at BASE, with TOKEN; see `HttpClient`."""
    require_ssl()
    return HttpClient(base, token, version=__version__, transport=transport, log=log)
