"""The meaning of `-o`: an exact file, a folder, a template, stdout, a device, or no `-o` at all.

Paths stay as the user typed them ("pics/fox.png"), and are printed so. They become absolute only
when a file is opened.
"""

import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.errors import UsageError, WouldOverwrite
from krea_cli.flows.files import naming
from krea_cli.flows.files.links import follow_links
from krea_cli.flows.files.naming import NameFacts
from krea_cli.flows.files.part_file import PartFile, open_nameless_part, open_part, part_path

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import RequestRow

STDOUT_NAMES = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
DESCRIPTOR_PATTERN = r"/(?:dev|proc/self)/fd/([0-9]{1,9})"


class TargetKind(Enum):
    """The kinds of places for results."""

    EXACT = "exact"
    FOLDER = "folder"
    TEMPLATE = "template"
    STDOUT = "stdout"
    DEVICE = "device"
    DEFAULT = "default"


@dataclass(frozen=True)
class Target:
    """The place for the results of one command; the n-th of `count` jobs has a part of it.

    text: as typed; a template if the kind is TEMPLATE, else braces are literal
    cwd: the folder that `text` is relative to
    is_remembered: made from a key of the ledger, not from the command line
    is_implied: made from a setting or krea.toml, not from the command line
    root: the folder that no result leaves, not even through a link; None for any
    """

    kind: TargetKind
    text: str
    cwd: Path
    force: bool = False
    is_remembered: bool = False
    is_implied: bool = False
    root: Path | None = None

    @cached_property
    def to_stdout(self) -> bool:
        """True for `-o -`."""
        return self.kind is TargetKind.STDOUT

    @cached_property
    def takes_one(self) -> bool:
        """True for stdout and `-o >(COMMAND)`: two results after one another would be none."""
        return self.to_stdout or self.descriptor is not None

    @cached_property
    def is_given(self) -> bool:
        """True if the user gave -o on the command line."""
        return not (self.is_absent or self.is_remembered)

    @cached_property
    def is_absent(self) -> bool:
        """True without -o, even if a setting tells the place."""
        return self.kind is TargetKind.DEFAULT or self.is_implied

    @cached_property
    def makes_files(self) -> bool:
        """False if nothing stays on disk: for stdout, a FIFO, a device."""
        return self.kind not in (TargetKind.STDOUT, TargetKind.DEVICE)

    @property
    def descriptor(self) -> int | None:
        """The open descriptor that a device stands for: /dev/fd/63, as of `-o >(COMMAND)`."""
        match = re.fullmatch(DESCRIPTOR_PATTERN, self.text)
        return int(match[1]) if match and self.kind is TargetKind.DEVICE else None

    def key(self, n: int = 1, count: int = 1) -> str | None:
        """Absolute text of the n-th job's target for the ledger, fit for `parse_target`.

        Every spelling of a place has one key, links included. None without -o: such a request is
        never taken for an earlier one.
        """
        if self.is_absent:
            return None
        if self.kind is TargetKind.STDOUT or self.descriptor is not None:
            return "-"  # the shell numbers descriptors as it likes
        if self.kind is TargetKind.EXACT:
            return naming.escape_braces(os.path.realpath(self.cwd / self._exact_path(n, count, 1)))
        if self.kind is TargetKind.DEVICE:
            # A link may lead to another name each time.
            return naming.escape_braces(os.path.abspath(self.cwd / self.text))
        if self.kind is TargetKind.FOLDER:
            key = naming.escape_braces(os.path.realpath(self.cwd / self.text)).rstrip("/") + "/"
            # No real path has a double slash, so the number cannot be a part of it.
            return key if count == 1 else f"{key}//{n}"
        filled = naming.fill_template(self.text, {"n": str(n)})
        key = self._template_key(filled) + ("/" if filled.endswith("/") else "")
        return key if count == 1 or filled != self.text else f"{key}//{n}"

    def refuse_existing(
        self,
        n: int = 1,
        count: int = 1,
        *,
        facts: NameFacts | None = None,
        hint: str = "--force overwrites it; or choose another name with -o",
    ) -> None:
        """Raise `WouldOverwrite` with HINT if the path is known before the job runs, and exists.

        FACTS fill templates that need no more than prompt, model and seed.
        """
        path = self.predict_path(n, count, facts)
        if not self.force and path is not None and os.path.exists(self.cwd / path):
            raise WouldOverwrite(f"{path} exists", hint=hint)

    def reserve(
        self,
        n: int = 1,
        count: int = 1,
        index: int = 1,
        *,
        row_id: int | str,
        opener: Callable[[Path], PartFile | None] = open_part,
    ) -> PartFile | None:
        """Open and lock the part file, by OPENER, for the INDEX-th output of the n-th job.

        Returns None while a running process holds it. Raises `KreaError` if the folder cannot be
        made or written to, and UsageError for a link of another user.
        """
        if self.kind in (TargetKind.STDOUT, TargetKind.DEVICE):
            return open_nameless_part()
        if self.kind is TargetKind.EXACT:
            return opener(part_path(self.real_path(self._exact_path(n, count, index))))
        suffix = "" if index == 1 else f"-{index}"
        return opener(self.folder / f".krea-{row_id}{suffix}.part")

    def path(
        self,
        facts: NameFacts,
        *,
        n: int = 1,
        count: int = 1,
        index: int = 1,
        ext: str = "bin",
        preview: bool = False,
    ) -> str:
        """Path, as the user would type it, of the INDEX-th result or preview of the n-th job."""
        if self.kind in (TargetKind.STDOUT, TargetKind.DEVICE):
            return self.text
        suffix = "-preview" if preview else ""
        if self.kind is TargetKind.EXACT:
            exact = self._exact_path(n, count, index)
            return exact if not preview else naming.preview_path(exact, suffix, ext)
        filled = self.text
        if self.kind is TargetKind.TEMPLATE:
            values = naming.placeholder_values(facts, n=n, index=index, ext=ext)
            filled = naming.unescape_braces(naming.fill_template(self.text, values))
            filled = naming.shorten_path(filled)
        if self.kind is not TargetKind.TEMPLATE or filled.endswith("/"):
            number = "" if index == 1 else f"-{index}"
            name = f"{naming.default_stem(facts)}{suffix}{number}.{ext}"
            return os.path.join(filled, naming.shorten(name))
        if index > 1 and "index" not in naming.placeholders(self.text):
            suffix += f"-{index}"
        folder, name = os.path.split(filled)
        return os.path.join(folder, naming.add_suffix(name, suffix))

    def real_path(self, path: str) -> Path:
        """Absolute form of PATH, with links followed. Raises UsageError for a foreign one."""
        if self.kind is TargetKind.DEVICE:
            return Path(os.path.abspath(self.cwd / path))
        return Path(follow_links(self.cwd / path, root=self.root))

    def absolute_path(self, path: str) -> Path:
        """Absolute form of PATH, as the ledger records it."""
        return Path(os.path.abspath(self.cwd / path))

    def or_remembered(self, row: "RequestRow | None") -> "Target":
        """Target of ROW in the ledger if it has one and this one was not given, else this one.

        A stream is remembered for nothing: its reader is gone.
        """
        if not self.is_absent or row is None:
            return self
        if not row.target or names_stream(row.target):
            return self
        folder = f"{naming.escape_braces(str(self.cwd)).rstrip('/')}/"
        path, slashes, number = row.target.rpartition("//")
        text = path if slashes and number.isdecimal() else row.target
        text = text.removeprefix(folder) or "./"
        return replace(parse_target(text, cwd=self.cwd, force=self.force), is_remembered=True)

    def short_path(self, path: Path) -> str:
        """Make the absolute PATH relative if it lies below the current folder."""
        folder = Path(os.path.realpath(self.cwd))
        return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)

    def predict_path(
        self, n: int, count: int, facts: NameFacts | None, *, ext: str | None = None
    ) -> str | None:
        """Path of the first result of the n-th job; None if not known before the job runs.

        EXT is its extension, if known.
        """
        if self.kind is TargetKind.EXACT:
            return self._exact_path(n, count, 1)
        if self.kind is not TargetKind.TEMPLATE or self.is_implied:
            return None  # each result is another: beside a taken name it gets a number
        values = {"n": str(n), "index": "1"}
        if facts is not None:
            values = naming.placeholder_values(facts, n=n, index=1, ext=ext)
            values.pop("date", None)
        filled = naming.fill_template(self.text, values)
        is_open = naming.placeholders(filled) or filled.endswith("/")
        return None if is_open else naming.shorten_path(naming.unescape_braces(filled))

    def _template_key(self, filled: str) -> str:
        """Make the template FILLED absolute; follow links up to its first placeholder."""
        static = self._static_folder()
        rest = filled.removeprefix(naming.escape_braces(static)).lstrip("/")
        folder = naming.escape_braces(os.path.realpath(self.cwd / static)).rstrip("/")
        return f"{folder}/{os.path.normpath(rest)}"

    def _exact_path(self, n: int, count: int, index: int) -> str:
        first = "" if count == 1 or (n == 1 and index == 1) else f"-{n}"
        suffix = first + ("" if index == 1 else f"-{index}")
        return naming.add_suffix(self.text, suffix) if suffix else self.text

    @property
    def folder(self) -> Path:
        """The folder in which the files, or the folders of a template, are made."""
        if self.kind is TargetKind.EXACT:
            return self.real_path(self.text).parent
        return Path(follow_links(self.cwd / self._static_folder()))

    def _static_folder(self) -> str:
        if self.kind is TargetKind.DEFAULT:
            return ""
        if self.kind is TargetKind.FOLDER:
            return self.text
        return naming.static_folder(self.text)


