"""The event of a job that is under way, with its usual time and its price."""

from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Running
from krea_cli.flows.jobs.poll_schedule import usual_seconds
from krea_cli.local.ledger.rows import RequestRow


def running_event(
    row: RequestRow,
    job_id: str,
    context: FlowContext,
    *,
    typical: float | None,
    about: int | None = None,
    fresh: bool = False,
) -> Running:
    """Return the event about job JOB_ID of the request ROW.

    typical: how many seconds such a job takes, as the catalog says; None if it does not
    about: the uncertain price, in millionths of a dollar, for a request without a sure one
    fresh: this command submitted it
    """
    usual, from_ledger = usual_seconds(typical, context.records.durations(row.model))
    return Running(
        job_id,
        row.model,
        row.status or "submitted",
        usual,
        row.answered_at or context.clock.now(),
        from_ledger=from_ledger,
        price=row.price,
        cost=about if row.cost is None else row.cost,
        seed=row.seed,
        fresh=fresh,
    )
