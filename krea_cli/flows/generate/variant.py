"""The variants of a prompt: their words, and the marks by which they are known."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from krea_cli.catalog.model import Model
from krea_cli.catalog.request.inputs import RequestInputs
from krea_cli.catalog.request.prepare import PreparedRequest, read_fields
from krea_cli.catalog.request.recipe_fields import apply_base
from krea_cli.errors import UsageError
from krea_cli.flows.generate.identity import VARIANT_KEY
from krea_cli.flows.generate.vary import PromptTemplate, Words, list_variants, parse_template

PROMPT = "prompt"


@dataclass(frozen=True)
class Variant:
    """One variant.

    prompt: as it is sent
    template: the prompt as typed
    mark: its number and the seed of the draw; None for one that is known by its prompt
    """

    prompt: str
    template: str
    mark: str | None = None

    def apply(self, prepared: PreparedRequest) -> PreparedRequest:
        """Return PREPARED, a request of its prompt, as one that is known as this variant."""
        if self.mark is None:
            return prepared
        given = prepared.given | {PROMPT: self.template, VARIANT_KEY: self.mark}
        return replace(prepared, given=given)

    def changed_note(self, recorded: str) -> str:
        """Say that an earlier run drew the prompt RECORDED."""
        number = (self.mark or "").partition(" ")[0]
        return (
            f"variant {number} of {self.template!r} was made as {recorded!r}, and its words would"
            f" now be {self.prompt!r}: it is not made again"
        )


@dataclass(frozen=True)
class Vary:
    """The options --vary and --vary-seed, with the words of __name__.

    count: number of variants of each prompt; None for every combination
    """

    count: int | None
    seed: int
    words: Words

    def variants(self, template: PromptTemplate) -> Iterator[Variant]:
        """Yield the variants of a prompt. Raises `UsageError`."""
        is_drawn = self.count is not None and template.has_choices
        for number, prompt in list_variants(template, self.words, count=self.count, seed=self.seed):
            mark = f"{number} of seed {self.seed}" if is_drawn else None
            yield Variant(prompt, template.text, mark)


def vary_inputs(
    model: Model, inputs: RequestInputs, vary: Vary
) -> list[tuple[RequestInputs, Variant]]:
    """List the variants of the prompt in INPUTS for MODEL, each with its own inputs.

    Raises `UsageError`, also for a prompt without choices.
    """
    builder = read_fields(model, inputs)
    apply_base(builder)
    text = builder.given.get(PROMPT)
    template = parse_template(text) if isinstance(text, str) else None
    if template is None or not template.has_choices:
        raise UsageError(
            "--vary finds no {a|b} and no __name__ in the prompt",
            hint="-n 3 makes three of one prompt",
        )
    others = tuple(each for each in inputs.inputs if each.partition("=")[0].strip() != PROMPT)
    return [
        (replace(inputs, prompt=variant.prompt, inputs=others), variant)
        for variant in vary.variants(template)
    ]
