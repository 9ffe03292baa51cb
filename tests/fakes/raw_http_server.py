"""A server on loopback that speaks just enough HTTP to misbehave on demand."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from krea_cli.api.certificates import Certificates
from krea_cli.api.http import HttpClient
from tests.tokens import KEY

BASE = "https://api.krea.test"  # of a client whose wire is stubbed
TOKEN = KEY
CERTIFICATE = Path(__file__).with_name("untrusted.pem")


@dataclass(frozen=True)
class Received:
    """One request: its first line, its headers in lower case, its body, its connection's number."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int


# What to do with a request: bytes to send, or one of these.
RESET = b"<reset>"
CLOSE = b"<close>"
HANG = b"<hang>"
DRIP = b"<drip>"  # before an answer: send it byte by byte, in more time than anybody has
DRIP_SECONDS = 0.02
Answer = Callable[[Received], bytes]


def response(body: bytes = b"{}", *, status: str = "200 OK", headers: str = "") -> bytes:
    """The bytes of a whole answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


class RawServer:
    """Serves on loopback, one thread per connection, until `close`."""

    def __init__(self, answer: Answer, *, tls: bool = False) -> None:
        self.received: list[Received] = []
        self.connections = 0
        self._answer = answer
        self._context: ssl.SSLContext | None = None
        if tls:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(CERTIFICATE)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> "RawServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving and wait for the threads."""
        self._ended.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(
                target=self._serve, args=(connection, self.connections), daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.settimeout(5)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
                stack.callback(connection.close)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while (request := self._read(connection, number)) is not None:
                self.received.append(request)
                if not self._act(connection, self._answer(request)):
                    return

    def _act(self, connection: socket.socket, answer: bytes) -> bool:
        if answer == HANG:
            self._ended.wait(5)
        elif answer == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif answer.startswith(DRIP):
            for byte in answer.removeprefix(DRIP):
                connection.sendall(bytes([byte]))
                if self._ended.wait(DRIP_SECONDS):
                    break
        elif answer != CLOSE:
            cut = answer.endswith(CLOSE)
            connection.sendall(answer.removesuffix(CLOSE))
            return not cut
        return False

    def _read(self, connection: socket.socket, number: int) -> Received | None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece or piece[:1] == b"\x16":  # a TLS greeting where none is understood
                return None
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").split("\r\n")
        pairs = (field.partition(": ") for field in fields)
        headers = {name.lower(): value for name, _, value in pairs}
        while len(body) < int(headers.get("content-length", 0)):
            body += connection.recv(65536)
        return Received(line, headers, body, number)


@contextlib.contextmanager
def served(
    answer: Answer,
    *,
    tls: bool = False,
    base: str = "",
    certificates: Certificates | None = None,
) -> Iterator[tuple[RawServer, HttpClient]]:
    """A server that gives ANSWER, and an HttpClient for it with BASE as its path."""
    with RawServer(answer, tls=tls) as server:
        http = HttpClient(server.url + base, TOKEN, version="1.2", certificates=certificates)
        try:
            yield server, http
        finally:
            http.close()
