"""Download by id: what the ledger, the command line and stdin say of a job, then wait and save."""

from collections.abc import Callable, Iterator, Sized
from dataclasses import replace

from krea_cli.api.jobs import parse_job
from krea_cli.api.types import Job
from krea_cli.errors import KreaError, Unanswered, UsageError
from krea_cli.flows.download.collect import Outcome, Wanted, collect, unreadable
from krea_cli.flows.download.save import Saver
from krea_cli.flows.events import Note, WarningNote
from krea_cli.flows.files.destination import Saved, on_disk
from krea_cli.flows.files.naming import Facts, escape
from krea_cli.flows.files.target import STDOUT_NAMES, Target
from krea_cli.flows.jobs.job_ids import Mention
from krea_cli.flows.jobs.ledger_view import Recall
from krea_cli.flows.jobs.record import Reference, recorded_failure
from krea_cli.flows.jobs.status import Glance
from krea_cli.flows.jobs.watch import Typical, Watch, follow
from krea_cli.local.ledger.rows import Row


class Retrieval:
    """One `krea download`.

    `several`: more than one job may come, so that an exact -o is numbered. `typical` gives a
    model's usual seconds, `limit` the seconds to wait for a job of a kind (None: for ever),
    `refuse` takes a line of stdin that is no job.
    """

    def __init__(
        self,
        saver: Saver,
        target: Target,
        *,
        several: bool,
        typical: Typical,
        limit: Callable[[str | None], float | None],
        refuse: Callable[[UsageError], None],
        sidecar: bool = False,
        embed: bool = False,
    ) -> None:
        self.saver = saver
        self.target = target
        self.several = several
        self.typical = typical
        self.limit = limit
        self.refuse = refuse
        self.sidecar = sidecar
        self.embed = embed
        self.watch = Watch(saver.api, saver.ledger, saver.clock, saver.tell, random=saver.random)

    def outcomes(self, mentions: Iterator[Mention]) -> Iterator[Outcome]:
        """Yield an outcome per mentioned job, in the order in which they end or are known."""
        return collect(self.watch, self._wanted(mentions), self.saver)

    def missing(self, glance: Glance) -> Iterator[Outcome]:
        """Yield an outcome per job that has ended and whose results never landed.

        They go where they were first meant to, whatever the current folder is. Jobs that still
        run are left alone, and told at the end.
        """
        return collect(self.watch, self._unsaved(glance), self.saver)

    def _unsaved(self, glance: Glance) -> Iterator[Wanted]:
        rows = {row.job_id: row for row in self._known_unsaved() if row.job_id}
        running = []
        for group in glance.groups(Reference(job_id) for job_id in rows):
            for sight in group:
                if isinstance(sight, UsageError):
                    continue
                if sight.job is not None and not sight.job.ended:
                    running.append(sight.job_id)
                    continue
                row = rows[sight.job_id]
                target = self.target.for_row(_at_home(row))
                wanted = Wanted(
                    job_id=sight.job_id,
                    target=target,
                    count=_count(row),
                    row=row,
                    job=sight.job,
                    sidecar=self.sidecar,
                    embed=self.embed,
                )
                yield replace(wanted, error=unreadable(wanted, sight.error))
        if running:
            self.saver.tell(Note(f"{len(running)} of the jobs still run: {' '.join(running)}"))

    def _known_unsaved(self) -> list[Row]:
        ledger = self.saver.ledger
        if ledger is None:
            raise KreaError("without the ledger nobody knows what is missing", hint="krea doctor")
        return ledger.history.unsaved()

    def _wanted(self, mentions: Iterator[Mention]) -> Iterator[Wanted | None]:
        recall = self.saver.recall
        n = 0
        for mention in mentions:
            if mention is None:
                yield None
            elif isinstance(mention, UsageError):
                self.refuse(mention)
            else:
                wanted = self._one(mention, recall, n + 1)
                n += wanted.error is None
                yield wanted

    def _one(self, mention: Reference, recall: Recall, n: int) -> Wanted:
        """What is wanted of a job, with as little asking as possible."""
        row = recall.row(mention.job_id)
        target = self.target.for_row(row)
        # A target that the ledger remembers has its number in its name already.
        numbered = self.several and not target.remembered
        remembered = _count(row) if row and target.remembered else 1
        wanted = Wanted(
            job_id=mention.job_id,
            target=target,
            n=n if numbered else 1,
            count=2 if numbered else remembered,
            row=row,
            record=mention.record,
            sidecar=self.sidecar,
            embed=self.embed,
        )
        job = _recorded_job(mention)
        if failure := recorded_failure(mention.record or {}):
            return replace(wanted, job=job, error=failure)
        if saved := self._saved(wanted, recall):
            return self._described(replace(wanted, job=job, saved=saved))
        try:
            self._check(wanted)
        except KreaError as error:
            error.job_id = error.job_id or mention.job_id
            return replace(wanted, error=error)
        return replace(wanted, job=job) if job else self._watched(wanted, mention, recall)

    def _saved(self, wanted: Wanted, recall: Recall) -> tuple[Saved, ...]:
        """The files of a job that was saved before, if each is there still, unchanged."""
        row = wanted.row
        if row is None or row.state != "saved" or not wanted.target.names_files:
            return ()
        files = recall.files(wanted.job_id)
        facts = Facts(row.prompt, row.model, row.seed, wanted.job_id, row.created_at)
        kept = on_disk(files, wanted, facts)
        whole = kept.keys() == {file.index for file in files}
        return tuple(kept[index] for index in sorted(kept)) if whole else ()

    def _described(self, wanted: Wanted) -> Wanted:
        """WANTED, whose files were saved before, with the sidecars that are asked for now."""
        if self.embed:
            told = f"the files of job {wanted.job_id} are saved already: --embed leaves them alone"
            self.saver.tell(WarningNote(told))
        row = wanted.row
        if not self.sidecar or row is None:
            return wanted
        job = Job(wanted.job_id, "completed")
        inscription = self.saver.inscription(job, replace(wanted, embed=False))
        try:
            for saved in wanted.saved:
                inscription.beside(saved, wanted.target.real(saved.path))
        except OSError as failure:
            cause = failure.strerror or str(failure)
            return replace(wanted, error=wanted.lost(wanted.job_id, cause))
        except KreaError as error:
            return replace(wanted, error=wanted.lost(wanted.job_id, error.message))
        return wanted

    def _check(self, wanted: Wanted) -> None:
        """Refuse a name that is taken, and a second result for stdout."""
        target, row = wanted.target, wanted.row
        if target.to_stdout:
            expect_one(range(wanted.n))
        # What stands at the row's own target may be its own result, from a run that was killed.
        own = target.remembered or (row and row.target == target.key(wanted.n, wanted.count))
        if row is None or row.state == "saved" or not own:
            facts = Facts.of(Job(wanted.job_id, ""), row, wanted.record)
            target.check(wanted.n, wanted.count, facts=facts)

    def _watched(self, wanted: Wanted, mention: Reference, recall: Recall) -> Wanted:
        clock, row = self.saver.clock, wanted.row
        seconds = self.limit(row.kind if row else None)
        follow(self.watch, mention, row, recall, typical=self.typical, now=clock.now())
        until = None if seconds is None else clock.monotonic() + seconds
        return replace(wanted, until=until)


def _count(row: Row) -> int:
    """The count that names the results of ROW at its own target as its command did.

    The first of several has no number in its name, and its second result must not take the name
    of the second job: fox.png, fox-1-2.png. The others have theirs: fox-2.png, fox-2-2.png.
    """
    return row.count if row.index == 1 else 1


def _at_home(row: Row) -> Row:
    """ROW with a place for its results: without -o, that is the folder it was asked for in."""
    if row.folder is None or (row.target and row.target not in STDOUT_NAMES):
        return row
    return replace(row, target=escape(row.folder).rstrip("/") + "/")


def expect_one(jobs: Sized | None) -> None:
    """Refuse to write the results of several jobs to stdout, one after the other."""
    if jobs is not None and len(jobs) > 1:
        raise UsageError("-o - takes one result", hint="-o FOLDER/ takes many")


def _recorded_job(mention: Reference) -> Job | None:
    """The finished job that a record from stdin describes, results and all."""
    if not mention.ended:
        return None
    try:
        job = parse_job(mention.record)
    except Unanswered:
        return None
    return job if job.outputs else None
