"""Upload local files: check all before one is sent, and send each content once."""

import os
import re
import stat
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.api.types import Asset
from krea_cli.catalog.local_files import LocalFile
from krea_cli.errors import (
    Busy,
    Interrupted,
    KreaError,
    LedgerUnusable,
    RequestRefused,
    Unanswered,
    UsageError,
)
from krea_cli.flows.backoff import retry
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Note, Uploading
from krea_cli.flows.files import content_type
from krea_cli.flows.files.content_type import SNIFF_BYTES, ContentType
from krea_cli.flows.files.publish import hash_file

if TYPE_CHECKING:
    from krea_cli.local.ledger.uploads import UploadRows

# Types that POST /assets takes. Source: the contract, section 2.4.
ACCEPTED_TYPES = (
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
MAX_UPLOAD_BYTES = 75 * 1024 * 1024
MAX_TRIES = 5
PROGRESS_INTERVAL_SECONDS = 0.1


def upload_files(
    files: Iterable[LocalFile],
    context: FlowContext,
    *,
    until: float | None = None,
    uploaded_now: Collection[str] = (),
) -> dict[str, str]:
    """Upload FILES that the service does not have yet; return the address of each, by its path.

    uploaded_now: hashes of files that this command has uploaded already
    until: the end of the time, monotonic; None for no end

    Checks all files before sending the first. Raises `UsageError` if one cannot be read or is not
    accepted, and the errors of the service. Raises `Busy` when the time is over. Each error names
    its file.
    """
    types = {file.path: media_type(file.path) for file in files}
    file_hashes = hash_files(LocalFile(path) for path in types)
    urls: dict[str, str] = {}  # by hash
    for path in types:
        sha256 = file_hashes[path]
        url = urls.get(sha256) or context.ledger.uploads.find_url(sha256)
        if url is None:
            url = upload_file(path, sha256, context, until=until)
        elif sha256 not in urls and sha256 not in uploaded_now:
            context.tell(Note(f"{path} was uploaded before"))
        urls[sha256] = url
    return {path: urls[file_hashes[path]] for path in types}


def upload_file(
    path: str,
    sha256: str,
    context: FlowContext,
    *,
    until: float | None = None,
    check: Callable[[], None] = lambda: None,
) -> str:
    """Upload the file at PATH, with content of hash SHA256; record and return its address.

    CHECK is called again and again while it is sent; its error ends the upload. Raises as
    `upload_files` does.
    """
    asset = _upload(path, media_type(path), context, until, check)
    if hash_file(Path(path)) == sha256:  # it did not change while it was sent
        now = context.clock.now()
        context.ledger.uploads.record(sha256, asset.url, asset.id or None, now)
    return asset.url


def hash_files(files: Iterable[LocalFile]) -> dict[str, str]:
    """Hash each of FILES; return the sha256 of its content, by its path.

    Raises `UsageError` if one cannot be read or is not accepted by the service.
    """
    file_hashes = {}
    for file in files:
        media_type(file.path)
        try:
            file_hashes[file.path] = hash_file(Path(file.path))
        except OSError as failure:
            raise _cannot_read(file.path, failure) from failure
    return file_hashes


def media_type(path: str) -> ContentType:
    """Type of a file to upload, told from its content.

    Raises `UsageError` if the service does not accept it: another type, empty, more than 75 MB.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise UsageError(f"{path} is not a file", hint="name a file that exists")
        with open(path, "rb") as file:
            head = file.read(SNIFF_BYTES)
            size = os.fstat(file.fileno()).st_size
    except OSError as failure:
        raise _cannot_read(path, failure) from failure
    if not head:
        raise UsageError(f"{path} is empty", hint="name a file with a picture, video or sound")
    kind = content_type.sniff(head)
    if kind not in ACCEPTED_TYPES or kind is None:
        description = f"is {kind.mime}" if kind else "is not a known type of media file"
        accepted = ", ".join(each.ext for each in ACCEPTED_TYPES)
        raise UsageError(f"{path} {description}", hint=f"the service takes {accepted}")
    if size > MAX_UPLOAD_BYTES:
        raise UsageError(
            f"{path} has {size / 1024 / 1024:.0f} MB, and the service takes 75 MB at most",
            hint="make it smaller, or give the address of a file that is online",
        )
    return kind


def forget_refused_uploads(
    refused: RequestRefused, urls: Iterable[str], uploads: "UploadRows"
) -> None:
    """Forget the uploads at URLS, if REFUSED may mean that the service dropped one of them.

    Changes the hint of REFUSED then.
    """
    is_about_uploads = re.search(r"asset|input file|url", refused.message, re.IGNORECASE)
    with suppress(LedgerUnusable):
        if is_about_uploads and uploads.forget(urls):
            refused.hint = "the same command uploads its files anew"


def _upload(
    path: str,
    kind: ContentType,
    context: FlowContext,
    until: float | None,
    check: Callable[[], None],
) -> Asset:
    """Upload one file. It is free, so that a transient fault only costs time."""
    clock = context.clock
    progress = _progress(path, context, until, check)

    def send() -> Asset:
        seconds = clock.seconds_until(until)
        return context.api.upload(Path(path), kind.mime, progress=progress, seconds=seconds)

    left = inf if until is None else until - clock.monotonic()
    try:
        return retry(context, send, tries=MAX_TRIES, seconds=left)
    except Interrupted:
        raise
    except Unanswered as error:
        if until is None or clock.monotonic() < until:
            _name_file(error, path)
            raise
        raise _time_over(path) from error
    except KreaError as error:
        _name_file(error, path)
        raise


def _name_file(error: KreaError, path: str) -> None:
    if Path(path).name not in error.message:
        error.message = f"{path} was not uploaded: {error.message}"
        error.args = (error.message,)


def _time_over(path: str) -> Busy:
    return Busy(f"{path} was not uploaded: the time to wait was over; nothing was submitted")


def _progress(
    path: str, context: FlowContext, until: float | None, check: Callable[[], None]
) -> Callable[[int, int], None]:
    reported_at = -PROGRESS_INTERVAL_SECONDS

    def progress(sent: int, total: int) -> None:
        nonlocal reported_at
        check()
        now = context.clock.monotonic()
        if until is not None and now >= until:
            raise _time_over(path)
        if now - reported_at >= PROGRESS_INTERVAL_SECONDS or sent == total:
            reported_at = now
            context.tell(Uploading(path, sent, total))

    return progress


def _cannot_read(path: str, failure: OSError) -> UsageError:
    reason = failure.strerror or str(failure)
    return UsageError(f"{path} cannot be read: {reason}", hint="name a file that exists")
