"""The seed of each of several jobs: drawn, or counted up from the one that was given."""

from collections.abc import Sequence
from random import Random
from typing import Any

from krea_cli.catalog.describe import format_number
from krea_cli.catalog.model import Model, seed_bounds
from krea_cli.errors import InvalidRequest, Problem

MAX_LEDGER_SEED = 2**63 - 1  # what the ledger can keep; no service asks for more


def seeds(
    model: Model, body: dict[str, Any], count: int, random: Random, *, avoid: int | None = None
) -> Sequence[int | None]:
    """The seeds of COUNT jobs of BODY; None for a seed sent as given, or not at all.

    AVOID is a seed that is not drawn.
    Raises `InvalidRequest`.
    """
    given = given_seeds(model, body, count)
    if given is not None:
        return given
    low, high = seed_bounds(model)
    return [_draw(low, high, random, avoid=avoid) for _ in range(count)]


def _draw(low: int, high: int, random: Random, *, avoid: int | None) -> int:
    """Draw a number from LOW to HIGH other than AVOID, unless there is no other."""
    drawn = random.randint(low, high)
    while drawn == avoid and low < high:
        drawn = random.randint(low, high)
    return drawn


def given_seeds(model: Model, body: dict[str, Any], count: int) -> Sequence[int | None] | None:
    """The seeds of COUNT jobs, counted up from the seed in BODY; None if they are to be drawn.

    Raises `InvalidRequest` where they cannot be counted up.
    """
    field = model.seed_field
    if field is None:
        return [None] * count
    if field.name not in body:
        return None
    first = body[field.name]
    if isinstance(first, int) and not isinstance(first, bool):
        # One seed was checked with the other fields; what is counted up from it was not.
        highest = (
            MAX_LEDGER_SEED
            if count == 1 or field.maximum is None
            else min(MAX_LEDGER_SEED, field.maximum)
        )
        last = first + count - 1
        if first >= -MAX_LEDGER_SEED and last <= highest:
            return list(range(first, last + 1))
        what = f"{format_number(first)} is outside the range that can be sent"
        if count > 1:
            what = f"{count} seeds from {format_number(first)} exceed {format_number(highest)}"
    elif count == 1:
        return [None]
    else:
        what = f"{count} seeds cannot be counted up from {first!r}"
    raise InvalidRequest([Problem(field.name, what)], model=model.id)
