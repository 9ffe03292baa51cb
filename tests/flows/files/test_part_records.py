"""Part files are recorded while they exist, and go with the processes that made them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from krea_cli.errors import KreaError
from krea_cli.flows.files import part_file
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.files.part_records import open_recorded_part, remove_abandoned_parts
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.rows import RequestDraft

DAY = 86_400.0
DRAFT = RequestDraft(
    model="bfl/flux-1-dev",
    kind="image",
    route="/generate/image/bfl/flux-1-dev",
    body={"prompt": "a fox"},
    given={"prompt": "a fox"},
)


class Scene:
    """A ledger in a folder, and part files as commands make them."""

    def __init__(self, folder: Path) -> None:
        self.now = 1_000_000.0
        self.folder = folder
        self.whole = Ledger.open(folder / "state", clock_now=lambda: self.now)
        self.ledger = self.whole.for_account("https://api.krea.ai", "0123456789abcdef")

    def row(self, state: str = "checked") -> int:
        """A request in STATE."""
        row = self.ledger.requests.insert(DRAFT)
        if state != "checked":
            self.ledger.requests.mark_sending(row.id, self.now)
            self.ledger.requests.change_state(row.id, ("sending",), state)
        return row.id

    def held(self, name: str, row_id: int | None, position: int = 1) -> PartFile:
        """A part file in the hands of a living process."""
        part = open_recorded_part(
            self.folder / name, self.ledger, request_id=row_id, position=position
        )
        assert part is not None
        return part

    def abandoned(self, name: str, row_id: int | None, position: int = 1) -> Path:
        """A part file whose process was killed: the lock goes, file and record stay."""
        part = self.held(name, row_id, position)
        os.write(part.fd, b"half")
        os.close(part.fd)
        return self.folder / name

    @property
    def records(self) -> list[str]:
        """The names of the recorded part files."""
        return [Path(part.path).name for part in self.ledger.parts.list()]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A scene in a temporary folder."""
    scene = Scene(tmp_path)
    yield scene
    scene.whole.close()


def test_a_part_file_is_recorded_while_it_exists(scene: Scene) -> None:
    """Its release forgets it."""
    part = scene.held(".fox.png.part", scene.row())
    assert scene.records == [".fox.png.part"]
    part.release()
    assert (scene.records, (scene.folder / ".fox.png.part").exists()) == ([], False)


