"""RunOptions: the options of one run of a batch."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model

UNSENT_STATES = (None, "checked")  # of an item that is to be paid for


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """The options that hold for every item.

    label: the name of the batch in the ledger
    model: gives a model by its id
    timeout_for: gives the seconds to wait for a job of a kind; None waits for ever
    jobs: how many jobs may be with the service at once; None: as many as the account runs
    retries: how often an item is sent again by itself after its job failed
    max_failures: failures in this run after which nothing more is sent; None for no bound
    deadline: time after which no job shall end, in seconds since 1970; None for no bound
    """

    label: str
    cwd: Path
    model: "Callable[[str], Model]"
    timeout_for: Callable[[str | None], float | None]
    jobs: int | None = None
    retry_failed: bool = False
    retries: int = 0
    max_failures: int | None = None
    deadline: float | None = None
    fail_fast: bool = False
    force: bool = False
    sidecar: bool = False
    embed: bool = False
    convert: bool = False
    original: bool = True
    webhook: str | None = None
    profile: str | None = None
