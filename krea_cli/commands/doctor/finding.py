"""The results of the checks of `krea doctor`."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "wrong"]


@dataclass(frozen=True)
class Finding:
    """The result of a check.

    name: the name of the check
    text: one sentence
    hint: how to fix a problem
    """

    name: str
    state: State
    text: str
    hint: str | None = None


@dataclass(frozen=True)
class FileFinding(Finding):
    """Files that krea keeps.

    path: of the one file; of several, their folder or pattern
    size: in bytes, of all of them
    files: number of files
    """

    path: str = ""
    size: int = 0
    files: int = 1
