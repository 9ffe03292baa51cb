"""The installed `krea` in a folder of its own, as a process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.harness.cli import CliResult

BIN = Path(sys.executable).parent
KREA = str(BIN / "krea")
TIMEOUT_SECONDS = 30.0


class InstalledCli:
    """The installed `krea` with a current folder and an environment."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder / "work"
        self.folder.mkdir()
        self.environ = environ
        self._running: list[RunningCommand] = []

    def variables(self, changes: dict[str, str | None]) -> dict[str, str]:
        """The environment with CHANGES; None takes a variable out."""
        merged = {**self.environ, **changes}
        return {name: value for name, value in merged.items() if value is not None}

    def krea(self, *argv: str, stdin: bytes = b"", **changes: str | None) -> CliResult:
        """Run `krea ARGV` to its end, with STDIN on its standard input."""
        return self.run([KREA, *argv], stdin=stdin, **changes)

    def sh(self, script: str, **changes: str | None) -> CliResult:
        """Run SCRIPT in a POSIX shell that finds `krea` on its PATH."""
        return self.run(["sh", "-c", script], **changes)

    def run(self, command: list[str], *, stdin: bytes = b"", **changes: str | None) -> CliResult:
        """Run COMMAND to its end."""
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            cwd=self.folder,
            env=self.variables(changes),
            timeout=4 * TIMEOUT_SECONDS,
        )
        return _result(done.returncode, done.stdout, done.stderr)

    def start(self, *command: str, **changes: str | None) -> "RunningCommand":
        """Start COMMAND in a process group of its own."""
        log = self.folder.parent / f"stderr-{len(self._running)}"
        running = RunningCommand(command, self.folder, self.variables(changes), log)
        self._running.append(running)
        return running

    def close(self) -> None:
        """End what is still under way."""
        for running in self._running:
            if not running.ended:
                running.kill()

    @property
    def part_files(self) -> list[str]:
        """The hidden part files that are still about."""
        return sorted(path.name for path in self.folder.rglob(".*") if path.is_file())


class RunningCommand:
    """A process under way, whose standard error is read from a file while it runs."""

    def __init__(
        self, command: tuple[str, ...], folder: Path, environ: dict[str, str], log: Path
    ) -> None:
        self._log = log
        with log.open("wb") as stderr:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=folder,
                env=environ,
                process_group=0,
            )

    @property
    def err(self) -> str:
        """Its standard error so far."""
        return self._log.read_text("utf-8", "replace")

    @property
    def ended(self) -> bool:
        """True when it has ended."""
        return self._process.poll() is not None

    def wait_for(self, text: str) -> None:
        """Wait until it has said TEXT."""
        wait_until(lambda: text in self.err or self.ended)
        assert text in self.err, self.err

    @property
    def pid(self) -> int:
        """Its number, and that of its process group."""
        return self._process.pid

    def interrupt(self) -> CliResult:
        """Ctrl-C as a terminal sends it, to the whole group, and wait for the end."""
        os.killpg(self.pid, signal.SIGINT)
        return self.wait()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it and all its children at once, as a lost power line would."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> CliResult:
        """Wait for its end."""
        out, _ = self._process.communicate(timeout=4 * TIMEOUT_SECONDS)
        return _result(self._process.returncode, out, self._log.read_bytes())


def wait_until(condition: Callable[[], object], seconds: float = TIMEOUT_SECONDS) -> None:
    """Return as soon as CONDITION holds; fail after SECONDS."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "what the test waits for did not happen"
        time.sleep(0.01)


def is_stopped(pid: int) -> bool:
    """Tell if a process is stopped by a signal."""
    state = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, check=True)
    return state.stdout.startswith(b"T")


def _result(code: int, out: bytes, err: bytes) -> CliResult:
    return CliResult(
        code if code >= 0 else 128 - code, os.fsdecode(out), err.decode("utf-8", "replace")
    )
