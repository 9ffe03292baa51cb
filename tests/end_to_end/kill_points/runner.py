"""Run commands that are killed at a step of theirs, one after the other."""

import json
import select
import subprocess
import sys
from collections.abc import Callable

from tests.end_to_end.kill_points import worker
from tests.end_to_end.kill_points.table import KillPoint
from tests.harness.cli import CliResult
from tests.harness.installed_cli import TIMEOUT_SECONDS, InstalledCli, wait_until


class KillRunner:
    """A `worker.py` under way, and the way to give it orders."""

    def __init__(self) -> None:
        command = [sys.executable, worker.__file__]
        # It ends when the pipe to its stdin closes, even when this process is killed.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(
        self,
        installed: InstalledCli,
        point: KillPoint,
        *,
        origin: float,
        look: Callable[[], None],
    ) -> CliResult:
        """Run the command of POINT in the folder of INSTALLED until it dies there or ends.

        ORIGIN is that of its accelerated clock. LOOK is called again and again meanwhile.
        """
        assert self._process.stdin and self._process.stdout
        out, err = installed.folder.parent / "out", installed.folder.parent / "err"
        order = {
            "step": point.step.split(),
            "argv": point.command.argv,
            "folder": str(installed.folder),
            "environ": installed.environ,
            "origin": origin,
            "speed": point.clock_speed,
            "out": str(out),
            "err": str(err),
        }
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        answers = self._process.stdout

        def has_answered() -> bool:
            look()
            return bool(select.select([answers], [], [], 0)[0])

        wait_until(has_answered)
        code = int(answers.readline())
        look()
        return CliResult(code if code >= 0 else 128 - code, out.read_text(), err.read_text())

    def close(self) -> None:
        """Let it end, or end it where a command hangs."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
