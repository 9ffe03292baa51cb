"""Defaults are filled in with a note; guesses are not made."""

from typing import Any

import pytest

from krea_cli.catalog.cache import load_snapshot
from krea_cli.catalog.request.prepare import PreparedRequest, prepare_request
from krea_cli.errors import InvalidRequest
from tests.catalog.documents import make_inputs, make_model

SNAPSHOT = load_snapshot()


def prepare(model_id: str, prompt: str | None = "a clay cup", **inputs: Any) -> PreparedRequest:
    """Return the request for a model of the snapshot."""
    return prepare_request(SNAPSHOT.model(model_id), make_inputs(prompt=prompt, **inputs))


def filled_fields(request: PreparedRequest) -> dict[str, Any]:
    """Return the fields of the body that were not given."""
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
def test_the_fields_that_a_prompt_needs_are_filled_in(model_id: str, added: dict[str, Any]) -> None:
    """Required fields are filled in, and the text mode of a 3D model."""
    request = prepare(model_id)
    assert filled_fields(request) == added
    assert request.notes == tuple(f"{name} {value} filled in" for name, value in added.items())
    assert request.given == {"prompt": "a clay cup"}


def test_a_3d_model_with_a_picture_is_left_alone() -> None:
    """The model's own default is to work from the picture."""
    request = prepare("tripo/tripo", images=("https://x",))
    assert filled_fields(request) == {}
    assert filled_fields(prepare("tripo/tripo", None, images=("https://x",))) == {}


def test_a_given_field_is_never_replaced() -> None:
    """The missing side alone is filled in."""
    request = prepare("bytedance/seedream-4", width=2048)
    assert request.body == {"prompt": "a clay cup", "width": 2048, "height": 1024}


def test_sides_stay_within_bounds_and_multiples() -> None:
    """A side is 1024, or the nearest number within the bounds."""
    side = {"type": "integer", "minimum": 100, "maximum": 600, "multipleOf": 64}
    tight = make_model({"width": side, "height": side | {"maximum": 4096}}, "width", "height")
    assert prepare_request(tight, make_inputs()).body == {"width": 576, "height": 1024}


def test_the_lowest_resolution_is_taken() -> None:
    """Resolutions are compared by size, not by spelling or order."""
    choices = ["4K", "2K", "1080p", "720p"]
    model = make_model({"resolution": {"type": "string", "enum": choices}}, "resolution")
    assert prepare_request(model, make_inputs()).body == {"resolution": "720p"}


def test_a_square_in_other_words_is_taken() -> None:
    """960:960 counts as 1:1."""
    ratios = {"type": "string", "enum": ["1280:720", "960:960"]}
    model = make_model({"aspect_ratio": ratios}, "aspect_ratio")
    assert prepare_request(model, make_inputs()).body == {"aspect_ratio": "960:960"}


def test_a_missing_strength_is_one_within_bounds() -> None:
    """A strength is filled in at any depth; other properties are not guessed."""
    weak = {"type": "number", "minimum": 0, "maximum": 0.5}
    style = {"properties": {"url": {"type": "string"}, "strength": weak}, "required": ["strength"]}
    model = make_model({"styles": {"type": "array", "items": style}})
    request = prepare_request(
        model, make_inputs(inputs=('styles=[{"url": "a"}, {"strength": 0}]',))
    )
    assert request.body == {"styles": [{"url": "a", "strength": 0.5}, {"strength": 0}]}
    assert request.given == {"styles": [{"url": "a"}, {"strength": 0}]}
    assert request.notes == ("styles[0].strength 0.5 filled in",)


@pytest.mark.parametrize(
    ("inputs", "size"),
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
    inputs: dict[str, Any], size: tuple[int, int]
) -> None:
    """The size is the picture's own times the factor; at the bounds, both sides shrink alike."""
    request = prepare("topaz/bloom-2-enhance", None, images=("a.png",), **inputs)
    assert (request.body["width"], request.body["height"]) == size


def test_the_models_own_factor_counts() -> None:
    """Magnific doubles by default."""
    request = prepare("magnific/precise-enhance", None, images=("a.png",))
    assert filled_fields(request) == {"width": 1280, "height": 960}
    assert request.notes == (
        "--image goes to image_url",
        "width 1280 filled in",
        "height 960 filled in",
    )


@pytest.mark.parametrize(
    "inputs",
    [
        {"images": ("https://x/a.png",)},
        {"images": ("a.png",), "image_size": lambda path: None},
    ],
    ids=["address", "no picture"],
)
def test_an_unknown_size_is_asked_for(inputs: dict[str, Any]) -> None:
    """The size of a picture elsewhere would be a guess."""
    with pytest.raises(InvalidRequest) as caught:
        prepare("magnific/precise-enhance", None, **inputs)
    message = "required; it takes 1 to 10000, and follows from a picture given as a local file"
    problems = [str(problem) for problem in caught.value.problems]
    assert problems == [f"width: {message}", f"height: {message}"]
    assert caught.value.hint == "--width … --height …"


def test_intent_is_not_guessed() -> None:
    """Neither the upscaler's model nor a picture is guessed."""
    with pytest.raises(InvalidRequest) as caught:
        prepare("topaz/standard-enhance", None)
    fields = [problem.field for problem in caught.value.problems]
    assert fields == ["width", "height", "image_url", "model"]


def test_a_required_seed_is_left_to_be_drawn() -> None:
    """A seed is drawn later, not filled in."""
    model = make_model({"seed": {"type": "integer"}}, "seed")
    assert prepare_request(model, make_inputs()).body == {}
