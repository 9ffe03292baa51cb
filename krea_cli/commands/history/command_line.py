"""The `krea generate` command line that makes a result again, from its recipe."""

import json
from shlex import quote
from typing import TYPE_CHECKING, Any

from krea_cli.catalog.describe import field_option
from krea_cli.catalog.local_files import LocalFile
from krea_cli.catalog.request.parse_value import element_field, inner_fields
from krea_cli.catalog.request.validate import validate_body

if TYPE_CHECKING:
    from krea_cli.catalog.model import Field, Model

INTEGER_OPTIONS = ("seed", "width", "height")


def generate_command(
    model_id: str,
    fields: dict[str, Any],
    *,
    model: "Model | None",
    output: str | None = None,
    profile: str | None = None,
) -> str:
    """Return the command line that requests FIELDS from MODEL_ID.

    fields: the body of the request, with a `LocalFile` for each local file
    model: the model if the catalog has it; without one the command has --no-check
    output: the value of -o
    """
    parts, prompt, options = ["krea generate"], fields.get("prompt"), dict(fields)
    # "-" would be read from stdin, and "-5 degrees" taken for an option.
    if isinstance(prompt, str) and not prompt.startswith("-"):
        parts.append(quote(prompt))
        del options["prompt"]
    parts.append(f"-m {quote(model_id)}")
    parts += [
        _option(name, value, model.field(name) if model else None)
        for name, value in options.items()
    ]
    if model is None or validate_body(model, fields):
        parts.append("--no-check")
    if output is not None:
        parts.append(f"-o {quote(output)}")
    if profile is not None:
        parts.append(f"--profile {quote(profile)}")
    return " ".join(parts)


def _option(name: str, value: Any, field: "Field | None") -> str:
    text = _value_text(value, field)
    if name in INTEGER_OPTIONS and not isinstance(value, int):
        return f"-i {quote(f'{name}={text}')}"
    return field_option(name, text)


def _value_text(value: Any, field: "Field | None") -> str:
    if isinstance(value, LocalFile):
        return f"@{value.path}"
    if isinstance(value, str):
        return f"@{value}" if value.startswith("@") else value
    return json.dumps(_to_json(value, field), ensure_ascii=False)


def _to_json(value: Any, field: "Field | None") -> Any:
    """Return VALUE as JSON, such that -i reads it back for FIELD: @PATH stands for a file."""
    if isinstance(value, LocalFile):
        return f"@{value.path}"
    if isinstance(value, str) and field is not None and field.is_media and value.startswith("@"):
        return f"@{value}"
    if isinstance(value, dict):
        inner = inner_fields(field)
        return {name: _to_json(each, inner.get(name)) for name, each in value.items()}
    if isinstance(value, list):
        return [_to_json(each, element_field(field)) for each in value]
    return value
