"""Outputs that a shell, or a list from another system, leaves unusual: ~, = and backslashes."""

import json
from pathlib import Path

import pytest

from tests.harness.cli import Cli


@pytest.fixture
def home(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The user's home folder, with a brace in its name."""
    folder = tmp_path / "ho{me"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


def test_a_tilde_is_the_home_folder(cli: Cli, home: Path) -> None:
    """A shell leaves it in --output=~/x and within quotes; so do lists."""
    assert cli.krea("generate", "a fox", "--output=~/fox.png").code == 0
    assert cli.krea("generate", "a fox", "-o", "~/{slug}-2.{ext}").code == 0
    assert cli.krea("generate", "a fox", "-o", "~").code == 0
    assert cli.krea("download", "job-1", "-o", "~/again.png").code == 0
    Path("list.txt").write_text("an owl\n")
    assert cli.krea("batch", "list.txt", "-o", "~/pics", "--report=~/r.jsonl").code == 0
    Path("list.csv").write_text("prompt,output\nan owl,~/pics/owl.png\n")
    assert cli.krea("batch", "list.csv", "-o", "~/pics").code == 0
    names = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}
    assert {"fox.png", "a-fox-2.png", "again.png", "r.jsonl", "pics/owl.png"} < names
    assert len(names) == 7  # the default names of -o ~ and of the batch as well
    assert not Path("~").exists()


def test_a_name_without_an_extension_may_mean_a_folder(cli: Cli) -> None:
    """Said before it is sent, once for all jobs; a file that is there, or a folder, is no doubt."""
    warning = (
        "warning: new dir becomes a file without an extension: -o 'new dir/' saves into a folder"
        " of that name, -o 'new dir.{ext}' adds the extension that fits\n"
    )
    result = cli.krea("generate", "a fox", "-n", "2", "-o", "new dir")
    assert (result.code, result.out) == (0, "new dir\nnew dir-2\n")
    assert result.err.count(warning) == 1
    assert result.err.index(warning) < result.err.index("submitted")
    for words in (("new dir", "--force"), ("folder/",), ("folder",), ("fox.png",), (".fox",)):
        result = cli.krea("generate", "a fox", "-o", *words)
        assert (result.code, "extension" in result.err) == (0, False)


def test_the_home_folder_is_outside_of_another(cli: Cli, home: Path) -> None:
    """A cell with ~ is refused as any other folder is, and nothing is paid."""
    Path("list.csv").write_text("prompt,output\nan owl,~/owl.png\n")
    refused = cli.krea("batch", "list.csv", "-o", "pics")
    assert (refused.code, cli.service.posts) == (2, [])
    assert f"{home} is outside of the folder of -o" in refused.err


def test_a_folder_with_the_name_of_a_tilde(cli: Cli, home: Path) -> None:
    """A ./ before it names it, as in a shell; the home of another user is a plain name."""
    assert cli.krea("generate", "a fox", "-o", "./~/fox.png").code == 0
    assert cli.krea("generate", "a fox", "-o", "~me/fox.png").code == 0
    assert (Path("~/fox.png").is_file(), Path("~me/fox.png").is_file()) == (True, True)
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "sentence", "hint"),
    [
        (("-o=fox.png",), "-o=fox.png names =fox.png, with the = in it", "-o fox.png"),
        (
            ("-o", "sub\\owl.png"),
            "sub\\owl.png has a backslash, which divides no folders here: write sub/owl.png",
            "-o sub/owl.png",
        ),
    ],
)
@pytest.mark.parametrize(
    "command", [("generate", "a fox"), ("download", "job-1"), ("batch", "list.txt")]
)
def test_what_is_no_name_is_refused(
    cli: Cli, command: tuple[str, ...], argv: tuple[str, ...], sentence: str, hint: str
) -> None:
    """An = behind -o, and folders as Windows divides them; the hint has the right words."""
    Path("list.txt").write_text("an owl\n")
    refused = cli.krea(*command, *argv, "--json")
    [error] = [json.loads(line)["error"] for line in refused.err.splitlines()]
    assert (refused.code, cli.service.requests) == (2, [])
    assert (error["message"], error["hint"], error["charged"]) == (sentence, hint, "no")


def test_a_backslash_in_a_cell_is_refused(cli: Cli) -> None:
    """The line is named."""
    Path("list.csv").write_text("prompt,output\na,sub\\owl.png\n")
    refused = cli.krea("batch", "list.csv")
    assert (refused.code, cli.service.posts) == (2, [])
    assert "line 2: output: sub\\owl.png has a backslash" in refused.err
