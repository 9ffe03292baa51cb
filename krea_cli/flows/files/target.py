"""What `-o` means: an exact file, a folder, a template, stdout, a device, or nothing at all.

Names are built in the words of the user ("pics/fox.png") and become absolute only to be opened,
so that what is printed is what was typed.
"""

import os
import stat
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Protocol

from krea_cli.errors import UsageError, WouldOverwrite
from krea_cli.flows.files import naming
from krea_cli.flows.files.naming import Facts
from krea_cli.flows.files.part_file import Reservation, open_part, part_path, spool

STDOUT_NAMES = ("-", "/dev/stdout", "/dev/fd/1")


class Kind(Enum):
    """The ways in which results can be put somewhere."""

    EXACT = "exact"
    FOLDER = "folder"
    TEMPLATE = "template"
    STDOUT = "stdout"
    DEVICE = "device"
    DEFAULT = "default"


class Kept(Protocol):
    """The part of a ledger row that a target is made again from."""

    @property
    def target(self) -> str | None: ...


@dataclass(frozen=True)
class Target:
    """Where the results of one command go; the n-th of `count` jobs has a place of its own."""

    kind: Kind
    text: str  # as typed; a template for TEMPLATE, braces are literal elsewhere
    cwd: Path
    force: bool = False
    remembered: bool = False  # made from the ledger's key, not from the command line

    @property
    def to_stdout(self) -> bool:
        """True for `-o -`: the bytes of exactly one result."""
        return self.kind is Kind.STDOUT

    @property
    def given(self) -> bool:
        """True when the user said with -o where to put results."""
        return self.kind is not Kind.DEFAULT and not self.remembered

    @property
    def names_files(self) -> bool:
        """False where bytes pass through and nothing stays: stdout, a FIFO, a device."""
        return self.kind not in (Kind.STDOUT, Kind.DEVICE)

    def key(self, n: int = 1, count: int = 1) -> str | None:
        """Absolute text for the ledger: the target of the n-th job, that `parse_target` reads.

        The same for every way to spell a place, through a link as well. None when no -o was given:
        such a request is never taken for an earlier one.
        """
        if self.kind is Kind.DEFAULT:
            return None
        if self.kind is Kind.STDOUT:
            return "-"
        if self.kind is Kind.EXACT:
            return naming.escape(os.path.realpath(self.cwd / self._exact(n, count, 1)))
        if self.kind is Kind.DEVICE:
            # What /dev/fd/3 leads to has another name each time.
            return naming.escape(os.path.abspath(self.cwd / self.text))
        if self.kind is Kind.FOLDER:
            key = naming.escape(os.path.realpath(self.cwd / self.text)).rstrip("/") + "/"
            # No path has a doubled slash: it keeps the n-th request apart.
            return key if count == 1 else f"{key}//{n}"
        filled = naming.fill(self.text, {"n": str(n)})
        key = self._template_key(filled) + ("/" if filled.endswith("/") else "")
        return key if count == 1 or filled != self.text else f"{key}//{n}"

    def _template_key(self, filled: str) -> str:
        """The template FILLED as far as it can be, absolute; links are followed before a gap."""
        static = self._static_folder()
        rest = filled.removeprefix(naming.escape(static)).lstrip("/")
        folder = naming.escape(os.path.realpath(self.cwd / static)).rstrip("/")
        return f"{folder}/{os.path.normpath(rest)}"

    def check(self, n: int = 1, count: int = 1, *, facts: Facts | None = None) -> None:
        """Raise `WouldOverwrite` if the name is known before the job runs, and taken.

        FACTS are prompt, model and seed, for templates that need no more than those.
        """
        shown = self.foreseen(n, count, facts)
        if shown is None or self.force:
            return
        if os.path.exists(self.cwd / shown):
            raise WouldOverwrite(
                f"{shown} exists", hint="--force overwrites it; or choose another name with -o"
            )

    def reserve(self, n: int = 1, count: int = 1, *, row_id: int | str) -> Reservation | None:
        """Open and lock the part of the n-th job; None while a living process holds it.

        Raises `KreaError` when the folder cannot be made or written.
        """
        return self.reserve_output(n, count, 1, row_id=row_id)

    def reserve_output(
        self, n: int, count: int, index: int, *, row_id: int | str
    ) -> Reservation | None:
        """The same for the INDEX-th output of a job that has several."""
        if self.kind in (Kind.STDOUT, Kind.DEVICE):
            return spool()
        if self.kind is Kind.EXACT:
            return open_part(part_path(self.real(self._exact(n, count, index))))
        suffix = "" if index == 1 else f"-{index}"
        folder = Path(os.path.realpath(self.cwd / self._static_folder()))
        return open_part(folder / f".krea-{row_id}{suffix}.part")

    def name(
        self,
        facts: Facts,
        *,
        n: int = 1,
        count: int = 1,
        index: int = 1,
        ext: str = "bin",
        preview: bool = False,
    ) -> str:
        """The path, as the user would type it, of the INDEX-th output (or preview) of a job."""
        if self.kind in (Kind.STDOUT, Kind.DEVICE):
            return self.text
        suffix = "-preview" if preview else ""
        if self.kind is Kind.EXACT:
            exact = self._exact(n, count, index)
            return exact if not preview else _with_extension(exact, suffix, ext)
        filled = self.text
        if self.kind is Kind.TEMPLATE:
            known = naming.values(facts, n=n, index=index, ext=ext)
            filled = naming.unescape(naming.fill(self.text, known))
        if self.kind is not Kind.TEMPLATE or filled.endswith("/"):
            number = "" if index == 1 else f"-{index}"
            name = f"{naming.default_stem(facts)}{suffix}{number}.{ext}"
            return os.path.join(filled, naming.shortened(name))
        if index > 1 and "index" not in naming.placeholders(self.text):
            suffix += f"-{index}"
        folder, name = os.path.split(filled)
        return os.path.join(folder, naming.with_suffix(naming.shortened(name), suffix))

    def real(self, shown: str) -> Path:
        """The absolute path behind SHOWN; a link is followed to what it points at."""
        if self.kind is Kind.DEVICE:
            return Path(os.path.abspath(self.cwd / shown))
        return Path(os.path.realpath(self.cwd / shown))

    def for_row(self, row: Kept | None) -> "Target":
        """The target that the ledger remembers for ROW, unless this one was given by the user."""
        if self.kind is not Kind.DEFAULT or row is None or not row.target or row.target == "-":
            return self
        inside = f"{naming.escape(str(self.cwd)).rstrip('/')}/"
        shown = _without_number(row.target).removeprefix(inside) or "./"
        return replace(parse_target(shown, cwd=self.cwd, force=self.force), remembered=True)

    def shown(self, path: Path) -> str:
        """The absolute PATH as if it had been typed here: relative below the current folder."""
        here = Path(os.path.realpath(self.cwd))
        return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)

    def _exact(self, n: int, count: int, index: int) -> str:
        first = "" if count == 1 or (n == 1 and index == 1) else f"-{n}"
        return naming.with_suffix(self.text, first + ("" if index == 1 else f"-{index}"))

    def foreseen(self, n: int, count: int, facts: Facts | None) -> str | None:
        """The name of the first result, if it is known before the job runs."""
        if self.kind is Kind.EXACT:
            return self._exact(n, count, 1)
        if self.kind is not Kind.TEMPLATE:
            return None
        known = (
            naming.values(facts, n=n, index=1, ext=None) if facts else {"n": str(n), "index": "1"}
        )
        known.pop("date", None)
        filled = naming.fill(self.text, known)
        open_ended = naming.placeholders(filled) or filled.endswith("/")
        return None if open_ended else naming.unescape(filled)

    def _static_folder(self) -> str:
        if self.kind is Kind.DEFAULT:
            return ""
        if self.kind is Kind.FOLDER:
            return self.text
        folders = []
        for part in os.path.dirname(self.text).split("/"):
            if naming.placeholders(part):
                break
            folders.append(naming.unescape(part))
        return "/".join(folders) or ("/" if self.text.startswith("/") else "")


