"""Finished jobs whose results are as long as their id says: `python tests/bench/result_server.py`.

GET /jobs/bytes-N is a completed job, GET /N.png its result of N bytes. The kernel sends the
results, so that the client is measured and not Python's sending. The server is a process of its
own, because the peak memory of a child begins with its parent's.
"""

import json
import os
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONTENT_BLOCK = b"\x89PNG\r\n\x1a\n" + bytes(1 << 26)
CREATED_AT = "2026-11-22T12:00:00.000Z"


class Handler(BaseHTTPRequestHandler):
    """The two answers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a job or with a result."""
        size = self.path.rpartition("/")[2].removeprefix("bytes-").partition(".")[0]
        if not self.path.startswith("/jobs"):
            self._result(int(size))
            return
        result = {"urls": [f"http://{self.headers['Host']}/{size}.png"]}
        job = {
            "job_id": f"bytes-{size}",
            "status": "completed",
            "created_at": CREATED_AT,
            "completed_at": CREATED_AT,
        }
        body = json.dumps(job | {"result": result}).encode()
        self._begin(len(body), "application/json")
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """No log: it would be measured too."""

    def _begin(self, size: int, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.flush()

    def _result(self, size: int) -> None:
        self._begin(size, "image/png")
        with tempfile.TemporaryFile() as blocks:
            blocks.write(CONTENT_BLOCK)
            blocks.flush()
            target, source = self.connection.fileno(), blocks.fileno()
            while size:
                size -= os.sendfile(target, source, 0, min(size, len(CONTENT_BLOCK)))


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
