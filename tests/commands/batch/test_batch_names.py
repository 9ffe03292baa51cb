"""`krea batch`: the name of each result, known before it is paid for."""

from pathlib import Path

import pytest

from krea_cli.flows.batch.check import paths
from tests.commands.batch.test_batch_check import dry, records
from tests.harness.cli import Cli


def names(cli: Cli, text: str, *options: str, file: str = "b.csv") -> list[str]:
    """The target of each item."""
    return [str(record["target"]) for record in records(cli, text, *options, file=file)]


def test_the_default_name(cli: Cli) -> None:
    """The prompt and six digits of the fingerprint, below the folder of -o, or here."""
    text = "A red fox!\nA red fox!\n"
    items = records(cli, text, "-o", "pics", file="b.txt")
    keys = [record["item"][:6] for record in items]
    assert [record["target"] for record in items] == [
        f"pics/a-red-fox-{key}.{{ext}}" for key in keys
    ]
    assert names(cli, text, file="b.txt") == [f"a-red-fox-{key}.{{ext}}" for key in keys]


def test_every_placeholder(cli: Cli) -> None:
    """Fields, places and keys are filled now; what only the result tells stays."""
    template = "o/{model}/{line}-{index}-{n}-{steps}-{strength}-{seed}-{slug}-{job_id}-{date}.{ext}"
    text = "prompt,steps,seed,count\n\na fox,30,,2\nan owl,,7,\n"
    assert names(cli, text, "-o", template) == [
        "o/bfl-flux-1-dev/3-1-1-30-none-{seed}-a-fox-{job_id}-{date}.{ext}",
        "o/bfl-flux-1-dev/3-2-2-30-none-{seed}-a-fox-{job_id}-{date}.{ext}",
        "o/bfl-flux-1-dev/4-3-1-none-none-7-an-owl-{job_id}-{date}.{ext}",
    ]


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("..", "x"),
        ("-rf *", "rf"),
        ("{seed}", "seed"),
        ("a" * 300, "a" * 60),
        ("狐" * 90, "狐" * 50),
    ],
)
def test_no_value_leaves_the_folder(cli: Cli, prompt: str, name: str) -> None:
    """Separators, dots in front, braces and endless texts are made harmless."""
    assert names(cli, prompt, "-o", "o/{prompt}.{ext}", file="b.txt") == [f"o/{name}.{{ext}}"]


def test_a_template_of_no_field(cli: Cli) -> None:
    """A field of any model of the batch is known; one of none is not."""
    text = "model,prompt\nflux-1-dev,a\nkrea-2/large,b\n"
    assert names(cli, text, "-o", "{aspect_ratio}-{line}.{ext}")[0] == "none-2.{ext}"
    wrong = dry(cli, text, "-o", "{mood}-{line}.{ext}")
    assert (wrong.code, "-o has an unknown placeholder {mood}" in wrong.err) == (2, True)
    assert dry(cli, text, "-o", "{line.{ext}").code == 2


def test_the_output_of_a_line(cli: Cli) -> None:
    """Below the folder of -o: a name, a folder, a template; equal names of a line are numbered."""
    text = (
        "prompt,output,count\na,one.png,\nb,sub/,\nc,sub/{slug}.{ext},\nd,many.png,3\ne,,\n"
        "f,braces{{}}.png,\n"
    )
    targets = names(cli, text, "-o", "o/{line}.{ext}")
    assert targets[0] == "o/one.png"
    assert targets[1].startswith("o/sub/b-") and targets[1].endswith(".{ext}")
    assert targets[2:] == [
        "o/sub/c.{ext}",
        "o/many.png",
        "o/many-2.png",
        "o/many-3.png",
        "o/6.{ext}",
        "o/braces{}.png",
    ]