def test_a_part_file_that_is_just_opened_is_not_abandoned(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made, and not locked yet: another krea cleans up at this moment, and leaves its request."""
    row_id, removed = scene.row(), list[int]()
    other = Ledger.open(scene.folder / "state", clock_now=lambda: scene.now)
    cleaner = other.for_account(scene.ledger.base, scene.ledger.account)
    lock = part_file._lock

    def clean_up_first(fd: int) -> bool:
        removed.append(remove_abandoned_parts(cleaner))
        return lock(fd)

    monkeypatch.setattr(part_file, "_lock", clean_up_first)
    part = scene.held(".fox.png.part", row_id)
    other.close()
    assert removed == [0]
    assert scene.ledger.requests.get(row_id).state == "checked"
    assert scene.records == [".fox.png.part"]
    part.release()


@pytest.mark.parametrize("state", ["checked", "refused", "failed", "cancelled", "saved"])
@pytest.mark.parametrize("name", [".fox.png.part", ".krea-1-abc.part"])
def test_what_no_request_needs_goes(scene: Scene, state: str, name: str) -> None:
    """The part file of a request that is over or unsent; an unsent request goes with it."""
    path = scene.abandoned(name, row_id := scene.row(state))
    assert remove_abandoned_parts(scene.ledger) == 1
    assert (path.exists(), scene.records) == (False, [])
    assert (scene.ledger.requests.find(row_id) is None) == (state == "checked")


def test_a_forgotten_request_needs_no_part_file(scene: Scene) -> None:
    """The user's word that it is over."""
    path = scene.abandoned(".krea-1-abc.part", scene.row("forgotten"))
    remove_abandoned_parts(scene.ledger)
    assert not path.exists()


@pytest.mark.parametrize("state", ["sending", "unknown", "unfound", "submitted", "completed"])
def test_a_request_under_way_keeps_its_part_file(scene: Scene, state: str) -> None:
    """Until it goes on at another place: then the earlier one is not needed any more."""
    path = scene.abandoned(".fox.png.part", row_id := scene.row(state))
    second = scene.abandoned(".fox-2.png.part", row_id, 2)
    assert remove_abandoned_parts(scene.ledger) == 0
    assert path.read_bytes() == second.read_bytes() == b"half"
    moved = scene.abandoned(".owl.png.part", row_id)
    assert remove_abandoned_parts(scene.ledger) == 1
    assert [each.exists() for each in (path, second, moved)] == [False, True, True]


def test_what_a_living_process_holds_stays(scene: Scene) -> None:
    """Whatever its request is; and the request stays as well."""
    part = scene.held(".fox.png.part", row_id := scene.row())
    assert remove_abandoned_parts(scene.ledger) == 0
    assert part.path and part.path.exists()
    assert scene.ledger.requests.find(row_id) is not None
    part.release()


def test_a_file_of_another_ledger_at_that_place_stays(scene: Scene) -> None:
    """Only the file that was recorded goes: the record is of another one."""
    path = scene.abandoned(".fox.png.part", scene.row())
    path.unlink()
    (scene.folder / "keep").write_bytes(b"")  # takes the number of the file that is gone
    path.write_bytes(b"of another ledger")
    assert remove_abandoned_parts(scene.ledger) == 0
    assert path.read_bytes() == b"of another ledger"


def test_a_link_at_that_place_is_not_followed(scene: Scene) -> None:
    """Somebody else may have put it there."""
    path = scene.abandoned(".fox.png.part", scene.row())
    path.rename(scene.folder / "precious")
    path.symlink_to(scene.folder / "precious")
    assert remove_abandoned_parts(scene.ledger) == 0
    assert (scene.folder / "precious").read_bytes() == b"half"


def test_the_name_of_a_finished_file_is_left(scene: Scene) -> None:
    """Killed between giving the name and removing the part: only the hidden name goes."""
    path = scene.abandoned(".fox.png.part", scene.row("saved"))
    os.link(path, scene.folder / "fox.png")
    assert remove_abandoned_parts(scene.ledger) == 1
    assert (scene.folder / "fox.png").read_bytes() == b"half"


def test_a_kill_before_the_file_is_recorded(scene: Scene) -> None:
    """The record stands before the file: an empty file goes, one with content is not ours."""
    path = scene.folder / ".fox.png.part"
    for content, exists in ((b"", False), (b"content", True)):
        scene.ledger.parts.announce(path, scene.row(), 1)
        path.write_bytes(content)
        remove_abandoned_parts(scene.ledger)
        assert path.exists() == exists


def test_a_process_about_to_make_its_part_file_keeps_its_request(scene: Scene) -> None:
    """The record is older than the file by a moment; after a day it is of a dead process."""
    row_id = scene.row()
    scene.ledger.parts.announce(scene.folder / ".fox.png.part", row_id, 1)
    remove_abandoned_parts(scene.ledger)
    assert scene.ledger.requests.find(row_id) is not None
    scene.now += 2 * DAY
    remove_abandoned_parts(scene.ledger)
    assert (scene.ledger.requests.find(row_id), scene.records) == (None, [])


def test_a_living_run_keeps_its_unsent_request(scene: Scene) -> None:
    """A batch took the request over from a dead one; its part file is made anew."""
    run = scene.ledger.run_lock()
    path = scene.abandoned(".fox.png.part", row_id := scene.row())
    scene.ledger.requests.change_state(row_id, ("checked",), "checked", claim=run.name)
    remove_abandoned_parts(scene.ledger)
    assert not path.exists()
    assert scene.ledger.requests.find(row_id) is not None
    run.release()


def test_only_a_folder_and_what_is_below(scene: Scene) -> None:
    """A command clears the folder in which it works."""
    (scene.folder / "pics" / "red").mkdir(parents=True)
    (scene.folder / "pics-2").mkdir()
    paths = [
        scene.abandoned(name, scene.row())
        for name in ("pics/.a.part", "pics/red/.b.part", "pics-2/.c.part", ".d.part")
    ]
    assert remove_abandoned_parts(scene.ledger, scene.folder / "pics") == 2
    assert [path.exists() for path in paths] == [False, False, True, True]


def test_a_folder_that_cannot_be_made_leaves_no_record(scene: Scene) -> None:
    """The announced file never came to be."""
    (scene.folder / "file").write_bytes(b"")
    with pytest.raises(KreaError, match="cannot write in"):
        open_recorded_part(scene.folder / "file" / ".x.part", scene.ledger, request_id=1)
    assert scene.records == []


def test_another_process_that_holds_it_keeps_the_record(scene: Scene) -> None:
    """A process that waits for a part file leaves the holder's record as it is."""
    part = scene.held(".fox.png.part", row_id := scene.row("saved"))
    other: AccountLedger = scene.whole.for_account("https://api.krea.ai", "fedcba9876543210")
    assert open_recorded_part(scene.folder / ".fox.png.part", other, request_id=99) is None
    assert [each.request_id for each in scene.ledger.parts.list()] == [row_id]
    part.release()
