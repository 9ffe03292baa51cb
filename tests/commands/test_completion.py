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
