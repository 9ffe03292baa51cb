"""Put a job that was named, by id or record, under watch at the pace of its model."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from krea_cli.api.types import TERMINAL
from krea_cli.flows.pace import Pace
from krea_cli.flows.watch import FRESH_GRACE, Watch

if TYPE_CHECKING:
    from krea_cli.flows.recall import Recall
    from krea_cli.flows.record import Reference
    from krea_cli.local.ledger.rows import Row

# The seconds that a model usually takes, None where the catalogue does not say.
Typical = Callable[[str], float | None]


def follow(
    watch: Watch,
    reference: "Reference",
    row: "Row | None",
    recall: "Recall",
    *,
    typical: Typical,
    now: float,
) -> Pace:
    """Add the job of REFERENCE to WATCH, with what the ledger knows of it in ROW; its pace.

    A job handed out a moment ago, by this ledger or through a pipe, may not be readable yet.
    """
    since = row.answered_at if row else None
    fresh = reference.piped if since is None else abs(now - since) < FRESH_GRACE
    fresh = fresh and not (row and row.status in TERMINAL)
    pace = Pace(None, (), None)
    if row is not None:
        pace = Pace(typical(row.model), recall.durations(row.model), row.kind)
    watch.add(reference.job_id, pace=pace, since=since, fresh=fresh)
    return pace
