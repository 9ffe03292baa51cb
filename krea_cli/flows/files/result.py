"""The results of a job, numbered."""

from collections.abc import Iterable
from dataclasses import dataclass

from krea_cli.api.types import Output


@dataclass(frozen=True)
class Result:
    """An output of a job.

    position: its place among all outputs of the job, from 1
    index: its place among those of its kind, results or previews, from 1
    """

    url: str
    position: int
    index: int
    preview: bool


def list_results(outputs: Iterable[Output]) -> list[Result]:
    """Number OUTPUTS for saving. Previews count as results if the job made nothing else."""
    outputs = tuple(outputs)
    only_previews = all(output.preview for output in outputs)
    counts = {True: 0, False: 0}
    results = []
    for position, output in enumerate(outputs, 1):
        preview = output.preview and not only_previews
        counts[preview] += 1
        results.append(Result(output.url, position, counts[preview], preview))
    return results
