"""From wishes to a request: everything read, filled in and checked before anything is spent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from krea_cli.catalog.local_files import local_files
from krea_cli.catalog.model import Model, same
from krea_cli.catalog.request.builder import Gathering
from krea_cli.catalog.request.defaults import fill, spoken
from krea_cli.catalog.request.field_flags import take_flags
from krea_cli.catalog.request.inputs import Wishes
from krea_cli.catalog.request.media_flags import attach_media, check_files
from krea_cli.catalog.request.recipe_fields import take_base
from krea_cli.catalog.request.validate import UnknownField, check_body
from krea_cli.errors import InvalidRequest, Problem


@dataclass(frozen=True)
class Prepared:
    """A request that fits its model. Local files stand in it as `LocalFile` until uploaded.

    `given` is what the user gave, in the document's names; `body` is that with what was filled
    in, which `notes` tell one by one. The seed is not drawn here. `typed` are the names that the
    user wrote for those that the document has renamed.
    """

    model: Model
    body: dict[str, Any]
    given: dict[str, Any]
    notes: tuple[str, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)


def prepare(model: Model, wishes: Wishes) -> Prepared:
    """The request that WISHES mean for MODEL. Raises `InvalidRequest` with every problem."""
    gathering = gathered(model, wishes)
    start = take_base(gathering)
    given = gathering.given
    check_files(gathering, local_files([given, start]))
    body, notes = fill(model, start, wishes) if wishes.check else (start, [])
    problems = gathering.problems
    if wishes.check:
        problems = _merged(problems, check_body(model, body))
    if problems:
        raise InvalidRequest(problems, model=model.id)
    told = (*gathering.notes, *notes, *_idle(model, body))
    return Prepared(model, body, given, told, gathering.typed)


def gathered(model: Model, wishes: Wishes) -> Gathering:
    """What WISHES give for MODEL, with what is wrong in it; nothing is filled in or checked yet."""
    gathering = Gathering(model, wishes)
    _prompt(gathering)
    gathering.inputs()
    take_flags(gathering)
    attach_media(gathering)
    return gathering


def outdated(error: InvalidRequest) -> bool:
    """Whether another catalogue may know a field whose absence ERROR complains of."""
    return any(isinstance(problem, UnknownField) for problem in error.problems)


def _idle(model: Model, body: dict[str, Any]) -> list[str]:
    """A sentence for each field that has no effect, because another is not set to what it needs."""
    notes = []
    for name in body:
        field = model.field(name)
        for other, wanted in field.visible_when if field else ():
            known = model.field(other)
            if known and not same(body.get(other, known.default), wanted):
                notes.append(f"{name} counts only when {other} is {spoken(wanted)}")
    return notes


def _prompt(gathering: Gathering) -> None:
    prompt, field = gathering.wishes.prompt, gathering.model.prompt_field
    if prompt is None:
        return
    if field is None and gathering.wishes.check:
        gathering.lacking("prompt", "this model takes no prompt; leave it away")
        return
    gathering.put("prompt", prompt, by="the PROMPT")


def _merged(found: list[Problem], checked: list[Problem]) -> list[Problem]:
    """FOUND, and what the check adds about other fields: one reason per field is enough."""
    told = {problem.field for problem in found if problem.field}
    told |= {"width", "height"} & {word for name in told for word in name.split(" and ")}
    return found + [problem for problem in checked if problem.field not in told]