@pytest.mark.parametrize("output", ["../up.png", "/tmp/up.png", "out/../../up.png", "{slug}/../x"])
def test_leaving_the_folder_needs_permission(cli: Cli, output: str) -> None:
    """A name in a file of somebody else's is not to reach beyond."""
    text = f"prompt,output\na,{output}\n"
    assert "--allow-outside permits it" in dry(cli, text, "-o", "o").err
    assert dry(cli, text, "-o", "o", "--allow-outside").code == 0


def test_a_link_that_leads_out_is_outside(cli: Cli) -> None:
    """Neither a folder nor a file below -o may be a way out of it."""
    Path("o").mkdir()
    Path("o/link").symlink_to(cli.home)
    Path("o/file.png").symlink_to(cli.home / "there.png")
    for output in ("link/a.png", "file.png"):
        text = f"prompt,output\na,{output}\n"
        assert "outside of the folder" in dry(cli, text, "-o", "o", "--force").err
        assert dry(cli, text, "-o", "o", "--allow-outside", "--force").code == 0


def test_names_that_collide(cli: Cli) -> None:
    """Two items of one name are told; the key tells them apart, and so does a drawn seed."""
    text = "a fox\nA fox!\n"
    assert (
        "line 2: would be saved as a-fox.{ext}, and so would line 1"
        in dry(cli, text, "-o", "{slug}.{ext}", file="b.txt").err
    )
    assert (
        "line 1: several items would be saved as a-fox.{ext}; {key} keeps them apart"
        in dry(cli, "a fox\n", "-n", "2", "-o", "{slug}.{ext}", file="b.txt").err
    )
    for template in ("{slug}-{seed}.{ext}", "{slug}-{key}.{ext}", "{slug}-{job_id}.{ext}"):
        assert dry(cli, text, "-o", template, file="b.txt").code == 0
    assert dry(cli, "prompt,output\na,x.png\nb,./x.png\n").code == 2


def test_a_line_that_was_edited_meets_the_file_of_its_earlier_request(cli: Cli) -> None:
    """The ledger knows the file: its request is named, and no other ledger or key is advised."""
    list_path = Path("s.csv")
    list_path.write_text("prompt,output\nred,a.png\n")
    assert cli.krea("batch", "s.csv", "-o", "sw/").code == 0
    list_path.write_text("prompt,output\ncrimson,a.png\n")
    again = cli.krea("batch", "s.csv", "-o", "sw/")
    assert (again.code, again.out, len(cli.service.posts)) == (2, "", 1)
    assert again.err == (
        "error: s.csv cannot be run as it stands: line 2: sw/a.png exists: it was saved by"
        " request 1, not for this item\n"
        "  hint: choose another -o, or another output for the line; --force would make and pay"
        " for 1 new result\n"
    )


def test_names_that_exist(cli: Cli) -> None:
    """Whatever its extension is; hidden files and sidecars are in nobody's way, --force in none."""
    Path("o").mkdir()
    template = ("-o", "o/{slug}.{ext}")
    for name in (".a-fox.png", "a-fox.png.json", "a-fox"):
        Path("o", name).write_text("")
    assert dry(cli, "a fox\n", *template, file="b.txt").code == 0
    Path("o/a-fox.webp").write_text("")
    wrong = dry(cli, "a fox\n", *template, file="b.txt")
    assert "line 1: o/a-fox.webp exists, and is not known as a result of this item" in wrong.err
    assert dry(cli, "a fox\n", *template, "--force", file="b.txt").code == 0
    Path("o/dir.png").mkdir()
    text = "prompt,output\na,dir.png\n"
    assert names(cli, text, "-o", "o")[0].startswith("o/dir.png/a-")


def test_a_name_that_is_too_long(cli: Cli) -> None:
    """No file system takes it: told before anything is paid."""
    wrong = dry(cli, "a\n", "-o", f"{'x' * 250}-{{slug}}.{{ext}}", file="b.txt")
    assert (wrong.code, "is longer than 240 bytes" in wrong.err) == (2, True)


