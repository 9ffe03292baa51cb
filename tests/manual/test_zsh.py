"""Completion in a real zsh, through a pseudo-terminal: its completion needs the line editor."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest

from krea_cli.help import command_tree
from krea_cli.manual import zsh

pytestmark = [
    pytest.mark.machine,
    pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed"),
]

# ^T completes, then shows the line between marks and clears it.
SET_UP = r"""
PS1=; unsetopt zle_bracketed_paste prompt_cr prompt_sp; stty -echo
autoload -U compinit; compinit -u -D
source $SCRIPT
zstyle ':completion:*' list false
show() { zle complete-word; print -rn -- "<<$BUFFER>>"; BUFFER=; zle -R }
zle -N show; bindkey '^T' show; bindkey '^Y' list-choices
empty() { BUFFER=; print -rn -- '<<>>' }
zle -N empty; bindkey '^U' empty
echo RE''ADY
"""

LINES = {
    "krea ge": "krea generate ",
    "krea auth l": "krea auth login ",
    "krea auth get api": "krea auth get api.base ",
    "krea generate --se": "krea generate --seed=",
    "krea generate 'a prompt' --seed 7 --ki": "krea generate 'a prompt' --seed 7 --kind=",
    "krea generate --kind v": "krea generate --kind video ",
    "krea generate --model=krea-2": "krea generate --model=krea/krea-2/large ",
    "krea generate -o no": "krea generate -o notes.txt ",
    "krea sandbox -- krea ge": "krea sandbox -- krea generate ",
}


@pytest.fixture
def complete(
    tmp_path: Path, root: command_tree.Command, models: tuple[str, ...]
) -> Iterator[Callable[[str], str]]:
    """Completes a line in a zsh that stays open; its cache is the test's folder."""
    script = tmp_path / "_krea"
    script.write_text(zsh.zsh_script(root, models), encoding="utf-8")
    with zsh_with(script, tmp_path) as run:
        yield run


@contextmanager
def zsh_with(script: Path, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """A zsh that completes lines by SCRIPT."""
    work = tmp_path / "work"
    work.mkdir()
    (work / "notes.txt").touch()
    shell = pexpect.spawn(
        "zsh",
        ["-f"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.fspath(tmp_path),
            "SCRIPT": os.fspath(script),
            "KREA_CACHE_DIR": os.fspath(tmp_path),
            "TERM": "dumb",
        },
        encoding="utf-8",
        cwd=os.fspath(work),
        dimensions=(40, 200),
        timeout=20,
    )
    shell.delaybeforesend = None
    for line in SET_UP.strip().splitlines():
        shell.sendline(line)
    shell.expect("READY")

    def run(line: str, key: str = "\x14", shown: str = "<<(.*?)>>") -> str:
        shell.send(line + key)
        shell.expect(shown)
        found: str = shell.match.group(shell.match.re.groups)
        return found

    yield run
    shell.close(force=True)


def test_the_value_of_a_setting_is_no_setting(tmp_path: Path) -> None:
    """Behind a setting the settings are not offered again; behind that of a model, models are."""
    lines = {
        "krea config set model": "krea config set model.default ",
        "krea config set model.default z-im": "krea config set model.default z-image/z-image ",
        "krea config set model.default z-image/z-image z": None,
        "krea config set budget.day z-im": None,
        "krea config get model.default m": None,
    }
    with zsh_with(Path(__file__).parents[2] / "completions" / "_krea", tmp_path) as complete:
        assert {line: complete(line) for line in lines} == {
            line: completed or line for line, completed in lines.items()
        }


def test_completion(complete: Callable[[str], str]) -> None:
    """Commands, options, choices, models and files, each in its place."""
    assert {line: complete(line) for line in LINES} == LINES


def test_models_and_settings_are_described(tmp_path: Path) -> None:
    """In the menu, kind and price stand behind a model, the purpose behind a setting."""
    script = Path(__file__).parents[2] / "completions" / "_krea"
    lines = {
        "krea generate -m z-image/": r"z-image/z-image +-- image, about \$0\.003",
        "krea config set model.": r"model\.default +-- the model when -m is not given",
        "krea generate -m krea-2/large -i creat": r"creativity +-- raw, low, medium, high",
    }
    with zsh_with(script, tmp_path) as complete:
        for line, menu in lines.items():
            complete(line, key="\x19", shown=menu)
            complete("", key="\x15")


def test_a_hostile_list_is_only_text(complete: Callable[[str], str], tmp_path: Path) -> None:
    """An id that would run as a command is neither run nor offered."""
    hostile = "$(touch ran)\n`touch ran`\n;touch ran\n--help\nfree/model\n"
    (tmp_path / "models.tsv").write_text(hostile)
    assert complete("krea generate -m ") == "krea generate -m free/model "
    assert not list(tmp_path.rglob("ran"))
