"""Fill -o of a batch, a folder or a template, for each item as far as possible."""

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.catalog.local_files import LocalFile
from krea_cli.errors import UsageError
from krea_cli.flows.batch.item import KEY_DIGITS
from krea_cli.flows.files import naming
from krea_cli.flows.files.content_type import is_known_extension
from krea_cli.flows.files.target import STDOUT_NAMES

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model

DEFAULT_NAME = "{slug}-{key}.{ext}"
SPECIAL_PLACEHOLDERS = (
    "line",
    "index",
    "n",
    "slug",
    "key",
    "seed",
    "job_id",
    "model",
    "date",
    "ext",
)
LATE_PLACEHOLDERS = frozenset({"job_id", "date", "ext"})  # known with the result only
MAX_VALUE_CHARACTERS = 60  # that one field adds to a name
MAX_VALUE_BYTES = 150
# A line break would look like two names on stdout; marks of direction would show a false name.
CONTROL_CHARACTERS = r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]"
OUTPUT_HINT = '-o FOLDER/, or a template such as -o "{slug}-{key}.{ext}"'


@dataclass(frozen=True)
class OutputTemplate:
    """A template for the paths of results.

    text: as typed, with placeholders
    folder: the part before the first placeholder, as a path
    is_default: the name is `DEFAULT_NAME`, because the user gave a folder or nothing
    """

    text: str
    folder: str
    is_default: bool

    @cached_property
    def names(self) -> frozenset[str]:
        """All placeholders."""
        return frozenset(naming.placeholders(self.text, known_only=False))

    @cached_property
    def fields(self) -> frozenset[str]:
        """Placeholders that are fields of a model."""
        return self.names - set(SPECIAL_PLACEHOLDERS)

    @cached_property
    def pieces(self) -> tuple[tuple[str, str | None], ...]:
        """Pairs of literal text, still escaped, and the placeholder after it."""
        return tuple(naming.split_template(self.text))

    def fill(self, value: Callable[[str], str | None]) -> str:
        """Replace each placeholder by its VALUE; one with the value None stays."""
        parts = []
        for literal, name in self.pieces:
            parts.append(literal)
            if name is not None:
                text = value(name)
                parts.append(f"{{{name}}}" if text is None else naming.escape_braces(text))
        return "".join(parts)


def parse_output_template(text: str | None, cwd: Path) -> OutputTemplate:
    """Read TEXT of -o for a batch. Raises `UsageError`, as for a single file or stdout."""
    if text is None:
        return OutputTemplate(DEFAULT_NAME, "", True)
    if text in STDOUT_NAMES:
        raise UsageError(f"-o {text} takes one result, and a batch makes many", hint=OUTPUT_HINT)
    if not text or "\0" in text:
        raise UsageError("-o needs a name", hint=OUTPUT_HINT)
    text = naming.read_typed_path(text, is_option=True)
    if naming.placeholders(text, known_only=False):
        return _make_template(text)
    literal = naming.unescape_braces(text)
    path, ext = cwd / literal, literal.rpartition(".")[2]
    if not text.endswith("/") and not os.path.isdir(path):
        if os.path.lexists(path):
            raise UsageError(f"-o {text} exists and is not a folder", hint=OUTPUT_HINT)
        if "." in os.path.basename(literal) and is_known_extension(ext):
            raise UsageError(f"-o {text} names one file, and a batch makes many", hint=OUTPUT_HINT)
    return _make_template(text.rstrip("/") + "/")


def parse_cell_template(text: str, folder: str, cwd: Path) -> OutputTemplate:
    """Read TEXT of a line's output cell, relative to FOLDER. Raises `UsageError`."""
    if text in STDOUT_NAMES or "\0" in text:
        raise UsageError("must name a file or a folder", hint=OUTPUT_HINT)
    if re.search(CONTROL_CHARACTERS, text):
        raise UsageError("has a line break or another control character", hint=OUTPUT_HINT)
    path = os.path.join(naming.escape_braces(folder), text)
    # os.path.isdir does not raise if the name is too long, as Path.is_dir does.
    has_placeholders = naming.placeholders(text, known_only=False)
    if not has_placeholders and os.path.isdir(cwd / naming.unescape_braces(path)):
        path += "/"
    return _make_template(path)


def list_unknown_placeholders(
    template: OutputTemplate, models: "Collection[Model]"
) -> Iterator[str]:
    """Yield a message for each placeholder of TEMPLATE that is a field of none of MODELS, if any.

    TEMPLATE is that of -o.
    """
    names = {field.name for model in models for field in model.fields}
    for name in sorted(template.fields - names) if models else ():
        special = " ".join(f"{{{each}}}" for each in SPECIAL_PLACEHOLDERS)
        yield f"-o has an unknown placeholder {{{name}}}; known are {special} and the fields"


def _make_template(text: str) -> OutputTemplate:
    """Make the template TEXT. Raises `UsageError` for a name that no file system takes."""
    is_default = text.endswith("/")
    for part in text.split("/"):
        static = naming.unescape_braces(
            "".join(literal for literal, _ in naming.split_template(part))
        )
        if len(os.fsencode(static)) > naming.MAX_NAME_BYTES:
            raise UsageError(
                f"the name {part[:40]}… is longer than {naming.MAX_NAME_BYTES} bytes",
                hint=OUTPUT_HINT,
            )
    full_text = text + DEFAULT_NAME if is_default else text
    return OutputTemplate(full_text, naming.static_folder(text), is_default)


def value_text(value: Any) -> str:
    """Turn the VALUE of a field into a part of a name, harmless and short."""
    if isinstance(value, LocalFile):
        value = os.path.splitext(os.path.basename(value.path))[0]
    if isinstance(value, bool) or value is None:
        return "none" if value is None else str(value).lower()
    if isinstance(value, list | tuple):
        value = "-".join(value_text(element) for element in value)
    if isinstance(value, dict):
        value = "-".join(value_text(inner) for inner in value.values())
    return limit_value(naming.safe_part(str(value)[: 4 * MAX_VALUE_CHARACTERS]))


def limit_value(text: str) -> str:
    """Cut TEXT to the length that one placeholder may add to a name."""
    text = text[:MAX_VALUE_CHARACTERS]
    if not text.isascii():
        text = text.encode(errors="ignore")[:MAX_VALUE_BYTES].decode(errors="ignore")
    return text.rstrip("-. ") or "x"


@dataclass
class PlaceholderValues:
    """The values of placeholders for an item; call it with the name of one.

    It returns None for a value that is known later.
    """

    model: "Model"
    body: Mapping[str, Any]
    fingerprint: str
    line: int
    index: int
    n: int
    key_digits: int = KEY_DIGITS

    def __call__(self, name: str) -> str | None:
        if name in LATE_PLACEHOLDERS:
            return None
        if name == "key":
            return self.fingerprint[: self.key_digits]
        if name == "slug":
            return limit_value(naming.slug(self._prompt, self.model.id))
        if name == "seed":
            return self._seed()
        if name in ("line", "index", "n"):
            return str(getattr(self, name))
        if name == "model":
            return naming.safe_part(self.model.id)
        return value_text(self.body.get(name))

    @property
    def _prompt(self) -> str | None:
        prompt = self.body.get("prompt")
        return prompt if isinstance(prompt, str) else None

    def _seed(self) -> str | None:
        field = self.model.seed_field
        if field is None:
            return value_text(self.body.get("seed"))
        return value_text(self.body[field.name]) if field.name in self.body else None
