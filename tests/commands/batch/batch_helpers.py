"""A list of foxes, and the outcome of a batch."""

import itertools
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.harness.cli import Cli, CliResult


def write_list(name: str, numbers: range) -> None:
    """A list of foxes with those numbers."""
    Path(name).write_text("".join(f"fox {number}\n" for number in numbers))


def file_stems(folder: str = "out") -> list[str]:
    """The names in FOLDER without hash and extension, hidden files included."""
    return sorted(re.sub(r"-[0-9a-f]{6}\.png$", "", path.name) for path in Path(folder).iterdir())


def sent_prompts(cli: Cli) -> list[str]:
    """The prompts of all submits so far."""
    return [body["prompt"] for body in cli.service.posts]


def summary(result: CliResult) -> dict[str, Any]:
    """The summary of a run with --json."""
    lines = [json.loads(line) for line in result.err.splitlines()]
    return next(line["summary"] for line in reversed(lines) if "summary" in line)


FOXES = [f"fox-{number}" for number in range(1, 7)]


def serve_prices(cli: Cli) -> None:
    """The service has a catalog of today."""
    snapshot = Path(__file__).parents[3] / "krea_cli" / "catalog" / "snapshot.json"
    cli.service.openapi = json.loads(snapshot.read_text())


def die_at(
    monkeypatch: pytest.MonkeyPatch, kind: type, method: str, *, call: int, is_after: bool
) -> None:
    """Let this process, a fork, die as if killed at a CALL of METHOD of KIND, or after it."""
    original, calls = getattr(kind, method), itertools.count(1)

    def die(*args: object, **options: object) -> object:
        is_last = next(calls) == call
        if is_last and not is_after:
            os._exit(137)
        result = original(*args, **options)
        if is_last:
            os._exit(137)
        return result

    monkeypatch.setattr(kind, method, die)
