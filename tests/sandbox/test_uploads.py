"""Uploads: multipart bodies in pieces of any size."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from krea_cli.sandbox import uploads
from krea_cli.sandbox.uploads import UploadRefused, UploadStore
from tests.sandbox.conftest import StartSandbox

HEAD = (
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\nContent-Type: %s\r\n\r\n'
)


class PiecewiseBody:
    """A body that arrives in pieces of SIZE bytes."""

    def __init__(self, content: bytes, size: int) -> None:
        self._stream, self._size = io.BytesIO(content), size

    def read(self, max_bytes: int = 0) -> bytes:
        """Read the next piece."""
        return self._stream.read(self._size)


def multipart_body(content: bytes, mime: bytes = b"image/png", name: bytes = b"fox.png") -> bytes:
    """A multipart body with one file."""
    return HEAD % (name, mime) + content + b"\r\n--b--\r\n"


@pytest.fixture
def store() -> Iterator[UploadStore]:
    """Open an empty store."""
    uploads = UploadStore()
    yield uploads
    uploads.close()


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=60) | st.just(b"\r\n--\r\n--b"[:-1] * 3), size=st.integers(1, 70))
def test_a_file_arrives_whole_in_any_pieces(content: bytes, size: int) -> None:
    """Neither the size of the pieces nor delimiters in the content make a difference."""
    store = UploadStore()
    asset = store.receive(
        PiecewiseBody(multipart_body(content), size), "multipart/form-data; boundary=b", 1.0
    )
    received = asset.file.read_bytes()
    store.close()

    assert (received, asset.size) == (content, len(content))


@pytest.mark.parametrize(
    ("content", "content_type", "sentence"),
    [
        (
            multipart_body(b"x", b"image/jpg"),
            "multipart/form-data; boundary=b",
            "Invalid file type: image/jpg",
        ),
        (
            multipart_body(b"x", b"text/plain"),
            "multipart/form-data; boundary=b",
            "Invalid file type: text/plain",
        ),
        (
            multipart_body(b"x" * 11),
            "multipart/form-data; boundary=b",
            "File size exceeds the limit of 75MB",
        ),
        (b'{"file": 1}', "application/json", uploads._refusal_message(None)),
        (
            multipart_body(b"x")[:-9],
            "multipart/form-data; boundary=b",
            uploads._refusal_message(None),
        ),
        (b"", "multipart/form-data; boundary=b", uploads._refusal_message(None)),
    ],
    ids=["misspelt type", "wrong type", "too large", "JSON", "cut off", "nothing"],
)
def test_a_wrong_upload_is_refused_and_removed(
    store: UploadStore,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    content_type: str,
    sentence: str,
) -> None:
    """Each refusal has its sentence, and no file stays."""
    monkeypatch.setattr(uploads, "MAX_FILE_BYTES", 10)

    with pytest.raises(UploadRefused) as raised:
        store.receive(PiecewiseBody(content, 7), content_type, 1.0)

    assert str(raised.value) == sentence
    assert store.all() == []
    assert list(Path(store._folder.name).glob("*")) == []


def test_the_size_of_a_picture_is_read(start_sandbox: StartSandbox) -> None:
    """Width and height are from the file itself, also with a chunked body."""
    out = io.BytesIO()
    Image.new("RGB", (30, 20)).save(out, "PNG")
    krea = start_sandbox()
    content = multipart_body(out.getvalue(), name=b"../../etc/a fox.png")

    answer = krea.client.post(
        "/assets",
        content=iter([content[:50], content[50:]]),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )

    asset = answer.json()
    assert (asset["width"], asset["height"]) == (30, 20)
    assert asset["image_url"].endswith("/1800000000000-a-fox.png")


def test_a_picture_that_cannot_be_read_has_no_size(start_sandbox: StartSandbox) -> None:
    """The file is stored all the same, as its declared type is right."""
    asset = (
        start_sandbox()
        .client.post("/assets", files={"file": ("a.heic", b"x", "image/heic")})
        .json()
    )

    assert (asset["width"], asset["height"], asset["size_bytes"]) == (None, None, 1)
