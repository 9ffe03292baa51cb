"""Reading and measuring files of this machine."""

from pathlib import Path
from struct import pack

import pytest

from krea_cli.catalog.cache import snapshot
from krea_cli.catalog.request.inputs import MAX_TEXT, Wishes, measure, read_text
from krea_cli.catalog.request.prepare import prepare

PNG = b"\x89PNG\r\n\x1a\n" + pack(">I4sIIB4x", 13, b"IHDR", 640, 480, 8)


def test_a_picture_is_measured_by_its_header(tmp_path: Path) -> None:
    """Width and height, without decoding it."""
    picture = tmp_path / "a.png"
    picture.write_bytes(PNG)
    assert measure(str(picture)) == (640, 480)


@pytest.mark.parametrize("content", [None, b"", b"no picture", PNG[:17], b"RIFF....WEBPVP8 "])
def test_what_is_no_picture_has_no_size(tmp_path: Path, content: bytes | None) -> None:
    """Missing, empty, cut or something else: not known, no error."""
    file = tmp_path / "a"
    if content is not None:
        file.write_bytes(content)
    assert measure(str(file)) is None


def test_a_text_is_read_up_to_ten_megabytes(tmp_path: Path) -> None:
    """A file larger than that is no value of a field."""
    file = tmp_path / "text"
    file.write_text("grün")
    assert read_text(str(file)) == "grün"
    with file.open("wb") as opened:
        opened.truncate(MAX_TEXT + 1)
    with pytest.raises(ValueError, match="larger than 10 MB"):
        read_text(str(file))


def test_a_request_from_real_files(tmp_path: Path) -> None:
    """A picture to enlarge, and a prompt that stands in a file."""
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "prompt.txt").write_text("more detail\n")
    inputs = (f"prompt=@{tmp_path / 'prompt.txt'}", "image_scaling_factor=2")
    wanted = Wishes(inputs=inputs, images=(str(tmp_path / "a.png"),))
    body = prepare(snapshot().model("topaz/generative-enhance"), wanted).body
    assert (body["prompt"], body["width"], body["height"]) == ("more detail", 1280, 960)
