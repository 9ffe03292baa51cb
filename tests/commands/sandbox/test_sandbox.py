"""`krea sandbox`: serve an embedded Krea, or rehearse a command against it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest

from krea_cli import __version__
from krea_cli.sandbox.faults import FAULT_KINDS
from tests.harness.cli import Cli
from tests.harness.installed_cli import is_stopped, wait_until

EXTRA = "the extra [sandbox] brings it along"

KREA = str(Path(sys.executable).parent / "krea")


def test_a_command_runs_against_the_sandbox(cli: Cli, capfd: pytest.CaptureFixture[str]) -> None:
    """Base, token and folders of its own; the real tokens stay out of sight."""
    cli.environ |= {"KREA_API_TOKEN": "real", "KREA_KEY": "real", "HOME": "/home/me"}

    result = cli.krea("sandbox", "--", "sh", "-c", "env | grep -e KREA -e HOME | sort")

    assert (result.code, result.out, result.err) == (0, "", "")
    variables = dict(line.split("=", 1) for line in capfd.readouterr().out.splitlines())
    folder = Path(variables["KREA_STATE_DIR"]).parent
    assert variables == {
        "HOME": "/home/me",
        "KREA_API_BASE": variables["KREA_API_BASE"],
        "KREA_API_KEY": variables["KREA_API_KEY"],
        "KREA_CACHE_DIR": str(folder / "cache"),
        "KREA_CONFIG_DIR": str(folder / "config"),
        "KREA_SANDBOX": "1",
        "KREA_STATE_DIR": str(folder / "state"),
    }
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", variables["KREA_API_BASE"])
    assert re.fullmatch(r"sandbox-[0-9a-f]{8}:free-of-charge", variables["KREA_API_KEY"])
    assert not folder.exists()


def test_the_command_finds_this_very_krea(cli: Cli, capfd: pytest.CaptureFixture[str]) -> None:
    """The folder of the running interpreter comes first on PATH."""
    result = cli.krea("sandbox", "--", "krea", "--version")

    assert (result.code, capfd.readouterr().out) == (0, f"krea {__version__}\n")


def test_the_command_knows_the_models_and_times_of_the_sandbox(
    cli: Cli, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its cache holds the document of the sandbox, if that is not the embedded one."""
    script = "krea models z-image/z-image --json"

    result = cli.krea("sandbox", "--seconds", "0.25", "--", "sh", "-c", script)

    assert result.code == 0
    assert '"typical_seconds": 0.25' in capfd.readouterr().out


@pytest.mark.parametrize(
    ("script", "code"),
    [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137)],
    ids=["well", "failed", "killed"],
)
def test_the_exit_code_is_that_of_the_command(cli: Cli, script: str, code: int) -> None:
    """As a shell gives it: 128 + signal for one that was killed."""
    assert cli.krea("sandbox", "--", "sh", "-c", script).code == code


def test_without_a_command_it_serves_until_ctrl_c(cli: Cli) -> None:
    """Two lines to paste into another terminal, then nothing; Ctrl-C is a good end."""
    cli.clock.stop_at(cli.clock.now() + 60, signal.SIGINT)

    result = cli.krea("sandbox")

    base, key = result.out.splitlines()
    assert re.fullmatch(r"export KREA_API_BASE=http://127\.0\.0\.1:\d+", base)
    assert re.fullmatch(r"export KREA_API_KEY=sandbox-[0-9a-f]{8}:free-of-charge", key)
    told = "sandbox: these two lines lead another terminal here; Ctrl-C ends the sandbox\n"
    assert (result.code, result.err) == (0, told)


def test_another_signal_is_told(cli: Cli) -> None:
    """TERM ends it as it ends every command: 143."""
    cli.clock.stop_at(cli.clock.now() + 60, signal.SIGTERM)

    assert cli.krea("sandbox").code == 143


def test_a_command_that_does_not_exist(cli: Cli) -> None:
    """One sentence and a hint, exit 2."""
    result = cli.krea("sandbox", "--", "nonesuch")

    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "error: cannot run nonesuch: No such file or directory\n"
        "  hint: krea sandbox -- COMMAND takes a program, as the shell would find it\n"
    )


