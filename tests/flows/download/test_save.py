"""Saving the results of a finished job: all of them, at their places, each booked."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from krea_cli.api.types import Job, Output
from krea_cli.errors import EmptyResult, Interrupted, JobFailed, NotSaved
from krea_cli.flows.files.destination import Destination
from krea_cli.flows.files.part_file import open_part
from krea_cli.flows.files.target import parse_target
from tests.fakes.result_host import GLB, ID, JPEG, PNG, ResultHost


@pytest.fixture
def host(tmp_path: Path) -> Iterator[ResultHost]:
    """A place to save results in."""
    files = {"a.png": PNG, "b.jpg": JPEG, "c.glb": GLB, "p.png": PNG + b"view"}
    host = ResultHost(tmp_path, files)
    yield host
    host.ledger.close()


def test_all_results_are_saved_and_booked(host: ResultHost) -> None:
    """Every output gets a file; the ledger knows each, and that the job is saved."""
    row = host.row()
    assert host.save(host.job("a.png", "b.jpg"), "out.png", row=row) == ("out.png", "out-2.png")
    assert host.names == ["out-2.png", "out.png"]
    assert (host.folder / "out-2.png").read_bytes() == JPEG
    files = host.book.history.files(ID)
    assert [(each.index, each.path, each.size, each.type) for each in files] == [
        (1, str(host.folder / "out.png"), len(PNG), "image/png"),
        (2, str(host.folder / "out-2.png"), len(JPEG), "image/jpeg"),
    ]
    assert host.book.row(row.id).state == "saved"
    assert host.remarks == ["out-2.png holds image/jpeg, whatever its extension says"]


def test_previews_are_saved_apart(host: ResultHost) -> None:
    """A preview stands beside the result under a name of its own, wherever it is listed."""
    job = host.job(Output("p.png", "preview"), Output("c.glb", "model"))
    saved = host.save(job, "fox.glb", row=host.row())
    assert saved == ("fox-preview.png", "fox.glb")
    assert (host.folder / "fox.glb").read_bytes() == GLB
    assert host.names == ["fox-preview.png", "fox.glb"]


def test_default_names(host: ResultHost) -> None:
    """Without -o the name tells the prompt and the job, and the content its type."""
    assert host.save(host.job("b.jpg"), row=host.row()) == ("a-red-fox-550e84.jpg",)
    assert host.save(host.job("a.png", type="flux")) == ("flux-550e84.png",)
    record = {"prompt": "from stdin", "model": "m", "seed": 3}
    assert host.save(host.job("a.png"), "{slug}-{seed}.{ext}", record=record) == (
        "from-stdin-3.png",
    )


def test_what_is_there_is_not_fetched_again(host: ResultHost) -> None:
    """Saved and unchanged: no request. Changed or missing: fetched, and nothing is overwritten."""
    row, job = host.row(), host.job("a.png", "b.jpg")
    host.save(job, "out.png", row=row)
    host.asked.clear()
    assert host.save(job, "out.png", row=row) == ("out.png", "out-2.png")
    assert host.asked == []
    (host.folder / "out.png").unlink()
    assert host.save(job, "out.png", row=row) == ("out.png", "out-2.png")
    assert host.asked == ["/a.png"]
    (host.folder / "out.png").write_bytes(b"edited")
    assert host.save(job, "out.png", row=row) == ("out-3.png", "out-2.png")
    assert (host.folder / "out.png").read_bytes() == b"edited"


def test_another_place_gets_its_own_copy(host: ResultHost) -> None:
    """A file saved elsewhere does not stand for the one that -o asks for now."""
    row, job = host.row(), host.job("a.png")
    host.save(job, "out.png", row=row)
    assert host.save(job, "new.png", row=row) == ("new.png",)
    assert host.names == ["new.png", "out.png"]


def test_an_expired_address_is_replaced(host: ResultHost) -> None:
    """The host refuses an address: the job is read once more for a fresh one."""
    host.fresh = {"1": "a.png", "2": "b.jpg"}
    assert host.save(host.job("a.png", "old.jpg"), "out/") == (
        "out/krea-550e84.png",
        "out/krea-550e84-2.jpg",
    )
    assert host.asked == ["/a.png", "/old.jpg", f"/jobs/{ID}", "/b.jpg"]


def test_a_result_that_cannot_be_had(host: ResultHost) -> None:
    """Paid and not saved: exit 10, the cause, and the command that tries again; no half files."""
    host.fresh = {"1": "old.png"}
    with pytest.raises(NotSaved) as caught:
        host.save(host.job("old.png"), "out.png", row=host.row(str(host.folder / "out.png")))
    error = caught.value
    cause = "the result's host answered HTTP 403"
    assert error.message == f"the result of job {ID} is paid and could not be saved: {cause}"
    assert error.hint == f"krea download {ID}"
    assert (error.exit_code, error.charged, error.job_id) == (10, "yes", ID)
    assert host.names == []
    with pytest.raises(NotSaved) as caught:
        host.save(host.job("old.png"), "a b.png")
    assert caught.value.hint == f"krea download {ID} -o 'a b.png'"


def test_a_name_taken_meanwhile(host: ResultHost) -> None:
    """What came to stand at the target while the job ran is not overwritten, but with --force."""
    (host.folder / "out.png").write_bytes(b"other")
    assert host.save(host.job("a.png"), "out.png") == ("out-2.png",)
    assert host.remarks == ["out.png was taken meanwhile: the result is in out-2.png"]
    assert host.save(host.job("a.png"), "out.png", force=True) == ("out.png",)
    assert (host.folder / "out.png").read_bytes() == PNG


def test_through_a_link(host: ResultHost) -> None:
    """A link to nowhere yet is followed, and stays a link."""
    (host.folder / "link.png").symlink_to("real.png")
    assert host.save(host.job("a.png"), "link.png") == ("link.png",)
    assert (host.folder / "link.png").is_symlink()
    assert (host.folder / "real.png").read_bytes() == PNG


def test_stdout_gets_the_bytes(host: ResultHost) -> None:
    """-o - pours the one result, previews left out; no file stays."""
    job = host.job(Output("c.glb", "model"), Output("p.png", "preview"))
    assert host.save(job, "-", row=host.row()) == ()
    assert (host.poured, host.names) == ([GLB], [])


def test_stdout_takes_one_result(host: ResultHost) -> None:
    """Two results do not go to stdout one after the other."""
    with pytest.raises(NotSaved) as caught:
        host.save(host.job("a.png", "b.jpg"), "-")
    assert caught.value.message.endswith("it has 2 results, and -o - takes one")
    assert host.asked == []


def test_a_fifo_is_written_to(host: ResultHost) -> None:
    """A FIFO stays one, and its reader gets the whole picture."""
    fifo = host.folder / "pipe"
    os.mkfifo(fifo)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
    reader.start()
    assert host.save(host.job("a.png"), "pipe") == ("pipe",)
    reader.join()
    assert read == [PNG]
    assert fifo.is_fifo()


def test_a_part_that_another_process_holds(host: ResultHost) -> None:
    """Somebody else is saving it: wait, and give up after a minute."""
    held = open_part(host.folder / ".out.png.part")
    assert held
    with pytest.raises(NotSaved) as caught:
        host.save(host.job("a.png"), "out.png")
    assert caught.value.message.endswith("another krea has been saving it for a minute")
    assert 60 <= host.clock.monotonic() < 62
    held.release()


@pytest.mark.parametrize(
    ("job", "kind"),
    [(Job(ID, "completed"), EmptyResult), (Job(ID, "failed"), JobFailed)],
)
def test_nothing_to_save(host: ResultHost, job: Job, kind: type[Exception]) -> None:
    """A job without results is told as what it is."""
    with pytest.raises(kind):
        host.save(job, "out.png")


def test_a_style_is_no_file(host: ResultHost) -> None:
    """A training's result is a style: said, and no failure."""
    assert host.save(Job(ID, "completed", style_id="s-1"), "out.png") == ()
    assert host.remarks == [f"job {ID} made style s-1, and no file"]


def test_the_reservation_is_used_and_given_back(host: ResultHost) -> None:
    """The part that was reserved before the job is the one that becomes the file."""
    target = parse_target("out.png", cwd=host.folder)
    reservation = target.reserve(row_id=1)
    assert reservation
    inode = os.fstat(reservation.file).st_ino
    there = Destination(target=target, reservation=reservation)
    assert [saved.path for saved in host.saver.download(host.job("a.png"), there)] == ["out.png"]
    assert (host.folder / "out.png").stat().st_ino == inode
    assert host.names == ["out.png"]


def test_an_interrupted_download_leaves_nothing(host: ResultHost) -> None:
    """A signal in the middle: no half file, no part."""
    host.saver = replace(host.saver, tell=lambda event: host.clock.stop(15))
    with pytest.raises(Interrupted):
        host.save(host.job("a.png", "b.jpg"), "out.png")
    assert "out-2.png" not in host.names
    assert not [name for name in host.names if name.endswith(".part")]


def test_without_a_ledger(host: ResultHost) -> None:
    """A job of another machine is saved all the same."""
    host.saver = replace(host.saver, book=None)
    assert host.save(host.job("a.png"), "out.png") == ("out.png",)
