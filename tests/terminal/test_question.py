"""A question on a terminal: its answers, the keys that end it, and nobody to ask."""

import io
import signal
from collections.abc import Callable
from dataclasses import dataclass

import pexpect
import pytest

from krea_cli.clock import Clock
from krea_cli.env import Env
from krea_cli.errors import Interrupted
from krea_cli.terminal.output import Output
from tests.harness.cli import Keyboard
from tests.harness.terminals import start_on_terminal
from tests.terminal.conftest import RecordedTerminal

Script = Callable[[str], list[str]]


@dataclass
class Person:
    """An output on a terminal, and a person who reads and types there."""

    output: Output
    stderr: RecordedTerminal

    @classmethod
    def typing(cls, text: str, *, json: bool = False, quiet: bool = False) -> "Person":
        """A person who types TEXT."""
        keys, screen = Keyboard(text), RecordedTerminal()
        env = Env(environ={}, stdin=keys, stdout=RecordedTerminal(), stderr=screen, clock=Clock())
        keys.clock = env.clock
        return cls(Output(env, json=json, quiet=quiet, verbose=False), screen)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("y\n", True),
        (" YES \n", True),
        ("\n", False),
        ("n\n", False),
        ("no\n", False),
        ("yesterday\n", False),
        ("", False),
        ("y", True),
    ],
)
@pytest.mark.parametrize("quiet", [False, True], ids=["", "quiet"])
def test_answers(typed: str, answer: bool, quiet: bool) -> None:
    """Only yes is yes; after Ctrl-D the line ends."""
    person = Person.typing(typed, quiet=quiet)
    assert person.output.ask("pay $2.00?") is answer
    assert person.stderr.getvalue() == "pay $2.00? [y/N] " + ("" if typed.endswith("\n") else "\n")


def test_programs_are_not_asked() -> None:
    """With --json there is no question."""
    person = Person.typing("y\n", json=True)
    assert person.output.ask("pay?") is None
    assert person.stderr.getvalue() == ""


@pytest.mark.parametrize("piped", ["stdin", "stderr"])
def test_nobody_can_be_asked(piped: str) -> None:
    """With a pipe for stdin or for stderr, there is no question."""
    streams = {"stdin": Keyboard("y\n"), "stderr": RecordedTerminal(), piped: io.StringIO("y\n")}
    output = Output(Env(environ={}, **streams), json=False, quiet=False, verbose=False)
    assert output.ask("pay?") is None
    assert streams["stderr"].getvalue() in ("", "y\n")


def test_ctrl_c() -> None:
    """The signal ends the question, and the line."""
    person = Person.typing("\x03")
    with pytest.raises(Interrupted) as stop:
        person.output.ask("pay?")
    assert (stop.value.exit_code, stop.value.charged) == (130, "no")
    assert person.stderr.getvalue() == "pay? [y/N] \n"


ASKING = """
from krea_cli.main import install_signal_handlers
from krea_cli.errors import Interrupted
from krea_cli.terminal import live_display
live_display.APPEARS_AFTER_SECONDS = 0.0
install_signal_handlers(env)
try:
    with output.progress():
        output.tell(Running("j1", "m", "queued", 7, time.time()))
        while "rich.live" not in sys.modules: time.sleep(0.01)
        time.sleep(0.3)
        print("answer", output.ask("pay?"), flush=True)
        time.sleep(0.5)
except Interrupted as stop:
    print("stop", stop.exit_code, flush=True)
"""


def test_the_display_waits_for_the_answer(script: Script) -> None:
    """While the question stands nothing is drawn; then the display comes again."""
    child = start_on_terminal(script(ASKING))
    child.expect_exact("pay? [y/N] ")
    assert child.before.rindex("\x1b[?25h") > child.before.rindex("\x1b[?25l")
    assert child.expect(["queued", pexpect.TIMEOUT], timeout=0.6) == 1
    child.sendline("y")
    child.expect_exact("answer True")
    child.expect("queued")
    child.close()


def test_ctrl_c_on_a_real_terminal(script: Script) -> None:
    """Ctrl-C ends the question with the exit code of its signal."""
    child = start_on_terminal(script(ASKING))
    child.expect_exact("pay? [y/N] ")
    child.sendcontrol("c")
    child.expect_exact(f"stop {128 + signal.SIGINT}")
    child.close()


def test_ctrl_z(script: Script) -> None:
    """After Ctrl-Z and `fg` the question is shown again, and can be answered."""
    child = start_on_terminal(["bash", "--norc", "--noprofile", "-i"], PS1="$ ")
    child.expect_exact("$ ")
    child.sendline(" ".join(script(ASKING)))
    child.expect_exact("pay? [y/N] ")
    child.sendcontrol("z")
    child.expect("Stopped")
    child.sendline("fg")
    child.expect_exact("pay? [y/N] ")
    child.sendline("yes")
    child.expect_exact("answer True")
    child.close()
