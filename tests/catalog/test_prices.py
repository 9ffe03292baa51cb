"""Prices of requests, by the price points of their model."""

from dataclasses import replace
from typing import Any

import pytest

from krea_cli.catalog.cache import load_snapshot
from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.model import Model
from krea_cli.catalog.price_ranges import price_range
from krea_cli.catalog.prices import estimate_price, unclear_note
from tests.catalog.documents import ROUTE, make_document, make_model, make_operation

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


def published(model_id: str, *points: tuple[float, dict[str, Any]]) -> Model:
    """Return the model MODEL_ID of October with POINTS as its prices of a request."""
    price_points = [{"amount": round(amount, 4), "dimensions": each} for amount, each in points]
    pricing = {"type": "fixed", "currency": "USD", "unit": "request", "price_points": price_points}
    return replace(load_snapshot().model(model_id), pricing=pricing)


KREA_2 = published(
    "krea/krea-2/large",
    (0.06, {"k2BillingTier": "text-to-image"}),
    (0.065, {"k2BillingTier": "srefs"}),
    (0.07, {"k2BillingTier": "moodboards"}),
)
SEEDREAM = published(
    "bytedance/seedream-5-pro",
    *(
        (base + 0.003 * max(0, count - 1), {"resolutionTier": tier, "referenceImageCount": count})
        for tier, base in (("1.5k", 0.045), ("2k", 0.09))
        for count in range(11)
    ),
)
HAILUO = published(
    "minimax/hailuo-3",
    *(
        (
            0.13 * seconds + 0.04 * max(0, count - 5),
            {"billableSeconds": seconds, "referenceImageCount": str(count)},
        )
        for seconds in range(5, 16)
        for count in range(10)
    ),
)
IDEOGRAM = published(
    "ideogram/ideogram-3",
    (0.063, {"hasCharacterRefs": False}),
    (0.1575, {"hasCharacterRefs": "true"}),
)
SEEDANCE = published(
    "bytedance/seedance-2",
    (1.5, {"duration": 5, "resolution": "720p", "hasVideoReference": False}),
    (0.9, {"duration": 5, "resolution": "720p", "hasVideoReference": True}),
)
BOTH = {"moodboards": [{"id": "m"}], "image_style_references": [{"url": "u"}]}
SQUARE = {"width": 1536, "height": 1536}


def references(count: int) -> dict[str, Any]:
    """Return the field of COUNT references of seedream-5-pro."""
    return {"style_images": [{"url": "u", "strength": 1}] * count}


@pytest.mark.parametrize(
    ("model", "body", "price"),
    [
        (KREA_2, {}, "$0.06"),
        (KREA_2, {"moodboards": [], "styles": [{"id": "s", "strength": 1}]}, "$0.06"),
        (KREA_2, {"image_style_references": [{"url": "u"}]}, "$0.065"),
        (KREA_2, {"moodboards": [{"id": "m"}]}, "$0.07"),
        (KREA_2, BOTH, "$0.07"),
        (SEEDREAM, SQUARE, "$0.045"),
        (SEEDREAM, SQUARE | references(1), "$0.045"),
        (SEEDREAM, SQUARE | references(3), "$0.051"),
        (SEEDREAM, {"width": 2048, "height": 2048}, "$0.09"),
        (
            SEEDREAM,
            {"width": 1600, "height": 1500},
            "at most $0.09 (resolutionTier is not clear)",
        ),
        (SEEDREAM, {}, "at most $0.09 (resolutionTier is not clear)"),
        (SEEDREAM, SQUARE | references(12), "at most $0.072 (referenceImageCount is not clear)"),
        (HAILUO, {}, "$0.65"),
        (HAILUO, {"duration": 15}, "$1.95"),
        (HAILUO, {"start_image": "u"}, "$0.65"),
        (HAILUO, {"reference_images": ["u"] * 7}, "$0.73"),
        (
            HAILUO,
            {"reference_images": ["u"] * 5, "end_image": "u"},
            "at most $0.69 (referenceImageCount is not clear)",
        ),
        (
            HAILUO,
            {"reference_videos": ["u"], "reference_video_seconds": 5},
            "at most $1.95 (billableSeconds is not clear)",
        ),
        (IDEOGRAM, {}, "$0.063"),
        (IDEOGRAM, {"character_reference_images": ["u"]}, "$0.1575"),
        (SEEDANCE, {}, "$1.50"),
        (SEEDANCE, {"reference_images": ["u"]}, "$1.50"),
        (SEEDANCE, {"reference_videos": ["u"]}, "$0.90"),
        (MODES, {}, "at most $0.20 (mode is not clear)"),
        (TIERS, {}, "at most $0.07 (k2BillingTier is not clear)"),
    ],
)
def test_the_published_dimensions(model: Model, body: dict[str, Any], price: str) -> None:
    """Each is read from the request; one that is not clear is named."""
    found = estimate_price(model, body)
    assert f"{found}{unclear_note(found.unclear)}" == price


