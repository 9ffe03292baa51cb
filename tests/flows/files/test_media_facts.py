"""Pixels and seconds of results, as encoders write them and as an attacker would."""

import io
import struct
import wave
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from krea_cli.flows.files.media_facts import MediaFacts, read_media_facts
from krea_cli.sandbox.images import compress, draw_image
from krea_cli.sandbox.mp4 import encode_mp4
from krea_cli.sandbox.result_spec import ResultSpec

SPEC = ResultSpec(
    medium="video",
    format="mp4",
    width=320,
    height=180,
    seconds=5.0,
    caption="",
    request_hash="0" * 64,
)


def encode_wave(seconds: int, *, extra: bytes = b"") -> bytes:
    """A mono sound of 16 bits at 8 kHz, with EXTRA bytes before its head ends."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(2 * 8000 * seconds))
    data = out.getvalue()
    return data[:12] + extra + data[12:]


def with_long_times(clip: bytes) -> bytes:
    """CLIP with its movie header in version 1, with times of 64 bits."""
    at = clip.index(b"mvhd") + 4
    scale, ticks = struct.unpack_from(">II", clip, at + 12)
    head = b"\1\0\0\0" + struct.pack(">QQIQ", 0, 0, scale, ticks)
    longer = head + clip[at + 20 :]
    moov = clip.index(b"moov") - 4
    sizes = bytearray(clip[:at])
    for place in (moov, at - 8):
        (length,) = struct.unpack_from(">I", sizes, place)
        struct.pack_into(">I", sizes, place, length + 12)
    return bytes(sizes) + longer


FILES = {
    "clip": (encode_mp4(SPEC), (320, 180), 5.0),
    "clip of 64 bits": (with_long_times(encode_mp4(SPEC)), (320, 180), 5.0),
    "sound": (encode_wave(3), None, 3.0),
    "sound with a list": (encode_wave(3, extra=b"LIST\3\0\0\0abc\0"), None, 3.0),
    "picture": (compress(draw_image(SPEC), "png"), (320, 180), None),
    "text": (b"a fox", None, None),
    "empty": (b"", None, None),
}


@pytest.mark.parametrize("name", FILES)
def test_facts(name: str, tmp_path: Path) -> None:
    """Width, height, seconds and bytes."""
    data, size, seconds = FILES[name]
    (tmp_path / "a").write_bytes(data)
    facts = read_media_facts(str(tmp_path / "a"))
    assert facts == MediaFacts(size, seconds, len(data))


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    """Nothing is known of it."""
    assert read_media_facts(str(tmp_path / "none")) == MediaFacts()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 900), at=st.integers(0, 900), patch=st.binary(max_size=12))
def test_a_broken_head_tells_nothing(tmp_path: Path, cut: int, at: int, patch: bytes) -> None:
    """A clip that is cut off or overwritten ends no command."""
    data = bytearray(FILES["clip"][0])
    data[at : at + len(patch)] = patch
    (tmp_path / "a").write_bytes(bytes(data[: len(data) - cut]))
    read_media_facts(str(tmp_path / "a"))
