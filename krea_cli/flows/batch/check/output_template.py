"""-o of a batch: a folder or a template, filled for each item as far as it can be by now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from krea_cli.flows.batch.item import KEY_DIGITS
from krea_cli.flows.files import naming

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model

import os
import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from krea_cli.catalog.local_files import LocalFile
from krea_cli.errors import UsageError
from krea_cli.flows.files.content_type import known_extension
from krea_cli.flows.files.target import STDOUT_NAMES

DEFAULT = "{slug}-{key}.{ext}"
SPECIAL = ("line", "index", "n", "slug", "key", "seed", "job_id", "model", "date", "ext")
LATE = frozenset({"job_id", "date", "ext"})  # known when the result is
LONGEST_VALUE = 60  # characters that one field adds to a name
MOST_BYTES = 150  # … and bytes
# A line break would split what stdout says into two names; marks of direction would lie about one.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
HINT = '-o FOLDER/, or a template such as -o "{slug}-{key}.{ext}"'


@dataclass(frozen=True)
class Template:
    """Where results go, as typed, with placeholders; it ends in the `default` name where it is one.

    `folder` is the part in front of the first placeholder, as a path.
    """

    text: str
    folder: str
    default: bool

    @cached_property
    def names(self) -> frozenset[str]:
        """The placeholders."""
        return frozenset(naming.placeholders(self.text, checked=False))

    @cached_property
    def fields(self) -> frozenset[str]:
        """The placeholders that are fields of a model."""
        return self.names - set(SPECIAL)

    @cached_property
    def pieces(self) -> tuple[tuple[str, str | None], ...]:
        """Literal text, still escaped, each with the placeholder behind it."""
        return tuple(naming.pieces(self.text))

    def filled(self, value: Callable[[str], str | None]) -> str:
        """The text with what VALUE knows; a placeholder that it does not know yet stays."""
        parts = []
        for literal, name in self.pieces:
            parts.append(literal)
            if name is not None:
                known = value(name)
                parts.append(f"{{{name}}}" if known is None else naming.escape(known))
        return "".join(parts)


def output_template(text: str | None, cwd: Path) -> Template:
    """What -o TEXT means for a batch. Raises `UsageError`: one file is no place for many."""
    if text is None:
        return Template(DEFAULT, "", True)
    if text in STDOUT_NAMES:
        raise UsageError(f"-o {text} takes one result, and a batch makes many", hint=HINT)
    if not text or "\0" in text:
        raise UsageError("-o needs a name", hint=HINT)
    if naming.placeholders(text, checked=False):
        return _template(text)
    literal = naming.unescape(text)
    place, ext = cwd / literal, literal.rpartition(".")[2]
    if not text.endswith("/") and not os.path.isdir(place):
        if os.path.lexists(place):
            raise UsageError(f"-o {text} is there and no folder", hint=HINT)
        if "." in os.path.basename(literal) and known_extension(ext):
            raise UsageError(f"-o {text} names one file, and a batch makes many", hint=HINT)
    return _template(text.rstrip("/") + "/")


def cell_template(text: str, within: str, cwd: Path) -> Template:
    """What the output cell TEXT of a line means WITHIN a folder. Raises `UsageError`."""
    if text in STDOUT_NAMES or "\0" in text:
        raise UsageError("output names a file or a folder", hint=HINT)
    if CONTROLS.search(text):
        raise UsageError("has a line break or another control character", hint=HINT)
    named = naming.placeholders(text, checked=False)
    joined = os.path.join(naming.escape(within), text)
    # Not Path.is_dir, which raises where the name is too long.
    if not named and os.path.isdir(cwd / naming.unescape(joined)):
        joined += "/"
    return _template(joined)


def _template(text: str) -> Template:
    """Raises `UsageError` for a name that no file system takes."""
    default = text.endswith("/")
    for part in text.split("/"):
        known = naming.unescape("".join(literal for literal, _ in naming.pieces(part)))
        if len(os.fsencode(known)) > naming.LONGEST_NAME:
            raise UsageError(
                f"the name {part[:40]}… is longer than {naming.LONGEST_NAME} bytes", hint=HINT
            )
    folders = []
    for part in os.path.dirname(text).split("/"):
        if naming.placeholders(part, checked=False):
            break
        folders.append(naming.unescape(part))
    folder = "/".join(folders) or ("/" if text.startswith("/") else "")
    return Template(text + DEFAULT if default else text, folder, default)


def value_text(value: Any) -> str:
    """A field's VALUE as a part of a name, harmless and short."""
    if isinstance(value, LocalFile):
        value = os.path.splitext(os.path.basename(value.path))[0]
    if isinstance(value, bool) or value is None:
        return "none" if value is None else str(value).lower()
    if isinstance(value, list | tuple):
        value = "-".join(value_text(element) for element in value)
    if isinstance(value, dict):
        value = "-".join(value_text(inner) for inner in value.values())
    return limited(naming.safe(str(value)[: 4 * LONGEST_VALUE]))


def limited(text: str) -> str:
    """TEXT, cut to what one placeholder may add to a name."""
    text = text[:LONGEST_VALUE]
    if not text.isascii():
        text = text.encode(errors="ignore")[:MOST_BYTES].decode(errors="ignore")
    return text.rstrip("-. ") or "x"


@dataclass
class Values:
    """Called with a placeholder, gives its text; None for what is known only later."""

    model: "Model"
    body: Mapping[str, Any]
    digest: str
    line: int
    index: int
    n: int
    digits: int = KEY_DIGITS  # of the key

    def __call__(self, name: str) -> str | None:
        if name in LATE:
            return None
        if name == "key":
            return self.digest[: self.digits]
        if name == "slug":
            return limited(naming.slug(self._prompt, self.model.id))
        if name == "seed":
            return self._seed()
        if name in ("line", "index", "n"):
            return str(getattr(self, name))
        if name == "model":
            return naming.safe(self.model.id)
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
