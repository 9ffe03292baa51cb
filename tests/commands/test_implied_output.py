"""Results without -o: in the folder, and under the names, that settings and krea.toml give."""

import os
from pathlib import Path

import pytest

from tests.fakes.krea_service import PNG, lose_answer
from tests.harness.cli import Cli
from tests.harness.project_file import write_project


def test_a_folder_of_the_settings_takes_results_without_an_option(cli: Cli) -> None:
    """A ~ is the home folder; an explicit -o goes before it, relative to the current folder."""
    cli.krea("config", "set", "output.folder", "pictures/")
    result = cli.krea("generate", "a fox", "-q")
    (path,) = Path("pictures").iterdir()
    assert (result.code, result.out, result.err) == (0, f"{path}\n", "")
    assert cli.krea("generate", "a fox", "-o", "fox.png").out == "fox.png\n"
    assert Path("fox.png").is_file()


def test_a_template_names_results_without_an_option(cli: Cli) -> None:
    """Its folders are below output.folder; a name that is taken gets a number."""
    cli.krea("config", "set", "output.folder", "pictures")
    cli.krea("config", "set", "output.template", "{model}/{slug}.{ext}")
    assert cli.krea("generate", "a fox").out == "pictures/bfl-flux-1-dev/a-fox.png\n"
    cli.service.content = lambda: PNG + b"another"
    again = cli.krea("generate", "a fox")
    assert (again.code, again.out) == (0, "pictures/bfl-flux-1-dev/a-fox-2.png\n")
    assert len(cli.service.posts) == 2


def test_a_brace_in_the_name_of_a_folder_is_no_placeholder(cli: Cli) -> None:
    """The setting is a folder, and no template."""
    cli.krea("config", "set", "output.folder", "a {slug}")
    assert cli.krea("generate", "a fox").out.startswith("a {slug}/a-fox-")


def test_the_same_command_again_makes_another(cli: Cli) -> None:
    """An output of the settings is no -o: no unfinished request is gone on with."""
    cli.krea("config", "set", "output.folder", "pictures")
    cli.service.job_seconds = 50
    first = cli.krea("generate", "a fox", "--seed", "1", "--timeout", "10")
    assert first.code == 4
    second = cli.krea("generate", "a fox", "--seed", "1")
    assert (second.code, len(cli.service.posts)) == (0, 2)
    assert "going on with" not in second.err


def test_a_request_in_doubt_stops_only_its_explicit_place(cli: Cli) -> None:
    """As without any -o: the next command is another request."""
    cli.krea("config", "set", "account.shared", "true")
    cli.krea("config", "set", "output.folder", "pictures")
    cli.service.answers = [lose_answer]
    assert cli.krea("generate", "a fox").code == 9
    assert cli.krea("generate", "a fox").code == 0


def test_a_download_without_an_option_goes_there_as_well(cli: Cli) -> None:
    """A place that -o named is remembered, and goes before it."""
    cli.krea("config", "set", "output.folder", "pictures")
    job_id = cli.krea("generate", "a fox", "--no-wait").out.strip()
    result = cli.krea("download", job_id)
    assert (result.code, os.path.dirname(result.out)) == (0, "pictures")
    assert cli.krea("download", job_id).out == result.out
    named = cli.krea("generate", "an owl", "--no-wait", "-o", "owl.png").out.strip()
    assert cli.krea("download", named).out == "owl.png\n"


def test_a_batch_goes_there_too(cli: Cli) -> None:
    """Its output cells are relative to the folder, as to that of -o."""
    cli.krea("config", "set", "output.folder", "pictures")
    Path("list.csv").write_text("prompt,output\na fox,fox.png\nan owl,\n")
    result = cli.krea("batch", "list.csv", "-q")
    assert result.code == 0
    names = sorted(result.out.split())
    assert names[1] == "pictures/fox.png"
    assert names[0].startswith("pictures/an-owl-")
    posts = len(cli.service.posts)
    assert cli.krea("batch", "list.csv", "-q").code == 0
    assert len(cli.service.posts) == posts


@pytest.mark.parametrize("command", ["generate", "batch"])
def test_a_folder_that_is_a_file_is_refused_before_anything_is_paid(cli: Cli, command: str) -> None:
    """The sentence names the setting: nothing of it was typed."""
    cli.krea("config", "set", "output.folder", "pictures/new")
    Path("pictures").write_text("a file")
    Path("foxes.txt").write_text("a fox\n")
    words = {"generate": "a fox", "batch": "foxes.txt"}
    result = cli.krea(command, words[command])
    folder = Path("pictures").absolute()
    assert (result.code, result.err) == (
        2,
        f"error: {folder} is no folder, and the setting output.folder puts the results there\n"
        "  hint: move it away, or name another place with -o\n",
    )
    assert cli.service.posts == []


def test_a_link_that_leads_out_of_the_project_is_refused(cli: Cli) -> None:
    """A folder of krea.toml stays below that of the file, whatever lies there."""
    (cli.home / "elsewhere").mkdir()
    write_project('[output]\nfolder = "pictures"\n')
    Path("pictures").symlink_to(cli.home / "elsewhere")
    result = cli.krea("generate", "a fox", "-q")
    path = Path("pictures").absolute()
    assert (result.code, result.err) == (
        2,
        f"error: {path} is outside of {path.parent}, through a link\n"
        "  hint: another place with -o\n",
    )
    assert (cli.service.posts, list((cli.home / "elsewhere").iterdir())) == ([], [])


def test_a_link_in_the_place_of_a_result_is_not_followed(cli: Cli) -> None:
    """The result stands beside it; nothing is written where it leads."""
    write_project('output.template = "{slug}.{ext}"\n')
    Path("a-fox.png").symlink_to(cli.home / "outside.png")
    result = cli.krea("generate", "a fox", "-q")
    assert (result.code, result.out) == (0, "a-fox-2.png\n")
    assert not (cli.home / "outside.png").exists()
