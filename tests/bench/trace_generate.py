"""Trace one `krea generate`: its own files entered, and the changes of file: a measure of rooms.

`python tests/bench/trace_generate.py` prints both, and each file with its changes. The embedded
Krea runs in a process of its own. The ledger is new and nothing is imported yet, as at the first
run of a user.

A file is entered when one of its functions is called. A call in another file than the call before
is a change of file. Comprehensions, lambdas and class bodies do not count.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
from functools import cache
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import krea_cli
from tests.bench.line import Line
from tests.tokens import KEY

if TYPE_CHECKING:
    from tests.bench.checkout import Checkout

ROOT = Path(__file__).parents[2]
PACKAGE = f"{Path(krea_cli.__file__).parent}{os.sep}"
SANDBOX = f"{PACKAGE}sandbox{os.sep}"
ARGUMENTS = ["generate", "a red fox", "-o", "out.png"]


class Trace:
    """The calls of functions of this package.

    files: calls that changed into each file
    functions: qualified names with their file
    """

    def __init__(self) -> None:
        self.files: dict[str, int] = {}
        self.functions: set[tuple[str, str]] = set()
        self._last = ""

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        """Take in one event of the interpreter; see `sys.setprofile`."""
        code = frame.f_code
        file = code.co_filename
        if event != "call" or not file.startswith(PACKAGE) or file.startswith(SANDBOX):
            return
        if not code.co_flags & CO_OPTIMIZED or code.co_name.startswith("<"):
            return
        self.functions.add((file, code.co_qualname))
        if file != self._last:
            self._last = file
            self.files[file] = self.files.get(file, 0) + 1


def trace_generate(folder: Path, api: str, key: str) -> Trace:
    """Run one `generate` in FOLDER against the service at API, and trace it."""
    names = ("CONFIG", "STATE", "CACHE")
    os.environ |= {f"KREA_{name}_DIR": str(folder / name.lower()) for name in names}
    os.environ |= {"KREA_API_BASE": api, "KREA_API_KEY": key}
    os.chdir(folder)
    from krea_cli.main import main

    trace = Trace()
    threading.setprofile(trace)
    sys.setprofile(trace)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            code = main(ARGUMENTS)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    if code:
        sys.exit(f"the generate that was to be traced ended with {code}")
    return trace


def files_passed(checkout: "Checkout") -> Line:
    """One line: files of the program that are entered."""
    files, _ = _figures_of(checkout)
    against = "pipx 25, hf 28"
    return Line("one generate: own files passed", against, len(files), " files", 60)


def changes_of_file(checkout: "Checkout") -> Line:
    """One line: calls from one file of the program to another."""
    files, functions = _figures_of(checkout)
    changes = sum(files.values())
    detail = f"{functions} functions"
    return Line("… its changes of file", "pipx 199, hf 169", changes, " changes", 450, detail)


@cache
def _figures_of(checkout: "Checkout") -> tuple[dict[str, int], int]:
    from tests.bench.inside import call_inside

    files, functions = call_inside(checkout, "trace_generate", "trace_with_sandbox")
    return files, functions


def trace_with_sandbox() -> tuple[dict[str, int], int]:
    """The changes into each file, and the number of functions, of one `generate`."""
    command = [sys.executable, "-m", "krea_cli.sandbox", "--until-eof", "--speed", "20"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as sandbox,  # type: ignore
    ):
        assert sandbox.stdin and sandbox.stdout
        api = json.loads(sandbox.stdout.readline())["api"]
        trace = trace_generate(Path(folder), api, KEY)
        sandbox.stdin.close()  # which ends it
        os.chdir(ROOT)
    files = {file.removeprefix(PACKAGE): changes for file, changes in trace.files.items()}
    return files, len(trace.functions)


def main() -> None:
    """Print the figures, then each file with its changes, most first."""
    files, functions = trace_with_sandbox()
    figures = f"{len(files)} files, {sum(files.values())} changes of file"
    sys.stdout.write(f"{figures}, {functions} functions\n")
    for file in sorted(files, key=lambda file: -files[file]):
        sys.stdout.write(f"{files[file]:4} {file}\n")


if __name__ == "__main__":
    main()
