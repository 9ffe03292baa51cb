"""The report of a batch."""

import hashlib
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from krea_cli.api.types import Job
from krea_cli.catalog.local_files import LocalFile
from krea_cli.errors import KreaError, UsageError, WouldOverwrite
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.report import check_report, write_report
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.rows import Draft
from tests.clocks.fake_clock import FakeClock

NOW = 1_800_000_000.0
FOX = hashlib.sha256(b"a fox").hexdigest()
CLOCK = FakeClock()


@pytest.fixture
def book(tmp_path: Path) -> Iterator[AccountLedger]:
    """The part of one account of a ledger at a fixed time."""
    ledger = Ledger.open(tmp_path / "state", clock_now=lambda: NOW)
    yield ledger.for_account("https://api.krea.ai", "0123456789abcdef")
    ledger.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder of the results and of the report."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def item(line: int = 1, **changes: Any) -> Item:
    """An item of that line, with what differs."""
    plain: dict[str, Any] = {
        "line": line,
        "index": line,
        "model": "bfl/flux-1-dev",
        "kind": "image",
        "route": "/generate/image/bfl/flux-1-dev",
        "body": {"prompt": "a fox", "width": 512},
        "given": {"prompt": "a fox"},
        "prompt": "a fox",
        "identity": f"identity-{line}",
        "digest": f"digest-{line}",
        "target": "out/fox-{seed}.{ext}",
        "price": "$0.07",
        "cost": 70_000,
    }
    return Item(**plain | changes)


def begun(book: AccountLedger, it: Item, **changes: Any) -> int:
    """The number of the row of IT, not sent yet."""
    plain: dict[str, Any] = {
        "model": it.model,
        "kind": it.kind,
        "route": it.route,
        "body": it.body | {"seed": 7},
        "given": it.given,
        "seed": 7,
        "price": it.price,
        "cost": it.cost,
        "item": it.digest,
    }
    return book.begin(Draft(**plain | changes)).id


def sent(book: AccountLedger, it: Item, **changes: Any) -> str:
    """The job of IT, which runs."""
    row = begun(book, it, **changes)
    job_id = f"job-{it.line}"
    book.sending(row, NOW)
    book.submitted(row, Job(job_id, "queued", created_at=NOW + 1), answered_at=NOW + 2)
    return job_id


def saved(book: AccountLedger, it: Item, path: Path, *, at: float = NOW, index: int = 1) -> None:
    """A result of IT at PATH."""
    book.file(
        f"job-{it.line}",
        index,
        url="https://x/fox.png",
        path=str(path),
        sha256=FOX,
        size=5,
        type="image/png",
        at=at,
    )


def ended(
    book: AccountLedger, it: Item, status: str, *, charged: str, error: str | None = None
) -> None:
    """The job of IT is over."""
    job = Job(f"job-{it.line}", status, completed_at=NOW + 9)
    book.ended(job.id, job, charged=charged, error=error)


