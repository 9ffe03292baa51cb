"""Tell if a command is a rehearsal: the one place that decides it."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

from krea_cli.errors import KreaError

# The end of every token of an embedded Krea; no key of the service has a word there.
SANDBOX_TOKEN_SUFFIX = ":free-of-charge"


class Token(Protocol):
    """A token for the service."""

    @property
    def value(self) -> str:
        """The token itself."""


class Account(Protocol):
    """The address of the service and the token for it, each read when it is asked for."""

    @property
    def base(self) -> str:
        """The address."""

    @property
    def token(self) -> Token:
        """The token. Raises `NoToken`."""


def is_rehearsal(connections: Iterable[object], account: Account) -> bool:
    """Tell if the embedded Krea has answered on CONNECTIONS, or would be the one to answer.

    Without a request of this command, address and token tell it.
    """
    if any(getattr(each, "is_sandbox", False) for each in connections):
        return True
    with suppress(KreaError):
        # The token first: most commands have read it, and its end is seldom this one.
        return account.token.value.endswith(SANDBOX_TOKEN_SUFFIX) and _is_local(account.base)
    return False


def _is_local(base: str) -> bool:
    from urllib.parse import urlsplit

    from krea_cli.api.url_policy import is_loopback

    with suppress(ValueError):
        return is_loopback(urlsplit(base).hostname or "")
    return False