def test_of_two_tiers_the_dearer_one_counts() -> None:
    """Whatever the order of their prices."""
    points = [(0.09, {"k2BillingTier": "srefs"}), (0.07, {"k2BillingTier": "moodboards"})]
    assert str(estimate_price(published("krea/krea-2/large", *points), BOTH)) == "$0.09"


@pytest.mark.parametrize("amount", ["free", "-1", "1e9", "NaN", "Infinity", True, None, [], {}])
def test_a_broken_amount_is_ignored(amount: object) -> None:
    """Hostile amounts neither raise an error nor count."""
    assert str(estimate_price(make_priced_model((amount, None)), {})) == "unknown"
    assert str(estimate_price(make_priced_model((amount, None), ("0.5", None)), {})) == "$0.50"


@pytest.mark.parametrize(
    ("model_id", "price"),
    [
        ("krea/krea-2/large", "$0.06 to $0.07"),
        ("kling/kling-2.6", "$0.07 to about $0.14/s"),
        ("runway/gen-4.5", "$0.12/s"),
        ("bytedance/seedance-2", "about $0.0849 to $2.8671/s"),
        ("z-image/z-image", "about $0.003"),
        ("openai/gpt-image", "unknown"),
    ],
)
def test_the_span_of_a_models_prices(model_id: str, price: str) -> None:
    """The list of models shows a range, or one price, per request or second."""
    assert price_range(load_snapshot().model(model_id)) == price


@pytest.mark.parametrize(
    ("model_id", "body", "price"),
    [
        ("krea/krea-2/medium", {}, "$0.03"),
        ("krea/krea-2/medium-turbo", {"image_style_references": [{"url": "u"}]}, "$0.0175"),
        ("krea/krea-2/medium-turbo", {"moodboards": [{"id": "m"}]}, "$0.02"),
        ("kling/kling-2.6", {"duration": 10}, "$0.70"),
        ("kling/kling-2.6", {"generate_audio": True}, "about $0.70"),
        ("kling/kling-3.0", {"mode": "4k", "duration": 3}, "$1.26"),
        ("kling/kling-3.0", {"mode": "pro", "generate_audio": True}, "$0.84"),
        ("bytedance/seedance-2", {}, "$1.50"),
        ("bytedance/seedance-2", {"resolution": "1080p"}, "$3.40"),
        ("bytedance/seedance-2", {"resolution": "4k", "duration": 15}, "about $43.0065"),
        ("bytedance/seedance-2", {"reference_videos": ["u"]}, "about $0.90"),
        ("google/veo-3.1", {"duration": 4}, "$0.80"),
        ("google/veo-3.1", {"generate_audio": True}, "unknown"),
        ("google/veo-2", {}, "about $2.50"),
        ("bfl/flux-1-dev", {}, "about $0.007"),
        ("openai/gpt-image-2", {}, "unknown"),
    ],
)
def test_the_embedded_prices(model_id: str, body: dict[str, Any], price: str) -> None:
    """Of the newest pages where there are any; old and uncertain ones are about."""
    found = estimate_price(load_snapshot().model(model_id), body)
    assert str(found) == price
    assert (found.micros is None) == (found.is_about or found.amount is None)


def test_every_embedded_price_has_a_date() -> None:
    """A price without one would look like today's."""
    models = load_snapshot().models()
    assert [model.id for model in models if model.pricing and model.priced_at is None] == []
    assert load_snapshot().model("z-image/z-image").priced_at == 1_782_864_000  # 2026-07-01


@pytest.mark.parametrize("date", ["2026-13-01", "yesterday", 7, None, "2026-10-06T00:00"])
def test_a_date_that_is_none_is_the_documents(date: object) -> None:
    """The time at which the document was fetched counts then."""
    operation = make_operation(FIELDS, **{"x-krea-pricing": {"date": date}})
    catalog = Catalog(make_document({ROUTE: operation}), source="test", fetched_at=5.0)
    assert catalog.model("maker/brush").priced_at == 5.0