def names_stream(key: str) -> bool:
    """Tell if KEY, a target of the ledger, keeps no file: it is stdout, a FIFO or a device."""
    if key in STDOUT_NAMES or re.fullmatch(DESCRIPTOR_PATTERN, key):
        return True
    try:
        mode = os.stat(naming.unescape_braces(key)).st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def parse_target(text: str | None, *, cwd: Path, force: bool = False) -> Target:
    """Read TEXT of -o, relative to CWD; None if -o was not given.

    Raises `UsageError` if it cannot be a target.
    """
    if text is None:
        return Target(TargetKind.DEFAULT, "", cwd, force)
    if text in STDOUT_NAMES:
        return Target(TargetKind.STDOUT, "-", cwd, force)
    if not text or "\0" in text:
        raise UsageError("-o needs a name", hint="-o out.png, -o pictures/, or -o -")
    if naming.placeholders(text):
        naming.refuse_long_literals(text)
        return Target(TargetKind.TEMPLATE, text, cwd, force)
    return replace(_parse_literal(naming.unescape_braces(text), cwd), force=force)


def _parse_literal(text: str, cwd: Path) -> Target:
    path = cwd / text
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        mode = 0
    except OSError as failure:
        raise UsageError(f"-o {text}: {failure.strerror}", hint="choose another name") from failure
    if stat.S_ISDIR(mode) or text.endswith("/") or os.path.basename(text) in (".", ".."):
        return Target(TargetKind.FOLDER, text, cwd)
    if mode and not stat.S_ISREG(mode):
        return Target(TargetKind.DEVICE, text, cwd)
    if len(os.fsencode(os.path.basename(text))) > naming.MAX_NAME_BYTES:
        raise UsageError("the name after -o is longer than 255 bytes", hint="choose a shorter one")
    return Target(TargetKind.EXACT, text, cwd)
