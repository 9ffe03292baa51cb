"""The meaning of -o: its paths, and the errors before anything is spent."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krea_cli.errors import KreaError, UsageError, WouldOverwrite
from krea_cli.flows.files.naming import NameFacts
from krea_cli.flows.files.target import Target, TargetKind, parse_target

NAME = "a-red-fox-550e84"
FACTS = NameFacts("a red fox", "krea/krea-2/large", 7, "550e8400-e29b-41d4", 0.0)


@dataclass
class Row:
    """The part of a ledger row that a target needs."""

    target: str | None


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The current folder of these tests, with a folder `pics` and a file `old.png`."""
    (tmp_path / "pics").mkdir()
    (tmp_path / "old.png").write_bytes(b"old")
    return tmp_path


def target(text: str | None, here: Path, *, force: bool = False) -> Target:
    """Parse -o TEXT, typed in HERE."""
    return parse_target(text, cwd=here, force=force)


@pytest.mark.parametrize(
    ("text", "kind", "name", "second_output", "second_job"),
    [
        (None, TargetKind.DEFAULT, f"{NAME}.png", f"{NAME}-2.png", None),
        ("out.png", TargetKind.EXACT, "out.png", "out-2.png", "out-2.png"),
        ("out", TargetKind.EXACT, "out", "out-2", "out-2"),
        ("new/out.png", TargetKind.EXACT, "new/out.png", "new/out-2.png", "new/out-2.png"),
        ("pics", TargetKind.FOLDER, f"pics/{NAME}.png", f"pics/{NAME}-2.png", None),
        ("new/", TargetKind.FOLDER, f"new/{NAME}.png", f"new/{NAME}-2.png", None),
        (".", TargetKind.FOLDER, f"./{NAME}.png", f"./{NAME}-2.png", None),
        ("{slug}.{ext}", TargetKind.TEMPLATE, "a-red-fox.png", "a-red-fox-2.png", "a-red-fox.png"),
        ("{n}-{index}.x", TargetKind.TEMPLATE, "1-1.x", "1-2.x", "2-1.x"),
        ("{model}/{seed}.{ext}", TargetKind.TEMPLATE, "krea-krea-2-large/7.png", None, None),
        ("{seed}/", TargetKind.TEMPLATE, f"7/{NAME}.png", f"7/{NAME}-2.png", None),
        ("a{{b}}.png", TargetKind.EXACT, "a{b}.png", "a{b}-2.png", "a{b}-2.png"),
        ("-", TargetKind.STDOUT, "-", "-", "-"),
        ("/dev/stdout", TargetKind.STDOUT, "-", "-", "-"),
        ("/dev/null", TargetKind.DEVICE, "/dev/null", "/dev/null", "/dev/null"),
    ],
)  # fmt: skip
def test_names(
    here: Path,
    text: str | None,
    kind: TargetKind,
    name: str,
    second_output: str | None,
    second_job: str | None,
) -> None:
    """Every form of -o has a path for the first result, the second one, and the second job."""
    parsed = target(text, here)
    assert parsed.kind is kind
    assert parsed.path(FACTS, ext="png") == name
    if second_output:
        assert parsed.path(FACTS, index=2, ext="png") == second_output
    if second_job:
        assert parsed.path(FACTS, n=2, count=2, ext="png") == second_job


