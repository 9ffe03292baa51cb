"""Prepare the request of a line: its own fields, those of the sweep, and options as defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from krea_cli.catalog.request.inputs import RequestInputs
from krea_cli.catalog.request.prepare import PreparedRequest, prepare_request, read_fields
from krea_cli.errors import Problem, UsageError
from krea_cli.flows.batch.check.lines import FIELD_PREFIX, RESERVED_NAMES, TAG_PREFIX, Line
from krea_cli.flows.batch.check.media_cache import MediaCache
from krea_cli.flows.batch.check.problems import Problems
from krea_cli.flows.generate.compose import Composer
from krea_cli.text import excerpt

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model


@dataclass(frozen=True)
class Defaults:
    """Values for lines that do not give their own.

    inputs: the fields, in the user's terms
    tags: value by name; empty for a bare name
    """

    model: str | None = None
    count: int = 1
    inputs: RequestInputs = field(default_factory=RequestInputs)
    tags: Mapping[str, str] = field(default_factory=dict)


class LineRequests:
    """Prepares the request of each line; reads the defaults once for each model."""

    def __init__(self, composer: Composer, defaults: Defaults, media: MediaCache) -> None:
        self._composer = composer
        self._defaults = defaults
        self._media = media
        self._defaults_by_model: dict[str, tuple[Model, dict[str, Any], list[Problem]]] = {}

    def prepare(self, line: Line, sweep_values: Mapping[str, str]) -> PreparedRequest:
        """Prepare the request of LINE with SWEEP_VALUES, its model and fields in this turn.

        A line names its model in full: nobody watches a list, and a typing error would be paid for.
        Raises `UnknownModel`, `InvalidRequest`.
        """
        name = self.model_name(line, sweep_values)
        fields = {name: text for name, text in sweep_values.items() if name != "model"}
        prepared = self._composer.compose_for(
            name,
            lambda model: self._inputs(model, line, fields),
            whole_name=name is not None and name == line.model,
        )
        return line.variant.apply(prepared) if line.variant else prepared

    def prepare_for(
        self, model: "Model", line: Line, sweep_values: Mapping[str, str]
    ) -> PreparedRequest:
        """Prepare the same for MODEL, of whatever catalog. Raises `InvalidRequest`."""
        fields = {name: text for name, text in sweep_values.items() if name != "model"}
        prepared = prepare_request(model, self._inputs(model, line, fields))
        return line.variant.apply(prepared) if line.variant else prepared

    def prompt(self, line: Line, sweep_values: Mapping[str, str]) -> str | None:
        """Return the prompt of LINE in this turn of the sweep; None if it has none."""
        for fields in (line.values, line.cells, sweep_values):
            if "prompt" in fields:
                text = fields["prompt"]
                return text if isinstance(text, str) else None
        try:
            model = self._composer.model(self.model_name(line, sweep_values))
        except UsageError:  # told when the line is checked
            return None
        preset = self._defaults.inputs.preset
        text = self._default_fields(model)[0].get("prompt", preset.get("prompt"))
        return text if isinstance(text, str) else None

    def note(self, text: str) -> None:
        """Tell a note about a line."""
        self._composer.note([text])

    def model_name(self, line: Line, sweep_values: Mapping[str, str]) -> str | None:
        """Return the model that LINE means, in this turn of the sweep; None for the default."""
        return sweep_values.get("model") or line.model or self._defaults.model

    def refuse_unknown_headings(self, problems: Problems, number: int, names: list[str]) -> None:
        """Refuse a table of headings alone if they are none: the first line of prompts, say.

        Raises `UnknownModel`.
        """
        model = self._composer.model(self._defaults.model)
        for name in names:
            key = name.removeprefix(FIELD_PREFIX)
            if name in RESERVED_NAMES or name.startswith(TAG_PREFIX):
                continue
            if not model.field(model.aliases.get(key, key)):
                message = (
                    f"{excerpt(name, limit=60)!r} is no field, and no line is below the headings;"
                    " --format txt reads a prompt a line"
                )
                problems.add_message(number, message)

    def knows_field(self, name: str) -> bool:
        """Tell if any model of the catalog has a field NAME, by its name of today or before."""
        return self._composer.knows_field(name)

    def name_problem(self, path: str, model: "Model") -> str | None:
        """Return the reason why no result of MODEL can be called PATH; None if one can."""
        return self._composer.name_problem(path, model)

    def _inputs(self, model: "Model", line: Line, swept: Mapping[str, str]) -> RequestInputs:
        base, default_problems = self._default_fields(model)
        problems = [
            problem
            for problem in default_problems
            if problem.field not in line.cells and problem.field not in line.values
        ]
        for name in swept:
            if name in line.cells or name in line.values:
                problems.append(Problem(name, "given by the line and by --sweep"))
            elif name in base:
                problems.append(Problem(name, "given by an option and by --sweep"))
        # A field that the line gives as well is reported above: once is enough.
        swept = {name: text for name, text in swept.items() if name not in line.values}
        return RequestInputs(
            cells={**swept, **line.cells} if swept else line.cells,
            fields=line.values,
            base=base,
            preset=self._defaults.inputs.preset,
            problems=problems,
            check=self._defaults.inputs.check,
            is_file=self._media.is_file,
            image_size=self._media.measure,
            media_type=self._media.media_type,
        )

    def _default_fields(self, model: "Model") -> tuple[dict[str, Any], list[Problem]]:
        """Fields that the options give for MODEL, and their problems."""
        cached = self._defaults_by_model.get(model.id)
        if cached is None or cached[0] is not model:  # a refresh brings a new model of that id
            builder = read_fields(model, self._defaults.inputs)
            # Names as typed: an item stays the same if the catalog renames a field.
            names = builder.old_names
            given = {names.get(name, name): value for name, value in builder.given.items()}
            cached = self._defaults_by_model[model.id] = (model, given, builder.problems)
            self._composer.note(builder.notes)
        return cached[1], cached[2]
