"""`krea batch`: an item is done at its own place, with its own bytes; nothing is paid again."""

import errno
import itertools
import json
import os
import shlex
import shutil
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from tests.commands.batch.batch_helpers import file_stems, sent_prompts
from tests.fakes.krea_service import PNG
from tests.harness.cli import Cli
from tests.harness.ledger_rows import LEDGER, read_rows


@pytest.fixture
def studio(cli: Cli) -> Cli:
    """A service that makes another picture each time, all of one size."""
    numbers = itertools.count(1)
    cli.service.content = lambda: PNG[:12] + b"%04d" % next(numbers) + PNG[16:]
    return cli


def recorded_paths(cli: Cli) -> list[str]:
    """The paths in the ledger, relative to the current folder."""
    rows = read_rows(cli.home / "state")
    return sorted(os.path.relpath(file.path) for row in rows for file in row.files)


def expire_addresses(cli: Cli) -> None:
    """Let no result be fetched any more."""
    cli.service.file_status = 404


def write_table(*lines: str) -> None:
    """A list with an output for each line."""
    Path("s.csv").write_text("".join(f"{line}\n" for line in ("prompt,output", *lines)))


def test_a_moved_folder_is_recorded_at_its_new_place(studio: Cli) -> None:
    """The report, the ledger and later copies know where the files are now."""
    Path("p.csv").write_text("prompt\na fox\nan owl\n")
    assert studio.krea("batch", "p.csv", "-o", "out/").code == 0
    Path("out").rename("moved")
    expire_addresses(studio)
    assert studio.krea("batch", "p.csv", "-o", "moved/", "--report", "moved/r.jsonl").code == 0
    assert studio.krea("verify", "moved/r.jsonl").code == 0
    assert [path.partition("/")[0] for path in recorded_paths(studio)] == ["moved", "moved"]
    assert studio.krea("batch", "p.csv", "-o", "copies/").code == 0
    assert file_stems("copies") == ["a-fox", "an-owl"]
    Path("copies").rename("elsewhere")
    next(Path("moved").glob("a-fox*")).unlink()
    Path("elsewhere").rename("copies")
    assert studio.krea("download", "job-1").out.startswith("moved/a-fox-")
    assert len(studio.service.posts) == 2


def test_a_deleted_file_is_not_done_because_of_a_copy(studio: Cli) -> None:
    """Copied again, by the batch as by `krea download`, even if its address is gone."""
    Path("p.csv").write_text("prompt\na fox\n")
    studio.krea("batch", "p.csv", "-o", "out/")
    studio.krea("batch", "p.csv", "-o", "copies/")
    expire_addresses(studio)
    (path,) = Path("out").iterdir()
    for command in (("batch", "p.csv", "-o", "out/"), ("download", "job-1")):
        path.unlink()
        done = studio.krea(*command)
        assert (done.code, done.out) == (0, f"{path}\n"), done.err
        assert path.exists()


def test_a_deleted_file_is_fetched_again(studio: Cli) -> None:
    """Without any copy it comes from the service, and nothing is sent."""
    Path("p.csv").write_text("prompt\na fox\n")
    studio.krea("batch", "p.csv", "-o", "out/")
    (path,) = Path("out").iterdir()
    path.unlink()
    assert studio.krea("batch", "p.csv", "-o", "out/").code == 0
    assert (path.exists(), len(studio.service.posts)) == (True, 1)


def test_a_file_that_another_item_overwrote_is_not_done(studio: Cli) -> None:
    """The list as it was before: refused by name, and with --force the first picture is back."""
    write_table("red,a.png")
    studio.krea("batch", "s.csv", "-o", "sw/")
    red = Path("sw/a.png").read_bytes()
    write_table("blue,a.png")
    studio.krea("batch", "s.csv", "-o", "sw/", "--force")
    blue = Path("sw/a.png").read_bytes()
    assert [path.name for path in Path("sw").iterdir()] == ["a.png"]
    write_table("red,a.png")
    studio.service.content = lambda: red
    refused = studio.krea("batch", "s.csv", "-o", "sw/")
    assert (refused.code, Path("sw/a.png").read_bytes()) == (2, blue)
    assert "line 2: sw/a.png exists; --force replaces it" in refused.err
    done = studio.krea("batch", "s.csv", "-o", "sw/", "--force")
    assert (done.code, Path("sw/a.png").read_bytes() == red) == (0, True)
    assert len(studio.service.posts) == 2


