"""Connections that stand open before a request needs them: it then costs one round trip.

Imports nothing of httpx, so that a connection can be opened while that is still being loaded.
"""

import _thread
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

# Hosts close a connection on which no request comes, the hasty ones after five seconds.
MAX_AGE_SECONDS = 3.0
CONNECT_SECONDS = 10.0


class Connection:
    """An open connection, for one request.

    is_tls: the handshake is done
    """

    def __init__(self, opened: socket.socket, *, is_tls: bool) -> None:
        self.is_tls = is_tls
        self._socket = opened
        self._is_taken = False
        self._opened_at = time.monotonic()

    def take(self) -> socket.socket | None:
        """Return its socket; None from the second time on."""
        is_taken, self._is_taken = self._is_taken, True
        return None if is_taken else self._socket

    @property
    def is_usable(self) -> bool:
        """True for a young connection that the other side has not closed, and sent nothing on."""
        return time.monotonic() - self._opened_at < MAX_AGE_SECONDS and self._is_silent()

    def close(self) -> None:
        """Close it, unused."""
        with suppress(OSError):
            self._socket.close()

    def _is_silent(self) -> bool:
        timeout = self._socket.gettimeout()
        try:
            # Reading is the only question that sees the end behind a ticket of TLS 1.3.
            self._socket.setblocking(False)
            self._socket.recv(1)
        except OSError as failure:
            # With TLS, "nothing to read yet" is an error of its own.
            return isinstance(failure, BlockingIOError) or _wants_read(failure)
        finally:
            with suppress(OSError):
                self._socket.settimeout(timeout)
        return False


class Standby:
    """Opens connections to HOST and PORT ahead of their use, each in a thread of its own.

    tls: returns the context of the handshake; None for none, as on the way to a proxy
    """

    def __init__(
        self, host: str, port: int, tls: "Callable[[], ssl.SSLContext] | None" = None
    ) -> None:
        self._host, self._port, self._tls = host, port, tls
        self._openings: deque[_Opening] = deque()
        self._lock = threading.Lock()

    def open_ahead(self, count: int = 1) -> None:
        """Begin to open connections until COUNT stand open or are about to. Raises nothing."""
        with self._lock:
            self._discard_useless()
            while len(self._openings) < count:
                self._openings.append(_Opening(self._open))

    def take(self) -> Connection:
        """Return a connection, opened ahead or now. Raises OSError and UnicodeError."""
        while True:
            with self._lock:
                opening = self._openings.popleft() if self._openings else None
            if opening is None:
                return self._open()
            if (connection := opening.wait()) is not None:
                if connection.is_usable:
                    return connection
                connection.close()

    def close(self) -> None:
        """Close the connections that nobody took."""
        with self._lock:
            while self._openings:
                self._openings.popleft().discard()

    def _discard_useless(self) -> None:
        kept = [opening for opening in self._openings if opening.is_promising]
        for opening in set(self._openings) - set(kept):
            opening.discard()
        self._openings = deque(kept)

    def _open(self) -> Connection:
        plain = socket.create_connection((self._host, self._port), CONNECT_SECONDS)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is None:
                return Connection(plain, is_tls=False)
            context = self._tls()
            context.set_alpn_protocols(["http/1.1"])
            return Connection(context.wrap_socket(plain, server_hostname=self._host), is_tls=True)
        except BaseException:
            plain.close()
            raise


class _Opening:
    """A connection that is being opened in a thread."""

    def __init__(self, open_: Callable[[], Connection]) -> None:
        self._open = open_
        self._over = threading.Event()
        self._connection: Connection | None = None
        self._is_unwanted = False
        self._lock = threading.Lock()
        _thread.start_new_thread(self._work, ())  # without the wait of `Thread.start`

    @property
    def is_promising(self) -> bool:
        """True while it is under way, and while its connection is usable."""
        if not self._over.is_set():
            return True
        return self._connection is not None and self._connection.is_usable

    def wait(self) -> Connection | None:
        """Return the connection once it stands; None if it failed: the next try says why."""
        self._over.wait()
        return self._connection

    def discard(self) -> None:
        """Close the connection, as soon as it stands."""
        with self._lock:
            self._is_unwanted = True
            if self._connection is not None:
                self._connection.close()

    def _work(self) -> None:
        connection = None
        # Whatever goes wrong here is met again, and told, by whoever needs the connection.
        with suppress(Exception):
            connection = self._open()
        with self._lock:
            self._connection = connection
            if connection is not None and self._is_unwanted:
                connection.close()
        self._over.set()


def _wants_read(failure: OSError) -> bool:
    import ssl

    return isinstance(failure, ssl.SSLWantReadError)
