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
from krea_cli.local.ledger.rows import FileRow, RequestDraft
from tests.clocks.fake_clock import FakeClock

NOW = 1_800_000_000.0
FOX = hashlib.sha256(b"a fox").hexdigest()
CLOCK = FakeClock()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[AccountLedger]:
    """The ledger of one account, at a fixed time."""
    ledger = Ledger.open(tmp_path / "state", clock_now=lambda: NOW)
    yield ledger.for_account("https://api.krea.ai", "0123456789abcdef")
    ledger.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder of the results and of the report."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def make_item(line: int = 1, **changes: Any) -> Item:
    """An item of LINE, with CHANGES."""
    plain: dict[str, Any] = {
        "line": line,
        "index": line,
        "model": "bfl/flux-1-dev",
        "kind": "image",
        "route": "/generate/image/bfl/flux-1-dev",
        "body": {"prompt": "a fox", "width": 512},
        "given": {"prompt": "a fox"},
        "prompt": "a fox",
        "fingerprint": f"item-{line}",
        "own_fingerprint": f"item-{line}",
        "shard_fingerprint": f"item-{line}",
        "target": "out/fox-{seed}.{ext}",
        "price": "$0.07",
        "cost": 70_000,
    }
    return Item(**plain | changes)


def insert_row(ledger: AccountLedger, item: Item, **changes: Any) -> int:
    """Insert a row for ITEM, not sent yet; return its number."""
    plain: dict[str, Any] = {
        "model": item.model,
        "kind": item.kind,
        "route": item.route,
        "body": item.body | {"seed": 7},
        "given": item.given,
        "seed": 7,
        "price": item.price,
        "cost": item.cost,
        "item_fingerprint": item.fingerprint,
    }
    return ledger.requests.insert(RequestDraft(**plain | changes)).id


def insert_running_job(ledger: AccountLedger, item: Item, **changes: Any) -> str:
    """Insert a row for ITEM with a running job; return the job's id."""
    row = insert_row(ledger, item, **changes)
    job_id = f"job-{item.line}"
    ledger.requests.mark_sending(row, NOW)
    ledger.requests.mark_submitted(
        row, Job(job_id, "queued", created_at=NOW + 1), answered_at=NOW + 2
    )
    return job_id


def record_file(
    ledger: AccountLedger, item: Item, path: Path, *, at: float = NOW, index: int = 1
) -> None:
    """Record a result of ITEM at PATH."""
    ledger.files.record(
        f"job-{item.line}",
        [
            FileRow(
                index=index,
                url="https://x/fox.png",
                path=str(path),
                sha256=FOX,
                size=5,
                type="image/png",
                at=at,
            )
        ],
    )


def mark_ended(
    ledger: AccountLedger, item: Item, status: str, *, charged: str, error: str | None = None
) -> None:
    """End the job of ITEM."""
    job = Job(f"job-{item.line}", status, completed_at=NOW + 9)
    ledger.requests.mark_ended(job.id, job, charged=charged, error=error)


