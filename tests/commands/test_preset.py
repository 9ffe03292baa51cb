"""`krea preset`, and --preset of generate and batch: a model and values under a name."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.harness.cli import Cli
from tests.harness.project_file import write_project
from tests.pictures import picture_bytes


@pytest.fixture
def fox(cli: Cli) -> Cli:
    """`krea` after a fox was made, with its home in the test's folder."""
    cli.environ["HOME"] = str(cli.home)
    pictures = iter(range(100))
    cli.service.content = lambda: picture_bytes(next(pictures))
    argv = ["generate", "a fox", "-m", "flux-1-dev", "-i", "steps=30", "--width", "512"]
    assert cli.krea(*argv, "-o", "fox.png").code == 0
    return cli


def sent(cli: Cli, *words: str) -> dict[str, Any]:
    """The body that `krea WORDS` sends, without its seed."""
    result = cli.krea(*words)
    assert result.code == 0, result.err
    return {name: value for name, value in cli.service.posts[-1].items() if name != "seed"}


def test_a_preset_is_saved_used_and_deleted(fox: Cli) -> None:
    """The prompt and the seed are left out; each step says what it did."""
    result = fox.krea("preset", "save", "poster", "--like", "fox.png")
    path = fox.home / "config" / "config.toml"
    assert (result.code, result.out, result.err) == (
        0,
        "",
        'fox.png is request 1, "a fox" (bfl/flux-1-dev), job job-1\n'
        f"preset poster: bfl/flux-1-dev, steps, width, in {path}\n"
        "left out: prompt, seed\n",
    )
    table = '[preset.poster]\nmodel = "bfl/flux-1-dev"\nsteps = 30\nwidth = 512\n'
    assert path.read_text() == table
    assert fox.krea("preset", "show", "poster").out == table
    values = "steps = 30, width = 512"
    assert fox.krea("preset", "list").out == (
        f"poster\tbfl/flux-1-dev\t~/config/config.toml\t{values}\n"
    )
    assert fox.krea("preset", "list", "--json").records == [
        {
            "preset": "poster",
            "model": "bfl/flux-1-dev",
            "fields": {"steps": 30, "width": 512},
            "source": "~/config/config.toml",
        }
    ]
    body = sent(fox, "generate", "an owl", "--preset", "poster", "-q")
    assert body == {"prompt": "an owl", "steps": 30, "width": 512}
    result = fox.krea("preset", "delete", "poster")
    assert result.err == f"preset poster deleted from {path}\n"
    assert path.read_text() == "\n"
    assert fox.krea("preset", "list").err == (
        "there is no preset; krea preset save NAME --like FILE makes one\n"
    )


def test_a_preset_of_a_file_that_is_another_one_now_warns(fox: Cli) -> None:
    """Its name leads to the values of the file that was saved there."""
    (fox.home / "work" / "fox.png").write_bytes(picture_bytes(99))
    result = fox.krea("preset", "save", "poster", "--like", "fox.png")
    assert result.code == 0
    assert result.err.splitlines()[1] == (
        "warning: fox.png is not the file that was saved there: this is the recipe of that one"
    )
    assert fox.krea("preset", "show", "poster").out.splitlines()[2:] == [
        "steps = 30",
        "width = 512",
    ]


def test_a_preset_of_the_project_keeps_the_rest_of_the_file(fox: Cli) -> None:
    """Comments stay, and the mode of the file; the preset is used from a folder below."""
    text = '# ours\nmodel = "z-image"  # for now\n\n# big\n[preset.big]\nwidth = 1024\n'
    write_project(text, mode=0o600)
    result = fox.krea("preset", "save", "small", "--like", "fox.png", "--project")
    assert result.err.splitlines()[1] == (
        "preset small: bfl/flux-1-dev, steps, width, in krea.toml"
    )
    saved = '\n[preset.small]\nmodel = "bfl/flux-1-dev"\nsteps = 30\nwidth = 512\n'
    assert Path("krea.toml").read_text() == text + saved
    assert os.stat("krea.toml").st_mode & 0o777 == 0o600
    result = fox.krea("generate", "an owl", "--preset", "small", "-q")
    assert (result.code, fox.service.posts[-1]["width"]) == (0, 512)
    said = fox.krea("generate", "an owl", "--preset", "small", "--dry-run").err
    assert said.startswith("preset small from krea.toml\n")
    assert fox.krea("preset", "delete", "big", "--project").code == 0
    assert Path("krea.toml").read_text() == '# ours\nmodel = "z-image"  # for now\n\n# big\n' + (
        saved.removeprefix("\n")
    )


def test_a_file_of_the_project_is_made(fox: Cli) -> None:
    """Without a krea.toml, one stands in the current folder afterwards."""
    assert fox.krea("preset", "save", "poster", "--like", "1", "--project").code == 0
    assert Path("krea.toml").read_text().startswith("[preset.poster]\n")
    assert os.stat("krea.toml").st_mode & 0o777 == 0o644


def test_an_existing_preset_is_replaced_with_force_only(fox: Cli) -> None:
    """Somebody's settings are in it."""
    assert fox.krea("preset", "save", "poster", "--like", "fox.png").code == 0
    fox.krea("generate", "an owl", "-m", "z-image", "-o", "owl.png")
    result = fox.krea("preset", "save", "poster", "--like", "owl.png")
    assert (result.code, result.error(charged="no")) == (2, "there is a preset poster already")
    assert fox.krea("preset", "save", "poster", "--like", "owl.png", "--force").code == 0
    assert fox.krea("preset", "show", "poster").out == (
        '[preset.poster]\nmodel = "z-image/z-image"\n'
    )


