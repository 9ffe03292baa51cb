"""Reuse results of the same request that are on disk already, instead of paying again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.api.types import Job, JobOutput
from krea_cli.flows.context import FlowContext
from krea_cli.flows.files.places import with_claims
from krea_cli.flows.files.publish import has_hash
from krea_cli.flows.files.unchanged import is_unchanged

if TYPE_CHECKING:
    from krea_cli.local.ledger.request_identity import RequestIdentity
    from krea_cli.local.ledger.rows import FileRow, RequestRow


@dataclass(frozen=True)
class CachedResult:
    """A saved request with every result still on disk; `files` by position from 1."""

    row: "RequestRow"
    files: "Mapping[int, FileRow]"

    def is_at(self, path: Path) -> bool:
        """Return True if PATH holds the first result already."""
        first = self.files[min(self.files)]
        return has_hash(path, first.sha256, first.size)

    @property
    def job(self) -> Job:
        """The job as it ended, with the results that were saved."""
        files = [self.files[position] for position in sorted(self.files)]
        return Job(
            self.row.job_id or "",
            "completed",
            created_at=self.row.server_created_at,
            completed_at=self.row.completed_at,
            type=self.row.type,
            outputs=tuple(
                JobOutput(file.url, kind="preview" if file.preview else None) for file in files
            ),
        )


@dataclass(frozen=True)
class CacheKey:
    """The request of which a result is wanted.

    body_hash: see `hash_body`
    identity: the digests by which the ledger may know it as well
    seed: the seed, if the user chose one
    chosen: True if the user chose the seed
    """

    body_hash: str
    identity: "RequestIdentity"
    seed: int | None
    chosen: bool


class ResultCache:
    """The results that one command can reuse; each saved request is used at most once.

    Those of our own ledger come first, then those of other hosts. ANY_SEED allows results of
    other seeds. TAKEN are the places that the command itself writes to: no file there is copied.
    """

    def __init__(self, context: FlowContext, *, any_seed: bool, taken: set[Path]) -> None:
        self._history = context.ledger.history
        self._others = context.others
        self._any_seed = any_seed
        self._places = taken
        self._used: set[str | None] = set()  # ids of jobs; two ledgers may know one

    def find_at(self, place: Path, key: CacheKey) -> CachedResult | None:
        """Find a result for KEY that PLACE holds already."""
        results = (_complete(*each, self._places, place) for each in self._matches(key))
        return self._use(each for each in results if each and each.is_at(place))

    def find(self, key: CacheKey) -> CachedResult | None:
        """Find the newest result for KEY that was not used yet.

        Without a chosen seed every job is another picture: a result is found with ANY_SEED only.
        """
        results = (_complete(*each, self._places) for each in self._matches(key))
        return self._use(filter(None, results))

    def _use(self, results: Iterator[CachedResult]) -> CachedResult | None:
        result = next(results, None)
        if result is not None:
            self._used.add(result.row.job_id)
        return result

    def _matches(self, key: CacheKey) -> "Iterator[tuple[RequestRow, list[FileRow]]]":
        """The saved requests for KEY that were not used yet, each with its files."""
        seeds = [key.seed] if key.chosen else []
        seeds += [None] if self._any_seed else []
        for row, files in chain(self._own_matches(key, seeds), self._other_matches(key, seeds)):
            if row.job_id not in self._used:
                yield row, files

    def _own_matches(
        self, key: CacheKey, seeds: list[int | None]
    ) -> "Iterator[tuple[RequestRow, list[FileRow]]]":
        for seed in seeds:
            for row in self._history.list_saved(key.body_hash, key.identity, seed=seed):
                yield row, self._history.list_files(row.job_id or "")

    def _other_matches(
        self, key: CacheKey, seeds: list[int | None]
    ) -> "Iterator[tuple[RequestRow, list[FileRow]]]":
        if self._others:
            for seed in seeds:
                yield from self._others.list_saved(key.body_hash, key.identity, seed=seed)


def _complete(
    row: "RequestRow", rows: "list[FileRow]", taken: set[Path], allowed: Path | None = None
) -> CachedResult | None:
    """A file for each result that was saved, unchanged since; None if one is missing.

    rows: the saved files of ROW
    taken: places from which none may come
    allowed: a taken place from which it may come all the same, first of all
    """
    files: dict[int, FileRow] = {}
    for file in sorted(with_claims(rows), key=lambda file: Path(file.path) != allowed):
        path = Path(file.path)
        is_free = path == allowed or path not in taken
        if file.index not in files and is_free and is_unchanged(file):
            files[file.index] = file
    if not files or files.keys() != {file.index for file in rows}:
        return None
    return CachedResult(row, files)
