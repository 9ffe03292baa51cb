"""`krea verify`: the files on disk against the report of a batch."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from tests.harness.cli import World

FILES = {"fox.png": b"a fox", "hen.png": b"a hen", "sub/owl.png": b"an owl"}


def entry(line: int, state: str, **files: bytes) -> dict[str, object]:
    """A line of a report with those files."""
    told = [
        {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "type": None}
        for path, data in files.items()
    ]
    return {"schema": 1, "line": line, "state": state, "job_id": f"job-{line}", "files": told}


@pytest.fixture
def out(world: World) -> Path:
    """A folder with three files, and a report on them and on two items without one."""
    folder = world.home / "work" / "out"
    entries = [entry(line, "saved", **{name: FILES[name]}) for line, name in enumerate(FILES, 1)]
    for name, data in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    entries += [entry(4, "failed"), entry(5, "in doubt")]
    text = "".join(json.dumps(each) + "\n" for each in entries)
    (folder / "report.jsonl").write_text(text)
    return folder


def test_all_is_as_reported(world: World, out: Path) -> None:
    """Exit 0, and items without a file are counted; neither token nor ledger is needed."""
    world.environ.pop("KREA_API_KEY")
    result = world.krea("verify", "out/report.jsonl")
    assert (result.code, result.out, result.err) == (
        0,
        "",
        "3 files are as reported; 2 items have no file (1 failed, 1 in doubt)\n",
    )
    assert not (world.home / "state").exists()
    assert world.krea("verify", "-q", "out/report.jsonl").err == ""


def test_what_is_wrong(world: World, out: Path) -> None:
    """A line for each file that is missing or changed, and exit 1."""
    (out / "fox.png").unlink()
    (out / "hen.png").write_bytes(b"a cat")
    (out / "sub" / "owl.png").write_bytes(b"an owlet")
    result = world.krea("verify", "out/report.jsonl")
    assert (result.code, result.out, result.err) == (
        1,
        "missing\tout/fox.png\t1\tno such file\n"
        "changed\tout/hen.png\t2\tother content of the same size\n"
        "changed\tout/sub/owl.png\t3\t8 bytes instead of 6\n",
        "error: 0 of 3 files are as reported; 1 missing, 2 changed;"
        " 2 items have no file (1 failed, 1 in doubt)\n"
        "  hint: krea download job-1 saves the first again, and pays nothing\n"
        "  charged: no\n",
    )


def test_for_a_program(world: World, out: Path) -> None:
    """Records on stdout, the totals on stderr."""
    result = world.krea("verify", "--json", "out/report.jsonl")
    counts = {"items": 5, "files": 3, "good": 3, "wrong": {}}
    counts |= {"without_file": {"failed": 1, "in doubt": 1}}
    assert (result.code, result.out, json.loads(result.err)) == (0, "", {"summary": counts})
    (out / "hen.png").write_bytes(b"a cat")
    result = world.krea("verify", "--json", "out/report.jsonl")
    assert result.records == [
        {
            "state": "changed",
            "path": "out/hen.png",
            "line": 2,
            "job_id": "job-2",
            "reason": "other content of the same size",
        }
    ]
    error = json.loads(result.err)["error"]
    assert (result.code, error["code"], error["good"]) == (1, "not_as_reported", 2)
    assert error["hint"] == "krea download job-2 --force saves the first again, and pays nothing"


def test_on_a_terminal(world: World, out: Path) -> None:
    """A table with a header."""
    (out / "fox.png").unlink()
    result = world.krea("verify", "out/report.jsonl", terminal=True)
    assert result.code == 1
    assert "state" in result.out
    assert "out/fox.png" in result.out


def test_a_folder_that_was_moved(world: World, out: Path) -> None:
    """The report goes with its files, and may be met through a link."""
    moved = world.home / "moved"
    out.rename(moved)
    (world.home / "work" / "link.jsonl").symlink_to(moved / "report.jsonl")
    for name in (str(moved / "report.jsonl"), "link.jsonl"):
        assert world.krea("verify", name).code == 0


def test_from_standard_input(world: World, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its paths are relative to the current folder."""
    text = (out / "report.jsonl").read_text()
    assert world.krea("verify", "-", stdin=text).code == 1
    monkeypatch.chdir(out)
    assert world.krea("verify", "-", stdin=text).code == 0
    assert world.krea("verify", "-").err == "0 files are as reported\n"


@pytest.mark.parametrize(
    "bad",
    [
        "a fox",
        "[]",
        '{"schema": 2, "line": 1, "state": "saved", "files": []}',
        '{"schema": 1, "line": 1, "state": "saved", "files": [{"path": "x"}]}',
        '{"schema": 1, "line": 1, "state": "sav',
        '{"job_id": "x"}',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_none_of_a_report(world: World, out: Path, bad: str) -> None:
    """Exit 2 with its number; what was found before it is told."""
    (out / "fox.png").unlink()
    with (out / "report.jsonl").open("a") as file:
        file.write(bad)
    result = world.krea("verify", "out/report.jsonl")
    assert (result.code, result.out) == (2, "missing\tout/fox.png\t1\tno such file\n")
    assert result.err == (
        "error: line 6 of out/report.jsonl is no line of a report\n"
        "  hint: krea batch FILE --report REPORT writes one; then krea verify REPORT\n"
        "  charged: no\n"
    )


@pytest.mark.parametrize("name", ["none.jsonl", "out"])
def test_a_file_that_cannot_be_read(world: World, out: Path, name: str) -> None:
    """Exit 2, as for any wrong word on the command line."""
    result = world.krea("verify", name)
    assert (result.code, f"error: {name} cannot be read: " in result.err) == (2, True)


def test_what_is_no_file_is_not_read(world: World, out: Path) -> None:
    """A FIFO would keep us waiting for ever, a folder has no content."""
    (out / "fox.png").unlink()
    os.mkfifo(out / "fox.png")
    (out / "hen.png").unlink()
    (out / "hen.png").mkdir()
    result = world.krea("verify", "out/report.jsonl")
    assert result.out == (
        "changed\tout/fox.png\t1\tno file any more\nchanged\tout/hen.png\t2\tno file any more\n"
    )


def test_a_signal_ends_it(world: World, out: Path) -> None:
    """Between two files, and between two pieces of one."""
    world.clock.stop(2)
    assert world.krea("verify", "out/report.jsonl").code == 130
