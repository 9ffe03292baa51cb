"""Where each item of a batch goes: below the folder of -o, and no two to the same place."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from krea_cli.errors import UsageError
from krea_cli.flows.batch.check.output_template import LATE, Template, cell_template
from krea_cli.flows.batch.item import Item
from krea_cli.flows.files import naming
from krea_cli.flows.recipe.sidecar import ENDING, read_sidecar

Value = Callable[[str], str | None]
EXT = ".{ext}"


LONGEST_SHOWN = 100  # characters of a path


class Folder:
    """The folder TYPED, seen from CWD. What is not there yet is empty."""

    def __init__(self, typed: str, cwd: Path) -> None:
        self.typed = typed
        self.real = os.path.realpath(cwd / typed)

    def within(self, root: str) -> bool:
        """Whether it is the folder ROOT, a real path, or below it."""
        return self.real == root or self.real.startswith(root.rstrip("/") + "/")

    @cached_property
    def names(self) -> frozenset[str]:
        """Everything in it. Raises `UsageError` where nobody may look, or it can never be."""
        try:
            return frozenset(os.listdir(self.real))
        except FileNotFoundError:
            return frozenset()
        except OSError as failure:
            shown = self.typed if len(self.typed) <= LONGEST_SHOWN else f"{self.typed[:40]}…"
            raise UsageError(
                f"cannot look into {shown or '.'}: {failure.strerror}",
                hint="choose another folder with -o",
            ) from failure

    @cached_property
    def stems(self) -> dict[str, str | list[str]]:
        """Names without their extension, and the one or several files that they stand for.

        Hidden files and sidecars are in nobody's way.
        """
        found: dict[str, str | list[str]] = {}
        for name in self.names:
            stem, dot, ext = name.rpartition(".")
            if not dot or not stem or name.startswith(".") or f".{ext}" == ENDING:
                continue
            known = found.get(stem)
            if known is None:
                found[stem] = name
            else:
                found[stem] = [*([known] if isinstance(known, str) else known), name]
        return found

    @cached_property
    def sealed(self) -> dict[str, str]:
        """The files whose sidecars carry the seal of a batch, by the seal."""
        found = {}
        for name in self.names:
            if f"{name}{ENDING}" in self.names:
                recipe = read_sidecar(Path(self.real, name))
                if recipe is not None and recipe.item is not None:
                    found[recipe.item] = name
        return found


@dataclass(frozen=True)
class Place:
    """The target of one item. TEXT is its template; `n` counts equal exact names of a line.

    `name` is the whole name where it is known, `stem` where only the extension is not; neither
    if it waits for more.
    """

    text: str
    folder: Folder
    name: str | None = None
    stem: str | None = None
    n: int = 1
    unique: bool = False  # whatever is still to come tells it from all others

    @property
    def shown(self) -> str:
        """The name for people, as they would type it."""
        return os.path.join(self.folder.typed, self.name) if self.name else self.text

    @property
    def mark(self) -> int:
        """A number that two places share if they are the same; one in 10 ** 19 else."""
        rest = self.name or os.path.basename(self.text)
        return hash((self.folder.real, self.name is None, rest))

    @property
    def open_mark(self) -> int | None:
        """For an exact name, the mark of the place that may take any extension."""
        stem, dot, _ = (self.name or "").rpartition(".")
        if not dot or not stem:
            return None
        return hash((self.folder.real, True, naming.escape(stem) + EXT))

    @property
    def path(self) -> str | None:
        """The real path of an exact name, links not followed."""
        return None if self.name is None else os.path.join(self.folder.real, self.name)

    def is_file(self, real: str) -> bool:
        """Whether an exact name is that of the file REAL, through a link as well."""
        if self.path is None or self.name not in self.folder.names:
            return False
        return os.path.realpath(self.path) == real

    def there(self) -> list[str]:
        """The names of the files that stand in its place already."""
        if self.name is not None:
            return [self.name] if self.name in self.folder.names else []
        known = self.folder.stems.get(self.stem, []) if self.stem is not None else []
        return [known] if isinstance(known, str) else known


class Places:
    """Finds the place of each item, for TEMPLATE or what its line says instead."""

    def __init__(self, template: Template, *, cwd: Path, allow_outside: bool) -> None:
        self._template = template
        self._cwd = cwd
        self._root = os.path.realpath(cwd / template.folder)
        self._allow_outside = allow_outside
        self._folders: dict[str, Folder] = {}
        self._line: tuple[int, dict[str, int]] = (0, {})

    def template(self, output: str | None) -> Template:
        """The template of a line whose OUTPUT cell may say another. Raises `UsageError`."""
        if output is None:
            return self._template
        if os.path.isabs(output) and not self._allow_outside:
            raise _outside(output)
        template = cell_template(output, self._template.folder, self._cwd)
        beyond = naming.escape(template.folder)
        if ".." in template.text.removeprefix(beyond).split("/") and not self._allow_outside:
            raise _outside(output)
        return template

    def place(self, template: Template, value: Value, line: int) -> Place:
        """The place of an item of LINE. Raises `UsageError` where it cannot be."""
        text = template.filled(value)
        typed, _, name = text.rpartition("/")
        typed = "/" if text.startswith("/") and not typed else typed
        waiting = template.names & LATE
        if "seed" in template.names and value("seed") is None:
            waiting |= {"seed"}
        if len(os.fsencode(name)) > naming.NAME_BYTES:
            raise UsageError(f"the name {name[:40]}… is longer than {naming.NAME_BYTES} bytes")
        if waiting and naming.placeholders(typed, checked=False):
            return Place(text, self._folder(template.folder), unique=True)
        folder = self._folder(naming.unescape(typed))
        if not waiting:
            return self._exact(text, folder, naming.unescape(name), line)
        if waiting == {"ext"} and name.endswith(EXT) and name.count("{ext}") == 1:
            return Place(text, folder, stem=naming.unescape(name.removesuffix(EXT)))
        return Place(text, folder, unique=bool(waiting & {"seed", "job_id"}))

    def _exact(self, text: str, folder: Folder, name: str, line: int) -> Place:
        """An exact name, numbered as `generate -n` does among those of its line."""
        if self._line[0] != line:
            self._line = (line, {})
        n = self._line[1][text] = self._line[1].get(text, 0) + 1
        name = name if n == 1 else naming.with_suffix(name, f"-{n}")
        if name in folder.names:
            path = os.path.join(folder.real, name)
            if os.path.isdir(path):
                raise UsageError(f"{os.path.join(folder.typed, name)} is a folder")
            if os.path.islink(path):  # it is written to what it leads to
                led_to = os.path.dirname(os.path.realpath(path))
                self._folder(led_to, shown=os.path.join(folder.typed, name))
        return Place(text, folder, name=name, n=n)

    def _folder(self, typed: str, *, shown: str | None = None) -> Folder:
        folder = self._folders.get(typed)
        if folder is None:
            folder = self._folders[typed] = Folder(typed, self._cwd)
        if not self._allow_outside and not folder.within(self._root):
            raise _outside(shown or typed)
        return folder


def foreseen(item: Item) -> str:
    """The name of ITEM's file as far as it is known, to be shown."""
    if naming.placeholders(item.target, checked=False):
        return item.target
    exact = naming.unescape(item.target)
    return exact if item.n == 1 else naming.with_suffix(exact, f"-{item.n}")


def _outside(place: str) -> UsageError:
    return UsageError(f"{place} is outside of the folder of -o; --allow-outside permits it")
