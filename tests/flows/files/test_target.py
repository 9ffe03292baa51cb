"""What -o means, which names follow from it, and what is refused before anything is spent."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krea_cli.errors import KreaError, UsageError, WouldOverwrite
from krea_cli.flows.files.naming import Facts
from krea_cli.flows.files.target import Kind, Target, parse_target

FACTS = Facts("a red fox", "krea/krea-2/large", 7, "550e8400-e29b-41d4", 0.0)


@dataclass
class Row:
    """As much of a ledger row as a target needs."""

    target: str | None


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The current folder of these tests, with a folder `pics` and a file `old.png`."""
    (tmp_path / "pics").mkdir()
    (tmp_path / "old.png").write_bytes(b"old")
    return tmp_path


def target(text: str | None, here: Path, *, force: bool = False) -> Target:
    """-o TEXT, typed in HERE."""
    return parse_target(text, cwd=here, force=force)


@pytest.mark.parametrize(
    ("text", "kind", "name", "second_output", "second_job"),
    [
        (None, Kind.DEFAULT, "a-red-fox-550e84.png", "a-red-fox-550e84-2.png", None),
        ("out.png", Kind.EXACT, "out.png", "out-2.png", "out-2.png"),
        ("out", Kind.EXACT, "out", "out-2", "out-2"),
        ("new/out.png", Kind.EXACT, "new/out.png", "new/out-2.png", "new/out-2.png"),
        ("pics", Kind.FOLDER, "pics/a-red-fox-550e84.png", "pics/a-red-fox-550e84-2.png", None),
        ("new/", Kind.FOLDER, "new/a-red-fox-550e84.png", "new/a-red-fox-550e84-2.png", None),
        (".", Kind.FOLDER, "./a-red-fox-550e84.png", "./a-red-fox-550e84-2.png", None),
        ("{slug}.{ext}", Kind.TEMPLATE, "a-red-fox.png", "a-red-fox-2.png", "a-red-fox.png"),
        ("{n}-{index}.x", Kind.TEMPLATE, "1-1.x", "1-2.x", "2-1.x"),
        ("{model}/{seed}.{ext}", Kind.TEMPLATE, "krea-krea-2-large/7.png", None, None),
        ("{seed}/", Kind.TEMPLATE, "7/a-red-fox-550e84.png", "7/a-red-fox-550e84-2.png", None),
        ("a{{b}}.png", Kind.EXACT, "a{b}.png", "a{b}-2.png", "a{b}-2.png"),
        ("-", Kind.STDOUT, "-", "-", "-"),
        ("/dev/stdout", Kind.STDOUT, "-", "-", "-"),
        ("/dev/null", Kind.DEVICE, "/dev/null", "/dev/null", "/dev/null"),
    ],
)  # fmt: skip
def test_names(
    here: Path,
    text: str | None,
    kind: Kind,
    name: str,
    second_output: str | None,
    second_job: str | None,
) -> None:
    """Every form of -o names the first output, the second one, and the second job's."""
    parsed = target(text, here)
    assert parsed.kind is kind
    assert parsed.name(FACTS, ext="png") == name
    if second_output:
        assert parsed.name(FACTS, index=2, ext="png") == second_output
    if second_job:
        assert parsed.name(FACTS, n=2, count=2, ext="png") == second_job


def test_several_jobs_with_several_outputs_never_collide(here: Path) -> None:
    """With -n, the outputs of one job and those of another have names of their own."""
    parsed = target("out.png", here)
    names = [
        parsed.name(FACTS, n=n, count=3, index=index, ext="png")
        for n in (1, 2, 3)
        for index in (1, 2, 3)
    ]
    assert names[:4] == ["out.png", "out-1-2.png", "out-1-3.png", "out-2.png"]
    assert len(set(names)) == 9


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (None, "a-red-fox-550e84-preview.jpg"),
        ("out.glb", "out-preview.jpg"),
        ("{slug}.{ext}", "a-red-fox-preview.jpg"),
    ],
)
def test_previews_stand_apart(here: Path, text: str | None, name: str) -> None:
    """A preview has the name of the result, `-preview`, and its own extension."""
    assert target(text, here).name(FACTS, ext="jpg", preview=True) == name


@pytest.mark.parametrize(
    ("text", "key", "third"),
    [
        (None, None, None),
        ("-", "-", "-"),
        ("out.png", "{here}/out.png", "{here}/out-3.png"),
        ("./pics/../out.png", "{here}/out.png", "{here}/out-3.png"),
        ("pics", "{here}/pics/", "{here}/pics///3"),
        ("{n}.png", "{here}/1.png", "{here}/3.png"),
        ("{slug}.png", "{here}/{slug}.png", "{here}/{slug}.png//3"),
        ("a{{b}}.png", "{here}/a{{b}}.png", "{here}/a{{b}}-3.png"),
    ],
)
def test_keys(here: Path, text: str | None, key: str | None, third: str | None) -> None:
    """A key is absolute, tells the jobs of one command apart, and is the same from anywhere."""
    parsed = target(text, here)
    assert parsed.key() == (key and key.replace("{here}", str(here)))
    assert parsed.key(3, 3) == (third and third.replace("{here}", str(here)))


