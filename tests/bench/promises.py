"""The promises that a killed batch must keep: ledger, files and the sandbox's jobs agree."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from krea_cli.sandbox.jobs import SandboxJob
from krea_cli.sandbox.result_spec import ResultSpec, result_specs
from tests.harness.ledger_rows import LedgerRow

MAX_IN_DOUBT = 4
MAX_SHOWN = 5  # things that break a promise


@dataclass(frozen=True)
class Promise:
    """A promise to users.

    kept: True if nothing breaks it
    seen: the things that break it
    """

    name: str
    kept: bool
    seen: str

    def __str__(self) -> str:
        return f"{self.name:<48}{'kept' if self.kept else 'BROKEN'}  {self.seen}".rstrip()


@dataclass(frozen=True)
class BatchRemains:
    """All sides of a batch.

    prompts: of the items
    rows: requests in the ledger
    jobs: jobs in the sandbox
    content: draws a result of the sandbox
    pictures: the folder of results
    """

    prompts: tuple[str, ...]
    rows: tuple[LedgerRow, ...]
    jobs: tuple[SandboxJob, ...]
    content: Callable[[ResultSpec], bytes]
    pictures: Path

    @cached_property
    def states(self) -> list[str]:
        """The state of each request."""
        return [row.state for row in self.rows]

    @cached_property
    def saved(self) -> set[str]:
        """The prompts of the items whose files are on disk."""
        return {row.prompt for row in self.rows if row.state == "saved"}

    @cached_property
    def in_doubt(self) -> set[str]:
        """The prompts of the items in doubt."""
        return {row.prompt for row in self.rows if row.state in ("unknown", "unfound")}


def check_promises(remains: BatchRemains, *, resent: set[str], ended: bool) -> list[Promise]:
    """All promises; RESENT are the prompts that were sent again while in doubt.

    Some promises hold only for a batch that ENDED, the others at any moment.
    """
    broken = {
        "no item has two jobs": _items_with_two_jobs(remains),
        "nothing in doubt is sent again": iter(sorted(resent)),
        "each row has the job of its own request": _rows_with_wrong_job(remains),
        "each file is that of its job": _rows_with_wrong_file(remains),
    }
    if ended:
        broken |= {
            "one row per item": _items_without_one_row(remains),
            "each item has a job, or is in doubt": _items_without_job(remains),
            "each item not in doubt is saved": _unsaved_items(remains),
            "no part and nothing else is left": _stray_files(remains),
        }
    return [_promise(name, list(seen)) for name, seen in broken.items()]


def few_in_doubt(remains: BatchRemains) -> Promise:
    """The promise that lost answers are found: few stay in doubt."""
    count = len(remains.in_doubt)
    name = f"at most {MAX_IN_DOUBT} in doubt"
    return Promise(name, count <= MAX_IN_DOUBT, f"{count} in doubt")


def _promise(name: str, broken: list[str]) -> Promise:
    shown = "; ".join(broken[:MAX_SHOWN]) + ("; …" if len(broken) > MAX_SHOWN else "")
    return Promise(name, not broken, f"{len(broken)}: {shown}" if broken else "")


def _items_without_one_row(remains: BatchRemains) -> Iterator[str]:
    rows = Counter(row.prompt for row in remains.rows)
    for prompt in remains.prompts:
        if rows[prompt] != 1:
            yield f"{prompt}: {rows[prompt]}"


def _items_with_two_jobs(remains: BatchRemains) -> Iterator[str]:
    for prompt, count in Counter(job.body["prompt"] for job in remains.jobs).items():
        if count > 1:
            yield f"{prompt}: {count}"


def _items_without_job(remains: BatchRemains) -> Iterator[str]:
    accounted = {job.body["prompt"] for job in remains.jobs} | remains.in_doubt
    yield from (prompt for prompt in remains.prompts if prompt not in accounted)


def _rows_with_wrong_job(remains: BatchRemains) -> Iterator[str]:
    jobs = {job.id: job for job in remains.jobs}
    for row in remains.rows:
        if row.job_id is None:
            continue
        job = jobs.get(row.job_id)
        if job is None or (job.body["prompt"], job.body["seed"]) != (row.prompt, row.seed):
            yield f"request {row.id} ({row.prompt}, {row.state}, adopted: {row.adopted})"


def _unsaved_items(remains: BatchRemains) -> Iterator[str]:
    unsaved = [
        prompt for prompt in remains.prompts if prompt not in remains.in_doubt | remains.saved
    ]
    states = {row.prompt: f"{row.state} ({row.error})" for row in remains.rows}
    for prompt in unsaved:
        yield f"{prompt}: {states.get(prompt, 'not in the ledger')}"


def _rows_with_wrong_file(remains: BatchRemains) -> Iterator[str]:
    """The rows whose files are missing or differ from the sandbox's results."""
    jobs = {job.body["prompt"]: job for job in remains.jobs}
    for row in remains.rows:
        if row.state != "saved":
            continue
        right = _result_hash(jobs.get(row.prompt), remains)
        recorded = [file.sha256 for file in row.files]
        if recorded != [right] or _file_hash(row.files[0].path) != right:
            yield f"request {row.id} ({row.prompt}): {row.files}"


def _result_hash(job: SandboxJob | None, remains: BatchRemains) -> str | None:
    """The sha256 of the result of JOB."""
    if job is None:
        return None
    (spec,) = result_specs(job.route, job.body).values()
    return hashlib.sha256(remains.content(spec)).hexdigest()


def _file_hash(path: str) -> str | None:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest() if os.path.exists(path) else None


def _stray_files(remains: BatchRemains) -> Iterator[str]:
    owned = {file.path for row in remains.rows for file in row.files}
    for path in sorted(remains.pictures.rglob("*")):
        if str(path) not in owned:
            yield path.name