def test_several_jobs_with_several_outputs_never_collide(here: Path) -> None:
    """With -n, every output of every job has a path of its own."""
    parsed = target("out.png", here)
    names = [
        parsed.path(FACTS, n=n, count=3, index=index, ext="png")
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
    assert target(text, here).path(FACTS, ext="jpg", preview=True) == name


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
    """A key is absolute, differs for each job, and does not depend on the current folder."""
    parsed = target(text, here)
    assert parsed.key() == (key and key.replace("{here}", str(here)))
    assert parsed.key(3, 3) == (third and third.replace("{here}", str(here)))


@pytest.mark.parametrize(
    "text", ["out.png", "pics", "{slug}-{n}.{ext}", "{slug}.{ext}", "a{{b}}", "{seed}/"]
)
def test_the_ledger_remembers_the_target(here: Path, text: str) -> None:
    """A target made from a key has the path of the old one, relative below the current folder."""
    given = target(text, here)
    for n, count in ((1, 1), (3, 3)):
        again = target(None, here).or_remembered(Row(given.key(n, count)))
        named = given.path(FACTS, n=n, count=count, ext="png")
        assert again.path(FACTS, ext="png") == named
        elsewhere = target(None, Path("/")).or_remembered(Row(given.key(n, count)))
        assert elsewhere.path(FACTS, ext="png") == str(here / named).removeprefix("/")


def test_a_given_target_beats_the_remembered_one(here: Path) -> None:
    """-o on the command line counts first, and stdout is never remembered."""
    given = target("new.png", here)
    assert given.or_remembered(Row(str(here / "old.png"))) is given
    default = target(None, here)
    assert default.or_remembered(Row("-")) is default
    assert default.or_remembered(None) is default


def test_existing_files_are_refused(here: Path) -> None:
    """A path that exists is refused before the job, unless --force; so is a known template."""
    with pytest.raises(WouldOverwrite) as caught:
        target("old.png", here).refuse_existing()
    assert caught.value.message == "old.png exists"
    assert caught.value.hint == "--force overwrites it; or choose another name with -o"
    target("old.png", here, force=True).refuse_existing()
    (here / "a-red-fox-7.png").touch()
    with pytest.raises(WouldOverwrite):
        target("{slug}-{seed}.png", here).refuse_existing(facts=FACTS)
    target("{slug}-{seed}.png", here).refuse_existing()
    target("{slug}-{seed}.{ext}", here).refuse_existing(facts=FACTS)
    target("pics", here).refuse_existing()
    target("/dev/null", here).refuse_existing()
    (here / "out-2.png").touch()
    target("out.png", here).refuse_existing(1, 2)
    with pytest.raises(WouldOverwrite):
        target("out.png", here).refuse_existing(2, 2)


@pytest.mark.parametrize("text", ["", "a\0b", "{size}.png", "x" * 256])
def test_invalid_targets(here: Path, text: str) -> None:
    """Nonsense after -o is a usage error."""
    with pytest.raises(UsageError):
        target(text, here)


def test_a_link_is_followed(here: Path) -> None:
    """The file behind a link is written; the link itself stays."""
    (here / "link.png").symlink_to("pics/real.png")
    parsed = target("link.png", here)
    assert parsed.path(FACTS, ext="png") == "link.png"
    assert parsed.real_path("link.png") == here / "pics" / "real.png"
    part_file = parsed.reserve(row_id=1)
    assert part_file and part_file.path == here / "pics" / ".real.png.part"
    part_file.release()


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
    """The part file lies in the folder that is known; missing folders are made."""
    part_file = target(text, here).reserve(row_id=5)
    assert part_file and part_file.path == here / part
    assert part_file.path.exists()
    assert target(text, here).reserve(row_id=5) is None
    part_file.release()
    assert not (here / part).exists()


def test_a_folder_that_cannot_be_written(here: Path) -> None:
    """A folder in which no file can be made is an error before anything is spent."""
    with pytest.raises(KreaError) as caught:
        target("old.png/out.png", here).reserve(row_id=1)
    assert caught.value.message == f"cannot write in {here}/old.png: Not a directory"
    assert (caught.value.exit_code, caught.value.charged) == (1, "no")


def test_stdout_and_devices_have_nameless_parts(here: Path) -> None:
    """Bytes for stdout are kept in a file without a name until they are whole."""
    for text in ("-", "/dev/null"):
        part_file = target(text, here).reserve(row_id=1)
        assert part_file and part_file.path is None
        os.write(part_file.fd, b"whole")
        part_file.release()
    assert sorted(os.listdir(here)) == ["old.png", "pics"]


@given(prompt=st.text(), model=st.text(min_size=1), job_id=st.text(min_size=1))
def test_names_stay_in_their_folder(prompt: str, model: str, job_id: str) -> None:
    """No prompt and no answer leads out of the folder, or to a name with a leading dot or dash."""
    facts = NameFacts(prompt, model, None, job_id, None)
    for text in (None, "pics/", "{slug}{model}{job_id}", "pics/{job_id}/{slug}.{ext}"):
        shown = target(text, Path("/home/me")).path(facts, ext="png")
        parts = shown.split("/")
        assert len(parts) == {None: 1, "pics/": 2}.get(text, len(parts))
        assert all(part and part[0] not in ".-" for part in parts)
        assert all(len(part.encode()) <= 255 for part in parts)
