"""A folder that results go to, and what is in it already: listed once, however many they are."""

import os
from functools import cached_property
from pathlib import Path

from krea_cli.errors import UsageError
from krea_cli.flows.sidecar import ENDING, read_sidecar

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
