"""Find the output path of each item of a batch, below the folder of -o."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from krea_cli.errors import UsageError
from krea_cli.flows.batch.check.output_template import (
    LATE_PLACEHOLDERS,
    OutputTemplate,
    parse_cell_template,
)
from krea_cli.flows.batch.item import Item
from krea_cli.flows.files import naming
from krea_cli.flows.recipe.sidecar import SIDECAR_SUFFIX, read_sidecar

PlaceholderValue = Callable[[str], str | None]
EXT_PLACEHOLDER = ".{ext}"
MAX_SHOWN_CHARACTERS = 100  # of a path in a message


class OutputFolder:
    """A folder as the user typed it, relative to CWD; empty if it does not exist yet."""

    def __init__(self, typed_path: str, cwd: Path) -> None:
        self.typed_path = typed_path
        self.real_path = os.path.realpath(cwd / typed_path)

    def is_within(self, root: str) -> bool:
        """Tell if it is the folder ROOT, a real path, or below it."""
        return self.real_path == root or self.real_path.startswith(root.rstrip("/") + "/")

    @cached_property
    def key(self) -> str:
        """Its real path, alike for all spellings that fall together on its file system."""
        return self.fold(self.real_path)

    def fold(self, name: str) -> str:
        """Return NAME, alike for names that are one file here, or look the same."""
        name = name.casefold() if self.ignores_case else name
        if name.isascii():
            return name
        from unicodedata import normalize

        return normalize("NFC", name)

    @cached_property
    def ignores_case(self) -> bool:
        """True if upper and lower case are one on its file system, or nothing there shows it."""
        return _ignores_case(self.real_path)

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of all files in it. Raises `UsageError` if it cannot be listed or made."""
        try:
            return frozenset(os.listdir(self.real_path))
        except FileNotFoundError:
            return frozenset()
        except OSError as failure:
            shown = self.typed_path or "."
            if len(shown) > MAX_SHOWN_CHARACTERS:
                shown = f"{shown[:40]}…"
            raise UsageError(
                f"cannot list the folder {shown}: {failure.strerror}",
                hint="choose another folder with -o",
            ) from failure

    @cached_property
    def stems(self) -> dict[str, str | list[str]]:
        """Names without extension, each with the file or the files that have it.

        Hidden files and sidecars do not count.
        """
        stems: dict[str, str | list[str]] = {}
        for name in self.names:
            stem, dot, ext = name.rpartition(".")
            if not dot or not stem or name.startswith(".") or f".{ext}" == SIDECAR_SUFFIX:
                continue
            others = stems.get(stem)
            if others is None:
                stems[stem] = name  # a list for each name would need much memory
            else:
                stems[stem] = [*([others] if isinstance(others, str) else others), name]
        return stems

    @cached_property
    def lost_names(self) -> dict[str, str]:
        """Names of files of which only the sidecar is left, by their stem."""
        sidecars = (name for name in self.names if name.endswith(SIDECAR_SUFFIX))
        names = (name.removesuffix(SIDECAR_SUFFIX) for name in sidecars)
        return {name.rpartition(".")[0]: name for name in names if name not in self.names}

    @cached_property
    def files_by_item(self) -> dict[str, list[str]]:
        """Names of files with a sidecar of a batch item, by the item's fingerprint."""
        names: dict[str, list[str]] = {}
        for name in sorted(self.names, key=lambda name: (len(name), name)):
            if f"{name}{SIDECAR_SUFFIX}" in self.names:
                recipe = read_sidecar(Path(self.real_path, name))
                if recipe is not None and recipe.item is not None:
                    names.setdefault(recipe.item, []).append(name)
        return names


@dataclass(frozen=True)
class OutputPath:
    """The path for the results of one item, as far as it is known.

    text: its template, filled as far as possible
    name: the name, if all of it is known
    stem: the name without its extension, if only that is unknown
    n: number among the items of a line with this exact name
    is_unique: a placeholder that is filled later will make it different from all others
    """

    text: str
    folder: OutputFolder
    name: str | None = None
    stem: str | None = None
    n: int = 1
    is_unique: bool = False

    @property
    def typed_path(self) -> str:
        """Path as the user would type it."""
        return os.path.join(self.folder.typed_path, self.name) if self.name else self.text

    @property
    def key(self) -> int:
        """Hash of the path: equal paths share it, others by a chance of one in 10 ** 19."""
        rest = self.name or os.path.basename(self.text)
        return hash((self.folder.key, self.name is None, self.folder.fold(rest)))

    @property
    def stem_key(self) -> int | None:
        """Key of the path with this stem and any extension; None for a name without extension."""
        stem, dot, _ = (self.name or "").rpartition(".")
        if not dot or not stem:
            return None
        name = self.folder.fold(naming.escape_braces(stem) + EXT_PLACEHOLDER)
        return hash((self.folder.key, True, name))

    @property
    def place(self) -> str | None:
        """The key of a folder in the place of an exact name; else None."""
        if self.name is None:
            return None
        return os.path.join(self.folder.key, self.folder.fold(self.name))

    def describe_conflict(self, line: int) -> str:
        """Return the sentence for a path that LINE has already."""
        sentence = f"would be saved as {self.typed_path}, and so would line {line}"
        note = " (upper and lower case are one in its folder)" if self.folder.ignores_case else ""
        return sentence + note

    @property
    def real_path(self) -> str | None:
        """Absolute path of an exact name, with links in its folder followed; else None."""
        return None if self.name is None else os.path.join(self.folder.real_path, self.name)

    def is_file(self, real: str) -> bool:
        """Tell if it is an exact name of the file REAL, perhaps through a link."""
        if self.real_path is None or self.name not in self.folder.names:
            return False
        return os.path.realpath(self.real_path) == real

    def existing_names(self) -> list[str]:
        """List the names of existing files that it may be the path of."""
        if self.name is not None:
            return [self.name] if self.name in self.folder.names else []
        names = self.folder.stems.get(self.stem, []) if self.stem is not None else []
        return [names] if isinstance(names, str) else names