def written(path: Path) -> list[dict[str, Any]]:
    """The entries of the report at PATH."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def report(book: AccountLedger, items: list[Item], out: Path) -> list[dict[str, Any]]:
    """The entries of the report on ITEMS, written into OUT."""
    write_report("out/report.jsonl", items, book, cwd=out.parent, clock=CLOCK)
    return written(out / "report.jsonl")


def test_a_saved_item(book: AccountLedger, out: Path) -> None:
    """All that is known of it; the path is relative to the folder of the report."""
    it = item(prints={})
    sent(book, it)
    saved(book, it, out / "fox.png")
    ended(book, it, "completed", charged="yes")
    book.saved("job-1")
    assert report(book, [it], out) == [
        {
            "schema": 1,
            "line": 1,
            "index": 1,
            "n": 1,
            "model": "bfl/flux-1-dev",
            "request": {"prompt": "a fox", "width": 512, "seed": 7},
            "seed": 7,
            "state": "saved",
            "job_id": "job-1",
            "files": [{"path": "fox.png", "sha256": FOX, "bytes": 5, "type": "image/png"}],
            "price": "$0.07",
            "cost": 0.07,
            "charged": "yes",
            "error": None,
            "created_at": "2027-01-15T08:00:01.000Z",
            "completed_at": "2027-01-15T08:00:09.000Z",
        }
    ]


def test_the_state_of_each(book: AccountLedger, out: Path) -> None:
    """In the order of the items; what was not billed cost nothing, so that costs can be added."""
    items = [item(line) for line in range(1, 10)]
    begun(book, items[1])
    book.sending(begun(book, items[2]), NOW)
    sent(book, items[3])
    sent(book, items[4])
    ended(book, items[4], "failed", charged="no", error="job job-5 failed")
    sent(book, items[5], cost=None)
    ended(book, items[5], "completed", charged="yes")
    row = begun(book, items[6])
    book.sending(row, NOW)
    book.refused(row, "the service refused the request")
    sent(book, items[7])
    ended(book, items[7], "completed", charged="unknown", error="no result")
    found = report(book, [*items[1:], items[0]], out)
    assert [(each["line"], each["state"], each["cost"], each["charged"]) for each in found] == [
        (2, "waiting", 0.0, "no"),
        (3, "in doubt", 0.07, "unknown"),
        (4, "running", 0.07, "unknown"),
        (5, "failed", 0.0, "no"),
        (6, "not saved", None, "yes"),
        (7, "refused", 0.0, "no"),
        (8, "empty", 0.07, "unknown"),
        (9, "waiting", 0.0, "no"),
        (1, "waiting", 0.0, "no"),
    ]
    assert found[3]["error"] == "job job-5 failed"


def test_files_of_the_request_are_told_by_content(book: AccountLedger, out: Path) -> None:
    """Neither an address that opens without a token nor a path of this machine is told."""
    before = item(
        1, body={"image_url": LocalFile("/home/me/a.png")}, prints={"/home/me/a.png": FOX}
    )
    after = item(2, body={"image_url": "https://x/uploaded"})
    book.uploads.remember(FOX, "https://x/uploaded", None, NOW)
    sent(book, after)
    found = report(book, [before, after], out)
    assert [each["request"]["image_url"] for each in found] == [f"sha256:{FOX}"] * 2


def test_the_file_where_the_item_goes_now(book: AccountLedger, out: Path) -> None:
    """Of several copies the last one in its folder; elsewhere only where there is none."""
    one, other = item(1), item(2, target="elsewhere/{ext}")
    for it in (one, other):
        sent(book, it)
        saved(book, it, out / "old.png", at=NOW)
        saved(book, it, out / "new.png", at=NOW + 1)
        saved(book, it, Path("/tmp/copy.png"), at=NOW + 2)
        saved(book, it, out / "second.png", at=NOW, index=2)
    found = [[file["path"] for file in each["files"]] for each in report(book, [one, other], out)]
    assert found == [["new.png", "second.png"], ["/tmp/copy.png", "second.png"]]


def test_a_file_of_another_machine(book: AccountLedger, out: Path) -> None:
    """What its sidecar tells of it; the ledger knows nothing."""
    (out / "fox.png").write_bytes(b"a fox")
    told = {"krea": "1", "schema": 1, "model": "bfl/flux-1-dev", "request": {"prompt": "a fox"}}
    told |= {"seed": 9, "job_id": "job-9", "price": "$0.08", "sha256": FOX}
    (out / "fox.png.json").write_text(json.dumps(told))
    (found,) = report(book, [item(found="out/fox.png")], out)
    assert (found["state"], found["seed"], found["job_id"]) == ("saved", 9, "job-9")
    assert (found["price"], found["cost"], found["charged"]) == ("$0.08", None, "yes")
    (file,) = found["files"]
    assert (file["path"], file["sha256"], file["bytes"]) == ("fox.png", FOX, 5)
    (out / "fox.png").unlink()
    (found,) = report(book, [item(found="out/fox.png")], out)
    assert (found["state"], found["files"]) == ("not saved", [])


def test_paths_through_a_link(book: AccountLedger, out: Path) -> None:
    """A folder by another name is the same folder; what is not below is told in full."""
    link = out.parent / "link"
    link.symlink_to(out)
    it = item()
    sent(book, it)
    saved(book, it, link / "deep" / "fox.png", index=1)
    saved(book, it, out.parent / "outside.png", index=2)
    write_report(str(link / "report.jsonl"), [it], book, cwd=out, clock=CLOCK)
    (found,) = written(out / "report.jsonl")
    assert [file["path"] for file in found["files"]] == [
        "deep/fox.png",
        str(out.parent / "outside.png"),
    ]


def test_a_link_is_followed(book: AccountLedger, out: Path) -> None:
    """The file that it points at is replaced, and the link stays."""
    (out / "link.jsonl").symlink_to(out / "real.jsonl")
    write_report("link.jsonl", [item()], book, cwd=out, clock=CLOCK)
    assert (out / "link.jsonl").is_symlink()
    assert len(written(out / "real.jsonl")) == 1


def test_whole_or_not_at_all(book: AccountLedger, out: Path) -> None:
    """What ends the writing leaves the old report, and nothing beside it."""
    report(book, [item()], out)
    before = (out / "report.jsonl").read_bytes()

    def broken() -> Iterator[Item]:
        yield item(5)
        raise KreaError("the ledger is gone")

    with pytest.raises(KreaError, match="the ledger is gone"):
        write_report("report.jsonl", broken(), book, cwd=out, clock=CLOCK)
    assert (out / "report.jsonl").read_bytes() == before
    assert [path.name for path in out.iterdir()] == ["report.jsonl"]


def test_two_runs_that_end_together(book: AccountLedger, out: Path) -> None:
    """The one that finds the other's part writes its own, and leaves nothing of it."""
    from krea_cli.flows.files.part_file import open_part, part_path

    part = open_part(part_path(out / "report.jsonl"))
    assert part is not None
    assert len(report(book, [item()], out)) == 1
    part.release()
    assert [path.name for path in out.iterdir()] == ["report.jsonl"]


