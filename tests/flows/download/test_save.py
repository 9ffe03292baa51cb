"""Saving the results of a finished job: all of them, at their places, each booked."""

import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from krea_cli.api.types import Job, JobOutput
from krea_cli.errors import EmptyResult, Interrupted, JobFailed, NotSaved
from krea_cli.flows.download.save import ResultSaver
from krea_cli.flows.events import Event, Note, WarningNote
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.files.part_file import open_part
from krea_cli.flows.files.target import parse_target
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.rows import RequestDraft, RequestRow
from tests.clocks.fake_clock import FakeClock
from tests.fakes.krea_service import BASE, KreaService, ScriptedJob
from tests.harness.flow_context import make_context

ID = "550e8400-e29b-41d4-a716-446655440000"
PNG = b"\x89PNG\r\n\x1a\n oneIEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0 two\xff\xd9"
GLB = b"glTF\x02\0\0\0 three"


@dataclass
class SaveScene:
    """A service with one finished job and its files, a ledger, and a folder to save in."""

    folder: Path
    files: dict[str, bytes] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    stdout: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.service = KreaService(self.clock.now, files=self.files)
        http = self.service.http()
        self.ledger = Ledger.in_memory()
        self.book: AccountLedger = self.ledger.for_account(BASE, "account")
        context = make_context(http, self.clock, tell=self.events.append, ledger=self.book)
        self.saver = ResultSaver(context, write_stdout=self._pour)

    def job(self, *outputs: JobOutput | str, **facts: object) -> Job:
        """The finished job, with OUTPUTS by their names on the service."""
        all_outputs = [each if isinstance(each, JobOutput) else JobOutput(each) for each in outputs]
        served = [JobOutput(f"{BASE}/files/{each.url}", each.kind) for each in all_outputs]
        return Job(ID, "completed", outputs=tuple(served), **facts)  # type: ignore[arg-type]

    def renew(self, *files: str) -> None:
        """Let the service name FILES when the job is read again."""
        self.service.keep(ScriptedJob(ID, self.clock.now(), course=[(0, "completed")], files=files))

    def row(self, target: str | None = None) -> RequestRow:
        """A row of the ledger whose request became the job."""
        draft = RequestDraft(
            model="bfl/flux-1-dev",
            kind="image",
            route="/generate/image/bfl/flux-1-dev",
            body={},
            given={},
            target=target,
            prompt="a red fox",
            seed=7,
        )
        row = self.book.requests.insert(draft)
        self.book.requests.mark_sending(row.id, self.clock.now())
        self.book.requests.mark_submitted(row.id, Job(ID, "queued"), answered_at=self.clock.now())
        return self.book.requests.get(row.id)

    def save(self, job: Job, text: str | None = None, **options: object) -> tuple[str, ...]:
        """Save JOB with -o TEXT; return the paths as they are shown."""
        force = bool(options.pop("force", False))
        record: Any = options.pop("record", None)
        target = parse_target(text, cwd=self.folder, force=force)
        slot = OutputSlot(target=target, **options)  # type: ignore[arg-type]
        return tuple(saved.path for saved in self.saver.save(job, slot, record))

    @property
    def names(self) -> list[str]:
        """The files in the folder, hidden ones too."""
        return sorted(os.listdir(self.folder))

    @property
    def remarks(self) -> list[str]:
        """The texts of notes and warnings."""
        return [event.text for event in self.events if isinstance(event, Note | WarningNote)]

    def _pour(self, chunks: Iterable[bytes]) -> None:
        self.stdout.append(b"".join(chunks))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[SaveScene]:
    """A place to save results in."""
    files = {"a.png": PNG, "b.jpg": JPEG, "c.glb": GLB, "p.png": PNG + b"view"}
    scene = SaveScene(tmp_path, files)
    yield scene
    scene.ledger.close()


def test_all_results_are_saved_and_booked(scene: SaveScene) -> None:
    """Every output gets a file; the ledger knows each, and that the job is saved."""
    row = scene.row()
    assert scene.save(scene.job("a.png", "b.jpg"), "out.png", row=row) == ("out.png", "out-2.png")
    assert scene.names == ["out-2.png", "out.png"]
    assert (scene.folder / "out-2.png").read_bytes() == JPEG
    files = scene.book.history.list_files(ID)
    assert [(each.index, each.path, each.size, each.type) for each in files] == [
        (1, str(scene.folder / "out.png"), len(PNG), "image/png"),
        (2, str(scene.folder / "out-2.png"), len(JPEG), "image/jpeg"),
    ]
    assert scene.book.requests.get(row.id).state == "saved"
    assert scene.remarks == ["out-2.png holds image/jpeg, whatever its extension says"]