class OutputPaths:
    """Finds the path of each item, by TEMPLATE or by the one in its line.

    folders: those of the items so far, by their text
    """

    def __init__(self, template: OutputTemplate, *, cwd: Path, allow_outside: bool) -> None:
        self._template = template
        self._cwd = cwd
        self._root = os.path.realpath(cwd / template.folder)
        self._allow_outside = allow_outside
        self.folders: dict[str, OutputFolder] = {}
        self._line = 0
        self._counts: dict[str, int] = {}  # of exact names in that line

    def line_template(self, output: str | None) -> OutputTemplate:
        """Template of a line: its OUTPUT cell, else that of -o. Raises `UsageError`."""
        if output is None:
            return self._template
        output = naming.read_typed_path(output)
        template = parse_cell_template(output, self._template.folder, self._cwd)
        folder = naming.escape_braces(template.folder)
        if ".." in template.text.removeprefix(folder).split("/") and not self._allow_outside:
            raise _outside_error(output)
        return template

    def find(self, template: OutputTemplate, value: PlaceholderValue, line: int) -> OutputPath:
        """Find the path of an item of LINE. Raises `UsageError` if it cannot be one.

        VALUE gives the text for a placeholder; None if it is not known yet.
        """
        text = template.fill(value)
        folder_text, _, name = text.rpartition("/")
        if text.startswith("/") and not folder_text:
            folder_text = "/"
        late_names = template.names & LATE_PLACEHOLDERS
        if "seed" in template.names and value("seed") is None:
            late_names |= {"seed"}
        if len(os.fsencode(name)) > naming.MAX_GENERATED_NAME_BYTES:
            raise UsageError(
                f"the name {name[:40]}… is longer than {naming.MAX_GENERATED_NAME_BYTES} bytes"
            )
        if late_names and naming.placeholders(folder_text, known_only=False):
            return OutputPath(text, self._folder_at(template.folder), is_unique=True)
        folder = self._folder_at(naming.unescape_braces(folder_text))
        if not late_names:
            return self._exact_path(text, folder, naming.unescape_braces(name), line)
        if late_names == {"ext"} and name.endswith(EXT_PLACEHOLDER) and name.count("{ext}") == 1:
            stem = naming.unescape_braces(name.removesuffix(EXT_PLACEHOLDER))
            return OutputPath(text, folder, stem=stem)
        return OutputPath(text, folder, is_unique=bool(late_names & {"seed", "job_id"}))

    def _exact_path(self, text: str, folder: OutputFolder, name: str, line: int) -> OutputPath:
        """Number equal names of one line, as `krea generate -n` does."""
        if self._line != line:
            self._line, self._counts = line, {}
        n = self._counts[text] = self._counts.get(text, 0) + 1
        name = name if n == 1 else naming.add_suffix(name, f"-{n}")
        if name in folder.names:
            path = os.path.join(folder.real_path, name)
            if os.path.isdir(path):
                raise UsageError(f"{os.path.join(folder.typed_path, name)} is a folder")
            if os.path.islink(path):  # the result is written to the file behind it
                real_folder = os.path.dirname(os.path.realpath(path))
                self._folder_at(real_folder, shown=os.path.join(folder.typed_path, name))
        return OutputPath(text, folder, name=name, n=n)

    def _folder_at(self, path: str, *, shown: str | None = None) -> OutputFolder:
        folder = self.folders.get(path)
        if folder is None:
            folder = self.folders[path] = OutputFolder(path, self._cwd)
        if not self._allow_outside and not folder.is_within(self._root):
            raise _outside_error(shown or path)
        return folder


def expected_path(item: Item) -> str:
    """Path of the result of ITEM, as far as it is known, for people."""
    if naming.placeholders(item.target, known_only=False):
        return item.target
    exact = naming.unescape_braces(item.target)
    return exact if item.n == 1 else naming.add_suffix(exact, f"-{item.n}")


def _ignores_case(path: str) -> bool:
    """Tell if upper and lower case are one in the folder PATH, by names in it and above it."""
    while not os.path.exists(path):
        path = os.path.dirname(path)
    device = os.stat(path).st_dev
    for name in _first_names(path):
        if name != name.swapcase():
            return _is_same_entry(path, name)
    while True:
        parent, name = os.path.split(path)
        if not name or os.stat(parent).st_dev != device:
            return True
        if name != name.swapcase():
            return _is_same_entry(parent, name)
        path = parent


def _first_names(folder: str) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry.name for entry in islice(entries, 100))
    except OSError:  # unreadable, or a file in the place of a folder
        return


def _is_same_entry(folder: str, name: str) -> bool:
    """Tell if NAME in FOLDER is found with upper and lower case exchanged as well."""
    try:
        other = os.lstat(os.path.join(folder, name.swapcase()))
        return os.path.samestat(other, os.lstat(os.path.join(folder, name)))
    except OSError:
        return False


def _outside_error(path: str) -> UsageError:
    return UsageError(f"{path} is outside of the folder of -o; --allow-outside permits it")
