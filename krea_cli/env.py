"""Env: everything that comes from outside, in one object that tests can replace piece by piece."""

import io
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random
from typing import TextIO

from krea_cli.clock import Clock
from krea_cli.errors import KreaError


@dataclass(kw_only=True)
class Env:
    """The world as a command sees it: variables, streams, clock, chance, folders, the wire."""

    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    # Python has None for a standard input that was closed (`<&-`): an empty one says the same.
    stdin: TextIO = field(default_factory=lambda: sys.stdin or io.StringIO())
    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)
    clock: Clock = field(default_factory=Clock)
    random: Random = field(default_factory=Random)
    transport: object = None  # an httpx transport that replaces the network, for tests

    def get(self, name: str) -> str | None:
        """The variable NAME; an empty one counts as unset."""
        return self.environ.get(name) or None

    @cached_property
    def config_dir(self) -> Path:
        """Where settings and credentials are kept (KREA_CONFIG_DIR, else the platform's)."""
        return self._folder("KREA_CONFIG_DIR", "user_config_path")

    @cached_property
    def state_dir(self) -> Path:
        """Where the ledger is kept (KREA_STATE_DIR, else the platform's)."""
        return self._folder("KREA_STATE_DIR", "user_state_path")

    @cached_property
    def cache_dir(self) -> Path:
        """Where the catalogue is cached (KREA_CACHE_DIR, else the platform's)."""
        return self._folder("KREA_CACHE_DIR", "user_cache_path")

    @property
    def current_dir(self) -> Path:
        """The current folder; raises KreaError when somebody removed it meanwhile."""
        try:
            return Path.cwd()
        except FileNotFoundError as failure:
            raise KreaError(
                "the current folder does not exist any more", hint="cd to a folder that does"
            ) from failure

    def _folder(self, variable: str, function: str) -> Path:
        if chosen := self.get(variable):
            return Path(chosen).expanduser()
        import platformdirs  # 20 ms, spared where the variable is set

        path: Path = getattr(platformdirs, function)("krea", appauthor=False)
        return path
