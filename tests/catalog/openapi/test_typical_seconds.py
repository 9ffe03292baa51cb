"""Usual times, from the extension or from a table in the description."""

import pytest

from krea_cli.catalog.openapi.reader import typical_seconds

TABLE = """Fast model.
| Compute Units | Average Completion Time |
|---------------|-------------------------|
| ~3 | ~7 seconds |
"""
ROWS = """
| Resolution | Duration | Compute Units | Average Completion Time |
|---|---|---|---|
| 1080p | 5s | ~487 | ~78 seconds |
| 720p | 5s | ~207 | ~57 seconds |
| 4K | 5s | ~900 | 2 minutes |
"""


@pytest.mark.parametrize(
    ("operation", "seconds"),
    [
        ({"description": TABLE}, 7.0),
        ({"description": ROWS}, 57.0),
        ({"x-krea-typical-seconds": 12.5, "description": TABLE}, 12.5),
        ({"x-krea-typical-seconds": "soon", "description": TABLE}, 7.0),
        ({"x-krea-typical-seconds": -1}, None),
        ({"x-krea-typical-seconds": True}, None),
        ({"description": "| Compute Units |\n|---|\n| 22.3 |"}, None),
        ({"description": "| Average Completion Time |\n|---|\n| a while |"}, None),
        ({"description": 7}, None),
        ({}, None),
    ],
)
def test_typical_seconds(operation: dict[str, object], seconds: float | None) -> None:
    """The extension counts first; of several rows the shortest; nonsense is no time."""
    assert typical_seconds(operation) == seconds