@pytest.mark.parametrize(
    "text", ["out.png", "pics", "{slug}-{n}.{ext}", "{slug}.{ext}", "a{{b}}", "{seed}/"]
)
def test_the_ledger_remembers_the_target(here: Path, text: str) -> None:
    """A target made from a key names the same file; relative where it is below this folder."""
    given = target(text, here)
    for n, count in ((1, 1), (3, 3)):
        again = target(None, here).for_row(Row(given.key(n, count)))
        named = given.name(FACTS, n=n, count=count, ext="png")
        assert again.name(FACTS, ext="png") == named
        elsewhere = target(None, Path("/")).for_row(Row(given.key(n, count)))
        assert elsewhere.name(FACTS, ext="png") == str(here / named).removeprefix("/")


def test_a_given_target_beats_the_remembered_one(here: Path) -> None:
    """-o on the command line counts; and bytes that went to stdout once do not go there again."""
    given = target("new.png", here)
    assert given.for_row(Row(str(here / "old.png"))) is given
    default = target(None, here)
    assert default.for_row(Row("-")) is default
    assert default.for_row(None) is default


def test_what_would_be_overwritten(here: Path) -> None:
    """A name that is taken is refused before the job, unless --force; so is a known template."""
    with pytest.raises(WouldOverwrite) as caught:
        target("old.png", here).check()
    assert caught.value.message == "old.png exists"
    assert caught.value.hint == "--force overwrites it; or choose another name with -o"
    target("old.png", here, force=True).check()
    (here / "a-red-fox-7.png").touch()
    with pytest.raises(WouldOverwrite):
        target("{slug}-{seed}.png", here).check(facts=FACTS)
    target("{slug}-{seed}.png", here).check()
    target("{slug}-{seed}.{ext}", here).check(facts=FACTS)
    target("pics", here).check()
    target("/dev/null", here).check()
    (here / "out-2.png").touch()
    target("out.png", here).check(1, 2)
    with pytest.raises(WouldOverwrite):
        target("out.png", here).check(2, 2)


@pytest.mark.parametrize("text", ["", "a\0b", "{size}.png", "x" * 256])
def test_what_cannot_be_a_target(here: Path, text: str) -> None:
    """Nonsense after -o is wrong usage."""
    with pytest.raises(UsageError):
        target(text, here)


def test_a_link_is_followed(here: Path) -> None:
    """Through a link, the file it points at is written; the link itself stays."""
    (here / "link.png").symlink_to("pics/real.png")
    parsed = target("link.png", here)
    assert parsed.name(FACTS, ext="png") == "link.png"
    assert parsed.real("link.png") == here / "pics" / "real.png"
    reservation = parsed.reserve(row_id=1)
    assert reservation and reservation.path == here / "pics" / ".real.png.part"
    reservation.release()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (None, ".krea-5.part"),
        ("out.png", ".out.png.part"),
        ("new/deep/out.png", "new/deep/.out.png.part"),
        ("pics", "pics/.krea-5.part"),
        ("pics/{slug}/{n}.png", "pics/.krea-5.part"),
        ("new-{slug}/{n}.png", ".krea-5.part"),
    ],
)
def test_reserving(here: Path, text: str | None, part: str) -> None:
    """The part lies in the part of the path that is known; missing folders are made."""
    reservation = target(text, here).reserve(row_id=5)
    assert reservation and reservation.path == here / part
    assert reservation.path.exists()
    assert target(text, here).reserve(row_id=5) is None
    reservation.release()
    assert not (here / part).exists()


def test_a_folder_that_cannot_be_written(here: Path) -> None:
    """Where no file can be made, one sentence says so before anything is spent."""
    with pytest.raises(KreaError) as caught:
        target("old.png/out.png", here).reserve(row_id=1)
    assert caught.value.message == f"cannot write in {here}/old.png: Not a directory"
    assert (caught.value.exit_code, caught.value.charged) == (1, "no")


def test_stdout_and_devices_are_spooled(here: Path) -> None:
    """Bytes that cannot be taken back are held in a nameless file until they are whole."""
    for text in ("-", "/dev/null"):
        reservation = target(text, here).reserve(row_id=1)
        assert reservation and reservation.path is None
        os.write(reservation.file, b"whole")
        reservation.release()
    assert sorted(os.listdir(here)) == ["old.png", "pics"]


@given(prompt=st.text(), model=st.text(min_size=1), job_id=st.text(min_size=1))
def test_names_stay_in_their_folder(prompt: str, model: str, job_id: str) -> None:
    """No prompt and no answer leads out of the folder, or to a hidden or a dashed name."""
    facts = Facts(prompt, model, None, job_id, None)
    for text in (None, "pics/", "{slug}{model}{job_id}", "pics/{job_id}/{slug}.{ext}"):
        shown = target(text, Path("/home/me")).name(facts, ext="png")
        parts = shown.split("/")
        assert len(parts) == {None: 1, "pics/": 2}.get(text, len(parts))
        assert all(part and part[0] not in ".-" for part in parts)
        assert all(len(part.encode()) <= 255 for part in parts)
