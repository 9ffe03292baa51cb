"""`krea batch --prune`: the files of earlier lines, shown, and moved away by --to."""

import itertools
import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from krea_cli.flows.batch import move_saved
from krea_cli.local.ledger.file_rows import FileRows
from tests.clocks.fake_clock import FakeClock
from tests.commands.batch.batch_helpers import die_at
from tests.fakes.krea_service import PNG
from tests.harness.cli import Cli, CliResult
from tests.harness.ledger_rows import read_rows

FIRST = ("a fox,a.png", "an owl,b.png", "a hen,sub/c.png")
SECOND = ("a fox,a.png", "a cow,d.png")


@pytest.fixture
def studio(cli: Cli) -> Cli:
    """A list of three pictures that are made; then two of its lines go, and one is new."""
    numbers = itertools.count(1)
    cli.service.content = lambda: PNG[:12] + b"%04d" % next(numbers) + PNG[16:]
    write(*FIRST)
    assert run(cli, "--sidecar").code == 0
    write(*SECOND)
    assert run(cli).code == 0
    return cli


def write(*lines: str, name: str = "s.csv") -> None:
    """A list with an output for each line."""
    Path(name).write_text("".join(f"{line}\n" for line in ("prompt,output", *lines)))


def run(cli: Cli, *options: str) -> CliResult:
    """Run the list, or another command on it."""
    return cli.krea("batch", "s.csv", "-o", "out/", *options)


def names(folder: str) -> list[str]:
    """The files in FOLDER and below."""
    return sorted(
        str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()
    )


def recorded(cli: Cli) -> list[str]:
    """The recorded places of files that hold their bytes, relative to the current folder."""
    return sorted(
        os.path.relpath(file.path)
        for row in read_rows(cli.home / "state")
        for file in row.files
        if os.path.exists(file.path)
        and sha256(Path(file.path).read_bytes()).hexdigest() == file.sha256
    )


def test_the_files_of_earlier_lines_are_listed(studio: Cli) -> None:
    """Nothing is moved or sent, and no token is needed."""
    requests, before = list(studio.service.requests), names("out")
    del studio.environ["KREA_API_KEY"]
    result = run(studio, "--prune")
    assert (result.code, result.out) == (0, "out/b.png\t2\tan owl\nout/sub/c.png\t3\ta hen\n")
    assert result.err == "2 files are of earlier lines; --prune --to FOLDER moves them there\n"
    result = run(studio, "--prune", "--json")
    assert [record["path"] for record in result.records] == ["out/b.png", "out/sub/c.png"]
    assert json.loads(result.err) == {"summary": {"files": 2, "moved": 0}}
    assert (studio.service.requests, names("out")) == (requests, before)
    write(*FIRST, "a cow,d.png")
    result = run(studio, "--prune")
    assert (result.code, result.out, result.err) == (
        0,
        "",
        "every file of this list is asked for by a line\n",
    )


def test_they_are_moved_with_their_sidecars(studio: Cli) -> None:
    """The ledger, history, --reuse and the list know the new place; nothing is paid again."""
    result = run(studio, "--prune", "--to", "old")
    assert (result.code, result.out) == (
        0,
        "out/b.png\told/b.png\nout/sub/c.png\told/sub/c.png\n",
    )
    assert result.err == f"2 files moved to {Path.cwd()}/old\n"
    assert names("old") == ["b.png", "b.png.json", "sub/c.png", "sub/c.png.json"]
    assert names("out") == ["a.png", "a.png.json", "d.png"]
    assert recorded(studio) == ["old/b.png", "old/sub/c.png", "out/a.png", "out/d.png"]
    assert "an owl" in studio.krea("history", "old/b.png").out
    assert run(studio, "--prune", "--to", "old").out == ""
    posts, studio.service.file_status = len(studio.service.posts), 404
    assert studio.krea("generate", "an owl", "--reuse", "--any-seed", "-o", "owl.png").code == 0
    write(*FIRST)
    assert run(studio).code == 0
    assert Path("out/b.png").read_bytes() == Path("old/b.png").read_bytes()
    assert len(studio.service.posts) == posts


def test_an_edited_line_gets_its_place_free(studio: Cli) -> None:
    """The picture of the earlier words stands in the way of the new one until it is moved."""
    write("a fox in snow,a.png", "a cow,d.png")
    assert run(studio).code == 2
    assert run(studio, "--prune", "--to", "old").out.splitlines()[0] == "out/a.png\told/a.png"
    assert run(studio).code == 0
    assert [body["prompt"] for body in studio.service.posts][-1] == "a fox in snow"


def test_nothing_is_overwritten(studio: Cli) -> None:
    """A taken name gets a number, for the sidecar as well; equal bytes are no exception."""
    Path("old").mkdir()
    Path("old/b.png").write_bytes(Path("out/b.png").read_bytes())
    Path("old/b-2.png.json").write_text("a text")
    assert "out/b.png\told/b-3.png\n" in run(studio, "--prune", "--to", "old").out
    assert names("old") == [
        "b-2.png.json",
        "b-3.png",
        "b-3.png.json",
        "b.png",
        "sub/c.png",
        "sub/c.png.json",
    ]


