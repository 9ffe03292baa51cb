"""This machine, as a state folder that other machines share tells it from them."""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from krea_cli.local.ledger.network_mounts import network_type

# Returns the type of the network file system that a folder is on, None for a local one.
DetectNetwork = Callable[[Path], str | None]
LOCAL_LEDGER = "ledger.sqlite3"
MAX_NAME_CHARACTERS = 64
NAME_FACT = "ledger.name"  # recorded in a ledger on a network disk
LEDGER_NAME = "KREA_LEDGER_NAME"  # the variable that chooses the name of a ledger


def host_name() -> str:
    """Return the name of this host, as the system has it."""
    return os.uname().nodename


@dataclass(frozen=True)
class Host:
    """A machine with a ledger.

    name: the host's name
    ledger_name: the user's name for its ledger; None takes that of the host
    network: detects folders on a network file system
    """

    name: str = field(default_factory=host_name)
    ledger_name: str | None = None
    network: DetectNetwork = network_type
    _found: dict[Path, Path] = field(default_factory=dict, init=False, repr=False, compare=False)

    def locate_ledger(self, folder: Path) -> tuple[Path, bool]:
        """Return the path of the ledger in FOLDER, and True if other machines share the folder."""
        if self.network(folder) is None:
            return folder / LOCAL_LEDGER, False
        if folder not in self._found:
            names = list_file_names(self.own_name, self.ledger_name or self.name)
            self._found[folder] = _find_ledger(folder, self.own_name, names)
        return self._found[folder], True

    @property
    def own_name(self) -> str:
        """The name of the ledger on a network file system."""
        return self.ledger_name or to_ledger_name(self.name)


def to_ledger_name(host: str) -> str:
    """Return the name of the ledger of HOST: its own name, if a ledger can have it."""
    try:
        return parse_ledger_name(host)
    except ValueError:
        return f"{_with_dashes(host)[: MAX_NAME_CHARACTERS // 2]}-{_short_hash(host)}"


def list_file_names(name: str, old_name: str) -> tuple[str, str, str]:
    """Return the possible file names of the ledger NAME: new, old, and spare.

    Older versions made theirs from OLD_NAME, and took a.b and a-b for one. The spare name serves
    if another ledger has the new one. Some file systems take A and a for one.
    """
    old = _with_dashes(old_name)
    stems = (name.replace(".", "="), old, f"{old}-{_short_hash(name)}")
    new, older, spare = (f"ledger-{stem}.sqlite3" for stem in stems)
    return new, older, spare


def _find_ledger(folder: Path, name: str, file_names: tuple[str, str, str]) -> Path:
    """Return the path of the ledger NAME in FOLDER, or where to make it."""
    new, _, spare = paths = [folder / file_name for file_name in file_names]
    unnamed = []
    for path in dict.fromkeys(paths):
        if os.path.exists(path):  # Path.exists raises if the folder may not be entered
            recorded = _read_name(path)
            if recorded == name:
                return path
            if recorded is None:  # made by an older version
                unnamed.append(path)
    if unnamed:
        return unnamed[0]
    return spare if os.path.exists(new) else new


def find_recorded_name(query: Callable[[str], Iterable[Sequence[Any]]]) -> str | None:
    """Ask a ledger by QUERY for the name that is recorded in it."""
    for (name,) in query(f"SELECT value FROM facts WHERE name = '{NAME_FACT}'"):
        with suppress(ValueError):
            return parse_ledger_name(name)
    return None


def _read_name(path: Path) -> str | None:
    try:
        import sqlite3
    except ImportError:  # told when it is opened
        return None
    # A ledger that cannot be read now is looked at again when it is opened.
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as ledger,
    ):
        return find_recorded_name(ledger.execute)
    return None


def _with_dashes(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def _short_hash(name: str) -> str:
    from zlib import crc32

    return f"{crc32(os.fsencode(name)):08x}"


def parse_ledger_name(value: object) -> str:
    """Parse the name of a ledger. Raises ValueError with the expected form."""
    name = str(value).strip()
    if not re.fullmatch(rf"[\w.-]{{1,{MAX_NAME_CHARACTERS}}}", name) or isinstance(value, bool):
        raise ValueError(
            f"a name of up to {MAX_NAME_CHARACTERS} letters, digits, dots, dashes and underscores"
        )
    return name
