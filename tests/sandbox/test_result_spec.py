"""Specifications of the results of a request."""

from typing import Any

import pytest

from krea_cli.sandbox.openapi import ServedDocument
from krea_cli.sandbox.result_spec import result_specs
from krea_cli.sandbox.settings import SNAPSHOT

DOCUMENT = ServedDocument.read(SNAPSHOT)


def result_list(path: str, **body: Any) -> list[tuple[str, ...]]:
    """Label, media type and size of each result of a request to PATH."""
    specs = result_specs(DOCUMENT.routes[f"/generate/{path}"], body)
    return [
        (label, spec.media_type, f"{spec.width}x{spec.height}") for label, spec in specs.items()
    ]


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({}, "1024x1024"),
        ({"width": 640, "height": 512}, "640x512"),
        ({"aspect_ratio": "16:9"}, "1365x768"),
        ({"aspect_ratio": "2.35:1", "resolution": "1K"}, "1570x668"),
        ({"aspect_ratio": "1:1", "resolution": "2K"}, "2048x2048"),
        ({"aspect_ratio": "1:1", "resolution": "0.5K"}, "512x512"),
        ({"aspect_ratio": "16:9", "resolution": "1080p"}, "1920x1080"),
        ({"aspect_ratio": "9:16", "resolution": "720"}, "720x1280"),
        ({"ratio": "1280:720"}, "1280x720"),
        ({"aspect_ratio": "auto", "resolution": "best"}, "1024x1024"),
        ({"width": 1, "height": 10**9}, "16x8192"),
    ],
)
def test_the_size_follows_the_request(fields: dict[str, Any], size: str) -> None:
    """The size is from width and height, or from ratio and resolution in any spelling."""
    assert result_list("image/google/nano-banana-pro", prompt="x", **fields) == [
        ("0", "image/png", size)
    ]


@pytest.mark.parametrize(
    ("path", "body", "results"),
    [
        ("image/z-image/z-image", {"output_format": "webp"}, [("0", "image/webp", "1024x1024")]),
        ("enhance/topaz/standard-enhance", {}, [("0", "image/jpeg", "1024x1024")]),
        ("enhance/topaz/astra", {"video_url": "https://x/y"}, [("0", "video/mp4", "1024x1024")]),
        ("video/google/veo-3.1", {"prompt": "x"}, [("0", "video/mp4", "1365x768")]),
        ("audio/elevenlabs/music", {"prompt": "x"}, [("0", "audio/wav", "1024x1024")]),
        (
            "3d/microsoft/trellis",
            {},
            [("model", "model/gltf-binary", "1024x1024"), ("preview", "image/png", "1024x1024")],
        ),
        (
            "image/z-image/z-image",
            {"prompt": "a [two]"},
            [("0", "image/png", "1024x1024"), ("1", "image/png", "1024x1024")],
        ),
        (
            "image/z-image/z-image",
            {"prompt": "a [map]"},
            [("front", "image/png", "1024x1024"), ("side", "image/png", "1024x1024")],
        ),
    ],
)
def test_the_medium_follows_from_the_model_and_the_request(
    path: str, body: dict[str, Any], results: list[tuple[str, str, str]]
) -> None:
    """Results are pictures, films, sounds or models, and several if the prompt asks for them."""
    assert result_list(path, **body) == results


def test_equal_requests_give_equal_results() -> None:
    """The hash depends on every field, and on no chance."""
    route = DOCUMENT.routes["/generate/image/z-image/z-image"]
    first, equal, other = (
        result_specs(route, {"prompt": "x", "seed": seed})["0"].request_hash for seed in (1, 1, 2)
    )

    assert first == equal != other