@pytest.mark.parametrize("expired", [False, True])
def test_force_over_exchanged_names_loses_nothing(studio: Cli, expired: bool) -> None:
    """Each is under its new name, the hidden files are gone, and so are their records."""
    write_table("red,a.png", "green,b.png", "blue,c.png")
    studio.krea("batch", "s.csv", "-o", "sw/")
    before = {name: Path("sw", f"{name}.png").read_bytes() for name in "abc"}
    write_table("red,b.png", "green,c.png", "blue,a.png")
    if expired:
        expire_addresses(studio)
    done = studio.krea("batch", "s.csv", "-o", "sw/", "--force")
    assert (done.code, len(studio.service.posts)) == (0, 3), done.err
    after = {name: Path("sw", f"{name}.png").read_bytes() for name in "abc"}
    assert after == {"b": before["a"], "c": before["b"], "a": before["c"]}
    assert len(list(Path("sw").iterdir())) == 3
    assert not [path for path in recorded_paths(studio) if "kept" in path]


@pytest.mark.parametrize("options", [(), ("--sidecar",)])
def test_sidecars_go_with_exchanged_names(studio: Cli, options: tuple[str, ...]) -> None:
    """Each describes the picture beside it, whether or not it is asked for again."""
    write_table("red,a.png", "green,b.png")
    studio.krea("batch", "s.csv", "-o", "sw/", "--sidecar")
    write_table("red,b.png", "green,a.png")
    done = studio.krea("batch", "s.csv", "-o", "sw/", "--force", *options)
    assert (done.code, len(studio.service.posts)) == (0, 2), done.err
    recipes = {name: json.loads(Path(f"sw/{name}.png.json").read_text()) for name in "ab"}
    assert {name: each["request"]["prompt"] for name, each in recipes.items()} == {
        "a": "green",
        "b": "red",
    }
    for name, recipe in recipes.items():
        assert recipe["sha256"] == sha256(Path(f"sw/{name}.png").read_bytes()).hexdigest()


def test_force_over_shifted_names_loses_nothing(studio: Cli) -> None:
    """A new line on top moves all others; then it is taken out again."""
    prompts = [f"P{number}" for number in range(1, 7)]
    Path("l.txt").write_text("".join(f"{prompt}\n" for prompt in prompts))
    run = ("batch", "l.txt", "-o", "ln/{line}.{ext}")
    studio.krea(*run)
    before = [Path(f"ln/{number}.png").read_bytes() for number in range(1, 7)]
    studio.service.missing_files = {f"job-{number}.png" for number in range(1, 7)}
    Path("l.txt").write_text("".join(f"{prompt}\n" for prompt in ["top", *prompts]))
    assert studio.krea(*run).code == 2
    done = studio.krea(*run, "--force")
    assert (done.code, sent_prompts(studio)) == (0, [*prompts, "top"]), done.err
    assert [Path(f"ln/{number}.png").read_bytes() for number in range(2, 8)] == before
    assert len(list(Path("ln").iterdir())) == 7
    Path("l.txt").write_text("".join(f"{prompt}\n" for prompt in prompts))
    assert studio.krea(*run, "--force").code == 0
    assert [Path(f"ln/{number}.png").read_bytes() for number in range(1, 7)] == before
    assert len(studio.service.posts) == 7


def test_download_over_exchanged_names_loses_nothing(studio: Cli) -> None:
    """Neither file is overwritten while the other address may be gone."""
    for name in ("a", "b"):
        studio.krea("generate", name, "-o", f"{name}.png")
    before = {name: Path(f"{name}.png").read_bytes() for name in "ab"}
    studio.service.missing_files = {"job-1.png", "job-2.png"}
    run = ("download", "job-2", "job-1", "-o", "x.png", "--force")
    Path("a.png").rename("x.png")
    Path("b.png").rename("x-2.png")
    write_moves = ("download", "job-1", "job-2", "-o", "x.png")
    assert studio.krea(*write_moves).code == 0
    done = studio.krea(*run)
    assert done.code == 0, done.err
    assert {"b": Path("x.png").read_bytes(), "a": Path("x-2.png").read_bytes()} == before
    assert sorted(os.listdir()) == ["x-2.png", "x.png"]


def change_ledger(cli: Cli, statement: str) -> None:
    """Change the ledger by STATEMENT, behind the back of the command."""
    with closing(sqlite3.connect(cli.home / "state" / LEDGER, isolation_level=None)) as ledger:
        ledger.execute(statement)


