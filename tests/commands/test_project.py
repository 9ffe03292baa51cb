"""krea.toml: found above the current folder, trusted no further than it may be."""

import os
from pathlib import Path

import pytest

from tests.harness.cli import Cli
from tests.harness.project_file import write_project


def test_a_project_sets_model_and_output(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder below finds the file; folders in it are relative to it; each value is said once."""
    write_project('model = "z-image"\n\n[output]\nfolder = "out"\ntemplate = "{slug}.{ext}"\n')
    Path("sub/deep").mkdir(parents=True)
    monkeypatch.chdir("sub/deep")
    result = cli.krea("generate", "a fox", "--seed", "7")
    assert (result.code, result.out) == (0, "../../out/a-fox.png\n")
    assert result.err.splitlines()[:4] == [
        "output.folder out from ../../krea.toml",
        "output.template {slug}.{ext} from ../../krea.toml",
        "model z-image from ../../krea.toml",
        "aspect_ratio 1:1 filled in",
    ]
    assert result.err.count("krea.toml") == 3


def test_a_project_is_said_by_a_batch(cli: Cli) -> None:
    """A list in a project is made by the project's model, as it says."""
    write_project('model = "z-image"\noutput.folder = "out"\n')
    Path("foxes.txt").write_text("a fox\nan owl\n")
    result = cli.krea("batch", "foxes.txt", "--dry-run")
    assert (result.code, result.err.splitlines()[:2]) == (
        0,
        ["model z-image from krea.toml", "output.folder out from krea.toml"],
    )


def test_what_is_typed_goes_before_the_project(cli: Cli) -> None:
    """An option and a variable go before the file, and nothing is said of it."""
    write_project('model = "z-image"\noutput.folder = "out"\n')
    result = cli.krea("generate", "a fox", "-m", "flux-1-dev", "-o", "fox.png")
    assert (result.code, result.out) == (0, "fox.png\n")
    assert "krea.toml" not in result.err
    cli.environ["KREA_MODEL"] = "flux-1-dev"
    assert "model" not in cli.krea("generate", "a fox").err.partition("output.folder")[0]


def test_a_project_ends_at_the_home_folder(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The home folder is looked into; above it a file is somebody else's business."""
    home = Path("home")
    (home / "work").mkdir(parents=True)
    cli.environ["HOME"] = str(home.absolute())
    write_project('model = "z-image"\n')
    monkeypatch.chdir(home / "work")
    assert "krea.toml" not in cli.krea("generate", "a fox", "--dry-run").err
    write_project('model = "z-image"\n', "..")
    assert "model z-image from ../krea.toml\n" in cli.krea("generate", "a fox", "--dry-run").err


WRONG = [
    ("count = 3", "count may not stand in it"),
    ('webhook = "https://example.com"', "webhook may not stand in it"),
    ("[budget]\nday = 1000", "budget may not stand in it"),
    ('output.sidecar = "yes"', "output.sidecar may not stand in it"),
    ("model = 3", "model must be a name, not 3"),
    (
        'output.folder = "/tmp"',
        "output.folder must be a folder below that of the file, such as pictures, not '/tmp'",
    ),
    (
        'output.folder = "a/../../b"',
        "output.folder must be a folder below that of the file, such as pictures, not 'a/../../b'",
    ),
    (
        'output.folder = "~/x"',
        "output.folder must be a folder below that of the file, such as pictures, not '~/x'",
    ),
    (
        'output.template = "{model}/{slug}.{ext}"',
        "output.template must be a template with no placeholder in its folders,"
        " not '{model}/{slug}.{ext}'",
    ),
    (
        '[preset.a]\nimage_url = "@/etc/passwd"',
        "the preset a: image_url names a file, and a preset holds plain values",
    ),
    (
        '[preset.a]\nimage_url = "https://example.com/x.png"',
        "the preset a: image_url is an address, and a preset holds plain values",
    ),
    (
        '[preset.a]\nwebhook = "x"',
        "the preset a: webhook is no field, and a preset holds fields alone",
    ),
    ("[preset.a]\nday = 2026-01-01", "the preset a: day is no text, number, true or false"),
    (
        '[preset."../a"]\nseed = 1',
        "a preset cannot be called '../a': letters, digits, - and _",
    ),
    ("model = " + "9" * 5000, "it has a number of thousands of digits"),
    ("model = ", "it is not TOML: Invalid value (at line 1, column 9)"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG, ids=[text[:40] for text, _ in WRONG])
@pytest.mark.parametrize("command", ["generate", "batch", "recover"])
def test_any_other_key_ends_what_spends(cli: Cli, text: str, sentence: str, command: str) -> None:
    """Its meaning is not guessed where money is spent."""
    write_project(text + "\n")
    Path("foxes.txt").write_text("a fox\n")
    words = {
        "generate": ["a fox", "-m", "flux-1-dev", "-o", "fox.png"],
        "batch": ["foxes.txt", "-m", "flux-1-dev", "-o", "out/"],
        "recover": ["--resubmit", "1"],
    }
    result = cli.krea(command, *words[command])
    assert (result.code, result.err) == (
        2,
        f"error: krea.toml: {sentence}\n"
        "  hint: it may hold model, output.folder, output.template, and tables [preset.NAME]\n",
    )
    assert cli.service.posts == []


@pytest.mark.parametrize("argv", [["status"], ["history"], ["models", "z-image"], ["recover"]])
def test_commands_that_spend_nothing_do_not_mind(cli: Cli, argv: list[str]) -> None:
    """Nothing is taken from it."""
    write_project("count = 3\n")
    result = cli.krea(*argv)
    assert (result.code, "krea.toml" in result.err) == (0, False)


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_a_file_that_others_may_write_to_is_not_read(cli: Cli, mode: int) -> None:
    """The warning has the command against it; krea goes on without the file."""
    path = write_project('model = "z-image"\ncount = 3\n', mode=mode)
    result = cli.krea("generate", "a fox", "--dry-run")
    assert (result.code, result.err) == (
        0,
        f"warning: krea.toml is not read: others may write to it (chmod go-w {path.absolute()})\n",
    )
    assert result.out.startswith("POST /generate/image/bfl/flux-1-dev")


@pytest.mark.parametrize("kind", ["folder", "fifo", "link"])
def test_what_is_no_file_is_not_read(cli: Cli, kind: str) -> None:
    """A pipe of that name keeps nobody waiting."""
    if kind == "folder":
        Path("krea.toml").mkdir()
    elif kind == "fifo":
        os.mkfifo("krea.toml", 0o644)
    else:
        Path("krea.toml").symlink_to("nowhere")
    reasons = {"folder": "it is no file", "fifo": "it is no file"}
    reason = reasons.get(kind, "No such file or directory")
    result = cli.krea("generate", "a fox", "--dry-run")
    assert (result.code, result.err) == (0, f"warning: krea.toml is not read: {reason}\n")


@pytest.mark.machine
@pytest.mark.skipif(os.geteuid() != 0, reason="gives a file to another user")
@pytest.mark.parametrize("is_link", [False, True])
def test_a_file_of_another_user_is_not_read(cli: Cli, is_link: bool) -> None:
    """Another user could choose what is paid for. A foreign link is no better."""
    if is_link:
        write_project('model = "z-image"\n').rename("own.toml")
        Path("krea.toml").symlink_to("own.toml")
        os.lchown("krea.toml", 65534, 65534)
    else:
        os.chown(write_project('model = "z-image"\n'), 65534, 65534)
    result = cli.krea("generate", "a fox", "--dry-run")
    assert (result.code, result.err) == (
        0,
        "warning: krea.toml is not read: it belongs to another user\n",
    )


def test_a_model_of_the_project_that_is_none_is_told_with_its_origin(cli: Cli) -> None:
    """Nobody typed it: the sentence says where it stands."""
    write_project('model = "nosuch"\n')
    result = cli.krea("generate", "a fox", "-q")
    assert result.error(charged="no") == "there is no model called 'nosuch'; krea.toml names it"


def test_the_doctor_looks_at_the_project(cli: Cli) -> None:
    """A wrong key and a wrong model are found before a command is refused for them."""

    def settings() -> list[tuple[str, str]]:
        records = cli.krea("doctor", "--json").records
        return [(each["state"], each["text"]) for each in records if each["name"] == "settings"]

    write_project('model = "nosuch"\n')
    assert settings() == [
        ("wrong", "there is no model called 'nosuch'; krea.toml names it"),
        ("ok", "none are set"),
        ("note", "krea.toml counts here: krea config list"),
    ]
    write_project("count = 3\n")
    assert settings()[0] == ("wrong", "krea.toml: count may not stand in it")
