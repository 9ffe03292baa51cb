"""What the user asked for, before it is known whether the model can do it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os.path import isfile
from pathlib import Path
from typing import Any

from krea_cli.errors import Problem

MAX_TEXT = 10 * 1024 * 1024


def read_text(path: str) -> str:
    """The text of the file PATH, at most 10 MB. Raises OSError or ValueError."""
    with Path(path).open(encoding="utf-8") as file:
        text = file.read(MAX_TEXT + 1)  # a device has no size, and may have no end
    if len(text) > MAX_TEXT:
        raise ValueError("it is larger than 10 MB")
    return text


def any_media(path: str) -> str:
    """The MIME type of the file PATH, "" for one that is not judged. Raises UsageError."""
    return ""


def measure(path: str) -> tuple[int, int] | None:
    """Width and height of the picture PATH, read from its header; None when it has none."""
    import imagesize  # type: ignore[import-untyped]

    try:
        width, height = imagesize.get(path)
    except (OSError, ValueError):
        return None
    return (int(width), int(height)) if width > 0 and height > 0 else None


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """A request in the user's own terms. `inputs` are `key=value` as typed; `fields` are values.

    `cells` are texts as a table has them, by field: read like `inputs`, but that `@path` names a
    file in media fields only. `problems` are what was wrong before the fields were looked at.
    `base` are the fields of a recipe: they count where the user gave no others, and those in
    `filled`, which nobody gave, where nothing was given that goes against them.
    """

    prompt: str | None = None
    inputs: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    base: Mapping[str, Any] = field(default_factory=dict)
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
    measure: Callable[[str], tuple[int, int] | None] = measure
    is_file: Callable[[str], bool] = isfile
    media_type: Callable[[str], str] = any_media
