"""Local inputs: checked before anything is sent, uploaded once per content."""

import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from random import Random

import httpx
import pytest

from krea_cli.api.client import ApiClient
from krea_cli.api.http import HttpClient
from krea_cli.catalog.local_files import LocalFile
from krea_cli.errors import Busy, KreaError, UsageError
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Event, Note, Uploading
from krea_cli.flows.transfer.upload import hash_files, media_type, upload_files
from krea_cli.local.ledger.ledger import Ledger
from tests.clocks.fake_clock import FakeClock
from tests.tokens import KEY

BASE = "http://127.0.0.1:9"
JPEG = b"\xff\xd8\xff\xe0" + b"jpeg" * 50_000
MP3 = b"ID3\x04" + b"mp3 " * 100


class Service:
    """A service that takes uploads.

    answers: answers to give before the usual one
    uploads: type and body of each upload
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answers: list[Callable[[], httpx.Response]] = []
        self.uploads: list[tuple[str, bytes]] = []
        self.events: list[Event] = []
        self.clock = FakeClock()
        transport = httpx.MockTransport(self._handle)
        self.http = HttpClient(BASE, KEY, version="0", transport=transport)
        self.api = ApiClient(self.http)
        self.ledger = Ledger.in_memory()

    def write(self, name: str, content: bytes) -> LocalFile:
        """Write a local file."""
        (self.folder / name).write_bytes(content)
        return LocalFile(str(self.folder / name))

    def upload(
        self, *files: LocalFile, account: str = "mine", until: float | None = None
    ) -> list[str]:
        """Upload FILES until UNTIL; return their addresses in order."""
        context = FlowContext(
            api=self.api,
            http=self.http,
            account_ledger=self.ledger.for_account(BASE, account),
            clock=self.clock,
            tell=self.events.append,
            random=Random(1),
        )
        urls = upload_files(files, context, until=until)
        return [urls[file.path] for file in files]

    def _handle(self, request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("POST", "/assets")
        body = request.read()
        if self.answers:
            return self.answers.pop(0)()
        mime = re.search(rb"Content-Type: (\S+)\r\n\r\n", body)
        assert mime
        self.uploads.append((mime[1].decode(), body))
        url = f"https://app-uploads.krea.ai/{len(self.uploads)}"
        return httpx.Response(200, json={"id": f"asset-{len(self.uploads)}", "image_url": url})


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service that takes uploads."""
    service = Service(tmp_path)
    yield service
    service.ledger.close()


def test_types_are_exact_and_from_the_content(service: Service) -> None:
    """A JPEG is image/jpeg and an MP3 audio/mpeg, whatever the files are called."""
    files = service.write("photo.png", JPEG), service.write("voice.mp4", MP3)
    assert service.upload(*files) == [
        "https://app-uploads.krea.ai/1",
        "https://app-uploads.krea.ai/2",
    ]
    assert [mime for mime, _ in service.uploads] == ["image/jpeg", "audio/mpeg"]
    assert JPEG in service.uploads[0][1]
    sent = [event for event in service.events if isinstance(event, Uploading)]
    assert sent[0] == Uploading(files[0].path, 0, len(JPEG))


def test_once_per_content(service: Service) -> None:
    """Equal content is sent once, under any names, today and tomorrow."""
    first, same = service.write("a.jpg", JPEG), service.write("b.jpg", JPEG)
    assert len(set(service.upload(first, same))) == 1
    service.events.clear()
    assert service.upload(same) == ["https://app-uploads.krea.ai/1"]
    assert service.events == [Note(f"{same.path} was uploaded before")]
    assert len(service.uploads) == 1


def test_another_account_uploads_for_itself(service: Service) -> None:
    """A file that one account uploaded is uploaded again for another."""
    file = service.write("a.jpg", JPEG)
    service.upload(file)
    assert service.upload(file, account="other") == ["https://app-uploads.krea.ai/2"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"just some text", "is not a known type of media file"),
        (b"GIF89a", "is image/gif"),
    ],
)
def test_files_that_are_not_accepted(service: Service, content: bytes, message: str) -> None:
    """Every file is checked before the first is sent."""
    good, bad = service.write("a.jpg", JPEG), service.write("x.png", content)
    with pytest.raises(UsageError) as caught:
        service.upload(good, bad)
    assert caught.value.message == f"{bad.path} {message}"
    assert service.uploads == []


def test_too_large(service: Service) -> None:
    """The limit is checked by size alone, before anything is read or sent."""
    file = service.write("a.jpg", JPEG)
    with open(file.path, "r+b") as sparse:
        sparse.truncate(76 * 1024 * 1024)
    with pytest.raises(UsageError) as caught:
        service.upload(file)
    assert caught.value.message == (f"{file.path} has 76 MB, and the service takes 75 MB at most")


@pytest.mark.parametrize("name", ["missing.png", "."])
def test_missing_files_and_folders(service: Service, name: str) -> None:
    """A missing file, or a folder, is wrong usage."""
    path = f"{service.folder}/{name}"
    with pytest.raises(UsageError) as caught:
        media_type(path)
    assert caught.value.message.startswith(path)
    with pytest.raises(UsageError):
        hash_files([LocalFile(path)])


def test_transient_faults_are_waited_out(service: Service) -> None:
    """Uploads are free, so a fault only costs time."""
    service.answers = [lambda: httpx.Response(502), lambda: httpx.Response(429)]
    assert service.upload(service.write("a.jpg", JPEG)) == ["https://app-uploads.krea.ai/1"]
    assert len(service.clock.pauses) == 2


def test_errors_name_the_file(service: Service) -> None:
    """After a few tries the error says which file it was about; nothing was charged."""
    service.answers = [lambda: httpx.Response(502)] * 5
    file = service.write("a.jpg", JPEG)
    with pytest.raises(Busy) as caught:
        service.upload(file)
    assert "a.jpg" in caught.value.message
    assert caught.value.charged == "no"
    service.answers = [lambda: httpx.Response(400, json={"error": "bad pixels"})]
    with pytest.raises(KreaError) as refused:
        service.upload(file)
    assert refused.value.message == "the service does not take a.jpg: bad pixels"


def test_hash_files(service: Service) -> None:
    """A request names a file by the hash of its content."""
    file = service.write("a.jpg", JPEG)
    assert hash_files([file]) == {file.path: sha256(JPEG).hexdigest()}


def late(service: Service, seconds: float) -> httpx.Response:
    """An answer that does not come for SECONDS."""
    service.clock.advance(seconds)
    raise httpx.ReadTimeout("timed out")


def test_an_upload_ends_with_the_time(service: Service) -> None:
    """`--timeout` holds for uploads too: exit 8, as nothing was submitted."""
    file = service.write("a.mp3", MP3)
    service.answers = [lambda: late(service, 20.0)] * 2
    with pytest.raises(Busy) as caught:
        service.upload(file, until=service.clock.monotonic() + 30)
    assert (caught.value.exit_code, caught.value.charged) == (8, "no")
    assert caught.value.message == (
        f"{file.path} was not uploaded: the time to wait was over; nothing was submitted"
    )
    service.answers = []
    with pytest.raises(Busy):
        service.upload(file, until=service.clock.monotonic() - 1)
    assert service.uploads == []
    assert len(service.upload(file, until=service.clock.monotonic() + 30)) == 1