def read_report(path: Path) -> list[dict[str, Any]]:
    """Read the entries of the report at PATH."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def write(ledger: AccountLedger, items: list[Item], out: Path) -> list[dict[str, Any]]:
    """Write the report on ITEMS into OUT; return its entries."""
    write_report("out/report.jsonl", items, ledger, cwd=out.parent, clock=CLOCK)
    return read_report(out / "report.jsonl")


def test_a_saved_item(ledger: AccountLedger, out: Path) -> None:
    """The entry has all facts; the path is relative to the folder of the report."""
    item = make_item(file_hashes={})
    insert_running_job(ledger, item)
    record_file(ledger, item, out / "fox.png")
    mark_ended(ledger, item, "completed", charged="yes")
    ledger.requests.mark_saved("job-1")
    assert write(ledger, [item], out) == [
        {
            "schema": 1,
            "line": 1,
            "index": 1,
            "n": 1,
            "model": "bfl/flux-1-dev",
            "request": {"prompt": "a fox", "width": 512, "seed": 7},
            "seed": 7,
            "tags": {},
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


def test_the_state_of_each(ledger: AccountLedger, out: Path) -> None:
    """Entries come in the order of the items; no charge means no cost, so that costs add up."""
    items = [make_item(line) for line in range(1, 10)]
    insert_row(ledger, items[1])
    ledger.requests.mark_sending(insert_row(ledger, items[2]), NOW)
    insert_running_job(ledger, items[3])
    insert_running_job(ledger, items[4])
    mark_ended(ledger, items[4], "failed", charged="no", error="job job-5 failed")
    insert_running_job(ledger, items[5], cost=None)
    mark_ended(ledger, items[5], "completed", charged="yes")
    row = insert_row(ledger, items[6])
    ledger.requests.mark_sending(row, NOW)
    ledger.requests.mark_refused(row, "the service refused the request")
    insert_running_job(ledger, items[7])
    mark_ended(ledger, items[7], "completed", charged="unknown", error="no result")
    records = write(ledger, [*items[1:], items[0]], out)
    assert [(each["line"], each["state"], each["cost"], each["charged"]) for each in records] == [
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
    assert records[3]["error"] == "job job-5 failed"


def test_files_of_the_request_are_told_by_content(ledger: AccountLedger, out: Path) -> None:
    """Neither the address of an upload, which opens without a token, nor a local path is told."""
    before = make_item(
        1, body={"image_url": LocalFile("/home/me/a.png")}, file_hashes={"/home/me/a.png": FOX}
    )
    after = make_item(2, body={"image_url": "https://x/uploaded"})
    ledger.uploads.record(FOX, "https://x/uploaded", None, NOW)
    insert_running_job(ledger, after)
    records = write(ledger, [before, after], out)
    assert [each["request"]["image_url"] for each in records] == [f"sha256:{FOX}"] * 2


def test_the_file_where_the_item_goes_now(ledger: AccountLedger, out: Path) -> None:
    """Of several copies, the last one in the item's folder counts, else the last one of all."""
    one, other = make_item(1), make_item(2, target="elsewhere/{ext}")
    for item in (one, other):
        insert_running_job(ledger, item)
        record_file(ledger, item, out / "old.png", at=NOW)
        record_file(ledger, item, out / "new.png", at=NOW + 1)
        record_file(ledger, item, Path("/tmp/copy.png"), at=NOW + 2)
        record_file(ledger, item, out / "second.png", at=NOW, index=2)
    records = [
        [file["path"] for file in each["files"]] for each in write(ledger, [one, other], out)
    ]
    assert records == [["new.png", "second.png"], ["/tmp/copy.png", "second.png"]]


def test_a_file_of_another_machine(ledger: AccountLedger, out: Path) -> None:
    """The entry is made from its sidecar; the ledger knows nothing."""
    (out / "fox.png").write_bytes(b"a fox")
    sidecar = {"krea": "1", "schema": 1, "model": "bfl/flux-1-dev", "request": {"prompt": "a fox"}}
    sidecar |= {"seed": 9, "job_id": "job-9", "price": "$0.08", "sha256": FOX}
    (out / "fox.png.json").write_text(json.dumps(sidecar))
    (record,) = write(ledger, [make_item(existing_file="out/fox.png")], out)
    assert (record["state"], record["seed"], record["job_id"]) == ("saved", 9, "job-9")
    assert (record["price"], record["cost"], record["charged"]) == ("$0.08", None, "yes")
    (file,) = record["files"]
    assert (file["path"], file["sha256"], file["bytes"]) == ("fox.png", FOX, 5)
    (out / "fox.png").unlink()
    (record,) = write(ledger, [make_item(existing_file="out/fox.png")], out)
    assert (record["state"], record["files"]) == ("not saved", [])


def test_paths_through_a_link(ledger: AccountLedger, out: Path) -> None:
    """A folder is found through a link as well; a path outside of it is absolute."""
    link = out.parent / "link"
    link.symlink_to(out)
    item = make_item()
    insert_running_job(ledger, item)
    record_file(ledger, item, link / "deep" / "fox.png", index=1)
    record_file(ledger, item, out.parent / "outside.png", index=2)
    write_report(str(link / "report.jsonl"), [item], ledger, cwd=out, clock=CLOCK)
    (record,) = read_report(out / "report.jsonl")
    assert [file["path"] for file in record["files"]] == [
        "deep/fox.png",
        str(out.parent / "outside.png"),
    ]


def test_a_link_is_followed(ledger: AccountLedger, out: Path) -> None:
    """The file that it points at is replaced, and the link stays."""
    (out / "link.jsonl").symlink_to(out / "real.jsonl")
    write_report("link.jsonl", [make_item()], ledger, cwd=out, clock=CLOCK)
    assert (out / "link.jsonl").is_symlink()
    assert len(read_report(out / "real.jsonl")) == 1


