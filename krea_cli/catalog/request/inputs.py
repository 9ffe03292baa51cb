"""Inputs of one request in the user's own terms, before the model is asked what it takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os.path import isfile
from pathlib import Path
from typing import Any

from krea_cli.catalog.image_size import read_image_size
from krea_cli.errors import Problem
from krea_cli.text import BYTE_ORDER_MARK

MAX_TEXT_CHARACTERS = 10 * 1024 * 1024


def read_text(path: str) -> str:
    """Read the text of the file PATH, at most 10 MB. Raises OSError or ValueError."""
    with Path(path).open(encoding="utf-8") as file:
        text = file.read(MAX_TEXT_CHARACTERS + 1)  # a device has no size, and may have no end
    if len(text) > MAX_TEXT_CHARACTERS:
        raise ValueError("it is larger than 10 MB")
    return text.replace(BYTE_ORDER_MARK, "")  # else @FILE would be no number or JSON


@dataclass(frozen=True, kw_only=True)
class RequestInputs:
    """The inputs of one request, as the user gave them.

    inputs: texts of -i, `key=value`
    fields: values by field
    cells: texts of a table by field; `@path` names a file in media fields only
    problems: problems found before the fields were read
    base: fields of a recipe, or of options for a batch; fields that the user gives replace them
    preset: fields of a preset, below all others; plain values only
    filled: defaults of a recipe, dropped if the user gives more than prompt and seed
    check: false to send the fields as they are
    read_text: reads the text of a file; raises OSError or ValueError
    image_size: returns width and height of a picture, in pixels
    media_type: returns the MIME type of a file; raises `UsageError` if it cannot be uploaded
    """

    prompt: str | None = None
    inputs: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    base: Mapping[str, Any] = field(default_factory=dict)
    preset: Mapping[str, Any] = field(default_factory=dict)
    filled: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    width: int | None = None
    height: int | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    duration: float | str | None = None
    styles: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    audios: tuple[str, ...] = ()
    check: bool = True
    read_text: Callable[[str], str] = read_text
    image_size: Callable[[str], tuple[int, int] | None] = read_image_size
    is_file: Callable[[str], bool] = isfile
    media_type: Callable[[str], str] = lambda path: ""  # no file is judged
