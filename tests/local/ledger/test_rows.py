"""The fingerprint of a request."""

import pytest

from krea_cli.local.ledger.request_identity import request_fingerprint

FOX = {"prompt": "a fox", "width": 1024, "styles": [{"id": "a", "strength": 1}]}


@pytest.mark.parametrize(
    "same",
    [
        {"width": 1024, "styles": [{"strength": 1, "id": "a"}], "prompt": "a fox"},
        {"prompt": "a fox", "width": 1024.0, "styles": [{"id": "a", "strength": 1.0}]},
    ],
    ids=["order", "numbers"],
)
def test_how_it_is_written_does_not_count(same: dict[str, object]) -> None:
    """The order of keys and 1.0 for 1 make no other request."""
    assert request_fingerprint("m", same) == request_fingerprint("m", FOX)
    assert len(request_fingerprint("m", FOX)) == 64


@pytest.mark.parametrize(
    "other",
    [
        FOX | {"prompt": "a Fox"},
        FOX | {"width": "1024"},
        FOX | {"seed": None},
        FOX | {"styles": [{"id": "a", "strength": True}]},
    ],
    ids=["text", "type", "null", "boolean"],
)
def test_what_is_asked_counts(other: dict[str, object]) -> None:
    """Any other input, or model, is another request."""
    assert request_fingerprint("m", other) != request_fingerprint("m", FOX)
    assert request_fingerprint("n", FOX) != request_fingerprint("m", FOX)
