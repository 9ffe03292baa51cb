"""Modules that a command imports: each costs every start of it.

`python -m tests.test_startup` writes the lists in `tests/startup/` anew.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.fakes.raw_http_server import RawServer, Received, response
from tests.tokens import KEY

LISTS = Path(__file__).with_name("startup")
JOB_ID = "550e8400-e29b-41d4-a716-446655440000"
JOB = {"job_id": JOB_ID, "status": "processing", "created_at": "2026-01-01T00:00:00Z"}
COMMANDS = {
    "status": ["status", JOB_ID],
    "history": ["history"],
    "generate": ["generate", "a fox", "-m", "bfl/flux-1-dev", "-o", "fox.png"],
}
# Of other packages and the standard library, those that take more than a millisecond.
HEAVY = (
    "PIL|anyio|asyncio|certifi|concurrent|csv|email|hashlib|html|httpcore|httpx|json|markdown_it"
    "|multiprocessing|platformdirs|rich|sqlite3|ssl|tomllib|typer|unittest|urllib.request|xml"
    "|zoneinfo"
)
START = "from krea_cli.__main__ import run; run()"


def imported(lines: str) -> set[str]:
    """The modules in LINES of -X importtime."""
    return set(re.findall(r"^import time:.*\| +(\S+)$", lines, re.MULTILINE))


def run(program: str, argv: list[str], folder: Path, url: str = "http://127.0.0.1:1") -> set[str]:
    """The modules that PROGRAM imports with ARGV."""
    folders = {f"KREA_{name}_DIR": str(folder / name) for name in ("CONFIG", "STATE", "CACHE")}
    with (folder / "stderr").open("wb") as stderr:
        subprocess.run(
            [sys.executable, "-X", "importtime", "-c", program, *argv],
            cwd=folder,
            env={**os.environ, **folders, "KREA_API_BASE": url, "KREA_API_KEY": KEY},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            timeout=60,
        )
    return imported((folder / "stderr").read_text())


def load_modules(name: str, folder: Path) -> list[str]:
    """The package's own and the heavy modules of the command NAME; of a POST, until it leaves."""
    at_post: list[set[str]] = []

    def answer(request: Received) -> bytes:
        if request.line.startswith("POST"):
            # The command is waiting now, and it has told of each import at once.
            at_post.append(imported((folder / "stderr").read_text()))
            return response(b'{"error": "no"}', status="400 Bad Request")
        return response(json.dumps(JOB).encode())

    with RawServer(answer) as server:
        modules = run(START, COMMANDS[name], folder, server.url)
    modules = at_post[0] if name == "generate" else modules
    return sorted(each for each in modules if re.fullmatch(rf"krea_cli.*|{HEAVY}", each))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_imports_only_what_it_needs(name: str, tmp_path: Path) -> None:
    """A module that is new here costs time at each start."""
    modules, listed = set(load_modules(name, tmp_path)), set(list_file(name).read_text().split())
    assert not modules - listed, (
        f"krea {name} imports {', '.join(sorted(modules - listed))} as well: import it inside the"
        f" function that needs it; if every {name} does, add it to tests/startup/{name}.txt"
    )
    assert not listed - modules, (
        f"krea {name} imports {', '.join(sorted(listed - modules))} no more: take it out of"
        f" tests/startup/{name}.txt"
    )


def test_the_version_imports_nothing(tmp_path: Path) -> None:
    """Nothing beyond an empty Python, but for the version itself."""
    modules = run(START, ["--version"], tmp_path) - run("pass", [], tmp_path)
    assert modules == {"krea_cli", "krea_cli.__main__"}


def list_file(name: str) -> Path:
    """The file that lists the modules of the command NAME."""
    return LISTS / f"{name}.txt"


if __name__ == "__main__":
    for command in COMMANDS:
        with TemporaryDirectory() as made:
            text = "".join(f"{each}\n" for each in load_modules(command, Path(made)))
        list_file(command).write_text(text)
