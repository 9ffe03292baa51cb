"""The option of `krea generate` that sets a field of a model."""

from typing import Any

from krea_cli.catalog.describe import FIELDS_WITH_FLAG
from krea_cli.catalog.model import Field, Model
from krea_cli.catalog.request.defaults import fill_defaults
from krea_cli.catalog.request.inputs import RequestInputs
from krea_cli.catalog.request.media_flags import PREFERRED_FIELDS, media_fields
from krea_cli.catalog.request.validate import validate_body

ADDRESS = "https://example.com/file"
STYLE_OPTION = "--style ID"


def field_option(model: Model, field: Field) -> str:
    """Return the option for FIELD of MODEL: "PROMPT", "--image FILE", "-i steps="."""
    if field.name == "prompt":
        return "PROMPT"
    if field.name == "styles":
        return STYLE_OPTION
    for word in PREFERRED_FIELDS:
        names = [each.name for each in media_fields(model, word)[:1]]
        if names == [field.name] and takes_file(model, field):
            return f"--{word} FILE"
    if field.name in FIELDS_WITH_FLAG:
        return f"--{field.name.replace('_', '-')}"
    return f"-i {field.name}={'@FILE' if takes_file(model, field) else ''}"


def takes_file(model: Model, field: Field) -> bool:
    """Tell if a file alone is a value for FIELD of MODEL: nothing else is required beside it."""
    element = field.items if field.is_list and field.items is not None else field
    media = None if element.is_media else element.media_property()
    if media is None and not element.is_media:
        return False
    value: Any = ADDRESS if media is None else {media.name: ADDRESS}
    value = [value] * max(1, field.min_items or 1) if field.is_list else value
    body, _ = fill_defaults(model, {field.name: value}, RequestInputs())
    return not any((each.field or "").startswith(field.name) for each in validate_body(model, body))
