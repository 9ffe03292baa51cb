"""A batch as its scheduler tells of it."""

from typing import Any

from krea_cli.flows.events import BatchProgress


def standing(**changes: Any) -> BatchProgress:
    """400 items of which 120 are done, with what differs."""
    plain = {
        "total": 400,
        "done": 120,
        "made": 40,
        "failed": 0,
        "doubtful": 0,
        "running": 4,
        "waiting": 276,
        "limit": 4,
        "spent": 1_200_000,
        "unpriced": 0,
    }
    return BatchProgress(**plain | changes)
