"""Webhooks: the job at its end, sent to the loopback interface only."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import SimpleQueue

from tests.sandbox.conftest import FLUX, StartSandbox


def test_a_webhook_receives_the_job_when_it_has_ended(start_sandbox: StartSandbox) -> None:
    """The job is sent once, as JSON; other hosts are never called."""
    received: SimpleQueue[tuple[str, object]] = SimpleQueue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            received.put((self.path, json.loads(self.rfile.read(length))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    receiver = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.handle_request, daemon=True).start()
    krea = start_sandbox()
    url = f"http://127.0.0.1:{receiver.server_port}/done?x=1"
    for target in ("https://example.com/hook", "http://192.0.2.1/hook", url):
        headers = {"X-Webhook-URL": target}
        job_id = krea.client.post(FLUX, json={"prompt": "a"}, headers=headers).json()["job_id"]

    krea.clock.advance(10)
    krea.state.webhooks.check_now()
    path, job = received.get(timeout=10)
    receiver.server_close()

    assert (path, job) == ("/done?x=1", krea.read_job(job_id))
    assert krea.state.stats.webhooks == 1
