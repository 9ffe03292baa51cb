"""Prices of requests, by the price points of their model."""

from typing import Any

import pytest

from krea_cli.catalog.cache import load_snapshot
from krea_cli.catalog.model import Model
from krea_cli.catalog.prices import estimate_price, price_range
from tests.catalog.documents import make_model

FIELDS = {
    "prompt": {"type": "string"},
    "resolution": {"type": "string", "enum": ["1K", "4K"], "default": "1K"},
    "mode": {"type": "string", "enum": ["std", "pro"]},
    "duration": {"type": "number", "default": 5, "maximum": 10},
    "generate_audio": {"type": "boolean", "default": False},
    "reference_videos": {"type": "array", "items": {"type": "string"}},
}


def make_priced_model(*points: Any, fields: dict[str, Any] | None = None, **pricing: Any) -> Model:
    """Return a model with POINTS, pairs of an amount and its dimensions or None."""
    price_points = [
        {"amount": amount, "dimensions": dimensions} if dimensions else {"amount": amount}
        for amount, dimensions in points
    ]
    default = {"type": "fixed", "currency": "USD", "unit": "request", "price_points": price_points}
    return make_model(FIELDS if fields is None else fields, **{"x-krea-pricing": default | pricing})


RESOLUTIONS = make_priced_model(("0.15", None), ("0.30", {"resolution": "4K"}))
TIERS = make_priced_model(
    (0.06, None), ("0.065", {"k2BillingTier": "srefs"}), ("0.07", {"k2BillingTier": "m"})
)
MODES = make_priced_model(("0.1", {"mode": "std"}), ("0.2", {"mode": "pro"}))
SECONDS = make_priced_model(("0.07", None), unit="second")
VIDEO = make_priced_model(
    ("0.3", {"hasVideoReference": False}), ("0.2", {"hasVideoReference": True}), unit="second"
)
AUDIO = make_priced_model(("1", {"generateAudio": "false"}), ("2", {"generateAudio": True}))
LENGTHS = make_priced_model(("0.5", {"duration": "5"}), ("1", {"duration": 10}))
ENDLESS = make_priced_model(("0.1", None), unit="second", fields={"duration": {"type": "number"}})
OPEN = make_priced_model(
    ("0.1", None), unit="second", fields={"duration": {"type": "number", "maximum": 10}}
)


@pytest.mark.parametrize(
    ("model", "body", "price"),
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
        (make_priced_model(("0.007", None)), {}, "$0.007"),
        (make_priced_model(("0.1", None), currency="EUR"), {}, "unknown"),
        (make_priced_model(("0.1", None), type="metered"), {}, "unknown"),
        (make_priced_model(("0.1", None), unit="megapixel"), {}, "unknown"),
        (make_priced_model(), {}, "unknown"),
        (make_model(FIELDS), {}, "unknown"),
    ],
)
def test_the_price_of_a_request(model: Model, body: dict[str, Any], price: str) -> None:
    """The most specific point that fits counts, of several the highest."""
    assert str(estimate_price(model, body)) == price


@pytest.mark.parametrize("amount", ["free", "-1", "1e9", "NaN", "Infinity", True, None, [], {}])
def test_a_broken_amount_is_ignored(amount: object) -> None:
    """Hostile amounts neither raise an error nor count."""
    assert str(estimate_price(make_priced_model((amount, None)), {})) == "unknown"
    assert str(estimate_price(make_priced_model((amount, None), ("0.5", None)), {})) == "$0.50"


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
    """The list of models shows a range, or one price, per request or second."""
    assert price_range(load_snapshot().model(model_id)) == price