def test_whole_or_not_at_all(ledger: AccountLedger, out: Path) -> None:
    """An error while writing leaves the old report, and nothing beside it."""
    write(ledger, [make_item()], out)
    before = (out / "report.jsonl").read_bytes()

    def broken() -> Iterator[Item]:
        yield make_item(5)
        raise KreaError("the ledger is gone")

    with pytest.raises(KreaError, match="the ledger is gone"):
        write_report("report.jsonl", broken(), ledger, cwd=out, clock=CLOCK)
    assert (out / "report.jsonl").read_bytes() == before
    assert [path.name for path in out.iterdir()] == ["report.jsonl"]


def test_two_runs_that_end_together(ledger: AccountLedger, out: Path) -> None:
    """The one that finds the other's part writes its own, and leaves nothing of it."""
    from krea_cli.flows.files.part_file import open_part, part_path

    part = open_part(part_path(out / "report.jsonl"))
    assert part is not None
    assert len(write(ledger, [make_item()], out)) == 1
    part.release()
    assert [path.name for path in out.iterdir()] == ["report.jsonl"]


def test_a_fifo_is_written_to(ledger: AccountLedger, out: Path) -> None:
    """A reader at the other end gets the report, with full paths."""
    os.mkfifo(out / "fifo")
    check_report("fifo", cwd=out)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((out / "fifo").read_bytes()))
    reader.start()
    item = make_item()
    insert_running_job(ledger, item)
    record_file(ledger, item, out / "fox.png")
    write_report("fifo", [item], ledger, cwd=out, clock=CLOCK)
    reader.join()
    assert json.loads(read[0])["files"][0]["path"] == str(out / "fox.png")


def test_after_a_signal_nobody_is_waited_for(ledger: AccountLedger, out: Path) -> None:
    """A FIFO without a reader ends the report, not the program's end."""
    os.mkfifo(out / "fifo")
    clock = FakeClock()
    clock.stop(2)
    with pytest.raises(KreaError, match="the report fifo could not be written"):
        write_report("fifo", [make_item()], ledger, cwd=out, clock=clock)


def test_an_open_file_is_not_truncated(ledger: AccountLedger, out: Path) -> None:
    """The file behind /dev/stdout may hold the answer already."""
    with open(out / "answer", "wb", buffering=0) as file:
        file.write(b"fox.png\n")
        name = f"/dev/fd/{file.fileno()}"
        check_report(name, cwd=out)
        write_report(name, [make_item()], ledger, cwd=out, clock=CLOCK)
    first, second = (out / "answer").read_bytes().splitlines()
    assert (first, json.loads(second)["state"]) == (b"fox.png", "waiting")


@pytest.mark.parametrize("name", ["", "-", "folder", "new/", "file/report.jsonl", "/dev/fd/999"])
def test_a_path_that_takes_no_report(out: Path, name: str) -> None:
    """A bad path is refused before anything is spent."""
    (out / "folder").mkdir()
    (out / "file").write_text("")
    with pytest.raises(UsageError) as caught:
        check_report(name, cwd=out)
    assert "--report" in str(caught.value.hint)


def test_another_file_is_not_replaced(ledger: AccountLedger, out: Path) -> None:
    """The list itself is not replaced; an older report and an empty file are."""
    (out / "prompts.txt").write_text("a fox\n")
    (out / "empty").write_text("")
    write(ledger, [make_item()], out)
    check_report("report.jsonl", cwd=out)
    check_report("empty", cwd=out)
    check_report("new/folder/report.jsonl", cwd=out)
    for name in ("prompts.txt", "./prompts.txt"):
        with pytest.raises(WouldOverwrite, match="exists, and is not a report of a batch"):
            check_report(name, cwd=out)
    assert (out / "prompts.txt").read_text() == "a fox\n"
    assert list(out.rglob("*.part")) == []


def test_no_more_than_a_few_lines_are_held(ledger: AccountLedger, out: Path) -> None:
    """Items are read one by one, and written at once."""
    import tracemalloc

    items = (make_item(line, body={"prompt": "x" * 5000}) for line in range(1, 1001))
    tracemalloc.start()
    write_report("report.jsonl", items, ledger, cwd=out, clock=CLOCK)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (out / "report.jsonl").stat().st_size > 5_000_000
    assert peak < 2_000_000
