"""Uploading a file: streamed, told, free of charge."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_httpx import HTTPXMock

from krea_cli.api.client import Api
from krea_cli.api.http import Http
from krea_cli.api.types import Asset
from krea_cli.errors import Busy, KreaError, RequestRefused, Unanswered, UsageError
from tests.fakes.raw_http_server import RawServer, Received, response


def parts(request: Received) -> list[bytes]:
    """The parts of a form, each with its headers."""
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    return [part.strip(b"\r\n") for part in request.body.split(b"--" + boundary)][1:-1]


def test_an_upload_is_streamed_and_told(tmp_path: Path) -> None:
    """One part named file, of the type given; progress grows to the whole."""
    told: list[tuple[int, int]] = []
    content = bytes(range(256)) * 1000
    path = tmp_path / "mein Bild ü.JPG"
    path.write_bytes(content)
    answer = response(
        b'{"id": "a1", "image_url": "https://app-uploads.krea.ai/u/1-x.jpg",'
        b' "mime_type": "image/jpeg", "size_bytes": 256000, "width": null}'
    )
    with RawServer(lambda _: answer) as server:
        http = Http(server.url, "t", version="1")
        asset = Api(http).upload(path, "image/jpeg", progress=lambda *step: told.append(step))
        http.close()
        [request] = server.received
    assert asset == Asset("a1", "https://app-uploads.krea.ai/u/1-x.jpg", "image/jpeg", 256000)
    assert request.line == "POST /assets HTTP/1.1"
    assert parts(request) == [
        b'Content-Disposition: form-data; name="file"; filename="mein_Bild_.JPG"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n" + content
    ]
    assert int(request.headers["content-length"]) == len(request.body)
    assert told == [(step, 256000) for step in (0, 65536, 131072, 196608, 256000)]


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        ({"status_code": 413}, UsageError, "a.png is larger than the service takes: 75 MB at most"),
        (
            {"status_code": 400, "json": {"error": "Invalid file type"}},
            RequestRefused,
            "the service does not take a.png: Invalid file type",
        ),
        (
            {"status_code": 500},
            Busy,
            "the service is not available now (HTTP 500: Internal Server Error)",
        ),
        (
            {"json": {"id": "a"}},
            Unanswered,
            "the service took the file and named no address for it",
        ),
        ({"text": "ok"}, Unanswered, "the service took the file and named no address for it"),
    ],
)
def test_an_upload_that_fails_costs_nothing(
    api: Api,
    httpx_mock: HTTPXMock,
    tmp_path: Path,
    answer: dict[str, Any],
    kind: type[KreaError],
    message: str,
) -> None:
    """Too large, not taken, broken: no doubt about money in any of them."""
    (tmp_path / "a.png").write_bytes(b"x")
    httpx_mock.add_response(**answer)
    with pytest.raises(KreaError) as caught:
        api.upload(tmp_path / "a.png", "image/png")
    assert (type(caught.value), caught.value.message) == (kind, message)
    assert caught.value.charged == "no"


def test_an_upload_that_gets_no_answer_costs_nothing(
    api: Api, httpx_mock: HTTPXMock, tmp_path: Path
) -> None:
    """It may be sent again."""
    (tmp_path / "a.png").write_bytes(b"x")
    httpx_mock.add_exception(httpx.ReadTimeout("slow"))
    with pytest.raises(Unanswered) as caught:
        api.upload(tmp_path / "a.png", "image/png")
    assert caught.value.charged == "no"


def test_a_file_that_cannot_be_read_is_not_uploaded(api: Api, tmp_path: Path) -> None:
    """One sentence, nothing sent."""
    with pytest.raises(UsageError, match=r"none\.png cannot be read: No such file or directory"):
        api.upload(tmp_path / "none.png", "image/png")


def test_an_answer_may_name_the_address_url(
    api: Api, httpx_mock: HTTPXMock, tmp_path: Path
) -> None:
    """Should the field be renamed one day, the upload still counts."""
    (tmp_path / "a.png").write_bytes(b"x")
    httpx_mock.add_response(json={"url": "https://x.example/a", "size_bytes": "many"})
    assert api.upload(tmp_path / "a.png", "image/png") == Asset("", "https://x.example/a")
