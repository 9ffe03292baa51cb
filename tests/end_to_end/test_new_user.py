"""Mistakes of a new user, and faults around them: one sentence, a hint, no traceback."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import SLOW, StartSandbox
from tests.fakes.sandbox_process import Sandbox
from tests.harness.installed_cli import KREA, InstalledCli
from tests.tokens import OTHER_KEY

FOX = ("generate", "a red fox", "--width", "512", "--height", "512", "-o", "fox.png")


@pytest.fixture
def nothing_sent(installed: InstalledCli, sandbox: Sandbox) -> Callable[[], bool]:
    """True as long as this test sent no request that costs."""
    posts = sandbox.stats()["posts"]
    return lambda: sandbox.stats()["posts"] == posts


@pytest.mark.parametrize(
    ("argv", "sentence", "hint"),
    [
        (
            ("generate", "a fox", "-m", "nonesuch"),
            "there is no model called 'nonesuch'",
            "krea models lists all of them; --refresh asks the API",
        ),
        (
            ("generate", "a fox", "-i", "stepz=3"),
            "bfl/flux-1-dev does not take this request: "
            "stepz: there is no such field; did you mean steps?",
            "krea models bfl/flux-1-dev",
        ),
        (
            ("generate", "x" * 10_000),
            "bfl/flux-1-dev does not take this request: prompt: 10000 characters; at most 1800",
            "krea models bfl/flux-1-dev",
        ),
        (
            ("generate", ""),
            "bfl/flux-1-dev does not take this request: prompt: is empty",
            'krea generate "your prompt" -m bfl/flux-1-dev',
        ),
        (
            ("generate", "-5 degrees"),
            "no such option: -5",
            "krea generate --help; a prompt that starts with a dash goes behind --",
        ),
        (
            ("status", "../../secrets"),
            "nothing about ../../secrets is in this ledger",
            "krea history lists the requests",
        ),
    ],
    ids=["model", "field", "10,000", "empty", "dash", "id"],
)
def test_a_slip(
    installed: InstalledCli,
    nothing_sent: Callable[[], bool],
    argv: tuple[str, ...],
    sentence: str,
    hint: str,
) -> None:
    """Exit 2, the whole of stderr is the sentence, the hint and that nothing was charged."""
    ended = installed.krea(*argv)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == f"error: {sentence}\n  hint: {hint}\n"
    assert nothing_sent()


def test_no_token(installed: InstalledCli, nothing_sent: Callable[[], bool]) -> None:
    """Exit 3, and both ways to give one."""
    ended = installed.krea(*FOX, KREA_API_KEY=None)
    assert (ended.code, ended.out, nothing_sent()) == (3, "", True)
    assert ended.error(charged="no").startswith("there is no token")
    assert (
        "  hint: krea auth login; or export KREA_API_KEY=…;"
        " https://www.krea.ai/settings/api-tokens makes a token\n" in ended.err
    )


def test_an_existing_file(installed: InstalledCli, nothing_sent: Callable[[], bool]) -> None:
    """The file stays as it is, and nothing is sent."""
    (installed.folder / "fox.png").write_text("mine")
    ended = installed.krea(*FOX)
    assert (ended.code, ended.out, nothing_sent()) == (2, "", True)
    assert ended.error(charged="no") == "fox.png exists"
    assert (installed.folder / "fox.png").read_text() == "mine"


@pytest.mark.parametrize("place", ["/proc/nowhere/fox.png", "file/fox.png"])
def test_a_folder_that_cannot_be_written(
    installed: InstalledCli, nothing_sent: Callable[[], bool], place: str
) -> None:
    """Told before a cent is spent."""
    (installed.folder / "file").touch()
    ended = installed.krea("generate", "a red fox", "-o", place)
    assert (ended.code, ended.out, nothing_sent()) == (1, "", True)
    assert ended.error(charged="no").startswith("cannot ")


def test_a_folder_that_is_gone(installed: InstalledCli, nothing_sent: Callable[[], bool]) -> None:
    """The current folder was removed in another window."""
    ended = installed.sh("mkdir gone && cd gone && rmdir ../gone && krea generate a")
    assert (ended.code, ended.out, nothing_sent()) == (1, "", True)
    assert ended.error(charged="no") == "the current folder does not exist any more"


def test_no_ledger_no_spending(installed: InstalledCli, nothing_sent: Callable[[], bool]) -> None:
    """A state folder that cannot be made stops the command before the request."""
    ended = installed.krea(*FOX, KREA_STATE_DIR="/proc/nowhere")
    assert (ended.code, ended.out, nothing_sent()) == (1, "", True)
    assert "ledger" in ended.error(charged="no")


@pytest.mark.parametrize(
    "locale",
    [
        {"LANG": "C"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    ],
    ids=["C", "ASCII"],
)
def test_a_prompt_in_any_script(
    installed: InstalledCli, sandbox: Sandbox, locale: dict[str, str | None]
) -> None:
    """The prompt arrives as typed and the file is named as asked, whatever the locale."""
    ended = installed.krea("generate", "ein Füchslein 🦊", "-o", "狐.png", **locale)
    assert (ended.code, ended.out) == (0, "狐.png\n")
    assert sandbox.stats()["bodies"][-1]["prompt"] == "ein Füchslein 🦊"
    assert (installed.folder / "狐.png").exists()


def test_bytes_that_are_no_text(installed: InstalledCli, nothing_sent: Callable[[], bool]) -> None:
    """A prompt in another encoding is refused, from the command line and from stdin."""
    typed = installed.sh("krea generate \"$(printf 'F\\374chs')\"")
    piped = installed.krea("generate", "-", stdin=b"F\xfcchs")
    assert (typed.code, typed.err) == (2, piped.err)
    assert piped.error(charged="no") == "the prompt is not UTF-8 text"
    wide = installed.krea("generate", "-", stdin="über".encode("utf-16"))
    assert wide.error(charged="no") == "the prompt is not UTF-8 text"
    assert "hint: iconv -f UTF-16 -t UTF-8 converts it; or set LANG" in wide.err
    assert nothing_sent()


@pytest.mark.skipif(sys.platform == "darwin", reason="its file names are UTF-8")
def test_a_file_name_that_is_no_text(installed: InstalledCli) -> None:
    """File names are bytes: saved, and printed, exactly as they are."""
    ended = installed.sh("krea generate a -o \"$(printf 'F\\374chs.png')\"")
    assert (ended.code, os.fsencode(ended.out)) == (0, b"F\xfcchs.png\n")
    assert os.listdir(os.fsencode(installed.folder)) == [b"F\xfcchs.png"]


def test_a_reader_that_leaves(installed: InstalledCli) -> None:
    """`| head -1` and `| true` are no errors, and the picture is saved all the same."""
    first = installed.sh("krea models | head -1")
    assert (first.code, len(first.out.splitlines()), first.err) == (0, 1, "")
    gone = installed.sh("{ krea generate a -o fox.png; echo $? >&2; } | true")
    assert gone.err.endswith("saved fox.png (sandbox)\n0\n")
    assert (installed.folder / "fox.png").exists()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_standard_stream_that_is_closed(installed: InstalledCli, closed: str) -> None:
    """cron and daemons close them: the picture is saved, and nothing else is written there."""
    ended = installed.sh(f"krea generate a -o fox.png {closed}")
    assert ended.code == 0
    assert ended.out == ("" if closed == ">&-" else "fox.png\n")
    assert "error" not in ended.err
    assert [path.name for path in installed.folder.iterdir()] == ["fox.png"]


def test_the_prompt_from_a_closed_stdin(
    installed: InstalledCli, nothing_sent: Callable[[], bool]
) -> None:
    """Nothing to read is an empty prompt."""
    ended = installed.sh("krea generate - <&-")
    assert (ended.code, nothing_sent()) == (2, True)
    assert "prompt: is empty" in ended.error(charged="no")


def test_without_a_home(installed: InstalledCli) -> None:
    """HOME is not needed where the folders are named."""
    ended = installed.krea(*FOX, HOME=None)
    assert (ended.code, ended.out) == (0, "fox.png\n")


def test_bytes_go_into_a_pipe(installed: InstalledCli) -> None:
    """`-o -` writes the picture and nothing else."""
    ended = installed.sh("krea generate a -o - > fox.png")
    assert ended.code == 0
    assert (installed.folder / "fox.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_no_network(installed: InstalledCli) -> None:
    """Nobody listens: one sentence, what checks the network, and nothing stored on trust."""
    ended = installed.krea(
        "auth",
        "login",
        "--with-token",
        stdin=OTHER_KEY.encode(),
        KREA_API_BASE="http://127.0.0.1:9",
    )
    assert (ended.code, ended.out) == (8, "")
    assert ended.error(charged="no") == "no connection to 127.0.0.1: it was refused"
    assert not Path(installed.environ["KREA_CONFIG_DIR"]).exists()


def test_help_is_the_answer_to_krea_alone(installed: InstalledCli) -> None:
    """`krea` shows what there is, on stdout, as `krea --help` does."""
    alone, help_text = installed.krea(), installed.krea("--help")
    assert (alone.code, alone.err, alone.out) == (0, "", help_text.out)
    assert "generate" in alone.out


def test_a_signal_in_the_middle(start_sandbox: StartSandbox) -> None:
    """TERM while the job runs; the same command then takes up that very job."""
    installed, sandbox = start_sandbox(*SLOW)
    running = installed.start(KREA, *FOX)
    running.wait_for("job ")
    running.send(signal.SIGTERM)
    assert running.wait().code == 143

    again = installed.krea(*FOX, "--timeout", "0.3")
    assert again.code == 4
    assert "going on with the same request for fox.png" in again.err
    assert sandbox.stats()["posts"] == 1
    assert installed.part_files == []
