"""`krea completion`: the script of a shell, as it is generated."""

import shutil
import subprocess
from pathlib import Path

import pytest

from krea_cli.commands.completion import SCRIPTS
from tests.harness.cli import Cli

SCRIPTS_FOLDER = Path(__file__).parents[2] / "completions"


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_script_is_printed_whole(cli: Cli, shell: str) -> None:
    """Without a token, and without any other word."""
    del cli.environ["KREA_API_KEY"]
    result = cli.krea("completion", shell)
    text = (SCRIPTS_FOLDER / SCRIPTS[shell]).read_text()
    assert (result.code, result.out, result.err) == (0, text, "")


def test_another_shell_has_none(cli: Cli) -> None:
    """The error names the shells."""
    result = cli.krea("completion", "tcsh")
    assert (result.code, result.out) == (2, "")
    error = "there is no completion for 'tcsh'; there is one for bash, zsh, fish"
    assert result.error(charged="no") == error


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_takes_it_from_a_pipe(cli: Cli) -> None:
    """As ~/.bashrc reads it, and completes a command then."""
    script = cli.krea("completion", "bash").out
    complete = "COMP_WORDS=(krea mod); COMP_CWORD=1; _krea; echo ${COMPREPLY[@]}"
    bash = ["bash", "-c", f"source /dev/stdin; {complete}"]
    done = subprocess.run(bash, input=script, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("models\n", "")


def test_the_list_of_requests_is_written_beside_the_ledger(cli: Cli) -> None:
    """With rows, ids, states and tags, older than the ledger's next change; for its owner alone."""
    cli.krea("generate", "a red fox", "-m", "bfl/flux-1-dev", "-o", "a.png", "--tag", "client=x y")
    cli.krea("generate", "an owl", "-m", "bfl/flux-1-dev", "--no-wait", "--tag", "draft")
    result = cli.krea("completion", "--write-requests", "123 45")
    assert (result.code, result.out, result.err) == (0, "", "")
    path = Path(cli.home, "state", "requests.list")
    saved, running = (job_id for _, job_id in cli.states)
    assert path.read_text() == (
        "for 123 45\n"
        f"2\t{running}\tU\tan owl (queued, bfl/flux-1-dev)\tdraft\n"
        f"1\t{saved}\tO\ta red fox (saved, bfl/flux-1-dev)\t\n"
    )
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_mtime == pytest.approx(cli.clock.now() - 1)


def test_no_list_is_written_without_a_ledger(cli: Cli) -> None:
    """Nothing is made for a look."""
    result = cli.krea("completion", "--write-requests", "123 45")
    assert (result.code, result.out, result.err) == (0, "", "")
    assert not Path(cli.home, "state").exists()