@pytest.mark.parametrize(
    "output", [f"{'x' * 300}.png", f"{'x' * 300}/", f"{'x' * 300}/{{slug}}.png"]
)
def test_an_output_that_is_too_long(cli: Cli, output: str) -> None:
    """One problem of its line, beside all others."""
    wrong = dry(cli, f"prompt,output,seed\na,{output},1\nb,,x\n")
    assert (wrong.code, wrong.out) == (2, "")
    assert f"line 2: output: the name {'x' * 40}… is longer than 255 bytes\n" in wrong.err
    assert "line 3: seed: 'x' is not a number\n" in wrong.err


def test_a_folder_that_cannot_be(cli: Cli) -> None:
    """A file in its place, or a path beyond what the system takes, is a problem of the line."""
    Path("there").write_text("")
    deep = "/".join(["d" * 200] * 30)
    wrong = dry(cli, f"prompt,output\na,there/a.png\nb,{deep}/b.png\n")
    assert wrong.code == 2
    assert "line 2: output: cannot list the folder there: Not a directory\n" in wrong.err
    assert "line 3: output: cannot list the folder ddd" in wrong.err


def test_a_name_that_no_result_can_have(cli: Cli) -> None:
    """A clip's extension for a picture is refused before it is paid: in a cell, and in -o."""
    text = "prompt,output,model\na,a.mp4,\nb,b.png,\nc,c.mp4,veo-3.1-fast\n"
    fields = '{"prompt": "e", "output": "e.png", "model": "topaz/astra", "video_url": "http://a/b"}'
    cells = dry(cli, text)
    assert (cells.code, cells.err) == (
        2,
        "error: b.csv cannot be run as it stands: line 2: output: bfl/flux-1-dev makes pictures,"
        " and these are never .mp4 files; video models are alibaba/wan-3.0, runway/gen-4.5,"
        " minimax/h3-max\n"
        "  hint: correct it; the same command with --dry-run only checks\n",
    )
    assert (
        "topaz/astra makes clips, and these are never .png files"
        in dry(cli, fields, "--no-check", file="b.jsonl").err
    )
    template = dry(cli, "a\nb\n", "-o", "o/{slug}.mp4", file="b.txt")
    assert template.code == 2
    assert "lines 1-2: bfl/flux-1-dev makes pictures, and these are never .mp4" in template.err


PAIRS = [
    pytest.param("out/Fox.png", "out/fox.png", id="files"),
    pytest.param("Out/fox.png", "out/fox.png", id="folders"),
    pytest.param("out/STRASSE.png", "out/straße.png", id="one letter, two letters"),
    pytest.param("out/fox.{ext}", "out/FOX.png", id="an extension that is not known yet"),
    pytest.param("out/fox", "OUT/FOX/owl.png", id="file and folder"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_names_that_differ_by_case_only(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, one: str, other: str
) -> None:
    """Two files, or one on a file system without upper and lower case."""
    text = f"prompt,output\na,{one}\nb,{other}\n"
    assert dry(cli, text).code == 0
    monkeypatch.setattr(paths, "_is_same_entry", lambda *_: True)
    wrong = dry(cli, text)
    assert (wrong.code, "line 3: output: " in wrong.err) == (2, True)


def test_names_that_look_the_same(cli: Cli) -> None:
    """An accent by itself is refused beside a letter with an accent: a person sees one name."""
    wrong = dry(cli, "prompt,output\na,\u00e9.png\nb,e\u0301.png\n")
    assert wrong.code == 2
    assert "would be saved as e\u0301.png, and so would line 2" in wrong.err


def test_the_folder_shows_if_case_counts(tmp_path: Path) -> None:
    """A folder with a name in it, one without, and one that does not exist yet."""
    (tmp_path / "with").mkdir()
    (tmp_path / "with" / "a").touch()
    (tmp_path / "without").mkdir()
    for name in ("with", "without", "no/such"):
        assert not paths.OutputFolder(name, tmp_path).ignores_case
