"""`krea batch --check`: the bytes of every file that the list made; nothing is sent."""

import itertools
import json
import os
from pathlib import Path

import pytest

from tests.fakes.krea_service import PNG
from tests.harness.cli import Cli

HINT = (
    "  hint: move the files away; the same command without --check then puts the results in their"
    " places, and pays nothing\n"
)


@pytest.fixture
def studio(cli: Cli) -> Cli:
    """A list of three pictures that are made; each has other bytes, all one size."""
    numbers = itertools.count(1)
    cli.service.content = lambda: PNG[:12] + b"%04d" % next(numbers) + PNG[16:]
    write("a fox,a.png", "an owl,b.png", "a hen,c.png")
    assert cli.krea("batch", "s.csv", "-o", "out/").code == 0
    return cli


def write(*lines: str) -> None:
    """A list with an output for each line."""
    Path("s.csv").write_text("".join(f"{line}\n" for line in ("prompt,output", *lines)))


def rot(name: str) -> None:
    """Let a file have other bytes, of its size and time."""
    path = Path(name)
    status = path.stat()
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_all_is_as_saved(studio: Cli) -> None:
    """Exit 0, and the sums; new lines have no file yet."""
    write("a fox,a.png", "an owl,b.png", "a hen,c.png", "a cow,d.png")
    result = studio.krea("batch", "s.csv", "-o", "out/", "--check")
    assert (result.code, result.out) == (0, "")
    assert result.err == "3 files are as saved; 1 item has no file yet\n"
    result = studio.krea("batch", "s.csv", "-o", "out/", "--check", "--json")
    counts = {"items": 4, "good": 3, "missing": 0, "without_file": 1}
    assert json.loads(result.err) == {"summary": counts}
    assert len(studio.service.posts) == 3


def test_a_changed_file_stops_the_list(studio: Cli) -> None:
    """Its line is told, although a run sees neither its size nor its time change."""
    rot("out/b.png")
    assert studio.krea("batch", "s.csv", "-o", "out/").code == 0
    requests = len(studio.service.requests)
    result = studio.krea("batch", "s.csv", "-o", "out/", "--check")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "error: s.csv cannot be run as it stands: line 3: out/b.png was changed since it was"
        f" saved\n{HINT}"
    )
    assert len(studio.service.requests) == requests
    Path("out/b.png").rename("away.png")
    assert studio.krea("batch", "s.csv", "-o", "out/").code == 0
    assert studio.krea("batch", "s.csv", "-o", "out/", "--check").code == 0
    assert len(studio.service.posts) == 3


def test_a_file_of_another_item_stops_the_list(studio: Cli) -> None:
    """All problems are told at once, whatever they are of."""
    Path("out/a.png").write_bytes(Path("out/c.png").read_bytes())
    Path("out/c.png").write_text("a text")
    write("a fox,a.png", "an owl,b.png", "a hen,c.png", "a cow,d.png,5")
    result = studio.krea("batch", "s.csv", "-o", "out/", "--check")
    assert result.code == 2
    assert result.err.startswith(
        "error: s.csv cannot be run as it stands, for 3 reasons:\n"
        "    - line 2: out/a.png holds the result of request 3, and not of this item\n"
        "    - line 4: out/c.png was changed since it was saved\n"
        "    - line 5: "
    )


def test_a_missing_file_is_told(studio: Cli) -> None:
    """A deleted file stops nothing: the list itself puts it back."""
    Path("out/c.png").unlink()
    result = studio.krea("batch", "s.csv", "-o", "out/", "--check")
    assert (result.code, result.out) == (0, "missing\tout/c.png\t4\n")
    assert result.err == (
        "2 files are as saved; 1 missing, which the same command without --check puts back\n"
    )
    result = studio.krea("batch", "s.csv", "-o", "out/", "--check", "--json")
    assert result.records == [{"state": "missing", "file": "out/c.png", "line": 4}]
    assert studio.krea("batch", "s.csv", "-o", "out/").code == 0
    assert Path("out/c.png").exists()


def test_every_result_of_an_item_is_read(cli: Cli) -> None:
    """The second of two as well; and on a terminal a table tells what is missing."""
    cli.service.content = lambda: os.urandom(8).join((PNG[:12], PNG[20:]))
    Path("s.csv").write_text("prompt,output,count\ntwo foxes,a.png,2\n")
    assert cli.krea("batch", "s.csv", "-o", "out/").code == 0
    rot("out/a-2.png")
    result = cli.krea("batch", "s.csv", "-o", "out/", "--check")
    assert "line 2: out/a-2.png was changed since it was saved" in result.err
    Path("out/a-2.png").unlink()
    result = cli.krea("batch", "s.csv", "-o", "out/", "--check", terminal=True)
    assert (result.code, "state" in result.out, "out/a-2.png" in result.out) == (0, True, True)


def test_files_that_only_sidecars_know(studio: Cli, tmp_path: Path) -> None:
    """With another ledger, or without a token."""
    assert studio.krea("batch", "s.csv", "-o", "new/", "--sidecar").code == 0
    studio.environ["KREA_STATE_DIR"] = str(tmp_path / "elsewhere")
    result = studio.krea("batch", "s.csv", "-o", "new/", "--check")
    assert (result.code, result.err) == (0, "3 files are as saved\n")
    rot("new/a.png")
    result = studio.krea("batch", "s.csv", "-o", "new/", "--check")
    assert (result.code, "line 2: new/a.png exists" in result.err) == (2, True)
