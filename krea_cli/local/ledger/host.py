"""This machine, as a state folder that other machines share tells it from them."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from krea_cli.local.ledger.network_mounts import network_type

# Returns the type of the network file system that a folder is on, None for a local one.
DetectNetwork = Callable[[Path], str | None]
LOCAL_LEDGER = "ledger.sqlite3"
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

    def locate_ledger(self, folder: Path) -> tuple[Path, bool]:
        """Return the path of the ledger in FOLDER, and True if other machines share the folder."""
        if self.network(folder) is None:
            return folder / LOCAL_LEDGER, False
        return folder / f"ledger-{self.file_name}.sqlite3", True

    @property
    def file_name(self) -> str:
        """The name in the name of the ledger's file, on a network file system."""
        return to_file_name(self.ledger_name or self.name)


def to_file_name(name: str) -> str:
    """Return NAME with a dash for all that is neither letter nor digit."""
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def parse_ledger_name(value: object) -> str:
    """Parse the name of a ledger. Raises ValueError with the expected form."""
    name = str(value).strip()
    if not re.fullmatch(r"[\w.-]{1,64}", name) or isinstance(value, bool):
        raise ValueError("a name of up to 64 letters, digits, dots, dashes and underscores")
    return name
