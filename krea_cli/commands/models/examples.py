"""Commands to try with a model, ready to be pasted."""

import re
from collections.abc import Mapping
from typing import Any

from krea_cli.catalog.examples import example_body
from krea_cli.catalog.local_files import is_address
from krea_cli.catalog.model import Field, Model
from krea_cli.catalog.request.media_flags import media_fields
from krea_cli.catalog.request.validate import validate_body
from krea_cli.catalog.request.write_value import write_option
from krea_cli.commands.models.field_options import takes_file
from krea_cli.text import shell_line

MEDIA_FLAGS = {"image_url": "--image", "image_urls": "--image", "video_url": "--video"}
# Text without characters that a shell interprets inside double quotes.
SAFE_IN_QUOTES = r"[\w ,.'-]+"
PICTURE_COMMAND = 'krea generate "a red fox" -o fox.png'
PROMPT_OF_PICTURE = "the fox runs through deep snow"


def example_command(model: Model) -> str:
    """Return a `krea generate` command line for the example of MODEL."""
    example: Mapping[str, Any] = model.example or {}
    if validate_body(model, dict(example)):
        example = example_body(model)  # krea would refuse the document's own
    return _command(model, dict(example))


def second_command(model: Model) -> str:
    """Return another command line for MODEL: with a picture of its own where it takes one.

    Of any other model a dry run, which tells the price.
    """
    pictures = [field for field in media_fields(model, "image")[:1] if takes_file(model, field)]
    needed = [field.name for field in model.fields if field.required and field.takes_media]
    if not pictures or set(needed) - {pictures[0].name}:
        return f"{example_command(model)} --dry-run"
    body = {name: value for name, value in example_body(model).items() if name not in needed}
    body.pop("input_mode", None)  # it says "text"
    if "prompt" in body:
        body["prompt"] = PROMPT_OF_PICTURE
    return f"{PICTURE_COMMAND} && {_command(model, body)} --image fox.png"


def _command(model: Model, options: dict[str, Any]) -> str:
    parts, prompt = ["krea generate"], options.get("prompt")
    if isinstance(prompt, str) and not prompt.startswith("-"):
        del options["prompt"]
        is_plain = re.fullmatch(SAFE_IN_QUOTES, prompt)
        parts.append(f'"{prompt}"' if is_plain else shell_line(prompt))
    parts.append(f"-m {shell_line(model.id)}")
    parts += [_option(name, value, model.field(name)) for name, value in options.items()]
    return " ".join(parts)


def _option(name: str, value: Any, field: Field | None) -> str:
    values = value if isinstance(value, list) else [value]
    if name in MEDIA_FLAGS and all(isinstance(each, str) and is_address(each) for each in values):
        return " ".join(f"{MEDIA_FLAGS[name]} {shell_line(each)}" for each in values)
    return write_option(name, value, field)