def test_previews_are_saved_apart(scene: SaveScene) -> None:
    """A preview stands beside the result under a name of its own, wherever it is listed."""
    job = scene.job(JobOutput("p.png", "preview"), JobOutput("c.glb", "model"))
    saved = scene.save(job, "fox.glb", row=scene.row())
    assert saved == ("fox-preview.png", "fox.glb")
    assert (scene.folder / "fox.glb").read_bytes() == GLB
    assert scene.names == ["fox-preview.png", "fox.glb"]


def test_default_names(scene: SaveScene) -> None:
    """Without -o the name tells the prompt and the job, and the content its type."""
    assert scene.save(scene.job("b.jpg"), row=scene.row()) == ("a-red-fox-550e84.jpg",)
    assert scene.save(scene.job("a.png", type="flux")) == ("flux-550e84.png",)
    record = {"prompt": "from stdin", "model": "m", "seed": 3}
    assert scene.save(scene.job("a.png"), "{slug}-{seed}.{ext}", record=record) == (
        "from-stdin-3.png",
    )


def test_what_is_there_is_not_fetched_again(scene: SaveScene) -> None:
    """Saved and unchanged: no request. Changed or missing: fetched, and nothing is overwritten."""
    row, job = scene.row(), scene.job("a.png", "b.jpg")
    scene.save(job, "out.png", row=row)
    scene.service.requests.clear()
    assert scene.save(job, "out.png", row=row) == ("out.png", "out-2.png")
    assert scene.service.requests == []
    (scene.folder / "out.png").unlink()
    assert scene.save(job, "out.png", row=row) == ("out.png", "out-2.png")
    assert scene.service.requests == ["GET /files/a.png"]
    (scene.folder / "out.png").write_bytes(b"edited")
    assert scene.save(job, "out.png", row=row) == ("out-3.png", "out-2.png")
    assert (scene.folder / "out.png").read_bytes() == b"edited"


def test_another_place_gets_its_own_copy(scene: SaveScene) -> None:
    """A file saved elsewhere does not stand for the one that -o asks for now."""
    row, job = scene.row(), scene.job("a.png")
    scene.save(job, "out.png", row=row)
    assert scene.save(job, "new.png", row=row) == ("new.png",)
    assert scene.names == ["new.png", "out.png"]


def test_an_expired_address_is_replaced(scene: SaveScene) -> None:
    """The host refuses an address: the job is read once more for a fresh one."""
    scene.renew("a.png", "b.jpg")
    assert scene.save(scene.job("a.png", "old.jpg"), "out/") == (
        "out/krea-550e84.png",
        "out/krea-550e84-2.jpg",
    )
    assert scene.service.requests == [
        "GET /files/a.png",
        "GET /files/old.jpg",
        f"GET /jobs/{ID}",
        "GET /files/b.jpg",
    ]


def test_a_result_that_cannot_be_had(scene: SaveScene) -> None:
    """Paid and not saved: exit 10, the cause, and the command that tries again; no half files."""
    scene.renew("old.png")
    with pytest.raises(NotSaved) as caught:
        scene.save(scene.job("old.png"), "out.png", row=scene.row(str(scene.folder / "out.png")))
    error = caught.value
    cause = "the result's host answered HTTP 403"
    assert error.message == f"the result of job {ID} is paid and could not be saved: {cause}"
    assert error.hint == f"krea download {ID}"
    assert (error.exit_code, error.charged, error.job_id) == (10, "yes", ID)
    assert scene.names == []
    with pytest.raises(NotSaved) as caught:
        scene.save(scene.job("old.png"), "a b.png")
    assert caught.value.hint == f"krea download {ID} -o 'a b.png'"


