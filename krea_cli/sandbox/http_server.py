"""HTTP of a sandbox: threads, keep-alive, no delays, and connections that can be reset."""

import contextlib
import json
import os
import socket
import socketserver
import struct
import sys
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from krea_cli.sandbox.settings import SandboxError
from krea_cli.sandbox.state import SandboxState

CHUNK_BYTES = 64 * 1024
MAX_BODY_BYTES = 20 * 1024 * 1024
MAX_CHUNK_LINE_BYTES = 100
JSON_MEDIA_TYPE = "application/json"
PAGE_TEMPLATE = (
    "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"
)


class HttpServer(ThreadingHTTPServer):
    """One port on the loopback interface, with a daemon thread per connection.

    state: the sandbox behind the port

    Raises SandboxError if the port cannot be opened.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 512  # a batch connects faster than the standard 5 allow

    def __init__(self, port: int, handler: type["Handler"], state: SandboxState) -> None:
        self.state = state
        self._connections: set[Any] = set()
        try:
            super().__init__(("127.0.0.1", port), handler)
        except (OSError, OverflowError) as failure:
            raise SandboxError(f"cannot listen on port {port}: {failure}") from failure

    def server_bind(self) -> None:
        """Bind without asking DNS for the machine's name, since that can take seconds."""
        socketserver.TCPServer.server_bind(self)
        host, self.server_port = self.server_address[:2]
        self.server_name = str(host)

    @property
    def address(self) -> str:
        """The URL http://127.0.0.1:PORT."""
        return f"http://127.0.0.1:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection in a thread of its own."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End one connection."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def stop(self) -> None:
        """Close the port and every open connection."""
        self.shutdown()
        self.server_close()
        for connection in tuple(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that left; show everything else, as it is a bug."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError | ValueError):
            super().handle_error(request, client_address)


class RequestBody:
    """The body of a request as a stream, with a Content-Length or chunked (RFC 9112)."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._file = handler.rfile
        self._chunked = "chunked" in handler.headers.get("Transfer-Encoding", "").lower()
        length = handler.headers.get("Content-Length") or "0"
        has_length = length.isascii() and length.isdecimal() and not self._chunked
        self._remaining_bytes = int(length) if has_length else 0  # of the body, or of a chunk
        self._complete = not self._chunked

    def read(self, max_bytes: int = CHUNK_BYTES) -> bytes:
        """Read up to MAX_BYTES; return b"" at the end."""
        if not self._remaining_bytes and not self._complete:
            size_line = self._file.readline(MAX_CHUNK_LINE_BYTES)
            self._remaining_bytes = max(0, int(size_line.split(b";")[0] or b"0", 16))
            self._complete = self._remaining_bytes == 0
            if self._complete:
                self._file.readline(MAX_CHUNK_LINE_BYTES)
        data = self._file.read(min(max_bytes, self._remaining_bytes))
        self._remaining_bytes = self._remaining_bytes - len(data) if data else 0
        if self._chunked and not self._remaining_bytes and not self._complete:
            self._file.readline(MAX_CHUNK_LINE_BYTES)
        return data


class Handler(BaseHTTPRequestHandler):
    """Base of both ports' handlers: whole answers, and connections that can be reset."""

    protocol_version = "HTTP/1.1"
    server_version = "krea-sandbox"
    sys_version = ""
    disable_nagle_algorithm = True  # else every answer waits 40 ms for an acknowledgement
    wbufsize = CHUNK_BYTES  # head and body leave in one packet where they fit
    timeout = 300  # seconds until an idle connection is closed
    server: HttpServer

    @property
    def state(self) -> SandboxState:
        """The sandbox of this connection."""
        return self.server.state

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header by the sandbox's clock, like every time in its answers."""
        return super().date_time_string(self.state.now() if timestamp is None else timestamp)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the terminal belongs to the command that is rehearsed."""

    def parse_request(self) -> bool:
        """Read the head of a request, and refuse one that asks for another host.

        A page in a browser can be given a name that means 127.0.0.1, and would read the answers.
        """
        if not super().parse_request():
            return False
        port = self.server.server_port
        names = [name.lower() for name in self.headers.get_all("Host", [])]
        if names in ([f"127.0.0.1:{port}"], [f"localhost:{port}"]):
            return True
        self.close_connection = True
        self.answer_json(421, {"error": f"This server is 127.0.0.1:{port} and no other host."})
        return False

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer an unreadable request or an unknown method with JSON."""
        self.close_connection = True
        self.answer_json(code, {"error": message or HTTPStatus(code).phrase})

    def answer(
        self,
        status: int,
        content: bytes,
        *,
        media_type: str = JSON_MEDIA_TYPE,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send a whole answer; without a Content-Type if MEDIA_TYPE is empty."""
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
        """Send an HTML page, as gateways do, and the service for unknown paths."""
        page = PAGE_TEMPLATE.format(title).encode()
        self.answer(status, page, media_type="text/html; charset=UTF-8", headers=headers)

    def reset_connection(self) -> None:
        """Close the connection with a RST instead of an orderly end."""
        self.close_connection = True
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        # Detached, because socketserver would end the connection with a FIN before it closes.
        os.close(self.connection.detach())

    def read_body(self) -> bytes:
        """Read the body of the request to its end; return at most 20 MiB of it."""
        body, pieces, size = RequestBody(self), list[bytes](), 0
        while piece := body.read():
            size += len(piece)
            if size <= MAX_BODY_BYTES:
                pieces.append(piece)
        return b"".join(pieces)
