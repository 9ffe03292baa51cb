"""The runs of batches: how far each has come, and if the user wants its end."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.spending import SHARE_SEPARATOR


@dataclass(frozen=True)
class BatchRunRow:
    """A run of a batch; times are seconds since 1970.

    run: name of its lock
    account: see `account_of`
    batch: label of the batch, or of a share of it
    ended_at: None while it is at work, and after a kill
    progress: the fields of `BatchProgress`
    """

    run: str
    account: str
    batch: str
    started_at: float
    updated_at: float
    ended_at: float | None
    progress: dict[str, Any]


class BatchRuns:
    """The last runs of each batch on BASE, of all accounts. Raises LedgerUnusable."""

    def __init__(self, database: Database, base: str) -> None:
        self._database = database
        self._base = base

    def begin(
        self,
        run: str,
        *,
        account: str,
        batch: str,
        at: float,
        progress: dict[str, Any],
        is_alive: Callable[[str], bool],
    ) -> None:
        """Insert RUN; delete the runs of BATCH that are over."""
        for earlier in self.list(batch):
            is_same = (earlier.account, earlier.batch) == (account, batch)
            if is_same and not is_alive(earlier.run):
                self._database.execute("DELETE FROM batch_runs WHERE run = ?", (earlier.run,))
        values = {"run": run, "base": self._base, "account": account, "batch": batch}
        times = {"started_at": at, "updated_at": at, "progress": json.dumps(progress)}
        self._database.insert("batch_runs", values | times)

    def record(self, run: str, progress: dict[str, Any], *, at: float, ended: bool) -> None:
        """Record the PROGRESS of RUN at a time; ENDED: the last one."""
        self._database.execute(
            "UPDATE batch_runs SET progress = ?, updated_at = ?, ended_at = ? WHERE run = ?",
            (json.dumps(progress), at, at if ended else None, run),
        )

    def list(self, batch: str) -> "list[BatchRunRow]":
        """List the runs of BATCH and of its shares, the last one first."""
        rows = self._database.query(
            "SELECT run, account, batch, started_at, updated_at, ended_at, progress"
            " FROM batch_runs WHERE base = ? ORDER BY started_at DESC, run",
            (self._base,),
        )
        names = [column.name for column in fields(BatchRunRow)]
        runs = [
            BatchRunRow(**dict(zip(names, row, strict=True)) | {"progress": json.loads(row[-1])})
            for row in rows
        ]
        return [run for run in runs if is_of_batch(run.batch, batch)]

    def ask_to_stop(self, run: str, at: float) -> None:
        """Let RUN send nothing more."""
        self._database.execute("UPDATE batch_runs SET stop_at = ? WHERE run = ?", (at, run))

    def is_stopped(self, run: str) -> bool:
        """Tell if the user asked for the end of RUN."""
        rows = self._database.query("SELECT stop_at FROM batch_runs WHERE run = ?", (run,))
        return bool(rows and rows[0][0] is not None)


def is_of_batch(label: str, batch: str) -> bool:
    """Tell if LABEL is that of BATCH or of a share of it.

    Another list may have the separator in its name.
    """
    share = re.escape(SHARE_SEPARATOR) + "[0-9]+/[0-9]+"
    return label == batch or bool(re.fullmatch(re.escape(batch) + share, label))
