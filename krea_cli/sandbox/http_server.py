"""HTTP as the sandbox speaks it: threads, keep-alive, no delays, and sockets that can be reset."""

import contextlib
import json
import os
import socket
import socketserver
import struct
import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from krea_cli.sandbox.settings import SandboxError
from krea_cli.sandbox.state import World

PIECE = 64 * 1024
MAX_JSON = 20 * 1024 * 1024
JSON = "application/json"
PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"


class Server(ThreadingHTTPServer):
    """One port on the loopback interface; a daemon thread per connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 512  # a batch connects faster than the standard 5 allow

    def __init__(self, port: int, handler: type["Handler"], world: World) -> None:
        self.world = world
        self._open: set[Any] = set()
        try:
            super().__init__(("127.0.0.1", port), handler)
        except (OSError, OverflowError) as failure:
            raise SandboxError(f"cannot listen on port {port}: {failure}") from failure

    def server_bind(self) -> None:
        """Bind without asking DNS for the machine's name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        host, self.server_port = self.server_address[:2]
        self.server_name = str(host)

    @property
    def address(self) -> str:
        """http://127.0.0.1:PORT"""
        return f"http://127.0.0.1:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection in a thread of its own."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End one connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def stop(self) -> None:
        """Close the port and hang up on whoever is connected still."""
        self.shutdown()
        self.server_close()
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error; everything else is a bug, and shown."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError | ValueError):
            super().handle_error(request, client_address)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal()


class Body:
    """The body of a request as a stream, with a Content-Length or chunked."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._file = handler.rfile
        self._chunked = "chunked" in handler.headers.get("Transfer-Encoding", "").lower()
        length = handler.headers.get("Content-Length") or "0"
        self._left = int(length) if _is_count(length) and not self._chunked else 0
        self._done = not self._chunked

    def read(self, most: int = PIECE) -> bytes:
        """Up to MOST bytes; nothing at the end."""
        if not self._left and not self._done:
            self._left = max(0, int(self._file.readline(100).split(b";")[0] or b"0", 16))
            self._done = self._left == 0
            if self._done:
                self._file.readline(100)
        piece = self._file.read(min(most, self._left))
        self._left = self._left - len(piece) if piece else 0
        if self._chunked and not self._left and not self._done:
            self._file.readline(100)
        return piece


class Handler(BaseHTTPRequestHandler):
    """Answers in one piece each; subclasses say what."""

    protocol_version = "HTTP/1.1"
    server_version = "krea-sandbox"
    sys_version = ""
    disable_nagle_algorithm = True  # else every answer waits 40 ms for an acknowledgement
    wbufsize = PIECE  # head and body leave in one packet where they fit
    timeout = 300  # an idle connection is given up
    server: Server

    @property
    def world(self) -> World:
        """The sandbox that this connection belongs to."""
        return self.server.world

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header, by the sandbox's own clock as every time it tells."""
        return super().date_time_string(self.world.now() if timestamp is None else timestamp)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the terminal belongs to the command that is rehearsed."""

    def answer(
        self,
        status: int,
        content: bytes,
        *,
        media_type: str = JSON,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send a whole answer."""
        self.send_response(status)
        if media_type:
            self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def answer_json(
        self, status: int, data: Any, *, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send DATA as JSON."""
        self.answer(status, json.dumps(data).encode(), headers=headers)

    def answer_page(
        self, status: int, title: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send an HTML page, as gateways and wrong paths do."""
        page = PAGE.format(title).encode()
        self.answer(status, page, media_type="text/html; charset=UTF-8", headers=headers)

    def reset(self) -> None:
        """Close the connection with a RST instead of an orderly end."""
        self.close_connection = True
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        # Detached, because socketserver would say goodbye with a FIN before it closes.
        os.close(self.connection.detach())

    def body(self) -> bytes:
        """The whole body of a request, at most 20 MB of it."""
        body, pieces, size = Body(self), list[bytes](), 0
        while piece := body.read():
            size += len(piece)
            if size <= MAX_JSON:
                pieces.append(piece)
        return b"".join(pieces)
