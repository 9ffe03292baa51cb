"""Webhooks, delivered once and only to the loopback interface: a rehearsal reaches nobody else."""

import http.client
import ipaddress
import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from krea_cli.sandbox.jobs import Job


class Webhooks:
    """Jobs that somebody wants to hear of; one thread for all, started by the first."""

    def __init__(self, describe: Callable[[Job], dict[str, Any]], now: Callable[[], float]) -> None:
        self._describe = describe
        self._now = now
        self._waiting: list[tuple[Job, str]] = []
        self._changed = threading.Condition()
        self._started = False

    def add(self, job: Job, url: str) -> None:
        """Tell URL when JOB ends; addresses other than loopback are dropped."""
        if not _is_loopback(url):
            return
        with self._changed:
            self._waiting.append((job, url))
            if not self._started:
                self._started = True
                threading.Thread(target=self._run, daemon=True).start()
            self._changed.notify()

    def wake(self) -> None:
        """Look again: a job may end earlier than planned."""
        with self._changed:
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                now = self._now()
                due = [entry for entry in self._waiting if entry[0].ended_at <= now]
                self._waiting = [entry for entry in self._waiting if entry[0].ended_at > now]
                if not due:
                    next_end = min((job.ended_at for job, _ in self._waiting), default=None)
                    self._changed.wait(None if next_end is None else next_end - now + 0.001)
            for job, url in due:
                _post(url, self._describe(job))


def _post(url: str, data: dict[str, Any]) -> None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=5)
    try:
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        headers = {"Content-Type": "application/json"}
        connection.request("POST", target, json.dumps(data), headers)
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        pass  # the service does not say that it tries again, so nor does this
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