def test_settings_that_cannot_work(cli: Cli) -> None:
    """The sandbox's own sentence, exit 2."""
    result = cli.krea("sandbox", "--speed", "0", "--", "true")

    assert (result.code, result.out) == (2, "")
    assert result.err == ("error: --speed must be above 0, not 0\n  hint: krea sandbox --help\n")


def test_without_pillow_it_says_what_to_install(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "PIL", None)

    result = cli.krea("sandbox")

    assert (result.code, result.out) == (1, "")
    assert result.err == (
        "error: the sandbox draws its pictures with Pillow, which is not installed\n"
        f"  hint: {sys.executable} -m pip install pillow adds it; {EXTRA}\n"
        "  charged: no\n"
    )


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("pipx_metadata.json", "pipx inject {name} pillow"),
        ("uv-receipt.toml", "uv pip install --python {python} pillow"),
    ],
)
def test_the_hint_for_pillow_fits_the_environment(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, file: str, command: str
) -> None:
    """The environments of pipx and uv have no pip of their own."""
    folder = cli.home / "my tools"
    folder.mkdir()
    (folder / file).write_text("")
    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.setattr(sys, "prefix", str(folder))

    result = cli.krea("sandbox")

    hint = command.format(name="'my tools'", python=sys.executable)
    assert f"  hint: {hint} adds it; {EXTRA}\n" in result.err


@pytest.mark.parametrize(
    ("command", "is_told"),
    [
        ("bash --norc", True),
        ("bash --rcfile /dev/null", True),
        ("bash -o vi", True),
        ("bash --norc /dev/null", False),
        ("bash -c true", False),
        ("true", False),
    ],
)
def test_a_shell_is_told_that_it_is_a_rehearsal(cli: Cli, command: str, is_told: bool) -> None:
    """A line on entering and one on leaving; a script has none."""
    result = cli.krea("sandbox", "--", *command.split())

    assert result.code == 0
    assert result.err == is_told * (
        "sandbox: this shell is a rehearsal; what krea makes here is free, and not real\n"
        "sandbox: the rehearsal is over; krea is again as it was before\n"
    )


def test_a_rehearsal_says_so_where_nothing_is_sent(
    cli: Cli, capfd: pytest.CaptureFixture[str]
) -> None:
    """A list that is done, a dry run and a copied result: address and token tell it."""
    Path("list.txt").write_text("a fox\n")
    fox = 'krea generate "a fox" -m z-image --seed 5'
    script = f"""
        krea batch list.txt -m z-image -q
        krea batch list.txt -m z-image
        krea batch list.txt -m z-image --dry-run
        {fox} -o a.png -q
        {fox} -o b.png --reuse
    """

    result = cli.krea("sandbox", "--speed", "50", "--", "sh", "-c", script)

    assert result.code == 0
    lines = capfd.readouterr().err.splitlines()
    ends = ("1 of 1 done; spent $0.00 in 0 s", "1 item: 1 done", ": saved")
    assert [line.endswith(" (sandbox)") for line in lines if any(end in line for end in ends)] == [
        True,
        True,
        True,
    ]


def test_the_help_names_every_fault() -> None:
    """Each kind of fault is in the help text."""
    from krea_cli.commands.sandbox import FAULT_HELP

    names = set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", FAULT_HELP))
    assert set(FAULT_KINDS) - names == set()


