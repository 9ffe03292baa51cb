"""A host with results, a service with one finished job, a ledger, and a folder to save in."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx

from krea_cli.api.client import Api
from krea_cli.api.http import Http
from krea_cli.api.types import Job, Output
from krea_cli.flows.download.save import Saver
from krea_cli.flows.events import Event, Note, WarningNote
from krea_cli.flows.files.destination import Destination
from krea_cli.flows.files.target import parse_target
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.rows import Draft, Row
from tests.clocks.fake_clock import FakeClock
from tests.tokens import KEY

BASE = "http://127.0.0.1:9"
ID = "550e8400-e29b-41d4-a716-446655440000"
PNG = b"\x89PNG\r\n\x1a\n oneIEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0 two\xff\xd9"
GLB = b"glTF\x02\0\0\0 three"


@dataclass
class ResultHost:
    """A host with files, a service with one job, a ledger, and a folder to save in."""

    folder: Path
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    poured: list[bytes] = field(default_factory=list)
    fresh: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        transport = httpx.MockTransport(self._handle)
        http = Http(BASE, KEY, version="0", transport=transport)
        self.clock = FakeClock()
        self.ledger = Ledger.in_memory()
        self.book: AccountLedger = self.ledger.for_account(BASE, "account")
        self.saver = Saver(
            api=Api(http),
            http=http,
            ledger=self.book,
            clock=self.clock,
            tell=self.told.append,
            random=Random(1),
            pour=self._pour,
        )

    def job(self, *outputs: Output | str, **facts: object) -> Job:
        """The finished job, with OUTPUTS by their names on the host."""
        made = [each if isinstance(each, Output) else Output(each) for each in outputs]
        found = [Output(f"{BASE}/{each.url}", each.kind, each.name) for each in made]
        return Job(ID, "completed", outputs=tuple(found), **facts)  # type: ignore[arg-type]

    def row(self, target: str | None = None) -> Row:
        """A row of the ledger whose request became the job."""
        draft = Draft(
            model="bfl/flux-1-dev",
            kind="image",
            route="/generate/image/bfl/flux-1-dev",
            body={},
            given={},
            target=target,
            prompt="a red fox",
            seed=7,
        )
        row = self.book.begin(draft)
        self.book.sending(row.id, self.clock.now())
        self.book.submitted(row.id, Job(ID, "queued"), answered_at=self.clock.now())
        return self.book.row(row.id)

    def save(self, job: Job, text: str | None = None, **options: object) -> tuple[str, ...]:
        """Save JOB with -o TEXT; gives back the paths as they are shown."""
        force = bool(options.pop("force", False))
        target = parse_target(text, cwd=self.folder, force=force)
        destination = Destination(target=target, **options)  # type: ignore[arg-type]
        return tuple(saved.path for saved in self.saver.download(job, destination))

    @property
    def names(self) -> list[str]:
        """What lies in the folder, hidden files too."""
        return sorted(os.listdir(self.folder))

    @property
    def remarks(self) -> list[str]:
        """What was said and warned of."""
        return [event.text for event in self.told if isinstance(event, Note | WarningNote)]

    def _handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.asked.append(path)
        if path == f"/jobs/{ID}":
            urls = [f"{BASE}/{name}" for name in self.fresh.values()]
            return httpx.Response(
                200,
                json={
                    "job_id": ID,
                    "status": "completed",
                    "created_at": "2026-11-22T12:00:00.000Z",
                    "result": {"urls": urls},
                },
            )
        content = self.files.get(path.removeprefix("/"))
        if content is None:
            return httpx.Response(403, text="expired")
        return httpx.Response(200, content=content)

    def _pour(self, chunks: Iterable[bytes]) -> None:
        self.poured.append(b"".join(chunks))
