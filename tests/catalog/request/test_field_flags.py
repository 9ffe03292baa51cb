"""The convenience options, on models of every family."""

from typing import Any

import pytest

from krea_cli.catalog.cache import load_snapshot
from krea_cli.catalog.request.prepare import prepare_request
from krea_cli.errors import InvalidRequest
from tests.catalog.documents import make_inputs

SNAPSHOT = load_snapshot()


def read_given(model_id: str, **inputs: Any) -> dict[str, Any]:
    """Return the fields of the inputs for a model of the snapshot, without the prompt."""
    fields = prepare_request(SNAPSHOT.model(model_id), make_inputs(prompt="x" * 9, **inputs)).given
    return {name: value for name, value in fields.items() if name != "prompt"}


def find_problems(model_id: str, **inputs: Any) -> tuple[list[str], str | None]:
    """Return the problems and the first hint."""
    with pytest.raises(InvalidRequest) as caught:
        prepare_request(SNAPSHOT.model(model_id), make_inputs(prompt="x" * 9, **inputs))
    return [str(problem) for problem in caught.value.problems], caught.value.hint


def test_options_are_fields_like_any_other() -> None:
    """Each flag sets the field of the document's name."""
    assert read_given("bfl/flux-1-dev", seed=7, width=1024, height=512) == {
        "seed": 7,
        "width": 1024,
        "height": 512,
    }
    assert read_given("google/veo-3.1", aspect_ratio="9:16", resolution="4K", duration="8s") == {
        "aspect_ratio": "9:16",
        "resolution": "4K",
        "duration": 8,
    }
    assert read_given("alibaba/wan-2.5", duration=5.0) == {"duration": 5}


def test_an_option_and_the_same_field_must_agree() -> None:
    """Two equal values are fine; two different ones are a problem."""
    assert read_given("bfl/flux-1-dev", seed=7, inputs=("seed=7",)) == {"seed": 7}
    problems, _ = find_problems("bfl/flux-1-dev", seed=8, inputs=("seed=7",))
    assert problems == ["seed: given twice, by -i and by --seed"]


@pytest.mark.parametrize(
    ("model_id", "inputs", "problem", "hint"),
    [
        (
            "bfl/flux-1-dev",
            {"aspect_ratio": "16:9"},
            "aspect_ratio: this model takes no aspect ratio; it has width and height: "
            "--width 1360 --height 768 is about 16:9",
            "--width 1360 --height 768",
        ),
        (
            "bfl/flux-1.1-pro",
            {"aspect_ratio": "4:1", "width": 512, "height": 512},
            "aspect_ratio: this model takes no aspect ratio; it has width and height: "
            "--width 1408 --height 352 is about 4:1",
            "--width 1408 --height 352",
        ),
        (
            "bfl/flux-1.1-pro",
            {"aspect_ratio": "1:3", "width": 512, "height": 512},
            "aspect_ratio: this model takes no aspect ratio; it has width and height: "
            "--width 480 --height 1440 is about 1:3",
            "--width 480 --height 1440",
        ),
        (
            "bfl/flux-1.1-pro",
            {"aspect_ratio": "100:1", "width": 512, "height": 512},
            "aspect_ratio: this model takes no aspect ratio; it has width and height, "
            "whose bounds leave no room for 100:1",
            "krea models bfl/flux-1.1-pro",
        ),
        (
            "krea/krea-2/large",
            {"width": 1920, "height": 1080},
            "width and height: this model takes no width and height; "
            "it has aspect_ratio and resolution; 16:9 is the nearest ratio",
            "--aspect-ratio 16:9",
        ),
        (
            "runway/gen-4.5",
            {"aspect_ratio": "16:9"},
            "aspect_ratio: '16:9' is none of 1280:720, 720:1280, 1104:832, 832:1104, 960:960, "
            "1584:672, 672:1584; 1280:720 is the same",
            "--aspect-ratio 1280:720",
        ),
        (
            "z-image/z-image",
            {"aspect_ratio": "21:9"},
            "aspect_ratio: '21:9' is none of 1:1, 4:3, 2:3, 16:9, 9:16; 16:9 is nearest",
            "--aspect-ratio 16:9",
        ),
        (
            "bytedance/seedance-2",
            {"resolution": "4K"},
            "resolution: '4K' is none of 480p, 720p, 1080p, 4k; did you mean 4k?",
            "--resolution 4k",
        ),
        (
            "bytedance/seededit",
            {"width": 512, "images": ("https://x",)},
            "width: this model takes no width and height; it takes no size at all",
            "krea models bytedance/seededit",
        ),
        (
            "bfl/flux-1-dev",
            {"resolution": "2K"},
            "resolution: this model takes no resolution; it has width and height",
            "krea models bfl/flux-1-dev",
        ),
        (
            "bfl/flux-1-dev",
            {"duration": 5.0},
            "duration: this model takes no duration",
            "krea models bfl/flux-1-dev",
        ),
        (
            "elevenlabs/music",
            {"duration": "30"},
            "duration: this model has music_length_ms instead: -i music_length_ms=30000",
            "-i music_length_ms=30000",
        ),
        (
            "google/veo-3.1",
            {"seed": 5},
            "seed: this model takes no seed; leave --seed out",
            "krea models google/veo-3.1",
        ),
        (
            "bytedance/seedream-4",
            {"styles": ("abc",)},
            "styles: this model takes no styles; it takes pictures as styles: style_images",
            "--image FILE",
        ),
        (
            "bfl/flux-1-dev",
            {"styles": ("abc=much",)},
            "styles: --style 'abc=much': the strength behind = is not a number",
            "krea models bfl/flux-1-dev",
        ),
        (
            "elevenlabs/music",
            {"images": ("a.png",)},
            "--image: this model takes no image",
            "krea models elevenlabs/music",
        ),
        (
            "z-image/z-image",
            {"images": ("a.png", "b.png")},
            "image_url: takes one; --image was given 2 times",
            "krea models z-image/z-image",
        ),
        (
            "google/veo-2",
            {"audios": ("a.mp3",)},
            "--audio: this model takes no audio; with -i it takes start_image, start_video",
            "krea models google/veo-2",
        ),
        (
            "runway/gen-4-image",
            {"images": ("a.png",)},
            "reference_images[0].tag: required; it takes at least 3 characters, "
            "at most 16 characters",
            """-i reference_images='{"url": "@FILE", "tag": …}'""",
        ),
        (
            "topaz/wonder-35-enhance",
            {"images": ("a.png",)},
            "prompt: this model takes no prompt; leave it out",
            "krea models topaz/wonder-35-enhance",
        ),
    ],
)
def test_without_the_field_another_is_suggested(
    model_id: str, inputs: dict[str, Any], problem: str, hint: str
) -> None:
    """The problem is one sentence, and the hint is the words to type."""
    assert find_problems(model_id, **inputs) == ([problem], hint)


def test_styles_split_at_the_last_sign() -> None:
    """The strength is 1 by default and may be negative; ids may contain =."""
    styles = ("abc", "def=0.5", "ghi=-1", "u?a=b=2")
    assert read_given("bfl/flux-1-dev", styles=styles)["styles"] == [
        {"id": "abc", "strength": 1},
        {"id": "def", "strength": 0.5},
        {"id": "ghi", "strength": -1},
        {"id": "u?a=b", "strength": 2},
    ]
