"""Expand one request into several jobs, with seeds that are counted up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from krea_cli.catalog.local_files import replace_local_files
from krea_cli.catalog.request.prepare import PreparedRequest
from krea_cli.flows.generate.seeds import given_seeds
from krea_cli.flows.recipe.recipe import HASH_PREFIX
from krea_cli.local.ledger.rows import request_fingerprint


@dataclass(frozen=True)
class ExpandedJob:
    """The request of one job.

    body: the fields to send
    given: the fields that the user gave, with `sha256:…` for local files
    request_fingerprint: hash of the model and `given`
    file_hashes: sha256 of each local file, by its path
    """

    body: dict[str, Any]
    given: dict[str, Any]
    request_fingerprint: str
    file_hashes: Mapping[str, str]


def expand(
    prepared: PreparedRequest, count: int, file_hashes: Mapping[str, str]
) -> Iterator[ExpandedJob]:
    """Yield COUNT jobs of a request. FILE_HASHES holds the sha256 of each local file, by its path.

    A seed that was given is counted up; without one, all jobs have one fingerprint.
    Raises `InvalidRequest` if the seed cannot be counted up.
    """
    given = prepared.given
    if file_hashes:
        hashes = {path: HASH_PREFIX + sha256 for path, sha256 in file_hashes.items()}
        given = replace_local_files(given, hashes)
    seeds = given_seeds(prepared.model, prepared.body, count)
    if seeds is None or seeds[0] is None or count == 1:
        job = ExpandedJob(prepared.body, given, _fingerprint(prepared, given), file_hashes)
        yield from (job for _ in range(count))
        return
    for seed in seeds:
        seeded = given | {"seed": seed}
        fingerprint = _fingerprint(prepared, seeded)
        yield ExpandedJob(prepared.body | {"seed": seed}, seeded, fingerprint, file_hashes)


def _fingerprint(prepared: PreparedRequest, given: dict[str, Any]) -> str:
    """Hash with names as typed: an item stays the same if the catalog renames a field."""
    names = prepared.old_names
    if names:
        given = {names.get(name, name): value for name, value in given.items()}
    return request_fingerprint(prepared.model.id, given)
