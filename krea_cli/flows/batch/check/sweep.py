"""Sweeps: every line once for each combination of some values."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from math import prod

from krea_cli.errors import UsageError
from krea_cli.flows.batch.check.lines import FIELD_PREFIX, field_name

MAX_ITEMS = 1_000_000  # items of one batch
NUMBER_PATTERN = r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,9})?"
RANGE_PATTERN = rf"({NUMBER_PATTERN})\.\.({NUMBER_PATTERN})(?:\.\.({NUMBER_PATTERN}))?"
SWEEP_HINT = "--sweep seed=1..4 --sweep guidance_scale=2,3.5"


@dataclass(frozen=True)
class Sweep:
    """Fields, each with the texts that it takes in turn; the first field changes slowest."""

    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __len__(self) -> int:
        return prod(len(values) for _, values in self.fields)

    def __iter__(self) -> Iterator[dict[str, str]]:
        names = [name for name, _ in self.fields]
        for values in product(*(values for _, values in self.fields)):
            yield dict(zip(names, values, strict=True))

    @property
    def names(self) -> frozenset[str]:
        """Names of the fields in the sweep; perhaps `model`."""
        return frozenset(name for name, _ in self.fields)


def parse_sweep(texts: Sequence[str]) -> Sweep:
    """Read a sweep from TEXTS such as `KEY=VALUES`. Raises `UsageError`."""
    fields: dict[str, tuple[str, ...]] = {}
    for text in texts:
        key, separator, listed = text.partition("=")
        name = field_name(key)
        if not separator or not name:
            raise UsageError(f"--sweep {text}: must be KEY=VALUES", hint=SWEEP_HINT)
        if name in ("count", "output"):
            raise UsageError(f"--sweep {text}: {name} is not a field of a model", hint=SWEEP_HINT)
        if (name := name.removeprefix(FIELD_PREFIX) if name != "input.model" else name) in fields:
            raise UsageError(f"--sweep names {name} twice", hint=SWEEP_HINT)
        fields[name] = _values(text, listed)
    sweep = Sweep(tuple(fields.items()))
    if len(sweep) > MAX_ITEMS:
        raise UsageError(f"--sweep makes {len(sweep):,} of each line", hint="sweep fewer values")
    return sweep


def _values(text: str, listed: str) -> tuple[str, ...]:
    # A value with a comma in it is quoted, as in a table.
    parts = next(csv.reader([listed]), [])
    values = [value for part in parts for value in _range(text, part.strip())]
    if not values or "" in values:
        raise UsageError(f"--sweep {text} has an empty value", hint=SWEEP_HINT)
    if len(set(values)) < len(values):
        raise UsageError(f"--sweep {text} has a value twice", hint="--count N makes N of each line")
    return tuple(values)


def _range(text: str, part: str) -> Iterator[str]:
    """Expand a range: 1..4 is 1, 2, 3, 4; 1..9..2 goes by twos; 4..1 goes down; others stay."""
    match = re.fullmatch(RANGE_PATTERN, part)
    if match is None:
        yield part
        return
    first, last = Decimal(match[1]), Decimal(match[2])
    step = abs(Decimal(match[3] or 1))
    if not step:
        raise UsageError(f"--sweep {text} has a step of 0", hint=SWEEP_HINT)
    if abs(last - first) % step:
        raise UsageError(
            f"--sweep {text}: {last} is not reached from {first} by steps of {step}",
            hint=f"{first}..{last}..STEP goes by other steps; or list the values with commas",
        )
    count = int(abs(last - first) / step) + 1
    if count > MAX_ITEMS:
        raise UsageError(f"--sweep {text} has {count:,} values", hint="sweep fewer values")
    step = step if last >= first else -step
    yield from (str(first + step * index) for index in range(count))
