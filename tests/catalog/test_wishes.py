"""Words and options of a wish, and the models that fulfil it."""

from decimal import Decimal

import pytest

from krea_cli.catalog.cache import load_snapshot
from krea_cli.catalog.wishes import Wish, find_models, list_inputs, read_words, sort_models
from tests.catalog.documents import make_model

KINDS = ("image", "enhance", "video", "3d", "audio")


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("4k", Wish(words=("4k",))),
        ("video", Wish(kind="video")),
        ("a picture model", Wish(kind="image")),
        ("video with sound", Wish(kind="video", words=("sound",))),
        ("image to video", Wish(takes="image", kind="video")),
        ("image-to-video", Wish(takes="image", kind="video")),
        ("photos to clips", Wish(takes="image", kind="video")),
        ("text to speech", Wish(takes="text", words=("speech",))),
        ("video upscale", Wish(takes="video", kind="enhance")),
        ("upscale video", Wish(takes="video", kind="enhance")),
        ("Loop, Video", Wish(kind="video", words=("loop",))),
        ("to", Wish()),
        ("image image", Wish(takes="image", kind="image")),
    ],
)
def test_words_are_read(text: str, wish: Wish) -> None:
    """Kinds and inputs in them are conditions of their own; other words stay."""
    assert read_words(text, Wish(), KINDS) == wish


def test_an_option_goes_before_a_word() -> None:
    """The name of another kind is then a word like any other."""
    wish = read_words("image", Wish(kind="video"), KINDS)
    assert wish == Wish(kind="video", words=("image",))


@pytest.mark.parametrize(
    ("wish", "ids"),
    [
        (Wish(words=("kontext",)), ["bfl/flux-1-kontext-dev"]),
        (Wish(words=("text", "vidu")), ["vidu/q3"]),
        (Wish(words=("transparent",)), ["openai/gpt-image-2.5-flare", "alibaba/qwen-image-2.1"]),
        (
            Wish(words=("camera", "motion")),
            ["lightricks/ltx-video-2.5-pro", "lightricks/ltx-video-2.5-fast"],
        ),
        (Wish(fields=("--negative-prompt",)), ["qwen/2512"]),
        (Wish(kind="image", max_price=Decimal("0.007")), ["bfl/flux-1-dev", "z-image/z-image"]),
        (Wish(kind="audio", max_price=Decimal(9)), []),
        (Wish(kind="audio", takes="video"), []),
    ],
)
def test_models_of_a_wish(wish: Wish, ids: list[str]) -> None:
    """All conditions hold; what costs nobody knows how much is never cheap enough."""
    assert [model.id for model in find_models(load_snapshot(), wish)] == ids


def test_names_come_before_features() -> None:
    """A word in the name, or a synonym of it, is meant more than one among the fields."""
    kinds = [model.kind for model in find_models(load_snapshot(), Wish(words=("sound",)))]
    assert kinds == sorted(kinds, key=lambda kind: kind != "audio")
    assert "video" in kinds


def test_models_are_sorted_with_the_unknown_last() -> None:
    """By the cheapest job, the usual time, or the id."""
    models = find_models(load_snapshot(), Wish(kind="image"))
    by_price = [model.id for model in sort_models(models, "price")]
    assert by_price[:3] == ["z-image/z-image", "bfl/flux-1-dev", "meta/muse-image"]
    assert sort_models(models, "price")[-1].pricing is None
    by_time = [model.typical_seconds for model in sort_models(models, "time")]
    assert by_time[:2] == [5, 7] and by_time[-1] is None
    by_name = [model.id for model in sort_models(models, "name")]
    assert by_name == sorted(by_name)


def test_inputs_are_told_by_the_fields() -> None:
    """In one order; a reference that names no kind is a picture."""
    address = {"type": "string", "format": "uri"}
    fields = {"audio_url": address, "style": address, "prompt": {"type": "string"}, "seed": {}}
    assert list_inputs(make_model(fields)) == ("text", "image", "audio")
    assert list_inputs(make_model({"video_url": address})) == ("video",)
