"""What is filled in, and said; what is not."""

from typing import Any

import pytest

from krea_cli.catalog.cache import snapshot
from krea_cli.catalog.request.prepare import Prepared, prepare
from krea_cli.errors import InvalidRequest
from tests.catalog.documents import model, wishes

SNAPSHOT = snapshot()


def prepared(model_id: str, prompt: str | None = "a clay cup", **wanted: Any) -> Prepared:
    """The request for a model of the snapshot."""
    return prepare(SNAPSHOT.model(model_id), wishes(prompt=prompt, **wanted))


def filled(request: Prepared) -> dict[str, Any]:
    """What stands in the body and was not given."""
    return {name: value for name, value in request.body.items() if name not in request.given}


@pytest.mark.parametrize(
    ("model_id", "added"),
    [
        ("krea/krea-2/large", {"aspect_ratio": "1:1", "resolution": "1K"}),
        ("openai/gpt-image-2.5-flare", {"aspect_ratio": "1:1", "resolution": "1K"}),
        ("bytedance/seedream-4", {"width": 1024, "height": 1024}),
        ("bfl/flux-1.1-pro", {"width": 1024, "height": 1024}),
        ("alibaba/wan-2.2", {"width": 1024, "height": 1024}),
        ("bfl/flux-1-dev", {}),
        ("google/nano-banana-pro", {}),
        ("google/veo-3.1", {}),
        ("tripo/tripo", {"input_mode": "text"}),
        ("elevenlabs/tts", {}),
    ],
)
def test_what_a_prompt_alone_needs_is_filled_in(model_id: str, added: dict[str, Any]) -> None:
    """Only what the model requires, and what turns a 3D model to text."""
    request = prepared(model_id)
    assert filled(request) == added
    assert request.notes == tuple(f"{name} {value} filled in" for name, value in added.items())
    assert request.given == {"prompt": "a clay cup"}


def test_a_3d_model_with_a_picture_is_left_alone() -> None:
    """Its own default is to work from the picture."""
    request = prepared("tripo/tripo", images=("https://x",))
    assert filled(request) == {}
    assert filled(prepared("tripo/tripo", None, images=("https://x",))) == {}


def test_what_is_given_is_never_replaced() -> None:
    """Only the other side is filled in."""
    request = prepared("bytedance/seedream-4", width=2048)
    assert request.body == {"prompt": "a clay cup", "width": 2048, "height": 1024}


def test_sides_stay_within_bounds_and_multiples() -> None:
    """1024 where it fits, else the closest that does."""
    side = {"type": "integer", "minimum": 100, "maximum": 600, "multipleOf": 64}
    tight = model({"width": side, "height": side | {"maximum": 4096}}, "width", "height")
    assert prepare(tight, wishes()).body == {"width": 576, "height": 1024}


def test_the_lowest_resolution_is_taken() -> None:
    """By size, not by spelling or order."""
    choices = ["4K", "2K", "1080p", "720p"]
    asked = model({"resolution": {"type": "string", "enum": choices}}, "resolution")
    assert prepare(asked, wishes()).body == {"resolution": "720p"}


def test_a_square_in_other_words_is_taken() -> None:
    """960:960 is 1:1."""
    ratios = {"type": "string", "enum": ["1280:720", "960:960"]}
    asked = model({"aspect_ratio": ratios}, "aspect_ratio")
    assert prepare(asked, wishes()).body == {"aspect_ratio": "960:960"}


def test_a_missing_strength_is_one_within_bounds() -> None:
    """In every object, at any depth; other siblings are not guessed."""
    weak = {"type": "number", "minimum": 0, "maximum": 0.5}
    style = {"properties": {"url": {"type": "string"}, "strength": weak}, "required": ["strength"]}
    asked = model({"styles": {"type": "array", "items": style}})
    request = prepare(asked, wishes(inputs=('styles=[{"url": "a"}, {"strength": 0}]',)))
    assert request.body == {"styles": [{"url": "a", "strength": 0.5}, {"strength": 0}]}
    assert request.given == {"styles": [{"url": "a"}, {"strength": 0}]}
    assert request.notes == ("styles[0].strength 0.5 filled in",)


@pytest.mark.parametrize(
    ("wanted", "size"),
    [
        ({}, (640, 480)),
        ({"inputs": ("image_scaling_factor=2",)}, (1280, 960)),
        ({"inputs": ("image_scaling_factor=32",)}, (10000, 7500)),
        ({"width": 2000, "height": 1000}, (2000, 1000)),
        ({"width": 2000}, (2000, 1500)),
        ({"height": 3000}, (4000, 3000)),
    ],
    ids=["same", "twice", "bounded", "given", "wide", "high"],
)
def test_an_upscaler_takes_the_size_of_the_source(
    wanted: dict[str, Any], size: tuple[int, int]
) -> None:
    """The picture's own size times the factor, both sides shrunk alike at the bounds."""
    request = prepared("topaz/bloom-2-enhance", None, images=("a.png",), **wanted)
    assert (request.body["width"], request.body["height"]) == size


def test_the_models_own_factor_counts() -> None:
    """Magnific doubles unless told."""
    request = prepared("magnific/precise-enhance", None, images=("a.png",))
    assert filled(request) == {"width": 1280, "height": 960}
    assert request.notes == (
        "--image goes to image_url",
        "width 1280 filled in",
        "height 960 filled in",
    )


@pytest.mark.parametrize(
    "wanted",
    [
        {"images": ("https://x/a.png",)},
        {"images": ("a.png",), "measure": lambda path: None},
    ],
    ids=["address", "no picture"],
)
def test_a_size_that_is_not_known_is_asked_for(wanted: dict[str, Any]) -> None:
    """The size of a picture elsewhere would be a guess."""
    with pytest.raises(InvalidRequest) as caught:
        prepared("magnific/precise-enhance", None, **wanted)
    told = "required; it takes 1 to 10000, and follows from a picture given as a local file"
    problems = [str(problem) for problem in caught.value.problems]
    assert problems == [f"width: {told}", f"height: {told}"]
    assert caught.value.hint == "--width … --height …"


def test_intent_is_not_guessed() -> None:
    """Neither a model of the upscaler nor a picture."""
    with pytest.raises(InvalidRequest) as caught:
        prepared("topaz/standard-enhance", None)
    fields = [problem.field for problem in caught.value.problems]
    assert fields == ["width", "height", "image_url", "model"]


def test_a_required_seed_is_left_to_be_drawn() -> None:
    """It is not here that chance is asked."""
    asked = model({"seed": {"type": "integer"}}, "seed")
    assert prepare(asked, wishes()).body == {}


def test_a_field_without_effect_is_said() -> None:
    """One that another field has not switched on."""
    inputs = ("grain_size=2", "enhancement_sharpen=0", "enhancement_parameters=Manual")
    request = prepared("topaz/video-upscale", None, videos=("https://x",), inputs=inputs)
    assert request.notes == (
        "--video goes to video_url",
        "grain_size counts only when grain is true",
    )
