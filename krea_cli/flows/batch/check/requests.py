"""From a line to a request: its own fields, those of the sweep, and the options behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from krea_cli.catalog.request.inputs import Wishes
from krea_cli.catalog.request.prepare import Prepared, gathered
from krea_cli.errors import Problem
from krea_cli.flows.batch.check.lines import Line
from krea_cli.flows.batch.check.media_cache import Media
from krea_cli.flows.generate.compose import Composer

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model


@dataclass(frozen=True)
class Defaults:
    """What counts where a line says nothing: the model, and the fields that WISHES are for it."""

    model: str | None = None
    count: int = 1
    wishes: Wishes = field(default_factory=Wishes)


class Requests:
    """Composes the request of each line. Defaults are read once for each model."""

    def __init__(self, composer: Composer, defaults: Defaults, media: Media) -> None:
        self._composer = composer
        self._defaults = defaults
        self._media = media
        self._read: dict[str, tuple[Model, dict[str, Any], list[Problem]]] = {}

    def prepared(self, entry: Line, swept: Mapping[str, str]) -> Prepared:
        """The request of ENTRY with the SWEPT fields. Raises `UnknownModel`, `InvalidRequest`."""
        named = swept.get("model") or entry.model or self._defaults.model
        fields = {name: text for name, text in swept.items() if name != "model"}
        return self._composer.compose_for(named, lambda model: self._wishes(model, entry, fields))

    def _wishes(self, model: "Model", entry: Line, swept: Mapping[str, str]) -> Wishes:
        base, wrong = self._default_fields(model)
        problems = [
            problem
            for problem in wrong
            if problem.field not in entry.cells and problem.field not in entry.values
        ]
        for name in swept:
            if name in entry.cells or name in entry.values:
                problems.append(Problem(name, "given by the line and by --sweep"))
            elif name in base:
                problems.append(Problem(name, "given by an option and by --sweep"))
        # What the line gives as well was told above: once is enough.
        swept = {name: text for name, text in swept.items() if name not in entry.values}
        return Wishes(
            cells={**swept, **entry.cells} if swept else entry.cells,
            fields=entry.values,
            base=base,
            problems=problems,
            check=self._defaults.wishes.check,
            is_file=self._media.is_file,
            measure=self._media.measure,
            media_type=self._media.media_type,
        )

    def _default_fields(self, model: "Model") -> tuple[dict[str, Any], list[Problem]]:
        """The fields that the options are for MODEL, and what is wrong with them."""
        known = self._read.get(model.id)
        if known is None or known[0] is not model:  # a refresh brings other models of that name
            gathering = gathered(model, self._defaults.wishes)
            # As typed, so that an item stays what it is when the document renames a field.
            names = gathering.typed
            given = {names.get(name, name): value for name, value in gathering.given.items()}
            known = self._read[model.id] = (model, given, gathering.problems)
            self._composer.note(gathering.notes)
        return known[1], known[2]
