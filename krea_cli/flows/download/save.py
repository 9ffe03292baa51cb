"""Save the results of a finished job: whole or not at all, at the place that was asked for."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.api.jobs import job_failure
from krea_cli.api.types import Job
from krea_cli.errors import EmptyResult, Interrupted, JobFailed, KreaError, LedgerUnusable, NotSaved
from krea_cli.flows.download.recipe_writer import Inscription
from krea_cli.flows.events import Note, WarningNote
from krea_cli.flows.files.content_type import ContentType, known_extension
from krea_cli.flows.files.destination import Destination, Saved, on_disk
from krea_cli.flows.files.naming import Facts
from krea_cli.flows.files.part_file import Reservation
from krea_cli.flows.files.publish import publish
from krea_cli.flows.files.result import Result, results
from krea_cli.flows.jobs.ledger_view import Recall
from krea_cli.flows.transfer.fetch import Fetched, copied, disk_failure
from krea_cli.flows.transfer.result_source import Source

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.uploads import Uploads

CHUNK = 1 << 20
BUSY_PATIENCE = 60.0  # seconds that another process may hold the part


@dataclass(frozen=True, kw_only=True)
class Saver(Source):
    """Saves results and books them. `pour` writes the bytes of a result to stdout.

    `published` are the files it made: --force overwrites what was there before, never those.
    """

    ledger: "AccountLedger | None"
    pour: Callable[[Iterable[bytes]], None] | None = None
    published: set[Path] = field(default_factory=set)

    @cached_property
    def recall(self) -> Recall:
        """What the ledger knows of jobs."""
        return Recall(self.ledger, self.tell)

    @property
    def uploads(self) -> "Uploads | None":
        """What was uploaded earlier, as far as the ledger knows."""
        return self.ledger.uploads if self.ledger else None

    def inscription(self, job: Job, destination: Destination) -> Inscription:
        """What is written about the results of JOB."""
        base = self.ledger.base if self.ledger else None
        return Inscription(job, destination, self.tell, uploads=self.uploads, base=base)

    def download(self, job: Job, destination: Destination) -> Iterator[Saved]:
        """Save every output of JOB, previews apart; each comes once it is on disk and booked.

        What the ledger knows to be there, unchanged, is not fetched again. Raises `EmptyResult`,
        `NotSaved`, `Interrupted`. The reservation is released in any case.
        """
        try:
            yield from _Download(self, job, destination).run()
        except (EmptyResult, JobFailed, Interrupted):
            raise
        except NotSaved as error:
            raise error if error.job_id else destination.lost(job.id, error.message) from error
        except KreaError as error:
            told = error.job_id is not None and destination.copies
            raise error if told else destination.lost(job.id, error.message) from error
        except OSError as failure:
            raise destination.lost(job.id, disk_failure(failure).message) from failure
        finally:
            destination.release()

    def write(self, entry: "Callable[[AccountLedger], None]") -> None:
        """Book something that has happened already; a ledger that fails is only warned of."""
        if self.ledger is None:
            return
        try:
            entry(self.ledger)
        except LedgerUnusable as error:
            self.tell(WarningNote(f"the ledger is not kept up to date: {error.message}"))


class _Download:
    """One job's results on their way to disk."""

    def __init__(self, saver: Saver, job: Job, destination: Destination) -> None:
        self.saver = saver
        self.job = job
        self.destination = destination
        self.facts = Facts.of(job, destination.row, destination.record)
        self.inscription = saver.inscription(job, destination)

    def run(self) -> Iterator[Saved]:
        if self.job.style_id and not self.job.outputs:
            self.saver.tell(Note(f"job {self.job.id} made style {self.job.style_id}, and no file"))
            return
        wanted = self._wanted()
        kept = self._kept()
        for each in wanted:
            saved = kept.get(each.position) or self._save(each)
            if not self.destination.target.to_stdout:  # which names no file
                if self.destination.target.names_files:
                    self.inscription.beside(saved, self.destination.target.real(saved.path))
                yield saved
        self.saver.write(lambda ledger: ledger.saved(self.job.id))

    def _wanted(self) -> list[Result]:
        if failure := job_failure(self.job):
            raise failure
        found = results(self.job.outputs)
        if self.destination.target.to_stdout:
            found = [each for each in found if not each.preview]
            if len(found) > 1:
                cause = f"it has {len(found)} results, and -o - takes one"
                raise self.destination.lost(self.job.id, cause)
        return found

    def _kept(self) -> dict[int, Saved]:
        """What an earlier run saved already, by position."""
        if self.destination.row is None or not self.destination.target.names_files:
            return {}
        files = self.saver.recall.files(self.job.id)
        return on_disk(files, self.destination, self.facts)

    def _save(self, result: Result) -> Saved:
        part = self.destination.part(result.position, self.job.id)
        if part is None:
            part = self._awaited_part(result.position)
            if (saved := self._kept().get(result.position)) is not None:
                # It came from another krea while this one waited.
                part.release()
                return saved
        try:
            fetched, url = self._brought(result, part)
            fetched = self.inscription.into(part, fetched)
            return self._put(part, fetched, replace(result, url=url))
        finally:
            part.release()

    def _brought(self, result: Result, part: Reservation) -> tuple[Fetched, str]:
        """Fill PART, from the network or from a copy; what it holds now, and where it came from."""
        copy = self.destination.copies.get(result.position)
        if copy is None:
            return self.saver.bring(self.job.id, result, part)
        fetched = copied(Path(copy.path), part)
        if fetched.sha256 != copy.sha256:
            raise KreaError(f"{copy.path} has changed meanwhile")
        return fetched, copy.url

    def _awaited_part(self, position: int) -> Reservation:
        clock = self.saver.clock
        end = clock.monotonic() + BUSY_PATIENCE
        while (part := self.destination.part(position, self.job.id)) is None:
            if clock.monotonic() > end:
                raise self.destination.lost(
                    self.job.id, "another krea has been saving it for a minute"
                )
            clock.pause(0.2)
        return part

    def _put(self, part: Reservation, fetched: Fetched, result: Result) -> Saved:
        target = self.destination.target
        shown = self.destination.name(self.facts, result, fetched.type.ext)
        saved = Saved(
            shown, result.url, fetched.sha256, fetched.size, fetched.type.mime, result.position
        )
        if not target.names_files:
            self._pour(part, None if target.to_stdout else target.real(shown))
            return saved
        saved = self._publish(part, saved)
        self._warn_of_extension(saved.path, fetched.type)
        if not fetched.whole:
            text = f"{saved.path} seems to lack its end, although the host says that this is all"
            self.saver.tell(WarningNote(text))
        self._book(saved, preview=result.preview)
        return saved

    def _publish(self, part: Reservation, saved: Saved) -> Saved:
        target, published = self.destination.target, self.saver.published
        wanted = target.real(saved.path)
        force = target.force and wanted not in published
        done = publish(part, wanted, sha256=saved.sha256, force=force)
        published.add(done.path)
        if not done.beside:
            return saved
        shown = os.path.join(os.path.dirname(saved.path), done.path.name)
        self.saver.tell(WarningNote(f"{saved.path} was taken meanwhile: the result is in {shown}"))
        return replace(saved, path=shown)

    def _pour(self, part: Reservation, device: Path | None) -> None:
        """Write to stdout or DEVICE: in a worker, as a reader may keep us waiting for ever."""
        pour = self.saver.pour
        if device is None and pour is None:
            raise self.destination.lost(self.job.id, "there is no standard output to write it to")
        file = os.dup(part.file)

        def write() -> None:
            try:
                if device is None and pour is not None:
                    pour(_chunks(file))
                elif device is not None:
                    _write_to_device(device, file)
            finally:
                os.close(file)

        self.saver.clock.attend(write)

    def _warn_of_extension(self, shown: str, kind: ContentType) -> None:
        _, dot, ext = os.path.basename(shown).rpartition(".")
        if dot and known_extension(ext) and not kind.allows(ext):
            self.saver.tell(WarningNote(f"{shown} holds {kind.mime}, whatever its extension says"))

    def _book(self, saved: Saved, *, preview: bool) -> None:
        path = os.path.abspath(self.destination.target.cwd / saved.path)
        self.saver.write(
            lambda ledger: ledger.file(
                self.job.id,
                saved.index,
                url=saved.url,
                path=path,
                sha256=saved.sha256,
                size=saved.size,
                type=saved.type,
                preview=preview,
                at=self.saver.clock.now(),
            )
        )


def _chunks(file: int) -> Iterator[bytes]:
    at = 0
    while chunk := os.pread(file, CHUNK, at):
        yield chunk
        at += len(chunk)


def _write_to_device(path: Path, file: int) -> None:
    # Opened only now: a FIFO waits for its reader, who must not get half a picture.
    with path.open("wb") as device:
        for chunk in _chunks(file):
            device.write(chunk)
