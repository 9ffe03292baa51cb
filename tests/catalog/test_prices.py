"""What a request costs, by the price points of its model."""

from typing import Any

import pytest

from krea_cli.catalog.cache import snapshot
from krea_cli.catalog.model import Model
from krea_cli.catalog.prices import estimate, span
from tests.catalog.documents import model

FIELDS = {
    "prompt": {"type": "string"},
    "resolution": {"type": "string", "enum": ["1K", "4K"], "default": "1K"},
    "mode": {"type": "string", "enum": ["std", "pro"]},
    "duration": {"type": "number", "default": 5, "maximum": 10},
    "generate_audio": {"type": "boolean", "default": False},
    "reference_videos": {"type": "array", "items": {"type": "string"}},
}


def priced(*points: Any, fields: dict[str, Any] | None = None, **pricing: Any) -> Model:
    """A model with these price points: (amount, dimensions…)."""
    listed = [
        {"amount": amount, "dimensions": dimensions} if dimensions else {"amount": amount}
        for amount, dimensions in points
    ]
    whole = {"type": "fixed", "currency": "USD", "unit": "request", "price_points": listed}
    return model(FIELDS if fields is None else fields, **{"x-krea-pricing": whole | pricing})


RESOLUTIONS = priced(("0.15", None), ("0.30", {"resolution": "4K"}))
TIERS = priced(
    (0.06, None), ("0.065", {"k2BillingTier": "srefs"}), ("0.07", {"k2BillingTier": "m"})
)
MODES = priced(("0.1", {"mode": "std"}), ("0.2", {"mode": "pro"}))
SECONDS = priced(("0.07", None), unit="second")
VIDEO = priced(
    ("0.3", {"hasVideoReference": False}), ("0.2", {"hasVideoReference": True}), unit="second"
)
AUDIO = priced(("1", {"generateAudio": "false"}), ("2", {"generateAudio": True}))
LENGTHS = priced(("0.5", {"duration": "5"}), ("1", {"duration": 10}))
ENDLESS = priced(("0.1", None), unit="second", fields={"duration": {"type": "number"}})
OPEN = priced(("0.1", None), unit="second", fields={"duration": {"type": "number", "maximum": 10}})


@pytest.mark.parametrize(
    ("asked", "body", "price"),
    [
        (RESOLUTIONS, {}, "$0.15"),
        (RESOLUTIONS, {"resolution": "4K"}, "$0.30"),
        (TIERS, {}, "at most $0.07"),
        (MODES, {"mode": "std"}, "$0.10"),
        (MODES, {}, "at most $0.20"),
        (SECONDS, {}, "$0.35"),
        (SECONDS, {"duration": 10}, "$0.70"),
        (VIDEO, {}, "$1.50"),
        (VIDEO, {"reference_videos": ["https://x"]}, "$1.00"),
        (AUDIO, {}, "$1.00"),
        (AUDIO, {"generate_audio": True}, "$2.00"),
        (LENGTHS, {}, "$0.50"),
        (LENGTHS, {"duration": 10}, "$1.00"),
        (LENGTHS, {"duration": 7}, "unknown"),
        (OPEN, {}, "at most $1.00"),
        (ENDLESS, {}, "unknown"),
        (priced(("0.007", None)), {}, "$0.007"),
        (priced(("0.1", None), currency="EUR"), {}, "unknown"),
        (priced(("0.1", None), type="metered"), {}, "unknown"),
        (priced(("0.1", None), unit="megapixel"), {}, "unknown"),
        (priced(), {}, "unknown"),
        (model(FIELDS), {}, "unknown"),
    ],
)
def test_the_price_of_a_request(asked: Model, body: dict[str, Any], price: str) -> None:
    """The most specific point that fits; the highest of those that cannot be told apart."""
    assert str(estimate(asked, body)) == price


@pytest.mark.parametrize("amount", ["free", "-1", "1e9", "NaN", "Infinity", True, None, [], {}])
def test_an_amount_that_is_none_is_ignored(amount: object) -> None:
    """Hostile amounts neither raise nor count."""
    assert str(estimate(priced((amount, None)), {})) == "unknown"
    assert str(estimate(priced((amount, None), ("0.5", None)), {})) == "$0.50"


@pytest.mark.parametrize(
    ("model_id", "price"),
    [
        ("krea/krea-2/large", "$0.06 to $0.07"),
        ("kling/kling-2.6", "$0.07/s"),
        ("z-image/z-image", "$0.003"),
        ("bfl/flux-1-dev", "unknown"),
    ],
)
def test_the_span_of_a_models_prices(model_id: str, price: str) -> None:
    """What the list of models shows."""
    assert span(snapshot().model(model_id)) == price
