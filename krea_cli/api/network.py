"""The sockets under httpx, with bounds that it does not know: an end, and judged addresses."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpcore
from httpcore._backends.sync import SyncStream

from krea_cli.api.standby import Connection

_thread = threading.local()


class Bounds:
    """Bounds of one exchange; they hold in the thread that calls `apply`.

    seconds: the time for all of it, or for the next piece; it ends a server that drips
    has_body: True if the time begins when the request is written: an upload takes its own
    host: the host to be judged; a proxy is another, and resolves names itself
    judge: takes each address of the host before a connection to it; raises to refuse it
    connection: opened before, and used in place of a new one
    """

    def __init__(
        self,
        seconds: float,
        *,
        has_body: bool = False,
        host: str = "",
        judge: Callable[[str], None] | None = None,
        connection: Connection | None = None,
    ) -> None:
        self.seconds = seconds
        self.has_body = has_body
        self.host = host
        self.judge = judge
        self.connection = connection
        self._end = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """True if the time is up, as far as a timer can tell."""
        return time.monotonic() > self._end - 0.01

    def renew(self) -> None:
        """Let the time begin anew."""
        self._end = time.monotonic() + self.seconds

    def iterate(self, chunks: Iterable[bytes], seconds: Callable[[], float]) -> Iterator[bytes]:
        """Yield CHUNKS, read in these bounds, with SECONDS for each."""
        iterator = iter(chunks)
        while True:
            self.seconds = seconds()
            self.renew()
            if (chunk := next(iterator, None)) is None:
                return
            yield chunk

    @contextmanager
    def apply(self) -> Iterator[None]:
        """Hold in this thread for the block."""
        before, _thread.bounds = _current(), self
        try:
            yield
        finally:
            _thread.bounds = before

    def limit(self, timeout: float | None) -> float:
        """TIMEOUT, or the time that is left. Raises `ReadTimeout` if there is none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(timeout, left)


def _current() -> Bounds | None:
    return getattr(_thread, "bounds", None)


class BoundedNetwork(httpcore.NetworkBackend):
    """Connects within the bounds of its thread."""

    def __init__(self) -> None:
        self._system = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to HOST; if it is judged, to an address that was judged."""
        bounds = _current()
        if bounds and (ready := bounds.connection) and (opened := ready.take()):
            return _BoundedStream(SyncStream(opened), is_secured=ready.is_tls)
        judge = bounds.judge if bounds and bounds.host == host else None
        addresses = [host] if judge is None else _resolve(host, port)
        if judge is not None:
            for address in addresses:
                judge(address)

        def connect(address: str) -> httpcore.NetworkStream:
            stream = self._system.connect_tcp(address, port, timeout, local_address, socket_options)
            return _BoundedStream(stream)

        for address in addresses[:-1]:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return connect(address)
        return connect(addresses[-1])

    def sleep(self, seconds: float) -> None:
        """Sleep between tries to connect, of which there is one."""
        self._system.sleep(seconds)


class _BoundedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, *, is_secured: bool = False) -> None:
        self._stream = stream
        self._is_secured = is_secured  # its handshake is done

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        bounds = _current()
        return self._stream.read(max_bytes, bounds.limit(timeout) if bounds else timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        bounds = _current()
        if bounds and timeout is not None:
            timeout = min(timeout, bounds.seconds)  # until the peer takes something
        self._stream.write(buffer, timeout)
        if bounds and bounds.has_body:
            bounds.renew()

    def start_tls(self, *arguments: Any, **options: Any) -> httpcore.NetworkStream:
        if self._is_secured:
            return self
        return _BoundedStream(self._stream.start_tls(*arguments, **options))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()


def _resolve(host: str, port: int) -> list[str]:
    import socket

    try:
        found: Iterable[Any] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as failure:
        raise httpcore.ConnectError(str(failure)) from failure
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
