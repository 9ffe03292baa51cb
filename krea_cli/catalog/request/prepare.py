"""Prepare a request: read, fill in and check everything before anything is spent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from krea_cli.catalog.local_files import find_local_files
from krea_cli.catalog.model import Model, json_equal
from krea_cli.catalog.request.builder import RequestBuilder
from krea_cli.catalog.request.defaults import fill_defaults, format_value
from krea_cli.catalog.request.field_flags import apply_field_flags
from krea_cli.catalog.request.inputs import RequestInputs
from krea_cli.catalog.request.media_flags import apply_media_flags, check_local_files
from krea_cli.catalog.request.recipe_fields import apply_base
from krea_cli.catalog.request.texts import find_text_problems
from krea_cli.catalog.request.validate import UnknownField, validate_body
from krea_cli.errors import InvalidRequest, Problem


@dataclass(frozen=True)
class PreparedRequest:
    """A request that fits its model, with local files as `LocalFile` until they are uploaded.

    body: all fields, but for a seed that is still to be drawn
    given: the fields of the user and of the recipe, without what was filled in
    notes: sentences about everything that was filled in or translated
    old_names: today's name -> the old name that the user wrote
    """

    model: Model
    body: dict[str, Any]
    given: dict[str, Any]
    notes: tuple[str, ...] = ()
    old_names: Mapping[str, str] = field(default_factory=dict)


def prepare_request(model: Model, inputs: RequestInputs) -> PreparedRequest:
    """Prepare the request of INPUTS for MODEL. Raises `InvalidRequest` with every problem."""
    builder = read_fields(model, inputs)
    start = apply_base(builder)
    given = builder.given
    check_local_files(builder, find_local_files([given, start]))
    body, default_notes = fill_defaults(model, start, inputs) if inputs.check else (start, [])
    problems = _merge_problems(builder.problems, find_text_problems(model, body))
    if inputs.check:
        problems = _merge_problems(
            problems, _without_foreign_hints(validate_body(model, body), inputs)
        )
    if problems:
        raise InvalidRequest(_name_preset(problems, builder, inputs), model=model.id)
    notes = (*builder.notes, *default_notes, *_idle_field_notes(model, body))
    return PreparedRequest(model, body, given, notes, builder.old_names)


def read_fields(model: Model, inputs: RequestInputs) -> RequestBuilder:
    """Read the fields of INPUTS for MODEL. Nothing is filled in or checked yet."""
    builder = RequestBuilder(model, inputs)
    _set_prompt(builder)
    builder.read_inputs()
    apply_field_flags(builder)
    apply_media_flags(builder)
    return builder


def has_unknown_field(error: InvalidRequest) -> bool:
    """Return True if ERROR complains of a field that a newer catalog may know."""
    return any(isinstance(problem, UnknownField) for problem in error.problems)


def _idle_field_notes(model: Model, body: dict[str, Any]) -> list[str]:
    """Return a sentence for each field without effect, because of the value of another field."""
    notes = []
    for name in body:
        field = model.field(name)
        for other_name, wanted in field.visible_when if field else ():
            other = model.field(other_name)
            if other and not json_equal(body.get(other_name, other.default), wanted):
                notes.append(f"{name} counts only when {other_name} is {format_value(wanted)}")
    return notes


def _set_prompt(builder: RequestBuilder) -> None:
    prompt = builder.inputs.prompt
    if prompt is None:
        return
    if builder.has_no_field("prompt"):
        builder.report_missing_field("prompt", "this model takes no prompt; leave it out")
        return
    builder.set_value("prompt", prompt, source="the PROMPT")


def _without_foreign_hints(problems: list[Problem], inputs: RequestInputs) -> list[Problem]:
    """Drop the hints about values of a recipe: a stranger may have named a file in one."""
    foreign = {*inputs.base, *inputs.filled, *inputs.preset}
    return [
        replace(problem, hint=None) if _root_field(problem) in foreign else problem
        for problem in problems
    ]


def _name_preset(
    problems: list[Problem], builder: RequestBuilder, inputs: RequestInputs
) -> list[Problem]:
    """Return PROBLEMS; those with values of the preset say so."""
    names = {name for name in inputs.preset if builder.is_from_preset(name)}
    return [
        replace(problem, message=f"{problem.message}; the preset gives it")
        if _root_field(problem) in names
        else problem
        for problem in problems
    ]


def _root_field(problem: Problem) -> str:
    return re.split(r"[.[]", problem.field or "")[0]


def _merge_problems(earlier: list[Problem], checked: list[Problem]) -> list[Problem]:
    """Return all problems, but for CHECKED ones of fields with an EARLIER problem."""
    fields = {problem.field for problem in earlier if problem.field}
    fields |= {"width", "height"} & {word for name in fields for word in name.split(" and ")}
    return earlier + [problem for problem in checked if problem.field not in fields]
