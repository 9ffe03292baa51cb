"""The results of a job on their way into a part file: which there are, and their addresses."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from krea_cli.api.types import Output

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Result:
    """An output of a job: its position among all, its number among its like, both from 1."""

    url: str
    position: int
    number: int
    preview: bool


def results(outputs: Iterable[Output]) -> list[Result]:
    """What is to be saved; previews count as results where there is nothing else."""
    outputs = tuple(outputs)
    only_previews = all(output.preview for output in outputs)
    counts = {True: 0, False: 0}
    found = []
    for position, output in enumerate(outputs, 1):
        preview = output.preview and not only_previews
        counts[preview] += 1
        found.append(Result(output.url, position, counts[preview], preview))
    return found
