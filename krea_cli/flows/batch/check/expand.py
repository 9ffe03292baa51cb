"""Expand one request into several jobs, with seeds that are counted up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from krea_cli.catalog.local_files import replace_local_files
from krea_cli.catalog.request.prepare import PreparedRequest
from krea_cli.flows.generate.identity import given_seed, identify
from krea_cli.flows.generate.seeds import given_seeds
from krea_cli.flows.recipe.recipe import HASH_PREFIX
from krea_cli.local.ledger.request_identity import RequestIdentity

RequestKey = tuple[str | None, int | None]


@dataclass(frozen=True)
class ExpandedJob:
    """The request of one job.

    body: the fields to send
    given: the fields that the user gave, with `sha256:…` for local files
    identity: the hashes by which it is found again
    old_names: today's name -> the old name that the user wrote
    file_hashes: sha256 of each local file, by its path
    """

    body: dict[str, Any]
    given: dict[str, Any]
    identity: RequestIdentity
    file_hashes: Mapping[str, str]
    old_names: Mapping[str, str]


def expand(
    prepared: PreparedRequest, count: int, file_hashes: Mapping[str, str]
) -> Iterator[ExpandedJob]:
    """Yield COUNT jobs of a request. FILE_HASHES holds the sha256 of each local file, by its path.

    A seed that was given is counted up; without one, all jobs have one fingerprint.
    Raises `InvalidRequest` if the seed cannot be counted up.
    """
    hashes = {path: HASH_PREFIX + sha256 for path, sha256 in file_hashes.items()}
    given = replace_local_files(prepared.given, hashes) if hashes else prepared.given
    content = replace_local_files(prepared.body, hashes) if hashes else prepared.body

    def make_job(body: dict[str, Any], given: dict[str, Any]) -> ExpandedJob:
        identity = identify(
            prepared.model,
            body=content,
            given=given,
            old_names=prepared.old_names,
            seed=given_seed(prepared.model, body),
            as_typed=True,  # an item stays the same if the catalog renames a field
        )
        return ExpandedJob(body, given, identity, file_hashes, prepared.old_names)

    seeds = given_seeds(prepared.model, prepared.body, count)
    if seeds is None or seeds[0] is None or count == 1:
        job = make_job(prepared.body, given)
        yield from (job for _ in range(count))
        return
    for seed in seeds:
        yield make_job(prepared.body | {"seed": seed}, given | {"seed": seed})


class LineExpansion:
    """The jobs of one line so far: those that fall together in several turns are one."""

    def __init__(self) -> None:
        self._earlier: set[RequestKey] = set()
        self._turn: set[RequestKey] = set()

    def next_turn(self) -> None:
        """Begin with the next values of the sweep."""
        self._earlier |= self._turn
        self._turn = set()

    def is_repeated(self, job: ExpandedJob) -> bool:
        """Tell if JOB is the same as one of an earlier turn; without a seed, -n makes equals."""
        key = job.identity.sent_digest, job.identity.seed
        self._turn.add(key)
        return key in self._earlier
