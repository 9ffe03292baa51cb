"""Completion in a real bash."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from krea_cli.help import command_tree
from krea_cli.manual import bash

pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")

Complete = Callable[..., list[str]]


@pytest.fixture
def complete(tmp_path: Path, root: command_tree.Command, models: tuple[str, ...]) -> Complete:
    """Completes words as bash breaks them up; notes.txt is there."""
    script = tmp_path / "krea.bash"
    script.write_text(bash.bash_script(root, models), encoding="utf-8")
    work = tmp_path / "work"
    work.mkdir()
    (work / "notes.txt").touch()

    def run(*words: str, **environ: str) -> list[str]:
        body = (
            'source "$0"\nCOMP_WORDS=("$@")\nCOMP_CWORD=$(($# - 1))\n_krea\n'
            'printf "%s\\n" "${COMPREPLY[@]}"'
        )
        done = subprocess.run(
            [shutil.which("bash") or "bash", "-c", body, script, "krea", *words],
            capture_output=True,
            text=True,
            check=True,
            cwd=work,
            env={"PATH": os.environ["PATH"], "HOME": os.fspath(tmp_path), **environ},
        )
        assert done.stderr == ""
        return done.stdout.split()

    return run


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([""], ["generate", "sandbox", "auth"]),
        (["ge"], ["generate"]),
        (["-"], ["--help", "-h"]),
        (["auth", ""], ["login", "get"]),
        (["auth", "get", ""], ["model.default", "api.base"]),
        (["generate", "--se"], ["--seed"]),
        (["generate", "a prompt", "--seed", "7", "--ki"], ["--kind"]),
        (["generate", "--seed", ""], []),
        (["generate", "--kind", "v"], ["video"]),
        (["generate", "--kind", "=", "v"], ["video"]),
        (["generate", "--kind", "="], ["image", "video"]),
        (["generate", "-m", ""], ["bfl/flux-1-dev", "krea/krea-2/large"]),
        (["generate", "-m", "krea-2"], ["krea-2/large"]),
        (["generate", "--model", "=", "bfl"], ["bfl/flux-1-dev"]),
        (["generate", "-o", "no"], ["notes.txt"]),
        (["generate", "-i", "image", "=@", "no"], ["@notes.txt"]),
        (["generate", ""], []),
        (["generate", "--", "--se"], []),
        (["sandbox", "--", "mapfil"], ["mapfile"]),
        (["sandbox", "--", "./no"], ["./notes.txt"]),
    ],
)
def test_completion(complete: Complete, words: list[str], expected: list[str]) -> None:
    """Commands, options, choices, models and files, each in its place."""
    assert complete(*words) == expected


def test_the_cached_list_comes_first(complete: Complete, tmp_path: Path) -> None:
    """Ids come from the cache's list: the variable's folder, XDG's, the one below HOME."""
    for number, (folder, environ) in enumerate(
        [
            ("Library/Caches/krea", {}),
            (".cache/krea", {}),
            ("xdg/krea", {"XDG_CACHE_HOME": str(tmp_path / "xdg")}),
            ("own", {"KREA_CACHE_DIR": str(tmp_path / "own")}),
        ]
    ):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "models.tsv").write_text(f"new/model-{number}\n")
        assert complete("generate", "-m", "", **environ) == [f"new/model-{number}"]


def test_an_empty_list_falls_back(complete: Complete, tmp_path: Path) -> None:
    """A list that is being written, or is lost, does not leave completion without models."""
    (tmp_path / "models.tsv").touch()
    for folder in (tmp_path, tmp_path / "missing"):
        assert complete("generate", "-m", "b", KREA_CACHE_DIR=str(folder)) == ["bfl/flux-1-dev"]


HOSTILE = (
    "$(touch ran)\n`touch ran`\n;touch ran\nbfl/$(touch ran)\n*\n--help\n"
    "free/model\n\x1b]0;x\x07\nlast/one"
)


def test_a_hostile_list_is_only_text(complete: Complete, tmp_path: Path) -> None:
    """An id with a command in it is not run, and not offered, since it could run later."""
    (tmp_path / "models.tsv").write_text(HOSTILE + "\n")
    offered = complete("generate", "-m", "", KREA_CACHE_DIR=str(tmp_path))
    assert offered == ["free/model", "last/one"]
    assert not list(tmp_path.rglob("ran"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("config", "set", "model"), ["model.default"]),
        (("config", "set", "model.default", "krea-2/l"), ["krea-2/large"]),
        (("config", "set", "budget.day", ""), []),
        (("config", "set", "model.default", "krea/krea-2/large", ""), []),
        (("config", "set", "--quiet", "model"), ["model.default"]),
        (("config", "get", "model"), ["model.default"]),
        (("config", "get", "model.default", ""), []),
        (("config", "unset", "model.default", ""), []),
    ],
)
def test_the_value_of_a_setting_is_no_setting(words: tuple[str, ...], expected: list[str]) -> None:
    """Behind a setting the settings are not offered again; behind that of a model, models are."""
    script = Path(__file__).parents[2] / "completions" / "krea.bash"
    body = 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _krea; echo "${COMPREPLY[@]}"'
    done = subprocess.run(
        ["bash", "-c", body, script, "krea", *words],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere"},
    )
    assert done.stdout.split() == expected
