"""Local files become addresses: checked before anything is sent, uploaded once per content."""

import os
import re
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from krea_cli.api.types import Asset
from krea_cli.catalog.local_files import LocalFile
from krea_cli.clock import Clock
from krea_cli.errors import Interrupted, KreaError, LedgerUnusable, RequestRefused, UsageError
from krea_cli.flows.backoff import Backoff, is_transient
from krea_cli.flows.events import Note, Tell, Uploading
from krea_cli.flows.files import content_type
from krea_cli.flows.files.content_type import HEAD, ContentType
from krea_cli.flows.files.publish import digest

if TYPE_CHECKING:
    from krea_cli.api.client import Api
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.uploads import Uploads

# What POST /assets takes; source: the contract, section 2.4.
TAKEN = (
    content_type.JPEG,
    content_type.PNG,
    content_type.WEBP,
    content_type.HEIC,
    content_type.MP4,
    content_type.MOV,
    content_type.WEBM,
    content_type.GLB,
    content_type.WAV,
    content_type.MP3,
)
LARGEST = 75 * 1024 * 1024
TRIES = 5
TELL_EVERY = 0.1  # seconds


def addresses(
    files: Iterable[LocalFile],
    *,
    api: "Api",
    ledger: "AccountLedger",
    clock: Clock,
    tell: Tell,
    random: Random | None = None,
) -> dict[str, str]:
    """The address of every file, by its path; what the service has already is not sent again.

    All files are checked before the first is sent. Raises `UsageError` for one that cannot be
    read or is not taken, and what the service says; each error names its file.
    """
    types = {file.path: media_type(file.path) for file in files}
    prints = fingerprints(LocalFile(path) for path in types)
    by_content: dict[str, str] = {}
    for path, kind in types.items():
        sha256 = prints[path]
        known = by_content.get(sha256) or ledger.uploads.address(sha256)
        if known is None:
            upload = _Upload(path, kind, api, clock, tell, Backoff(random or Random()))
            asset = upload.run()
            known = asset.url
            if digest(Path(path)) == sha256:
                ledger.uploads.remember(sha256, known, asset.id or None, clock.now())
        elif sha256 not in by_content:
            tell(Note(f"{path} was uploaded before"))
        by_content[sha256] = known
    return {path: by_content[prints[path]] for path in types}


def fingerprints(files: Iterable[LocalFile]) -> dict[str, str]:
    """The sha256 of each file's content, by its path: what stands for it in an identity.

    Raises `UsageError` for one that cannot be read or that the service does not take.
    """
    prints = {}
    for file in files:
        media_type(file.path)
        try:
            prints[file.path] = digest(Path(file.path))
        except OSError as failure:
            raise _unreadable(file.path, failure) from failure
    return prints


def media_type(path: str) -> ContentType:
    """The type of a file that the service takes, told from its content.

    Raises `UsageError` for what it does not take: other types, empty files, more than 75 MB.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise UsageError(f"{path} is no file", hint="name a file that is there")
        with open(path, "rb") as file:
            head = file.read(HEAD)
            size = os.fstat(file.fileno()).st_size
    except OSError as failure:
        raise _unreadable(path, failure) from failure
    if not head:
        raise UsageError(f"{path} is empty", hint="name a file with a picture, video or sound")
    kind = content_type.sniff(head)
    if kind not in TAKEN or kind is None:
        what = f"is {kind.mime}" if kind else "is no media file that is known here"
        taken = ", ".join(each.ext for each in TAKEN)
        raise UsageError(f"{path} {what}", hint=f"the service takes {taken}")
    if size > LARGEST:
        raise UsageError(
            f"{path} has {size / 1024 / 1024:.0f} MB, and the service takes 75 MB at most",
            hint="make it smaller, or give the address of a file that is online",
        )
    return kind


def doubt_uploads(refused: RequestRefused, urls: Iterable[str], uploads: "Uploads") -> None:
    """Where REFUSED may mean that the service dropped what is at URLS: forget it, and say so."""
    named = re.search(r"asset|input file|url", refused.message, re.IGNORECASE)
    with suppress(LedgerUnusable):
        if named and uploads.forget(urls):
            refused.hint = "the same command uploads its files anew"


class _Upload:
    """One file on its way. Uploads are free: a passing fault only costs time."""

    def __init__(
        self,
        path: str,
        kind: ContentType,
        api: "Api",
        clock: Clock,
        tell: Tell,
        patience: Backoff,
    ) -> None:
        self.path = path
        self.kind = kind
        self.api = api
        self.clock = clock
        self.tell = tell
        self.patience = patience

    def run(self) -> Asset:
        while True:
            try:
                return self.clock.attend(self._send)
            except Interrupted:
                raise
            except KreaError as error:
                seconds = self.patience.hold(error)
                if not is_transient(error) or self.patience.faults >= TRIES:
                    _name_file(error, self.path)
                    raise
                self.clock.pause(seconds)

    def _send(self) -> Asset:
        return self.api.upload(Path(self.path), self.kind.mime, progress=self._progress())

    def _progress(self) -> Callable[[int, int], None]:
        told = [-TELL_EVERY]

        def progress(sent: int, total: int) -> None:
            now = self.clock.monotonic()
            if now - told[0] >= TELL_EVERY or sent == total:
                told[0] = now
                self.tell(Uploading(self.path, sent, total))

        return progress


def _name_file(error: KreaError, path: str) -> None:
    if Path(path).name not in error.message:
        error.message = f"{path} was not uploaded: {error.message}"
        error.args = (error.message,)


def _unreadable(path: str, failure: OSError) -> UsageError:
    reason = failure.strerror or str(failure)
    return UsageError(f"{path} cannot be read: {reason}", hint="name a file that is there")
