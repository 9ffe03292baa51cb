"""`--on-end`, and the notification at the end of long work."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_budget import BRUSH
from tests.commands.test_confirm import with_price
from tests.fakes.krea_service import Answer, KreaService, ScriptedJob, answer_with
from tests.harness.cli import Cli
from tests.tokens import KEY

SAVE = "import os, sys; open('end', 'w').write(sys.stdin.read() + repr(dict(os.environ)))"


def on_end(script: str) -> tuple[str, str]:
    """The option that runs SCRIPT in Python."""
    Path("end.py").write_text(script)
    return "--on-end", f"{sys.executable} end.py"


def read_end() -> dict[str, Any]:
    """The summary that the command got; no token was in its environment."""
    summary, _, environ = Path("end").read_text().partition("\n")
    assert KEY not in environ
    assert "KREA_API_KEY" not in environ
    assert "KREA_API_BASE" in environ
    return json.loads(summary)


def test_the_sums_are_handed_over(cli: Cli) -> None:
    """Files, errors, money and seconds; nothing of the command's own output reaches stdout."""
    with_price(cli, "0.5")
    result = cli.krea(*BRUSH, "-n", "2", "-o", "fox.png", *on_end("print('hello')\n" + SAVE))
    assert (result.code, result.out) == (0, "fox.png\nfox-2.png\n")
    end = read_end()
    assert (end["command"], end["exit_code"], end["charged"]) == ("generate", 0, "yes")
    assert (end["files"], end["errors"]) == (["fox.png", "fox-2.png"], [])
    assert (end["summary"]["done"], end["summary"]["spent"]) == (2, 1.0)
    assert end["seconds"] >= 5


def test_a_failure_is_told_as_well(cli: Cli) -> None:
    """The command runs after errors too, with the exit code."""
    cli.service.answers = [answer_with(402, {"error": "balance"})]
    assert cli.krea(*BRUSH[:2], "-o", "fox.png", *on_end(SAVE)).code == 6
    end = read_end()
    assert (end["exit_code"], end["charged"]) == (6, "no")
    assert [error["code"] for error in end["errors"]] == ["balance_empty"]


@pytest.mark.parametrize(
    ("ends", "charged"),
    [
        (["failed", "failed"], "no"),
        (["failed", "completed"], "yes"),
        (["completed", "failed"], "yes"),
    ],
)
def test_a_failed_job_is_not_called_charged(cli: Cli, ends: list[str], charged: str) -> None:
    """All failed is "no"; one that completed is "yes", whichever comes first."""

    def end_as(status: str) -> Answer:
        def answer(_: KreaService, job: ScriptedJob) -> None:
            job.final_status = status

        return answer

    cli.service.answers = [end_as(status) for status in ends]
    result = cli.krea(*BRUSH[:2], "-n", "2", "-o", "fox.png", *on_end(SAVE))
    end = read_end()
    assert (result.code, end["charged"]) == (1, charged)


@pytest.mark.parametrize(
    "script", ["import sys; sys.exit(3)", "import os; os.close(0); os._exit(3)"]
)
def test_its_own_failure_is_a_warning(cli: Cli, script: str) -> None:
    """The exit code of paid work stays."""
    result = cli.krea(*BRUSH[:2], "-o", "fox.png", *on_end(script))
    assert (result.code, result.out) == (0, "fox.png\n")
    assert result.err.endswith("end.py ended with exit code 3\n")


@pytest.mark.parametrize("command", ["generate", "batch", "wait", "download"])
@pytest.mark.parametrize("value", ["no-such-program x", "'", ""])
def test_the_command_is_checked_before_anything_is_sent(cli: Cli, command: str, value: str) -> None:
    """A program that cannot be run ends with 2, and nothing is sent."""
    result = cli.krea(command, "x", "--on-end", value)
    assert (result.code, cli.service.requests) == (2, [])
    assert "--on-end" in result.err


def test_a_batch(cli: Cli) -> None:
    """The summary of a batch is that of --json."""
    Path("l.txt").write_text("a fox\na cow\n")
    assert cli.krea("batch", "l.txt", "-o", "o/", *on_end(SAVE)).code == 0
    end = read_end()
    assert (end["command"], end["summary"]["total"], end["summary"]["done"]) == ("batch", 2, 2)


@pytest.mark.parametrize(
    ("seconds", "setting", "end"),
    [
        (30.0, None, "\x1b]9;krea: 1 done\x07"),
        (30.0, "bell", "\a"),
        (30.0, "off", ""),
        (5.0, None, ""),
    ],
)
def test_the_end_of_long_work(cli: Cli, seconds: float, setting: str | None, end: str) -> None:
    """The terminal notifies after 20 seconds, unless it is told not to."""
    cli.environ |= {"TERM": "xterm-256color", "NO_COLOR": "1"}
    cli.service.job_seconds = seconds
    if setting:
        assert cli.krea("config", "set", "terminal.notify", setting).code == 0
    shown = cli.krea(*BRUSH[:2], "-o", "fox.png", terminal=True)
    notices = [text for text in ("\x1b]9;", "\a") if text in shown.err]
    assert shown.err.endswith(end)
    assert bool(notices) == bool(end)
    piped = cli.krea(*BRUSH[:2], "-o", "fox-2.png")
    assert "\x1b" not in piped.err + piped.out
