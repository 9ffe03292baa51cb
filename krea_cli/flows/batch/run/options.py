"""RunOptions: the options of one run of a batch."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.local.ledger.rows import FAILED_STATES

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
    """

    label: str
    cwd: Path
    model: "Callable[[str], Model]"
    timeout_for: Callable[[str | None], float | None]
    jobs: int | None = None
    retry_failed: bool = False
    fail_fast: bool = False
    force: bool = False
    sidecar: bool = False
    embed: bool = False
    webhook: str | None = None
    profile: str | None = None

    def is_unsent(self, state: str | None) -> bool:
        """Tell if an item whose request is in STATE is to be paid for."""
        return state in UNSENT_STATES or (self.retry_failed and state in FAILED_STATES)
