"""The convenience options, on models of every family."""

from typing import Any

import pytest

from krea_cli.catalog.cache import snapshot
from krea_cli.catalog.local_files import LocalFile
from krea_cli.catalog.request.prepare import prepare
from krea_cli.errors import InvalidRequest
from tests.catalog.documents import wishes

SNAPSHOT = snapshot()


def given(model_id: str, **wanted: Any) -> dict[str, Any]:
    """What the options mean to a model of the snapshot, without the prompt."""
    found = prepare(SNAPSHOT.model(model_id), wishes(prompt="x" * 9, **wanted)).given
    return {name: value for name, value in found.items() if name != "prompt"}


def refusal(model_id: str, **wanted: Any) -> tuple[list[str], str | None]:
    """The problems and the first hint."""
    with pytest.raises(InvalidRequest) as caught:
        prepare(SNAPSHOT.model(model_id), wishes(prompt="x" * 9, **wanted))
    return [str(problem) for problem in caught.value.problems], caught.value.hint


def test_options_are_fields_like_any_other() -> None:
    """Each lands under the document's name."""
    assert given("bfl/flux-1-dev", seed=7, width=1024, height=512) == {
        "seed": 7,
        "width": 1024,
        "height": 512,
    }
    assert given("google/veo-3.1", aspect_ratio="9:16", resolution="4K", duration="8s") == {
        "aspect_ratio": "9:16",
        "resolution": "4K",
        "duration": 8,
    }
    assert given("alibaba/wan-2.5", duration=5.0) == {"duration": 5}


def test_an_option_and_the_same_field_must_agree() -> None:
    """Twice the same is fine; two values are a problem."""
    assert given("bfl/flux-1-dev", seed=7, inputs=("seed=7",)) == {"seed": 7}
    told, _ = refusal("bfl/flux-1-dev", seed=8, inputs=("seed=7",))
    assert told == ["seed: given twice, by -i and by --seed"]


@pytest.mark.parametrize(
    ("model_id", "wanted", "problem", "hint"),
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
            "seed: this model takes no seed; leave --seed away",
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
            "prompt: this model takes no prompt; leave it away",
            "krea models topaz/wonder-35-enhance",
        ),
    ],
)
def test_what_a_model_lacks_is_told_with_what_it_has(
    model_id: str, wanted: dict[str, Any], problem: str, hint: str
) -> None:
    """One sentence, and the words to type instead."""
    assert refusal(model_id, **wanted) == ([problem], hint)


def test_styles_split_at_the_last_sign() -> None:
    """Strength 1 unless given; negative ones work; ids may hold = themselves."""
    styles = ("abc", "def=0.5", "ghi=-1", "u?a=b=2")
    assert given("bfl/flux-1-dev", styles=styles)["styles"] == [
        {"id": "abc", "strength": 1},
        {"id": "def", "strength": 0.5},
        {"id": "ghi", "strength": -1},
        {"id": "u?a=b", "strength": 2},
    ]


@pytest.mark.parametrize(
    ("model_id", "wanted", "field", "value"),
    [
        ("bfl/flux-1-dev", {"images": ("a.png",)}, "image_url", LocalFile("a.png")),
        ("google/nano-banana", {"images": ("a.png",)}, "image_urls", [LocalFile("a.png")]),
        (
            "google/nano-banana",
            {"images": ("a.png", "https://x")},
            "image_urls",
            [LocalFile("a.png"), "https://x"],
        ),
        ("google/veo-3.1", {"images": ("https://x",)}, "start_image", "https://x"),
        (
            "google/veo-3.1",
            {"images": ("https://x", "https://y")},
            "reference_images",
            ["https://x", "https://y"],
        ),
        (
            "bytedance/seedream-4",
            {"images": ("https://x",)},
            "style_images",
            [{"url": "https://x"}],
        ),
        ("topaz/astra", {"videos": ("a.mp4",)}, "video_url", LocalFile("a.mp4")),
        ("google/veo-2", {"videos": ("a.mp4",)}, "start_video", LocalFile("a.mp4")),
        ("bytedance/seedance-2", {"videos": ("a.mp4",)}, "reference_videos", [LocalFile("a.mp4")]),
        ("alibaba/wan-2.5", {"audios": ("a.mp3",)}, "audio_url", LocalFile("a.mp3")),
        ("bytedance/seedance-2", {"audios": ("a.mp3",)}, "reference_audios", [LocalFile("a.mp3")]),
        ("bfl/flux-1-dev", {"images": ("data:image/png,x",)}, "image_url", "data:image/png,x"),
    ],
)
def test_media_goes_to_the_models_own_field_and_says_so(
    model_id: str, wanted: dict[str, Any], field: str, value: object
) -> None:
    """In the agreed order; arrays when it is given several times."""
    prompt = None if model_id.startswith("topaz") else "x"
    prepared = prepare(SNAPSHOT.model(model_id), wishes(prompt=prompt and "x" * 9, **wanted))
    flag = "--" + next(iter(wanted)).removesuffix("s")
    assert prepared.given[field] == value
    assert f"{flag} goes to {field}" in prepared.notes
