"""GenerateRequest: the jobs that one `generate`, or one item of a batch, asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from krea_cli.flows.files.target import Target

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from krea_cli.catalog.model import Model
    from krea_cli.flows.files.output_slot import OutputSlot
    from krea_cli.flows.generate.variant import Variant


@dataclass(frozen=True, kw_only=True)
class GenerateRequest:
    """`count` jobs of the same request, apart from their seeds.

    body: the fields to be sent; may hold `LocalFile`s
    given: the fields that the user gave; may hold `LocalFile`s
    old_names: today's name -> the old name that the user wrote
    occurrence: number among equal items of a batch, from 1
    cost: the most that one job may cost, in millionths of a dollar; None if unknown
    about: the uncertain price of one job, in millionths of a dollar; None if unknown
    again: make new jobs, whatever is unfinished
    always_new: each run of the command makes new jobs, so that none goes on with these
    avoided_seed: a seed that is not drawn
    reuse: copy results that are on disk already
    any_seed: reuse results of other seeds as well
    tags: value by name, empty for a bare name; None takes the tag away
    variant: the variant that its prompt is, with --vary
    jobs_before, jobs_in_all: of all variants; they share the target
    convert: make pictures what their names say
    original: keep a picture that is converted
    timeout: seconds to wait for the jobs; None waits for ever
    """

    model: "Model"
    body: dict[str, Any]
    given: dict[str, Any]
    prompt: str | None
    price: str | None
    target: Target
    cost: int | None = None
    about: int | None = None
    count: int = 1
    again: bool = False
    always_new: bool = False
    avoided_seed: int | None = None
    reuse: bool = False
    any_seed: bool = False
    sidecar: bool = False
    embed: bool = False
    convert: bool = False
    original: bool = True
    webhook: str | None = None
    profile: str | None = None
    timeout: float | None = None
    old_names: Mapping[str, str] = field(default_factory=dict)
    occurrence: int = 1
    tags: Mapping[str, str | None] = field(default_factory=dict)
    variant: "Variant | None" = None
    jobs_before: int = 0
    jobs_in_all: int = 0

    def slot(self, n: int) -> "OutputSlot":
        """The output slot of the n-th job, from 1."""
        from krea_cli.flows.files.output_slot import OutputSlot  # a dry run needs none

        return OutputSlot(
            target=self.target,
            n=self.jobs_before + n,
            count=max(self.count, self.jobs_in_all),
            sidecar=self.sidecar,
            embed=self.embed,
            convert=self.convert,
            original=self.original,
        )

    def draw_seeds(self, random: "Random") -> "Sequence[int | None]":
        """Draw the seed of each job by RANDOM; see `seeds`. Raises `InvalidRequest`."""
        from krea_cli.flows.generate.seeds import seeds

        return seeds(self.model, self.body, self.count, random, avoid=self.avoided_seed)

    def with_seed(self, fields: dict[str, Any], seed: int | None) -> dict[str, Any]:
        """FIELDS with SEED, if the model takes one and there is one."""
        field = self.model.seed_field
        return fields if field is None or seed is None else fields | {field.name: seed}

    def without_seed(self, fields: dict[str, Any], seed: int | None) -> dict[str, Any]:
        """FIELDS without the seed field, if SEED is a number that is sent in it."""
        field = self.model.seed_field
        if field is None or seed is None:
            return fields
        return {name: value for name, value in fields.items() if name != field.name}
