"""Uploads: streamed, with progress, free of charge."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_httpx import HTTPXMock

from krea_cli.api.client import ApiClient
from krea_cli.api.http import HttpClient
from krea_cli.api.types import Asset
from krea_cli.errors import Busy, KreaError, RequestRefused, Unanswered, UsageError
from tests.fakes.raw_http_server import RawServer, Received, response


def no_progress(sent: int, total: int) -> None:
    """Take the progress of an upload that is about something else."""


def form_parts(request: Received) -> list[bytes]:
    """Split the body of REQUEST into the parts of its form, each with its headers."""
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    return [part.strip(b"\r\n") for part in request.body.split(b"--" + boundary)][1:-1]


def test_an_upload_is_streamed_with_progress(tmp_path: Path) -> None:
    """The form has one part "file" of the given type; progress grows to the whole size."""
    steps: list[tuple[int, int]] = []
    content = bytes(range(256)) * 1000
    path = tmp_path / "mein Bild ü.JPG"
    path.write_bytes(content)
    answer = response(
        b'{"id": "a1", "image_url": "https://app-uploads.krea.ai/u/1-x.jpg",'
        b' "mime_type": "image/jpeg", "size_bytes": 256000, "width": null}'
    )
    with RawServer(lambda _: answer) as server:
        http = HttpClient(server.url, "t", version="1")
        asset = ApiClient(http).upload(
            path, "image/jpeg", progress=lambda *step: steps.append(step)
        )
        http.close()
        [request] = server.received
    assert asset == Asset("a1", "https://app-uploads.krea.ai/u/1-x.jpg")
    assert request.line == "POST /assets HTTP/1.1"
    assert form_parts(request) == [
        b'Content-Disposition: form-data; name="file"; filename="mein_Bild_.JPG"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n" + content
    ]
    assert int(request.headers["content-length"]) == len(request.body)
    assert steps == [(step, 256000) for step in (0, 65536, 131072, 196608, 256000)]


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (
            {"status_code": 413},
            UsageError,
            "a.png is larger than 75 MB, the most that the service takes",
        ),
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
            "the service took the file, but gave no address for it",
        ),
        ({"text": "ok"}, Unanswered, "the service took the file, but gave no address for it"),
    ],
)
def test_an_upload_that_fails_costs_nothing(
    api: ApiClient,
    httpx_mock: HTTPXMock,
    tmp_path: Path,
    answer: dict[str, Any],
    kind: type[KreaError],
    message: str,
) -> None:
    """A file too large or refused, and a broken answer, are never charged."""
    (tmp_path / "a.png").write_bytes(b"x")
    httpx_mock.add_response(**answer)
    with pytest.raises(KreaError) as caught:
        api.upload(tmp_path / "a.png", "image/png", progress=no_progress)
    assert (type(caught.value), caught.value.message) == (kind, message)
    assert caught.value.charged == "no"


def test_an_upload_without_an_answer_costs_nothing(
    api: ApiClient, httpx_mock: HTTPXMock, tmp_path: Path
) -> None:
    """A timeout of an upload leaves no doubt about money."""
    (tmp_path / "a.png").write_bytes(b"x")
    httpx_mock.add_exception(httpx.ReadTimeout("slow"))
    with pytest.raises(Unanswered) as caught:
        api.upload(tmp_path / "a.png", "image/png", progress=no_progress)
    assert caught.value.charged == "no"


def test_a_file_that_cannot_be_read_is_not_uploaded(api: ApiClient, tmp_path: Path) -> None:
    """A missing file is a usage error, and nothing is sent."""
    with pytest.raises(UsageError, match=r"none\.png cannot be read: No such file or directory"):
        api.upload(tmp_path / "none.png", "image/png", progress=no_progress)


def test_the_address_may_be_called_url(
    api: ApiClient, httpx_mock: HTTPXMock, tmp_path: Path
) -> None:
    """The upload counts too if the service calls the field `url`."""
    (tmp_path / "a.png").write_bytes(b"x")
    httpx_mock.add_response(json={"url": "https://x.example/a", "size_bytes": "many"})
    assert api.upload(tmp_path / "a.png", "image/png", progress=no_progress) == Asset(
        "", "https://x.example/a"
    )
