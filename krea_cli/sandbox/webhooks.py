"""Webhooks, sent once, and only to the loopback interface: a rehearsal must reach nobody else."""

import http.client
import ipaddress
import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from krea_cli.sandbox.jobs import SandboxJob

TIMEOUT_SECONDS = 5


class Webhooks:
    """Webhooks of unfinished jobs, sent by one thread that starts with the first of them.

    BUILD_BODY makes the JSON body for a job, NOW gives the time in seconds since 1970.
    """

    def __init__(
        self, build_body: Callable[[SandboxJob], dict[str, Any]], now: Callable[[], float]
    ) -> None:
        self._build_body = build_body
        self._now = now
        self._waiting: list[tuple[SandboxJob, str]] = []
        self._changed = threading.Condition()
        self._started = False

    def add(self, job: SandboxJob, url: str) -> None:
        """Send JOB to URL when it ends; ignore a URL outside the loopback interface."""
        if not _is_loopback(url):
            return
        with self._changed:
            self._waiting.append((job, url))
            if not self._started:
                self._started = True
                threading.Thread(target=self._deliver_forever, daemon=True).start()
            self._changed.notify()

    def check_now(self) -> None:
        """Send webhooks that are due; call it after a job ended earlier than planned."""
        with self._changed:
            self._changed.notify()

    def _deliver_forever(self) -> None:
        while True:
            with self._changed:
                now = self._now()
                due = [entry for entry in self._waiting if entry[0].ended_at <= now]
                self._waiting = [entry for entry in self._waiting if entry[0].ended_at > now]
                if not due:
                    next_end = min((job.ended_at for job, _ in self._waiting), default=None)
                    self._changed.wait(None if next_end is None else next_end - now + 0.001)
            for job, url in due:
                _post(url, self._build_body(job))


def _post(url: str, data: dict[str, Any]) -> None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)
    try:
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        headers = {"Content-Type": "application/json"}
        connection.request("POST", target, json.dumps(data), headers)
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        pass  # no second try: the service promises none either
    finally:
        connection.close()


def _is_loopback(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme == "http" and (
            host == "localhost" or ipaddress.ip_address(host).is_loopback
        )
    except ValueError:
        return False