def environment(folder: Path) -> dict[str, str]:
    """Return variables for the installed command."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "NO_COLOR": "1", "TERM": "dumb"}


@contextmanager
def run_in_sandbox(script: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `krea sandbox -- sh -c SCRIPT` without a terminal; wait for its line "ready"."""
    process = subprocess.Popen(
        [KREA, "sandbox", "--", "sh", "-c", script],
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.communicate(timeout=20)


def test_a_signal_reaches_the_command_and_its_children(tmp_path: Path) -> None:
    """TERM goes to the whole group; the exit code is the command's."""
    child = "trap 'exit 4' TERM; echo ready; while :; do sleep 0.05; done"
    script = f"trap 'wait; exit 5' TERM; sh -c \"{child}\" & wait"
    with run_in_sandbox(script, tmp_path) as process:
        process.terminate()
        assert process.wait(20) == 5


def test_ctrl_c_in_a_terminal_reaches_the_command_once(tmp_path: Path) -> None:
    """The terminal tells the whole group; the sandbox adds nothing and waits."""
    script = "trap 'echo caught' INT; echo ready; for n in 1 2 3 4 5; do sleep 0.1; done; exit 9"
    terminal = pexpect.spawn(
        KREA, ["sandbox", "--", "sh", "-c", script], env=environment(tmp_path), timeout=20
    )
    terminal.expect_exact("ready")
    terminal.sendintr()
    terminal.expect_exact("caught")
    terminal.expect(pexpect.EOF)
    terminal.close()

    assert b"caught" not in terminal.before
    assert terminal.exitstatus == 9


def test_a_rehearsal_leaves_login_and_settings_alone(
    cli: Cli, capfd: pytest.CaptureFixture[str]
) -> None:
    """The command knows settings and profiles, and changes only copies of them."""
    config = cli.home / "config"
    config.mkdir()
    logins = '{"work": {"token": "real:token", "base": "https://api.krea.ai"}}'
    settings = '[model]\ndefault = "z-image/z-image"\n\n[api]\nbase = "https://krea.example"\n'
    (config / "credentials.json").write_text(logins)
    (config / "config.toml").write_text(settings)
    script = """
        krea config get model.default && krea config get api.base
        krea auth status --profile work --json | grep -o '"accepted": [a-z]*'
        krea config set model.default krea-2/large
        krea auth logout --profile work
    """

    result = cli.krea("sandbox", "--", "sh", "-c", script)

    assert (result.code, result.err) == (0, "")
    assert capfd.readouterr().out.splitlines()[0] == "z-image/z-image"
    assert (config / "credentials.json").read_text() == logins
    assert (config / "config.toml").read_text() == settings


def test_every_signal_is_handed_on(tmp_path: Path) -> None:
    """A command that ignores the first can be ended by the second."""
    script = "trap '' INT; trap 'exit 6' TERM; echo ready; while :; do sleep 0.05; done"
    with run_in_sandbox(script, tmp_path) as process:
        process.send_signal(signal.SIGINT)
        process.terminate()
        assert process.wait(20) == 6


def test_a_piped_command_may_ask_at_the_terminal(tmp_path: Path) -> None:
    """Its standard input is a pipe, and it reads an answer from the terminal all the same."""
    script = f"echo piped | {KREA} sandbox -- sh -c 'cat; read x < /dev/tty; echo got $x'"
    terminal = pexpect.spawn("sh", ["-c", script], env=environment(tmp_path), timeout=20)
    terminal.expect_exact("piped")
    terminal.sendline("yes")
    terminal.expect_exact("got yes")
    terminal.expect(pexpect.EOF)
    terminal.close()

    assert terminal.exitstatus == 0


def test_term_in_a_terminal_reaches_grandchildren(tmp_path: Path) -> None:
    """Nothing that was started goes on behind the prompt."""
    mark_file = tmp_path / "left"
    # The end of a session's leader, which krea is here, sends HUP to what is left in it.
    traps = f"trap '' HUP; trap 'echo ended > {mark_file}; exit' TERM"
    script = f'sh -c "{traps}; echo ready; while :; do sleep 0.05; done"; :'
    terminal = pexpect.spawn(
        KREA, ["sandbox", "--", "sh", "-c", script], env=environment(tmp_path), timeout=20
    )
    terminal.expect_exact("ready")
    os.kill(terminal.pid, signal.SIGTERM)
    terminal.expect(pexpect.EOF)
    terminal.close()

    wait_until(lambda: mark_file.exists() and mark_file.read_text() == "ended\n")


def test_a_stopped_command_can_be_ended(tmp_path: Path) -> None:
    """A stopped process is continued, so that it handles the signal."""
    pid_file = tmp_path / "pid"
    script = f"trap 'exit 3' TERM; echo $$ > {pid_file}; echo ready; kill -STOP $$"
    with run_in_sandbox(script, tmp_path) as process:
        wait_until(lambda: is_stopped(int(pid_file.read_text())))
        process.terminate()
        assert process.wait(20) == 3
