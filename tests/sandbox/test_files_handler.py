"""The files port: results whole and in parts, and everything that can spoil a download."""

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.sandbox.conftest import Caller, Start


def address(krea: Caller, **fields: Any) -> str:
    """The address of a finished picture."""
    small = {"width": 512, "height": 512}
    url: str = krea.finished(**small | fields)["result"]["urls"][0]
    return url


def test_a_result_is_served_whole_with_its_type_and_length(start: Start) -> None:
    """A PNG of 1024 × 1024; no token is needed; HEAD says the same."""
    krea = start()
    url = address(krea, width=1024, height=1024)

    answer, head = krea.stranger.get(url), krea.stranger.head(url)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["accept-ranges"] == "bytes"
    assert Image.open(io.BytesIO(answer.content)).size == (1024, 1024)
    assert (head.content, head.headers["etag"]) == (b"", answer.headers["etag"])


@pytest.mark.parametrize(
    ("asked", "part", "status"),
    [
        ("bytes=100-", slice(100, None), 206),
        ("bytes=0-9", slice(0, 10), 206),
        ("bytes=-10", slice(-10, None), 206),
        ("bytes=5-99999999", slice(5, None), 206),
        ("lines=1-2", slice(None), 200),
        ("bytes=0-1,5-9", slice(None), 200),
    ],
)
def test_a_part_can_be_asked_for(start: Start, asked: str, part: slice, status: int) -> None:
    """One range gives 206 with Content-Range; what is not understood gives the whole."""
    krea = start()
    url = address(krea)
    whole = krea.stranger.get(url).content
    end = len(whole) if part.stop is None else part.stop

    answer = krea.stranger.get(url, headers={"Range": asked})

    assert (answer.status_code, answer.content) == (status, whole[part])
    if status == 206:
        begin = end - len(answer.content)
        assert answer.headers["content-range"] == f"bytes {begin}-{end - 1}/{len(whole)}"


def test_if_range_decides_between_the_part_and_the_whole(start: Start) -> None:
    """Another ETag means another file: the whole of it is sent."""
    krea = start()
    url = address(krea)
    etag = krea.stranger.get(url).headers["etag"]

    same = krea.stranger.get(url, headers={"Range": "bytes=9-", "If-Range": etag})
    other = krea.stranger.get(url, headers={"Range": "bytes=9-", "If-Range": '"other"'})

    assert (same.status_code, other.status_code) == (206, 200)


def test_a_range_beyond_the_end_is_416(start: Start) -> None:
    """With the length, so that the client can tell."""
    krea = start()
    url = address(krea)
    length = krea.stranger.get(url).headers["content-length"]

    answer = krea.stranger.get(url, headers={"Range": "bytes=99999999-"})

    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{length}")


def test_a_cut_download_can_be_resumed(start: Start) -> None:
    """Half arrives, the connection closes, the rest comes on request."""
    krea = start("cut:x1")
    url = address(krea)
    half = b""
    with (
        pytest.raises(httpx.RemoteProtocolError),
        krea.stranger.stream("GET", url) as answer,
    ):
        for piece in answer.iter_bytes():
            half += piece

    rest = krea.stranger.get(url, headers={"Range": f"bytes={len(half)}-"})

    assert len(half) == int(answer.headers["content-length"]) // 2
    assert half + rest.content == krea.stranger.get(url).content


@pytest.mark.parametrize("status", [403, 404])
def test_a_refused_address_is_replaced_by_reading_the_job(start: Start, status: int) -> None:
    """An address that expired stays refused; the job gives another one."""
    krea = start(f"download-{status}:x1")
    job = krea.finished()
    old = job["result"]["urls"][0]

    statuses = [krea.stranger.get(old).status_code for _ in range(2)]

    new = krea.job(job["job_id"])["result"]["urls"][0]
    assert statuses == [status, 404]
    assert new != old
    assert krea.stranger.get(new).status_code == 200


def test_a_broken_files_server_recovers(start: Start) -> None:
    """500 passes; the address stays good."""
    krea = start("download-500:x1")
    url = address(krea)

    assert [krea.stranger.get(url).status_code for _ in range(2)] == [500, 200]


def test_a_length_can_be_withheld(start: Start) -> None:
    """The end of the connection is the end of the file."""
    krea = start("no-length:x1")
    url = address(krea)

    without, with_length = krea.stranger.get(url), krea.stranger.get(url)

    assert "content-length" not in without.headers
    assert without.content == with_length.content


def test_a_slow_download_is_whole(start: Start) -> None:
    """It takes its time and loses nothing."""
    krea = start("slow:x1:0.1s")
    url = address(krea)

    slow, quick = krea.stranger.get(url), krea.stranger.get(url)

    assert slow.elapsed.total_seconds() > 0.09
    assert slow.content == quick.content


def test_results_can_be_made_large(start: Start) -> None:
    """A picture with zeros behind it, of exactly the size asked for; parts of it too."""
    krea = start(min_result_bytes=1_000_000)
    url = address(krea)

    whole = krea.stranger.get(url).content
    part = krea.stranger.get(url, headers={"Range": "bytes=999990-"}).content

    assert (len(whole), whole[:4], part) == (1_000_000, b"\x89PNG", bytes(10))
    assert Image.open(io.BytesIO(whole)).size == (512, 512)


def test_what_was_never_handed_out_is_404(start: Start) -> None:
    """Neither results nor uploads can be guessed."""
    krea = start()

    for path in ("/images/x.png", "/uploads/x/y.png", "/"):
        assert krea.stranger.get(krea.running.files + path).status_code == 404
