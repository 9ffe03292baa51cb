"""krea batch with local files: they go up ahead of their items, and none goes up for nothing."""

import json
import sqlite3
from pathlib import Path

import httpx
import pytest

from tests.commands.batch.batch_helpers import serve_prices
from tests.harness.cli import Cli, CliResult
from tests.pictures import picture_bytes

UPLOAD_SECONDS, SUBMIT_SECONDS = 0.5, 0.2


class UploadScene:
    """A batch of pictures, each with a file of its own, and the files that went up for it.

    uploads: the time of each, and the number of its picture
    """

    def __init__(self, cli: Cli) -> None:
        self.cli = cli
        self.uploads: list[tuple[float, int]] = []
        cli.service.on_upload = self._receive
        cli.service.on_submit = lambda _: cli.clock.sleep(SUBMIT_SECONDS)

    def run(self, numbers: range, *options: str) -> CliResult:
        """Run a batch of the pictures NUMBERS."""
        for number in numbers:
            Path(f"{number}.png").write_bytes(picture_bytes() + b"#%d#" % number)
        lines = [{"prompt": f"night {n}", "image_url": f"@{n}.png"} for n in numbers]
        Path("edit.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        command = ("batch", "edit.jsonl", "-m", "flux-kontext", "-o", "out/", *options)
        return self.cli.krea(*command)

    @property
    def uploaded(self) -> list[int]:
        """The numbers of the pictures that went up, sorted."""
        return sorted(number for _, number in self.uploads)

    def forget(self) -> None:
        """Let the ledger forget all uploads, as of a service that has dropped them."""
        self.uploads.clear()
        (ledger,) = (self.cli.home / "state").glob("*.sqlite3")
        with sqlite3.connect(ledger) as connection:
            connection.execute("DELETE FROM uploads")
        connection.close()

    def _receive(self, request: httpx.Request) -> httpx.Response | None:
        number = int(request.read().split(b"#")[1])
        self.uploads.append((self.cli.clock.now(), number))
        self.cli.clock.sleep(UPLOAD_SECONDS)
        return None


@pytest.fixture
def scene(cli: Cli) -> UploadScene:
    """A command line, and a service at which uploads take their time."""
    return UploadScene(cli)


def test_files_go_up_while_requests_are_sent(scene: UploadScene) -> None:
    """After the first upload no submit waits for one: the time is that of the submits."""
    start, times = scene.cli.clock.monotonic(), list[float]()
    clock = scene.cli.clock
    scene.cli.service.on_submit = lambda _: (
        times.append(clock.monotonic()),
        clock.sleep(SUBMIT_SECONDS),
    )
    assert scene.run(range(20), "-j", "20").code == 0
    assert scene.uploaded == list(range(20))
    assert times[-1] - start <= UPLOAD_SECONDS + 19 * SUBMIT_SECONDS + 0.1
    assert len({body["image_url"] for body in scene.cli.service.posts}) == 20


def test_no_more_go_up_than_may_run(scene: UploadScene) -> None:
    """With one place, the file of the next item goes up, and no other."""
    seen: list[int] = []
    scene.cli.service.on_submit = lambda _: seen.append(len(scene.uploads) - len(seen))
    assert scene.run(range(6), "-j", "1").code == 0
    assert max(seen) == 2


def test_nothing_goes_up_for_what_is_done(scene: UploadScene) -> None:
    """Only the new items need their files, though nothing is known of earlier uploads."""
    assert scene.run(range(2, 6), "-j", "4").code == 0
    scene.forget()
    assert scene.run(range(6), "-j", "4").code == 0
    assert scene.uploaded == [0, 1]


def test_nothing_goes_up_for_what_has_failed(scene: UploadScene) -> None:
    """Without --retry-failed it is not sent; with it the files are needed again."""
    scene.cli.service.final_status = "failed"
    assert scene.run(range(2, 6), "-j", "4").code == 1
    scene.cli.service.final_status = "completed"
    scene.forget()
    assert scene.run(range(6), "-j", "4").code == 1
    assert scene.uploaded == [0, 1]
    assert scene.run(range(6), "-j", "4", "--retry-failed").code == 0
    assert scene.uploaded == list(range(6))


def test_nothing_goes_up_beyond_a_cap(scene: UploadScene) -> None:
    """The cap leaves two; the item at which it stops has its file, as it had to be looked at."""
    serve_prices(scene.cli)
    told = scene.run(range(6), "-j", "6", "--max-cost", "0.25", "--assume-price", "0.1")
    assert (told.code, len(scene.cli.service.posts)) == (5, 2), told.err
    assert scene.uploaded == [0, 1, 2]


def test_nothing_goes_up_for_a_name_that_is_taken(scene: UploadScene) -> None:
    """Somebody takes the last names during the run: these items are refused without their files."""
    scene.cli.service.on_submit = lambda _: [
        Path(f"night-{number}.png").write_text("mine") for number in (10, 11)
    ]
    told = scene.run(range(12), "-o", "{slug}.png", "-j", "4")
    assert (told.code, scene.uploaded) == (1, list(range(10))), told.err


def test_a_refused_file_fails_its_own_item(scene: UploadScene) -> None:
    """The refusal is told once, in the turn of its item; the others are made."""

    def refuse(request: httpx.Request) -> httpx.Response | None:
        is_third = b"#2#" in request.read()
        return httpx.Response(422, json={"error": "no such picture"}) if is_third else None

    scene.cli.service.on_upload = refuse
    told = scene.run(range(5), "-j", "5")
    assert (told.code, len(scene.cli.service.posts)) == (1, 4)
    assert told.error(charged="no") == "line 3: the service does not take 2.png: no such picture"


def test_an_interrupt_uploads_nothing_more(scene: UploadScene) -> None:
    """After the first Ctrl-C no file goes up for an item that will not be sent."""
    scene.cli.clock.stop_at(scene.cli.clock.now() + 0.3, 2)
    told = scene.run(range(20), "-j", "20")
    assert told.code == 130
    assert scene.uploaded == [0, 1, 2, 3, 4]  # as all of these had begun
    assert len(scene.cli.service.posts) == 0
