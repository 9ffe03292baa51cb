"""Completion in a real fish."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from krea_cli.help import command_tree
from krea_cli.manual import fish

pytestmark = [
    pytest.mark.machine,
    pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed"),
]

LINES = {
    "krea ": ["auth", "generate", "sandbox"],
    "krea ge": ["generate"],
    "krea auth ": ["get", "login"],
    "krea auth get ": ["api.base", "model.default"],
    "krea generate --se": ["--seed"],
    "krea generate 'a prompt' --seed 7 --ki": ["--kind"],
    "krea generate --kind v": ["video"],
    "krea generate --kind=v": ["--kind=video"],
    "krea generate -m bfl": ["bfl/flux-1-dev"],
    "krea generate -m flux": ["flux-1-dev"],
    "krea generate --model=krea-2/": ["--model=krea-2/large"],
    "krea generate -o no": ["notes.txt"],
    "krea generate ": [],
    "krea generate -- --se": [],
    "krea sandbox -- krea generate --kind v": ["video"],
}


@pytest.fixture
def complete(
    tmp_path: Path, root: command_tree.Command, models: tuple[str, ...]
) -> Callable[..., list[list[str]]]:
    """Completes several lines in one fish."""
    script = tmp_path / "krea.fish"
    script.write_text(fish.fish_script(root, models), encoding="utf-8")
    work = tmp_path / "work"
    work.mkdir()
    (work / "notes.txt").touch()

    def run(*lines: str, **environ: str) -> list[list[str]]:
        body = 'source $argv[1]; for line in $argv[2..-1]; complete -C "$line"; echo ==; end'
        done = subprocess.run(
            ["fish", "--no-config", "-c", body, script, *lines],
            capture_output=True,
            text=True,
            check=True,
            cwd=work,
            env={"PATH": os.environ["PATH"], "HOME": os.fspath(tmp_path), **environ},
        )
        assert done.stderr == ""
        blocks = done.stdout.split("==\n")[:-1]
        return [sorted(line.split("\t")[0] for line in block.splitlines()) for block in blocks]

    return run


def test_completion(complete: Callable[..., list[list[str]]]) -> None:
    """Commands, options, choices, models and files, each in its place."""
    assert dict(zip(LINES, complete(*LINES), strict=True)) == LINES


def test_the_value_of_a_setting_is_no_setting() -> None:
    """Behind a setting the settings are not offered again; behind that of a model, models are."""
    script = Path(__file__).parents[2] / "completions" / "krea.fish"
    expected = {
        "krea config set model": ["model.default"],
        "krea config set model.default krea/krea-2/l": ["krea/krea-2/large"],
        "krea config set model.default krea/krea-2/large ": [],
        "krea config set budget.day ": [],
        "krea config get model.default ": [],
        "krea config unset model.default ": [],
    }
    body = 'source $argv[1]; for line in $argv[2..-1]; complete -C "$line"; echo ==; end'
    done = subprocess.run(
        ["fish", "--no-config", "-c", body, script, *expected],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere"},
    )
    blocks = [block.splitlines() for block in done.stdout.split("==\n")[:-1]]
    found = [[line.split("\t")[0] for line in block] for block in blocks]
    assert dict(zip(expected, found, strict=True)) == expected


def test_models_and_settings_are_described(tmp_path: Path) -> None:
    """Kind and price stand behind a model, the purpose behind a setting; no help of the option."""
    script = Path(__file__).parents[2] / "completions" / "krea.fish"
    lines = {
        "krea generate -m z-image/": ["z-image/z-image\timage, about $0.003"],
        "krea config get model.": ["model.default\tthe model when -m is not given"],
        "krea generate -m krea-2/large -i creat": ["creativity=\traw, low, medium, high"],
        "krea generate -m krea-2/large --resolution ": ["1K"],
        "krea spend --by d": ["day"],
    }
    body = 'source $argv[1]; for line in $argv[2..-1]; complete -C "$line"; end'
    done = subprocess.run(
        ["fish", "--no-config", "-c", body, script, *lines],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": os.fspath(tmp_path)},
    )
    assert done.stdout.splitlines() == [line for found in lines.values() for line in found]


def test_a_hostile_list_is_only_text(
    complete: Callable[..., list[list[str]]], tmp_path: Path
) -> None:
    """An id that would run as a command is neither run nor offered."""
    (tmp_path / "models.tsv").write_text(
        "$(touch ran)\n(touch ran)\n;touch ran\n-n\n--help\nfree/model\n"
    )
    offered = complete("krea generate -m ", KREA_CACHE_DIR=str(tmp_path))
    assert offered == [["free/model"]]
    assert not list(tmp_path.rglob("ran"))
