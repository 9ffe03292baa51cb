"""Requests of the benches to a sandbox, beside the client under measurement."""

import json
import urllib.request
from typing import Any

from tests.fakes.sandbox_process import Sandbox

BODY = {"prompt": "a fox", "width": 512, "height": 512}
ROUTE = "/generate/image/bfl/flux-1-dev"


def submit(sandbox: Sandbox, route: str = ROUTE) -> str:
    """Make a job, and return its id."""
    return str(request_json(sandbox, route, json.dumps(BODY).encode())["job_id"])


def request_json(sandbox: Sandbox, path: str, body: bytes | None = None) -> dict[str, Any]:
    """The JSON answer to a GET, or to a POST of BODY."""
    headers = {"Authorization": f"Bearer {sandbox.token}", "Content-Type": "application/json"}
    request = urllib.request.Request(sandbox.api + path, body, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        fields: dict[str, Any] = json.load(answer)
        return fields


def count_polls(sandbox: Sandbox) -> int:
    """The number of reads of jobs that SANDBOX has answered."""
    return sum(sandbox.stats()["polls"].values())