def test_a_fifo_is_written_to(book: AccountLedger, out: Path) -> None:
    """A reader at the other end gets the report, with full paths."""
    os.mkfifo(out / "fifo")
    check_report("fifo", cwd=out)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((out / "fifo").read_bytes()))
    reader.start()
    it = item()
    sent(book, it)
    saved(book, it, out / "fox.png")
    write_report("fifo", [it], book, cwd=out, clock=CLOCK)
    reader.join()
    assert json.loads(read[0])["files"][0]["path"] == str(out / "fox.png")


def test_after_a_signal_nobody_is_waited_for(book: AccountLedger, out: Path) -> None:
    """A FIFO without a reader ends the report, not the program's end."""
    os.mkfifo(out / "fifo")
    clock = FakeClock()
    clock.stop(2)
    with pytest.raises(KreaError, match="the report fifo could not be written"):
        write_report("fifo", [item()], book, cwd=out, clock=clock)


def test_an_open_file_is_not_truncated(book: AccountLedger, out: Path) -> None:
    """What /dev/stdout leads to may be a file that holds the answer already."""
    with open(out / "answer", "wb", buffering=0) as file:
        file.write(b"fox.png\n")
        name = f"/dev/fd/{file.fileno()}"
        check_report(name, cwd=out)
        write_report(name, [item()], book, cwd=out, clock=CLOCK)
    first, second = (out / "answer").read_bytes().splitlines()
    assert (first, json.loads(second)["state"]) == (b"fox.png", "waiting")


@pytest.mark.parametrize("name", ["", "-", "folder", "new/", "file/report.jsonl", "/dev/fd/999"])
def test_a_path_that_takes_no_report(out: Path, name: str) -> None:
    """It is refused before anything is spent."""
    (out / "folder").mkdir()
    (out / "file").write_text("")
    with pytest.raises(UsageError) as caught:
        check_report(name, cwd=out)
    assert "--report" in str(caught.value.hint)


def test_another_file_is_not_replaced(book: AccountLedger, out: Path) -> None:
    """The file of prompts, say; an older report and an empty file are."""
    (out / "prompts.txt").write_text("a fox\n")
    (out / "empty").write_text("")
    report(book, [item()], out)
    check_report("report.jsonl", cwd=out)
    check_report("empty", cwd=out)
    check_report("new/folder/report.jsonl", cwd=out)
    for name in ("prompts.txt", "./prompts.txt"):
        with pytest.raises(WouldOverwrite, match="is there, and is no report of a batch"):
            check_report(name, cwd=out)
    assert (out / "prompts.txt").read_text() == "a fox\n"
    assert list(out.rglob("*.part")) == []


def test_no_more_than_a_few_lines_are_held(book: AccountLedger, out: Path) -> None:
    """The items are asked for one by one, and written as they come."""
    import tracemalloc

    items = (item(line, body={"prompt": "x" * 5000}) for line in range(1, 1001))
    tracemalloc.start()
    write_report("report.jsonl", items, book, cwd=out, clock=CLOCK)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (out / "report.jsonl").stat().st_size > 5_000_000
    assert peak < 2_000_000