def test_files_and_addresses_are_left_out(cli: Cli) -> None:
    """A preset may be given to others, and is no place to send pictures to."""
    Path("day.png").write_bytes(picture_bytes(1))
    cli.krea("generate", "night", "-m", "flux-kontext", "--image", "day.png", "-o", "night.png")
    result = cli.krea("preset", "save", "night", "--like", "night.png")
    assert result.err.splitlines()[-1].startswith("left out: prompt, image_url")
    assert "day.png" not in (cli.home / "config" / "config.toml").read_text()


def test_options_go_before_the_preset_and_that_before_defaults(fox: Cli) -> None:
    """Width and height replace a ratio, as with any recipe."""
    write_project('[preset.wide]\nmodel = "z-image"\naspect_ratio = "16:9"\nprompt = "a hill"\n')
    assert sent(fox, "generate", "--preset", "wide") == {
        "prompt": "a hill",
        "aspect_ratio": "16:9",
        "resolution": "1K",
    }
    body = sent(fox, "generate", "a dune", "--preset", "wide", "--aspect-ratio", "1:1")
    assert (body["prompt"], body["aspect_ratio"]) == ("a dune", "1:1")
    fox.environ["KREA_MODEL"] = "flux-1-dev"
    assert sent(fox, "generate", "--preset", "wide")["aspect_ratio"] == "16:9"


def test_another_model_must_have_the_fields(fox: Cli) -> None:
    """The error says that the preset gives them, and nothing is sent."""
    write_project('[preset.wide]\nmodel = "z-image"\naspect_ratio = "16:9"\n')
    result = fox.krea("generate", "a dune", "--preset", "wide", "-m", "flux-1-dev")
    assert result.code == 2
    assert "aspect_ratio: " in result.error(charged="no")
    assert result.error(charged="no").endswith("; the preset gives it")
    assert len(fox.service.posts) == 1


def test_a_preset_holds_no_media(fox: Cli) -> None:
    """Not even a text without the look of an address."""
    write_project('[preset.a]\nmodel = "flux-kontext"\nimage_url = "picture"\n')
    result = fox.krea("generate", "a dune", "--preset", "a")
    assert (result.code, result.error(charged="no")) == (
        2,
        "bfl/flux-1-kontext-dev does not take this request: image_url: given by the preset, which"
        " holds no files and no addresses",
    )


def test_a_batch_takes_a_preset_below_its_options(fox: Cli) -> None:
    """Cells, a sweep and options go before it; a line is an item by what it asks for."""
    write_project('[preset.p]\nmodel = "z-image"\naspect_ratio = "16:9"\nresolution = "1K"\n')
    Path("list.csv").write_text("prompt,aspect_ratio\na fox,\nan owl,1:1\n")
    argv = ["batch", "list.csv", "--preset", "p", "-o", "out/", "-j", "1"]
    assert fox.krea(*argv).code == 0
    ratios = [body["aspect_ratio"] for body in fox.service.posts[1:]]
    assert ratios == ["16:9", "1:1"]
    write_project('[preset.p]\nmodel = "z-image"\naspect_ratio = "4:3"\nresolution = "1K"\n')
    assert fox.krea(*argv).code == 0
    assert [body["aspect_ratio"] for body in fox.service.posts[3:]] == ["4:3"]
    Path("list.txt").write_text("a cow\n")
    sweep = ["--sweep", "aspect_ratio=1:1,2:3"]
    assert fox.krea("batch", "list.txt", "--preset", "p", "-o", "out/", "-j", "1", *sweep).code == 0
    assert [body["aspect_ratio"] for body in fox.service.posts[4:]] == ["1:1", "2:3"]


@pytest.mark.parametrize(
    ("argv", "sentence", "hint"),
    [
        (
            ["generate", "a", "--preset", "postre"],
            "there is no preset postre; did you mean poster?",
            "krea preset list",
        ),
        (
            ["generate", "a", "--preset", "bad"],
            "~/config/config.toml: the preset bad: a names a file, and a preset holds plain values",
            "correct it, or: krea preset delete bad",
        ),
        (
            ["generate", "a", "--preset", "poster", "--like", "fox.png"],
            "--like and --preset exclude each other",
            "give only one of them",
        ),
        (
            ["preset", "save", "../a", "--like", "fox.png"],
            "a preset cannot be called '../a'",
            "letters, digits, - and _, such as poster",
        ),
        (
            ["preset", "delete", "ours"],
            "there is no preset ours in the settings",
            "krea preset delete ours --project",
        ),
        (
            ["preset", "show", "none"],
            "there is no preset none",
            "krea preset list",
        ),
    ],
)
def test_a_preset_that_is_none_is_refused(
    fox: Cli, argv: list[str], sentence: str, hint: str
) -> None:
    """The sentence names it, the hint what to type."""
    assert fox.krea("preset", "save", "poster", "--like", "fox.png").code == 0
    path = fox.home / "config" / "config.toml"
    path.write_text(path.read_text() + '[preset.bad]\na = "@/etc/passwd"\n')
    write_project("[preset.ours]\nwidth = 512\n")
    result = fox.krea(*argv)
    assert result.code == 2
    assert result.err.startswith(f"error: {sentence}\n  hint: {hint}\n")
    assert len(fox.service.posts) == 1


def test_a_file_that_cannot_be_edited_stays_as_it_is(fox: Cli) -> None:
    """A preset in an inline table is for the editor."""
    text = 'preset = { poster = { width = 512 } }\nmodel = "z-image"\n'
    write_project(text)
    result = fox.krea("preset", "save", "other", "--like", "fox.png", "--project")
    assert result.code == 2
    assert "cannot be edited: " in result.error(charged="no")
    assert Path("krea.toml").read_text() == text
