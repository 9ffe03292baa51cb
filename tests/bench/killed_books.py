"""What a killed batch must have kept: its ledger, its files and the sandbox's books agree."""

import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from krea_cli.sandbox.jobs import Job
from krea_cli.sandbox.result_spec import Recipe, recipes

LEDGER = "ledger.sqlite3"
MOST_IN_DOUBT = 4
SHOWN = 5  # of what breaks a promise


@dataclass(frozen=True)
class Row:
    """A request in the ledger, with the path and sha256 of each of its files."""

    id: int
    state: str
    prompt: str
    seed: int | None
    job_id: str | None
    adopted: bool
    error: str | None
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Promise:
    """Whether it was kept, and what was seen instead."""

    name: str
    kept: bool
    seen: str

    def __str__(self) -> str:
        return f"{self.name:<48}{'kept' if self.kept else 'BROKEN'}  {self.seen}".rstrip()


@dataclass(frozen=True)
class Books:
    """All sides: the PROMPTS asked for, the ledger's rows, the sandbox's jobs, the folder."""

    prompts: tuple[str, ...]
    rows: tuple[Row, ...]
    jobs: tuple[Job, ...]
    content: Callable[[Recipe], bytes]
    pictures: Path

    @cached_property
    def states(self) -> list[str]:
        """Of each request."""
        return [row.state for row in self.rows]

    @cached_property
    def saved(self) -> set[str]:
        """The prompts of the items whose files are on disk."""
        return {row.prompt for row in self.rows if row.state == "saved"}

    @cached_property
    def doubtful(self) -> set[str]:
        """The prompts of the items in doubt."""
        return {row.prompt for row in self.rows if row.state in ("unknown", "unfound")}


def rows(state: Path) -> list[Row]:
    """The requests of the ledger in the folder STATE, read from a copy; none while there is no
    ledger. Nobody may write meanwhile."""
    if not (state / LEDGER).exists():
        return []
    with tempfile.TemporaryDirectory() as folder:
        for file in state.glob(f"{LEDGER}*"):
            shutil.copy(file, folder)
        with closing(sqlite3.connect(Path(folder) / LEDGER)) as ledger:
            if not ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'files'").fetchall():
                return []
            files = ledger.execute("SELECT request_id, path, sha256 FROM files").fetchall()
            found = ledger.execute(
                "SELECT id, state, prompt, seed, job_id, adopted, error FROM requests ORDER BY id"
            ).fetchall()
    return [
        Row(*each[:5], bool(each[5]), each[6], tuple(f[1:] for f in files if f[0] == each[0]))
        for each in found
    ]


def promises(books: Books, *, resent: set[str], ended: bool) -> list[Promise]:
    """Each of them; RESENT are the prompts that were sent while they were in doubt.

    Some hold only for a batch that ENDED, the others at any moment.
    """
    found = {
        "no item has two jobs": _doubles(books),
        "nothing in doubt is sent again": iter(sorted(resent)),
        "each row has the job of its own request": _strange_jobs(books),
        "each file is that of its job": _wrong_files(books),
    }
    if ended:
        found |= {
            "one row per item": _rows_per_item(books),
            "each item has a job, or is in doubt": _jobless(books),
            "each item not in doubt is saved": _unsaved(books),
            "no part and nothing else is left": _strays(books),
        }
    kept = [_promise(name, list(broken)) for name, broken in found.items()]
    doubts = f"{len(books.doubtful)} in doubt"
    return [*kept, Promise("at most 4 in doubt", len(books.doubtful) <= MOST_IN_DOUBT, doubts)]


def _promise(name: str, broken: list[str]) -> Promise:
    shown = "; ".join(broken[:SHOWN]) + ("; …" if len(broken) > SHOWN else "")
    return Promise(name, not broken, f"{len(broken)}: {shown}" if broken else "")


def _rows_per_item(books: Books) -> Iterator[str]:
    rows = Counter(row.prompt for row in books.rows)
    for prompt in books.prompts:
        if rows[prompt] != 1:
            yield f"{prompt}: {rows[prompt]}"


def _doubles(books: Books) -> Iterator[str]:
    for prompt, count in Counter(job.body["prompt"] for job in books.jobs).items():
        if count > 1:
            yield f"{prompt}: {count}"


def _jobless(books: Books) -> Iterator[str]:
    made = {job.body["prompt"] for job in books.jobs}
    yield from (prompt for prompt in books.prompts if prompt not in made | books.doubtful)


def _strange_jobs(books: Books) -> Iterator[str]:
    jobs = {job.id: job for job in books.jobs}
    for row in books.rows:
        if row.job_id is None:
            continue
        job = jobs.get(row.job_id)
        if job is None or (job.body["prompt"], job.body["seed"]) != (row.prompt, row.seed):
            yield f"request {row.id} ({row.prompt}, {row.state}, adopted: {row.adopted})"


def _unsaved(books: Books) -> Iterator[str]:
    left = [prompt for prompt in books.prompts if prompt not in books.doubtful | books.saved]
    states = {row.prompt: f"{row.state} ({row.error})" for row in books.rows}
    for prompt in left:
        yield f"{prompt}: {states.get(prompt, 'not in the ledger')}"


def _wrong_files(books: Books) -> Iterator[str]:
    """Files that are missing or are not what the sandbox gives for the item, whoever says so."""
    jobs = {job.body["prompt"]: job for job in books.jobs}
    for row in books.rows:
        if row.state != "saved":
            continue
        right = _right(jobs.get(row.prompt), books)
        told = [sha256 for _, sha256 in row.files]
        if told != [right] or _digest(row.files[0][0]) != right:
            yield f"request {row.id} ({row.prompt}): {row.files}"


def _right(job: Job | None, books: Books) -> str | None:
    """The sha256 of what JOB has made."""
    if job is None:
        return None
    (recipe,) = recipes(job.route, job.body).values()
    return hashlib.sha256(books.content(recipe)).hexdigest()


def _digest(path: str) -> str | None:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest() if os.path.exists(path) else None


def _strays(books: Books) -> Iterator[str]:
    owned = {path for row in books.rows for path, _ in row.files}
    for path in sorted(books.pictures.rglob("*")):
        if str(path) not in owned:
            yield path.name
