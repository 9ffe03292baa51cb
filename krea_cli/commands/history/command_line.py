"""The command line that makes a result again, from its recipe."""

import json
from shlex import quote
from typing import TYPE_CHECKING, Any

from krea_cli.catalog.describe import option
from krea_cli.catalog.local_files import LocalFile
from krea_cli.catalog.request.parse_value import element_field, inner_fields
from krea_cli.catalog.request.validate import check_body

if TYPE_CHECKING:
    from krea_cli.catalog.model import Field, Model

WHOLE = ("seed", "width", "height")  # options that take whole numbers only


def command(
    model_id: str,
    fields: dict[str, Any],
    *,
    model: "Model | None",
    output: str | None = None,
    profile: str | None = None,
) -> str:
    """What to type to ask MODEL_ID for FIELDS, local files as `LocalFile`; MODEL if it is known."""
    parts, prompt = ["krea generate"], fields.get("prompt")
    # "-" would be read from stdin, and "-5 degrees" taken for an option.
    spoken = isinstance(prompt, str) and not prompt.startswith("-")
    if spoken and isinstance(prompt, str):
        parts.append(quote(prompt))
    parts.append(f"-m {quote(model_id)}")
    parts += [
        _option(name, value, model.field(name) if model else None)
        for name, value in fields.items()
        if not (spoken and name == "prompt")
    ]
    if model is None or check_body(model, fields):
        parts.append("--no-check")
    if output is not None:
        parts.append(f"-o {quote(output)}")
    if profile is not None:
        parts.append(f"--profile {quote(profile)}")
    return " ".join(parts)


def _option(name: str, value: Any, field: "Field | None") -> str:
    text = _text(value, field)
    if name in WHOLE and not isinstance(value, int):
        return f"-i {quote(f'{name}={text}')}"
    return option(name, text)


def _text(value: Any, field: "Field | None") -> str:
    if isinstance(value, LocalFile):
        return f"@{value.path}"
    if isinstance(value, str):
        return f"@{value}" if value.startswith("@") else value
    return json.dumps(_plain(value, field), ensure_ascii=False)


def _plain(value: Any, field: "Field | None") -> Any:
    """VALUE as JSON that is read back by FIELD, whose addresses may be @files, as VALUE."""
    if isinstance(value, LocalFile):
        return f"@{value.path}"
    if isinstance(value, str) and field is not None and field.is_media and value.startswith("@"):
        return f"@{value}"
    if isinstance(value, dict):
        known = inner_fields(field)
        return {name: _plain(inner, known.get(name)) for name, inner in value.items()}
    if isinstance(value, list):
        items = element_field(field)
        return [_plain(inner, items) for inner in value]
    return value