def test_only_what_the_ledger_made_and_nobody_changed(studio: Cli) -> None:
    """Not an edited file, a link, another list's, a copy elsewhere, or any other file."""
    Path("out/own.png").write_bytes(PNG)
    os.utime("out/b.png", ns=(0, os.stat("out/b.png").st_mtime_ns))
    content, status = Path("out/b.png").read_bytes(), os.stat("out/b.png")
    Path("out/b.png").write_bytes(content[:-1] + b"\0")  # of one size, and of one time
    os.utime("out/b.png", ns=(status.st_atime_ns, status.st_mtime_ns))
    os.rename("out/sub/c.png", "c.png")
    os.symlink("../../c.png", "out/sub/c.png")
    write("a pig,out/p.png", name="t.csv")
    assert studio.krea("batch", "t.csv").code == 0
    assert run(studio, "--prune").out == ""
    other = studio.krea("batch", "t.csv", "--prune")
    assert (other.code, other.out) == (0, "")


def test_a_shared_item_stays_with_the_other_list(studio: Cli) -> None:
    """A copy that another list made in a folder of its own is not named."""
    write("an owl,b.png", name="t.csv")
    assert studio.krea("batch", "t.csv", "-o", "out/theirs/").code == 0
    assert run(studio, "--prune").out == "out/b.png\t2\tan owl\nout/sub/c.png\t3\ta hen\n"


def test_an_earlier_name_of_a_result(studio: Cli) -> None:
    """Once the result is in its new place, the copy under the old name is of no use."""
    write("a fox,new.png", "a cow,d.png")
    assert "out/a.png" not in run(studio, "--prune").out
    assert run(studio).code == 0
    assert "out/a.png\t1\ta fox\n" in run(studio, "--prune").out
    assert "out/new.png" not in run(studio, "--prune").out


def test_shares_are_of_one_list(cli: Cli) -> None:
    """The list as a whole prunes the files of each share."""
    Path("s.csv").write_text("prompt\n" + "".join(f"fox {number}\n" for number in range(6)))
    for share in ("1/2", "2/2"):
        assert run(cli, "--shard", share).code == 0
    Path("s.csv").write_text("prompt\nfox 0\n")
    assert len(run(cli, "--prune").out.splitlines()) == 5


def test_what_does_not_go_together(studio: Cli) -> None:
    """A part of the list proves nothing of the rest."""
    for words, message in {
        ("--lines", "2"): "--prune looks at the whole list, and --lines names a part of it",
        ("--first", "1"): "--prune looks at the whole list, and --first names a part of it",
        ("--filter", "fox"): "--prune looks at the whole list, and --filter names a part of it",
        ("--only-failed",): "--prune looks at the whole list, and --only-failed names a part of it",
        ("--shard", "1/2"): "--prune looks at the whole list, and --shard names a part of it",
        ("--check",): "--check and --prune were both given",
        ("--dry-run",): "--dry-run and --prune were both given",
        ("--to", "out"): "--to out is the folder of the list itself",
        ("--to", "s.csv"): "--to s.csv is not a folder",
    }.items():
        result = run(studio, "--prune", *words)
        assert (result.code, result.err.splitlines()[0]) == (2, f"error: {message}")
    result = run(studio, "--to", "old")
    assert (result.code, result.err.splitlines()[0]) == (2, "error: --to is for --prune")
    assert names("out") == [
        "a.png",
        "a.png.json",
        "b.png",
        "b.png.json",
        "d.png",
        "sub/c.png",
        "sub/c.png.json",
    ]


def test_a_file_that_cannot_be_moved(studio: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others before it are; the same command goes on."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(move_saved, "publish", fail)
        result = run(studio, "--prune", "--to", "old")
    assert (result.code, result.out) == (1, "")
    assert f"error: {Path.cwd()}/out/b.png could not be moved: No space left" in result.err
    assert "hint: the same command goes on with the others; nothing is lost" in result.err
    assert len(run(studio, "--prune", "--to", "old").out.splitlines()) == 2


DEATHS = [(FileRows, "record", 1), (FileRows, "move", 1), (FileRows, "forget", 1)]
DEATHS += [(move_saved, "publish", 1), (move_saved, "publish", 2)]


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("kind", "method", "call"), DEATHS)
def test_a_kill_in_the_middle_loses_nothing(
    studio: Cli,
    monkeypatch: pytest.MonkeyPatch,
    kind: type,
    method: str,
    call: int,
    is_after: bool,
) -> None:
    """The ledger knows a place of each; the same command ends the move, one name for each."""
    kill(studio, monkeypatch, kind, method, call=call, is_after=is_after)
    prompts = {row.prompt for row in read_rows(studio.home / "state") if row.files}
    assert len(set(recorded(studio))) >= 4 == len(prompts)
    check_moved(studio)


@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_kill_between_the_two_names(
    studio: Cli, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    """The new name is there and the old one still; then the old one goes."""
    kill(studio, monkeypatch, os, "link", call=call, is_after=True)
    check_moved(studio)


def kill(
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    kind: object,
    method: str,
    *,
    call: int,
    is_after: bool,
) -> None:
    """Move the files of earlier lines, and die there."""
    if (child := os.fork()) == 0:
        die_at(monkeypatch, kind, method, call=call, is_after=is_after)  # type: ignore[arg-type]
        cli.clock = FakeClock()
        run(cli, "--prune", "--to", "old")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 137


def check_moved(cli: Cli) -> None:
    """Run again, the command leaves everything moved, once, and recorded there."""
    assert run(cli, "--prune", "--to", "old").code == 0
    assert names("old") == ["b.png", "b.png.json", "sub/c.png", "sub/c.png.json"]
    assert names("out") == ["a.png", "a.png.json", "d.png"]
    assert recorded(cli) == ["old/b.png", "old/sub/c.png", "out/a.png", "out/d.png"]
    posts = len(cli.service.posts)
    write(*FIRST)
    assert run(cli).code == 0
    assert len(cli.service.posts) == posts