@pytest.mark.parametrize("command", ["batch", "generate", "download"])
def test_a_row_is_never_saved_without_its_files(studio: Cli, command: str) -> None:
    """The disk of the ledger is full for a moment: the same command puts it right, for nothing."""
    Path("p.txt").write_text("a fox\n")
    run: tuple[str, ...] = ("batch", "p.txt", "-o", "out/{slug}.{ext}")
    if command != "batch":
        run = ("generate", "a fox", "-o", "out/a-fox.png")
    studio.krea("history")
    full = "CREATE TRIGGER full BEFORE INSERT ON files BEGIN SELECT disk_is_full(); END"
    if command == "download":
        studio.krea(*run, "--no-wait")
        run = ("download", "job-1")
    else:
        studio.krea("generate", "an owl", "-o", "owl.png")
    change_ledger(studio, full)
    first = studio.krea(*run)
    assert "the ledger is not kept up to date" in first.err
    assert "saved" not in [state for state, job_id in studio.states[-1:]]
    change_ledger(studio, "DROP TRIGGER full")
    posts, picture = len(studio.service.posts), Path("out/a-fox.png").read_bytes()
    studio.service.content = lambda: picture
    again = studio.krea(*run)
    assert (again.code, again.out) == (0, "out/a-fox.png\n"), again.err
    assert (len(studio.service.posts), studio.states[-1][0]) == (posts, "saved")
    assert "out/a-fox.png" in recorded_paths(studio)


def test_a_row_of_before_that_is_saved_without_files_is_fetched(studio: Cli) -> None:
    """An older version left it so: its picture is in the way of nothing, and recorded now."""
    Path("p.txt").write_text("a fox\n")
    run = ("batch", "p.txt", "-o", "out/{slug}.{ext}")
    studio.krea(*run)
    change_ledger(studio, "DELETE FROM files")
    picture = Path("out/a-fox.png").read_bytes()
    studio.service.content = lambda: picture
    assert studio.krea(*run).code == 0
    assert (recorded_paths(studio), len(studio.service.posts)) == (["out/a-fox.png"], 1)


@pytest.mark.parametrize("harm", ["missing", "changed", "shorter"])
@pytest.mark.parametrize("folder", ["out", "copies", "odd {name} $x"])
def test_the_hint_of_verify_restores(studio: Cli, harm: str, folder: str) -> None:
    """Wherever the report is from, what it names is there again, and nothing is paid."""
    Path("p.txt").write_text("a fox\nan owl\n")
    studio.krea("batch", "p.txt", "-o", "out/")
    output = folder.replace("{", "{{").replace("}", "}}") + "/"
    report = f"{folder}/r.jsonl"
    assert studio.krea("batch", "p.txt", "-o", output, "--report", report).code == 0
    path = next(Path(folder).glob("a-fox*"))
    picture = path.read_bytes()
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(b"x" * (len(picture) if harm == "changed" else 3))
    studio.service.content = lambda: picture
    wrong = studio.krea("verify", report)
    hint = next(line for line in wrong.err.splitlines() if line.startswith("  hint: "))
    command = shlex.split(hint.removeprefix("  hint: ").partition(";")[0])
    assert command[:2] == ["krea", "download"]
    assert studio.krea(*command[1:]).code == 0
    assert studio.krea("verify", report).code == 0
    assert len(studio.service.posts) == 2


def test_a_result_beside_its_taken_name_is_done(studio: Cli) -> None:
    """Both files are left alone the next time; --force puts the result in its place."""
    write_table("a fox,fox.png", "an owl,owl.png")

    def take() -> None:
        studio.service.on_download = None
        Path("fox.png").write_bytes(b"other")

    studio.service.on_download = take
    command = ("batch", "s.csv", "-j", "1")
    assert studio.krea(*command).code == 0
    result = Path("fox-2.png").read_bytes()
    again = studio.krea(*command)
    assert (again.code, sorted(again.out.split())) == (0, ["fox-2.png", "owl.png"]), again.err
    assert Path("fox.png").read_bytes() == b"other"
    forced = studio.krea(*command, "--force")
    assert (forced.code, sorted(forced.out.split())) == (0, ["fox.png", "owl.png"]), forced.err
    assert (Path("fox.png").read_bytes(), len(studio.service.posts)) == (result, 2)


