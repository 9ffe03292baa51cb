"""Reading and measuring files of this machine."""

from pathlib import Path
from struct import pack

import pytest

from krea_cli.catalog.cache import load_snapshot
from krea_cli.catalog.request.inputs import (
    MAX_TEXT_CHARACTERS,
    RequestInputs,
    read_text,
)
from krea_cli.catalog.request.prepare import prepare_request

PNG = b"\x89PNG\r\n\x1a\n" + pack(">I4sIIB4x", 13, b"IHDR", 640, 480, 8)


def test_a_text_is_read_up_to_ten_megabytes(tmp_path: Path) -> None:
    """A file larger than that is no value of a field."""
    file = tmp_path / "text"
    file.write_text("grün")
    assert read_text(str(file)) == "grün"
    with file.open("wb") as opened:
        opened.truncate(MAX_TEXT_CHARACTERS + 1)
    with pytest.raises(ValueError, match="larger than 10 MB"):
        read_text(str(file))


def test_a_request_from_real_files(tmp_path: Path) -> None:
    """The picture to enlarge and the prompt are files."""
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "prompt.txt").write_text("more detail\n")
    inputs = (f"prompt=@{tmp_path / 'prompt.txt'}", "image_scaling_factor=2")
    files = RequestInputs(inputs=inputs, images=(str(tmp_path / "a.png"),))
    body = prepare_request(load_snapshot().model("topaz/generative-enhance"), files).body
    assert (body["prompt"], body["width"], body["height"]) == ("more detail", 1280, 960)
