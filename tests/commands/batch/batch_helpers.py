"""A list of foxes, what becomes of it, and answers that a service may give."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.fakes.krea_service import Service
from tests.harness.cli import Result, World

Answer = Callable[[Service, dict[str, Any]], httpx.Response | None]


def write(name: str, numbers: range) -> None:
    """A list of foxes with those numbers."""
    Path(name).write_text("".join(f"fox {number}\n" for number in numbers))


def files(folder: str = "out") -> list[str]:
    """What is in FOLDER, hidden files as well."""
    return sorted(re.sub(r"-[0-9a-f]{6}\.png$", "", path.name) for path in Path(folder).iterdir())


def prompts(world: World) -> list[str]:
    """What was asked of the service so far."""
    return [body["prompt"] for body in world.service.posts]


def summary(result: Result) -> dict[str, Any]:
    """The summary of a run with --json."""
    lines = [json.loads(line) for line in result.err.splitlines()]
    return next(line["summary"] for line in reversed(lines) if "summary" in line)


def refused(status: int, body: dict[str, Any], **headers: str) -> Answer:
    """The service makes no job, and says so."""
    return lambda *_: httpx.Response(status, json=body, headers=headers)


def lost(service: Service, job: dict[str, Any]) -> None:
    """The job is made, and the answer gets lost."""
    service.keep(job)
    raise httpx.ReadError("reset")


def nothing(service: Service, job: dict[str, Any]) -> None:
    """No job is made, and no answer comes."""
    raise httpx.ReadError("reset")


FOXES = [f"fox-{number}" for number in range(1, 7)]


def priced(world: World) -> None:
    """The service has a catalogue of today."""
    snapshot = Path(__file__).parents[3] / "krea_cli" / "catalog" / "snapshot.json"
    world.service.document = json.loads(snapshot.read_text())