def test_a_name_taken_meanwhile(scene: SaveScene) -> None:
    """A file that came while the job ran is overwritten with --force only."""
    (scene.folder / "out.png").write_bytes(b"other")
    assert scene.save(scene.job("a.png"), "out.png") == ("out-2.png",)
    assert scene.remarks == ["out.png exists already: the result is in out-2.png"]
    assert scene.save(scene.job("a.png"), "out.png", force=True) == ("out.png",)
    assert (scene.folder / "out.png").read_bytes() == PNG


def test_through_a_link(scene: SaveScene) -> None:
    """A link to nowhere yet is followed, and stays a link."""
    (scene.folder / "link.png").symlink_to("real.png")
    assert scene.save(scene.job("a.png"), "link.png") == ("link.png",)
    assert (scene.folder / "link.png").is_symlink()
    assert (scene.folder / "real.png").read_bytes() == PNG


def test_stdout_gets_the_bytes(scene: SaveScene) -> None:
    """-o - pours the one result, previews left out; no file stays."""
    job = scene.job(JobOutput("c.glb", "model"), JobOutput("p.png", "preview"))
    assert scene.save(job, "-", row=scene.row()) == ()
    assert (scene.stdout, scene.names) == ([GLB], [])


def test_stdout_takes_one_result(scene: SaveScene) -> None:
    """Two results do not go to stdout one after the other."""
    with pytest.raises(NotSaved) as caught:
        scene.save(scene.job("a.png", "b.jpg"), "-")
    assert caught.value.message.endswith("it has 2 results, and -o - takes one")
    assert scene.service.requests == []


def test_a_fifo_is_written_to(scene: SaveScene) -> None:
    """A FIFO stays one, and its reader gets the whole picture."""
    fifo = scene.folder / "pipe"
    os.mkfifo(fifo)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
    reader.start()
    assert scene.save(scene.job("a.png"), "pipe") == ("pipe",)
    reader.join()
    assert read == [PNG]
    assert fifo.is_fifo()


def test_a_part_that_another_process_holds(scene: SaveScene) -> None:
    """Somebody else is saving it: wait, and give up after a minute."""
    held = open_part(scene.folder / ".out.png.part")
    assert held
    with pytest.raises(NotSaved) as caught:
        scene.save(scene.job("a.png"), "out.png")
    assert caught.value.message.endswith("another krea is still saving it")
    assert 60 <= scene.clock.monotonic() < 62
    held.release()


@pytest.mark.parametrize(
    ("job", "kind"),
    [(Job(ID, "completed"), EmptyResult), (Job(ID, "failed"), JobFailed)],
)
def test_nothing_to_save(scene: SaveScene, job: Job, kind: type[Exception]) -> None:
    """A job without results is told as what it is."""
    with pytest.raises(kind):
        scene.save(job, "out.png")


def test_a_style_is_no_file(scene: SaveScene) -> None:
    """A training's result is a style: said, and no failure."""
    assert scene.save(Job(ID, "completed", style_id="s-1"), "out.png") == ()
    assert scene.remarks == [f"job {ID} made style s-1, and no file"]


def test_the_reservation_is_used_and_given_back(scene: SaveScene) -> None:
    """The part file reserved before the job becomes the file."""
    target = parse_target("out.png", cwd=scene.folder)
    reservation = target.reserve(row_id=1)
    assert reservation
    inode = os.fstat(reservation.fd).st_ino
    there = OutputSlot(target=target, part_file=reservation)
    assert [saved.path for saved in scene.saver.save(scene.job("a.png"), there)] == ["out.png"]
    assert (scene.folder / "out.png").stat().st_ino == inode
    assert scene.names == ["out.png"]


def test_an_interrupted_download_leaves_nothing(scene: SaveScene) -> None:
    """A signal in the middle: no half file, no part."""
    context = replace(scene.saver.context, tell=lambda event: scene.clock.stop(15))
    scene.saver = replace(scene.saver, context=context)
    with pytest.raises(Interrupted):
        scene.save(scene.job("a.png", "b.jpg"), "out.png")
    assert "out-2.png" not in scene.names
    assert not [name for name in scene.names if name.endswith(".part")]


def test_without_a_ledger(scene: SaveScene) -> None:
    """A job of another machine is saved all the same."""
    context = replace(scene.saver.context, account_ledger=None)
    scene.saver = replace(scene.saver, context=context)
    assert scene.save(scene.job("a.png"), "out.png") == ("out.png",)
