"""Bytes of results: files that other programs can open."""

import io
import json
import struct
import wave
from dataclasses import replace

import pytest
from PIL import Image

from krea_cli.sandbox.result_bytes import result_bytes
from krea_cli.sandbox.result_spec import ResultSpec

PICTURE = ResultSpec("picture", "png", 320, 200, 5.0, "a red fox in snow", "0123456789abcdef" * 4)


def parse_boxes(content: bytes) -> dict[str, bytes]:
    """The boxes of an ISO base media file, or of one of its boxes, by kind."""
    boxes = {}
    while content:
        size = struct.unpack(">I", content[:4])[0]
        boxes[content[4:8].decode()] = content[8:size]
        content = content[size:]
    return boxes


@pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
def test_a_picture_has_the_requested_format_and_size(form: str) -> None:
    """Every pixel of the file can be read."""
    image = Image.open(io.BytesIO(result_bytes(replace(PICTURE, format=form))))
    image.load()

    assert (image.format, image.size) == (form.upper(), (320, 200))


@pytest.mark.parametrize(
    "text",
    ["", "x" * 10_000, "word " * 2_000, "山の風景 🦊 \u202e evil", "\ud800 lone", "a\0b\x1b[31m\n"],
    ids=["empty", "one long word", "long", "unicode", "surrogate", "control"],
)
@pytest.mark.parametrize("size", [(16, 16), (300, 40), (64, 512)])
def test_any_prompt_can_be_written_on_any_size(text: str, size: tuple[int, int]) -> None:
    """No prompt and no size is too much for the caption."""
    spec = replace(PICTURE, caption=text, width=size[0], height=size[1])

    assert Image.open(io.BytesIO(result_bytes(spec))).size == size


def test_a_picture_is_the_same_each_time_and_differs_by_request() -> None:
    """The bytes follow from the request alone."""
    other = replace(PICTURE, request_hash="f" * 64)

    assert result_bytes(PICTURE) == result_bytes(PICTURE) != result_bytes(other)


def test_the_prompt_and_the_watermark_are_in_the_picture() -> None:
    """The lower edge holds the caption, the middle the watermark."""
    blank = Image.open(io.BytesIO(result_bytes(replace(PICTURE, caption=""))))
    image = Image.open(io.BytesIO(result_bytes(PICTURE)))
    caption = image.crop((0, 170, 320, 200)).convert("L")

    assert image.crop((0, 0, 320, 150)).tobytes() == blank.crop((0, 0, 320, 150)).tobytes()
    assert caption.getextrema()[1] > 230  # white letters
    middle = image.crop((80, 60, 240, 140)).convert("L")
    assert len(middle.getcolors(maxcolors=70_000) or []) > 40


def test_a_film_is_a_whole_mp4() -> None:
    """The header comes first, then eight JPEG frames at the offsets in its tables."""
    film = result_bytes(replace(PICTURE, medium="video", format="mp4", width=1280, height=720))

    outer = parse_boxes(film)
    track = parse_boxes(parse_boxes(outer["moov"])["trak"])
    samples = parse_boxes(parse_boxes(parse_boxes(track["mdia"])["minf"])["stbl"])
    sizes = struct.unpack(">8I", samples["stsz"][12:])
    start = struct.unpack(">I", samples["stco"][8:])[0]
    frame = Image.open(io.BytesIO(film[start : start + sizes[0]]))
    assert list(outer) == ["ftyp", "moov", "mdat"]
    assert struct.unpack(">II", parse_boxes(outer["moov"])["mvhd"][12:20]) == (1000, 5000)
    assert struct.unpack(">II", track["tkhd"][-8:]) == (640 << 16, 360 << 16)
    assert sum(sizes) == len(outer["mdat"])
    assert (frame.format, frame.size) == ("JPEG", (640, 360))


def test_a_sound_is_a_wav_of_the_requested_length() -> None:
    """The format is 16 bit, mono, 22,050 Hz."""
    sound = result_bytes(replace(PICTURE, medium="audio", format="wav", seconds=3.0))

    with wave.open(io.BytesIO(sound)) as file:
        assert file.getparams()[:4] == (1, 2, 22050, 3 * 22050)
        assert len(set(file.readframes(22050))) > 100


def test_a_model_is_a_binary_gltf() -> None:
    """The file has two chunks, and a buffer of the length that its accessors need."""
    model = result_bytes(replace(PICTURE, medium="model", format="glb"))

    magic, version, length, size, kind = struct.unpack("<4sIII4s", model[:20])
    scene = json.loads(model[20 : 20 + size])
    assert (magic, version, length, kind) == (b"glTF", 2, len(model), b"JSON")
    assert scene["buffers"] == [{"byteLength": 8 * 12 + 36 * 2}]
    assert [accessor["count"] for accessor in scene["accessors"]] == [8, 36]
    assert struct.unpack("<I4s", model[20 + size : 28 + size]) == (168, b"BIN\0")