def test_an_edited_result_beside_its_taken_name_is_not_done(studio: Cli) -> None:
    """Another picture has the name, and its own is changed: nothing is made, and it is said."""
    write_table("a fox,fox.png")
    studio.service.on_download = lambda: Path("fox.png").write_bytes(b"other") and None
    command = ("batch", "s.csv", "-o", "./")
    assert studio.krea(*command).code == 0
    Path("fox-2.png").write_bytes(b"edited")
    again = studio.krea(*command)
    assert (again.code, len(studio.service.posts)) == (2, 1)
    assert "fox.png exists; --force replaces it with the earlier result of this item" in again.err


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["plain", "force"])
@pytest.mark.parametrize("output", ["{line}.png", "{line}.{ext}"])
def test_a_file_deleted_beside_its_sidecar_is_not_paid_again(
    studio: Cli, output: str, force: tuple[str, ...]
) -> None:
    """No ledger knows it: exit 2 before anything is sent; the command that is named fetches it."""
    Path("p.txt").write_text("a fox\nan owl\n")
    command = ("batch", "p.txt", "-o", f"out/{output}", "--sidecar")
    assert studio.krea(*command, "-j", "1").code == 0
    picture = Path("out/1.png").read_bytes()
    Path("out/1.png").unlink()
    shutil.rmtree(studio.home / "state")
    stopped = studio.krea(*command, *force)
    download = "krea download job-1 -o out/1.png"
    assert (stopped.code, len(studio.service.posts)) == (2, 2)
    assert stopped.error(charged="no") == (
        "p.txt cannot be run as it stands: line 1: out/1.png is gone, and its sidecar says that it"
        f" is paid; {download} fetches it"
    )
    studio.service.content = lambda: picture
    assert studio.krea(*shlex.split(download)[1:]).code == 0
    again = studio.krea(*command)
    assert (again.code, sorted(again.out.split())) == (0, ["out/1.png", "out/2.png"]), again.err
    assert len(studio.service.posts) == 2


def test_an_item_without_its_file_and_its_sidecar_is_made_anew(studio: Cli) -> None:
    """Another item under that name is made as well. What the ledger knows is fetched."""
    Path("p.txt").write_text("a fox\n")
    command = ("batch", "p.txt", "-o", "out/{line}.png", "--sidecar")
    assert studio.krea(*command).code == 0
    Path("out/1.png").unlink()
    assert (studio.krea(*command).code, len(studio.service.posts)) == (0, 1)
    Path("out/1.png").unlink()
    Path("p.txt").write_text("a hen\n")
    shutil.rmtree(studio.home / "state")
    assert (studio.krea(*command[:-1]).code, len(studio.service.posts)) == (0, 2)
    Path("out/1.png").unlink()
    Path("out/1.png.json").unlink()
    shutil.rmtree(studio.home / "state")
    assert (studio.krea(*command).code, len(studio.service.posts)) == (0, 3)


def test_pictures_of_one_moment_and_size_are_told_apart(studio: Cli) -> None:
    """Two that were written at one tick of the system are exchanged all the same."""
    write_table("a fox,a.png", "a hen,b.png")
    assert studio.krea("batch", "s.csv").code == 0
    before = {name: Path(name).read_bytes() for name in ("a.png", "b.png")}
    moment = Path("a.png").stat().st_mtime_ns | 1
    for name in before:
        os.utime(name, ns=(moment, moment))
    assert studio.krea("batch", "s.csv").code == 0  # the ledger has this time now
    write_table("a fox,b.png", "a hen,a.png")
    assert studio.krea("batch", "s.csv", "--force").code == 0
    assert (Path("a.png").read_bytes(), Path("b.png").read_bytes()) == (
        before["b.png"],
        before["a.png"],
    )
    assert len(studio.service.posts) == 2


def test_a_full_disk_keeps_results_under_their_old_names(
    studio: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says where the result is, and its hint, the same command, gives it its name."""
    write_table("red,a.png", "green,b.png")
    run = ("batch", "s.csv", "-o", "sw/", "--force", "-j", "1")
    studio.krea(*run)
    before = {name: Path("sw", f"{name}.png").read_bytes() for name in "ab"}
    write_table("red,b.png", "green,a.png")
    expire_addresses(studio)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        failed = studio.krea(*run, "--json")
    assert failed.code == 1
    errors = [record["error"] for record in failed.records if record["error"]]
    assert [(error["charged"], error["message"]) for error in errors] == [
        (
            "yes",
            f"the result of job {error['job_id']} is in sw/{old}.png, and could not be given its"
            " new name: the disk is full",
        )
        for error, old in zip(errors, "ab", strict=False)
    ]
    hint = "make room; the same command gives it its new name, and pays nothing"
    assert errors[0]["hint"] == hint
    assert hint in failed.err
    assert {name: Path("sw", f"{name}.png").read_bytes() for name in "ab"} == before
    assert studio.krea(*run).code == 0
    assert {name: Path("sw", f"{name}.png").read_bytes() for name in "ba"} == {
        "b": before["a"],
        "a": before["b"],
    }
    assert len(studio.service.posts) == 2
