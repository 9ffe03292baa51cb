"""`krea verify`: the files on disk against the report of a batch."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from tests.harness.cli import Cli

FILES = {"fox.png": b"a fox", "hen.png": b"a hen", "sub/owl.png": b"an owl"}


def report_entry(line: int, state: str, **files: bytes) -> dict[str, object]:
    """A line of a report with those files."""
    records = [
        {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "type": None}
        for path, data in files.items()
    ]
    return {"schema": 1, "line": line, "state": state, "job_id": f"job-{line}", "files": records}


@pytest.fixture
def report_folder(cli: Cli) -> Path:
    """A folder with three files, and a report on them and on two items without one."""
    folder = cli.home / "work" / "out"
    entries = [
        report_entry(line, "saved", **{name: FILES[name]}) for line, name in enumerate(FILES, 1)
    ]
    for name, data in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    entries += [report_entry(4, "failed"), report_entry(5, "in doubt")]
    text = "".join(json.dumps(each) + "\n" for each in entries)
    (folder / "report.jsonl").write_text(text)
    return folder


def test_all_is_as_reported(cli: Cli, report_folder: Path) -> None:
    """Exit 0, and items without a file are counted; neither token nor ledger is needed."""
    cli.environ.pop("KREA_API_KEY")
    result = cli.krea("verify", "out/report.jsonl")
    assert (result.code, result.out, result.err) == (
        0,
        "",
        "3 files are as reported; 2 items have no file (1 failed, 1 in doubt)\n",
    )
    assert not (cli.home / "state").exists()
    assert cli.krea("verify", "-q", "out/report.jsonl").err == ""


def test_what_is_wrong(cli: Cli, report_folder: Path) -> None:
    """A line for each file that is missing or changed, and exit 1."""
    (report_folder / "fox.png").unlink()
    (report_folder / "hen.png").write_bytes(b"a cat")
    (report_folder / "sub" / "owl.png").write_bytes(b"an owlet")
    result = cli.krea("verify", "out/report.jsonl")
    assert (result.code, result.out, result.err) == (
        1,
        "missing\tout/fox.png\t1\tno such file\n"
        "changed\tout/hen.png\t2\tother content of the same size\n"
        "changed\tout/sub/owl.png\t3\t8 bytes instead of 6\n",
        "error: 0 of 3 files are as reported; 1 missing, 2 changed;"
        " 2 items have no file (1 failed, 1 in doubt)\n"
        "  hint: krea download job-1 -o out/fox.png;"
        " the same batch again with --force puts back all of them, and pays nothing\n"
        "  charged: no\n",
    )


def test_for_a_program(cli: Cli, report_folder: Path) -> None:
    """Records on stdout, the totals on stderr."""
    result = cli.krea("verify", "--json", "out/report.jsonl")
    counts = {"items": 5, "files": 3, "good": 3, "wrong": {}}
    counts |= {"without_file": {"failed": 1, "in doubt": 1}}
    assert (result.code, result.out, json.loads(result.err)) == (0, "", {"summary": counts})
    (report_folder / "hen.png").write_bytes(b"a cat")
    result = cli.krea("verify", "--json", "out/report.jsonl")
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
    assert error["hint"] == "krea download job-2 -o out/hen.png --force; that pays nothing"


def test_on_a_terminal(cli: Cli, report_folder: Path) -> None:
    """A table with a header."""
    (report_folder / "fox.png").unlink()
    result = cli.krea("verify", "out/report.jsonl", terminal=True)
    assert result.code == 1
    assert "state" in result.out
    assert "out/fox.png" in result.out


def test_a_folder_that_was_moved(cli: Cli, report_folder: Path) -> None:
    """The report goes with its files, and may be met through a link."""
    new_folder = cli.home / "moved"
    report_folder.rename(new_folder)
    (cli.home / "work" / "link.jsonl").symlink_to(new_folder / "report.jsonl")
    for name in (str(new_folder / "report.jsonl"), "link.jsonl"):
        assert cli.krea("verify", name).code == 0


def test_from_standard_input(
    cli: Cli, report_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its paths are relative to the current folder."""
    text = (report_folder / "report.jsonl").read_text()
    assert cli.krea("verify", "-", stdin=text).code == 1
    monkeypatch.chdir(report_folder)
    assert cli.krea("verify", "-", stdin=text).code == 0
    assert cli.krea("verify", "-").err == "0 files are as reported\n"


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
def test_a_line_that_is_none_of_a_report(cli: Cli, report_folder: Path, bad: str) -> None:
    """Exit 2 with its number; what was found before it is told."""
    (report_folder / "fox.png").unlink()
    with (report_folder / "report.jsonl").open("a") as file:
        file.write(bad)
    result = cli.krea("verify", "out/report.jsonl")
    assert (result.code, result.out) == (2, "missing\tout/fox.png\t1\tno such file\n")
    assert result.err == (
        "error: line 6 of out/report.jsonl is not a line of a report\n"
        "  hint: krea batch FILE --report REPORT writes one; then krea verify REPORT\n"
    )


@pytest.mark.parametrize("name", ["none.jsonl", "out"])
def test_a_file_that_cannot_be_read(cli: Cli, report_folder: Path, name: str) -> None:
    """Exit 2, as for any wrong word on the command line."""
    result = cli.krea("verify", name)
    assert (result.code, f"error: {name} cannot be read: " in result.err) == (2, True)


def test_what_is_no_file_is_not_read(cli: Cli, report_folder: Path) -> None:
    """A FIFO would keep us waiting for ever, a folder has no content."""
    (report_folder / "fox.png").unlink()
    os.mkfifo(report_folder / "fox.png")
    (report_folder / "hen.png").unlink()
    (report_folder / "hen.png").mkdir()
    result = cli.krea("verify", "out/report.jsonl")
    assert result.out == (
        "changed\tout/fox.png\t1\tnot a file any more\n"
        "changed\tout/hen.png\t2\tnot a file any more\n"
    )


def test_a_signal_ends_it(cli: Cli, report_folder: Path) -> None:
    """Between two files, and between two pieces of one."""
    cli.clock.stop(2)
    assert cli.krea("verify", "out/report.jsonl").code == 130
