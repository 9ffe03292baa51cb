"""Another host that gives out results, and records the headers of all requests."""

import shutil
import threading
import urllib.request
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


class RecordingProxy:
    """Fetches from ORIGIN what is asked of it; `asked` are the headers of every request."""

    def __init__(self, origin: str) -> None:
        self.request_headers: list[Message] = []
        request_headers = self.request_headers

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                request_headers.append(self.headers)
                with urllib.request.urlopen(origin + self.path, timeout=10) as answer:
                    self.send_response(200)
                    for name in ("Content-Type", "Content-Length"):
                        self.send_header(name, answer.headers[name])
                    self.end_headers()
                    shutil.copyfileobj(answer, self.wfile)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> "RecordingProxy":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
