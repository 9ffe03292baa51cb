"""The jobs of one request: the same but for seeds that are counted up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from krea_cli.catalog.local_files import replaced
from krea_cli.catalog.request.prepare import Prepared
from krea_cli.flows.generate.seeds import given_seeds
from krea_cli.flows.recipe.recipe import CONTENT
from krea_cli.local.ledger.rows import identity


@dataclass(frozen=True)
class Variant:
    """One job: what is sent, what the user gave for it, what that makes it, and its files."""

    body: dict[str, Any]
    given: dict[str, Any]
    identity: str
    prints: Mapping[str, str]


def variants(prepared: Prepared, count: int, prints: Mapping[str, str]) -> Iterator[Variant]:
    """The COUNT jobs of a request; PRINTS is the sha256 of each local file, by path.

    A seed that was given is counted up; without one all have the same identity. Raises
    `InvalidRequest` where it cannot be counted.
    """
    given = prepared.given
    if prints:
        contents = {path: CONTENT + sha256 for path, sha256 in prints.items()}
        given = replaced(given, contents)
    seeds = given_seeds(prepared.model, prepared.body, count)
    if seeds is None or seeds[0] is None or count == 1:
        one = Variant(prepared.body, given, _identity(prepared, given), prints)
        yield from (one for _ in range(count))
        return
    for seed in seeds:
        own = given | {"seed": seed}
        yield Variant(prepared.body | {"seed": seed}, own, _identity(prepared, own), prints)


def _identity(prepared: Prepared, given: dict[str, Any]) -> str:
    """By the names that the user wrote: a document that renames a field makes nothing new."""
    names = prepared.typed
    if names:
        given = {names.get(name, name): value for name, value in given.items()}
    return identity(prepared.model.id, given)