def parse_target(text: str | None, *, cwd: Path, force: bool = False) -> Target:
    """Read -o TEXT, relative to CWD. Raises `UsageError` for what cannot be a target."""
    if text is None:
        return Target(Kind.DEFAULT, "", cwd, force)
    if text in STDOUT_NAMES:
        return Target(Kind.STDOUT, "-", cwd, force)
    if not text or "\0" in text:
        raise UsageError("-o needs a name", hint="-o out.png, -o pictures/, or -o -")
    if naming.placeholders(text):
        return Target(Kind.TEMPLATE, text, cwd, force)
    return replace(_literal(naming.unescape(text), cwd), force=force)


def _without_number(key: str) -> str:
    path, doubled, number = key.rpartition("//")
    return path if doubled and number.isdecimal() else key


def _literal(text: str, cwd: Path) -> Target:
    path = cwd / text
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        mode = 0
    except OSError as failure:
        raise UsageError(f"-o {text}: {failure.strerror}", hint="choose another name") from failure
    if stat.S_ISDIR(mode) or text.endswith("/") or os.path.basename(text) in (".", ".."):
        return Target(Kind.FOLDER, text, cwd)
    if mode and not stat.S_ISREG(mode):
        return Target(Kind.DEVICE, text, cwd)
    if len(os.fsencode(os.path.basename(text))) > naming.LONGEST_NAME:
        raise UsageError("the name after -o is longer than 255 bytes", hint="choose a shorter one")
    return Target(Kind.EXACT, text, cwd)


def _with_extension(name: str, suffix: str, ext: str) -> str:
    stem, dot, _ = os.path.basename(name).rpartition(".")
    base = stem if dot and stem else os.path.basename(name)
    return naming.with_suffix(os.path.join(os.path.dirname(name), f"{base}.{ext}"), suffix)
