"""Progress of a batch, as its scheduler reports it."""

from typing import Any

from krea_cli.flows.events import BatchProgress


def batch_progress(**changes: Any) -> BatchProgress:
    """Progress with 120 of 400 items done, and with CHANGES."""
    usual = {
        "total": 400,
        "done": 120,
        "made": 40,
        "failed": 0,
        "doubtful": 0,
        "running": 4,
        "waiting": 276,
        "limit": 4,
        "spent": 1_200_000,
        "about": 0,
        "unpriced": 0,
    }
    return BatchProgress(**usual | changes)
