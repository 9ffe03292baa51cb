"""--image, --video and --audio, on models of every family."""

from typing import Any

import pytest

from krea_cli.catalog.cache import load_snapshot
from krea_cli.catalog.local_files import LocalFile
from krea_cli.catalog.request.prepare import prepare_request
from tests.catalog.documents import make_inputs

SNAPSHOT = load_snapshot()


@pytest.mark.parametrize(
    ("model_id", "inputs", "field", "value"),
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
def test_media_goes_to_a_field_of_the_model_with_a_note(
    model_id: str, inputs: dict[str, Any], field: str, value: object
) -> None:
    """The preferred field takes the file; several files go into an array."""
    prompt = None if model_id.startswith("topaz") else "x"
    prepared = prepare_request(
        SNAPSHOT.model(model_id), make_inputs(prompt=prompt and "x" * 9, **inputs)
    )
    flag = "--" + next(iter(inputs)).removesuffix("s")
    assert prepared.given[field] == value
    assert f"{flag} goes to {field}" in prepared.notes
