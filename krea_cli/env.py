"""Everything that comes from outside, in one object; tests replace parts of it."""

import io
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Literal, TextIO

from krea_cli.clock import Clock
from krea_cli.errors import KreaError, LedgerUnusable, UsageError

NO_HOME = Path("/nonexistent/krea")  # Debian's home of users without one; nothing is there


@dataclass(kw_only=True)
class Env:
    """The surroundings of a command: variables, streams, clock, chance, folders, network.

    transport: an httpx transport that replaces the network in tests
    host_name: replaces in tests the name of this machine
    network_type: replaces in tests the detection of a folder's network file system
    color: the value of --color; None without it
    """

    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    # Python has None for a standard input that the shell closed (`<&-`): read it as empty.
    stdin: TextIO = field(default_factory=lambda: sys.stdin or io.StringIO())
    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)
    clock: Clock = field(default_factory=Clock)
    random: Random = field(default_factory=Random)
    transport: object = None
    host_name: str | None = None
    network_type: Callable[[Path], str | None] | None = None
    color: Literal["always", "never"] | None = None

    def get(self, name: str) -> str | None:
        """The variable NAME; None if it is unset or empty."""
        return self.environ.get(name) or None

    @cached_property
    def config_dir(self) -> Path:
        """The folder of settings and credentials: KREA_CONFIG_DIR, else the platform's."""
        return self._dir("KREA_CONFIG_DIR", "user_config_path") or self._substitute / "config"

    @cached_property
    def state_dir(self) -> Path:
        """The folder of the ledger: KREA_STATE_DIR, else the platform's. Raises LedgerUnusable."""
        if folder := self._dir("KREA_STATE_DIR", "user_state_path"):
            return folder
        raise LedgerUnusable(
            "there is no folder for the ledger: this user has no home",
            hint="export KREA_STATE_DIR=FOLDER with a folder that you can write to",
        )

    @cached_property
    def cache_dir(self) -> Path:
        """The folder of the cached catalog: KREA_CACHE_DIR, else the platform's."""
        return self._dir("KREA_CACHE_DIR", "user_cache_path") or self._substitute / "cache"

    @property
    def current_dir(self) -> Path:
        """The current folder. Raises `KreaError` if it was removed meanwhile."""
        try:
            return Path.cwd()
        except FileNotFoundError as failure:
            raise KreaError(
                "the current folder does not exist any more", hint="cd to a folder that exists"
            ) from failure

    @property
    def home(self) -> str | None:
        """The user's home folder; None without one."""
        home = self.get("HOME") or os.path.expanduser("~")
        return home if os.path.isabs(home) else None

    @property
    def _substitute(self) -> Path:
        """The folder of settings and cache for a user without a home."""
        return self._dir("KREA_STATE_DIR", "user_state_path") or NO_HOME

    def _dir(self, variable: str, function: str) -> Path | None:
        """The folder in VARIABLE, else that of platformdirs; None for a user without a home."""
        if path := self.get(variable):
            try:
                return Path(path).expanduser()
            except RuntimeError as failure:
                raise UsageError(
                    f"{variable} is {path}, and there is no such home folder",
                    hint=f"export {variable}=FOLDER with an absolute path",
                ) from failure
        import platformdirs  # 20 ms, spared if the variable is set

        try:
            default: Path = getattr(platformdirs, function)("krea", appauthor=False)
        except RuntimeError:
            return None
        return default if default.is_absolute() else None
