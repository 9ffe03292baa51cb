"""The files port: whole results, parts of them, and faults of downloads."""

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.sandbox.conftest import SandboxClient, StartSandbox


def result_url(krea: SandboxClient, **fields: Any) -> str:
    """Make a picture; return its address."""
    small = {"width": 512, "height": 512}
    url: str = krea.submit_and_finish(**small | fields)["result"]["urls"][0]
    return url


def test_a_result_is_served_whole_with_its_type_and_length(start_sandbox: StartSandbox) -> None:
    """A PNG of 1024 × 1024 needs no token; HEAD has the headers of GET."""
    krea = start_sandbox()
    url = result_url(krea, width=1024, height=1024)

    answer, head = krea.anonymous.get(url), krea.anonymous.head(url)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["accept-ranges"] == "bytes"
    assert Image.open(io.BytesIO(answer.content)).size == (1024, 1024)
    assert (head.content, head.headers["etag"]) == (b"", answer.headers["etag"])


@pytest.mark.parametrize(
    ("requested", "part", "status"),
    [
        ("bytes=100-", slice(100, None), 206),
        ("bytes=0-9", slice(0, 10), 206),
        ("bytes=-10", slice(-10, None), 206),
        ("bytes=5-99999999", slice(5, None), 206),
        ("lines=1-2", slice(None), 200),
        ("bytes=0-1,5-9", slice(None), 200),
    ],
)
def test_a_part_can_be_requested(
    start_sandbox: StartSandbox, requested: str, part: slice, status: int
) -> None:
    """One range gives 206 with Content-Range; anything else gives the whole file."""
    krea = start_sandbox()
    url = result_url(krea)
    whole = krea.anonymous.get(url).content
    end = len(whole) if part.stop is None else part.stop

    answer = krea.anonymous.get(url, headers={"Range": requested})

    assert (answer.status_code, answer.content) == (status, whole[part])
    if status == 206:
        begin = end - len(answer.content)
        assert answer.headers["content-range"] == f"bytes {begin}-{end - 1}/{len(whole)}"


def test_if_range_decides_between_the_part_and_the_whole(start_sandbox: StartSandbox) -> None:
    """With another ETag the whole file is sent."""
    krea = start_sandbox()
    url = result_url(krea)
    etag = krea.anonymous.get(url).headers["etag"]

    same = krea.anonymous.get(url, headers={"Range": "bytes=9-", "If-Range": etag})
    other = krea.anonymous.get(url, headers={"Range": "bytes=9-", "If-Range": '"other"'})

    assert (same.status_code, other.status_code) == (206, 200)


def test_a_range_beyond_the_end_is_416(start_sandbox: StartSandbox) -> None:
    """The answer has the length of the file."""
    krea = start_sandbox()
    url = result_url(krea)
    length = krea.anonymous.get(url).headers["content-length"]

    answer = krea.anonymous.get(url, headers={"Range": "bytes=99999999-"})

    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{length}")


def test_a_cut_download_can_be_resumed(start_sandbox: StartSandbox) -> None:
    """Half arrives and the connection closes; a range brings the rest."""
    krea = start_sandbox("cut:x1")
    url = result_url(krea)
    half = b""
    with (
        pytest.raises(httpx.RemoteProtocolError),
        krea.anonymous.stream("GET", url) as answer,
    ):
        for piece in answer.iter_bytes():
            half += piece

    rest = krea.anonymous.get(url, headers={"Range": f"bytes={len(half)}-"})

    assert len(half) == int(answer.headers["content-length"]) // 2
    assert half + rest.content == krea.anonymous.get(url).content


@pytest.mark.parametrize("status", [403, 404])
def test_a_refused_address_is_replaced_by_reading_the_job(
    start_sandbox: StartSandbox, status: int
) -> None:
    """An expired address stays refused; the job has another one."""
    krea = start_sandbox(f"download-{status}:x1")
    job = krea.submit_and_finish()
    old = job["result"]["urls"][0]

    statuses = [krea.anonymous.get(old).status_code for _ in range(2)]

    new = krea.read_job(job["job_id"])["result"]["urls"][0]
    assert statuses == [status, 404]
    assert new != old
    assert krea.anonymous.get(new).status_code == 200


def test_a_broken_files_server_recovers(start_sandbox: StartSandbox) -> None:
    """After a 500 the address is still good."""
    krea = start_sandbox("download-500:x1")
    url = result_url(krea)

    assert [krea.anonymous.get(url).status_code for _ in range(2)] == [500, 200]


def test_a_result_may_come_without_its_length(start_sandbox: StartSandbox) -> None:
    """The end of the connection is then the end of the file."""
    krea = start_sandbox("no-length:x1")
    url = result_url(krea)

    without, with_length = krea.anonymous.get(url), krea.anonymous.get(url)

    assert "content-length" not in without.headers
    assert without.content == with_length.content


def test_a_slow_download_is_whole(start_sandbox: StartSandbox) -> None:
    """A slow download takes its time and loses nothing."""
    krea = start_sandbox("slow:x1:0.1s")
    url = result_url(krea)

    slow, quick = krea.anonymous.get(url), krea.anonymous.get(url)

    assert slow.elapsed.total_seconds() > 0.09
    assert slow.content == quick.content


def test_results_can_be_made_large(start_sandbox: StartSandbox) -> None:
    """Zeros behind a picture fill it up to the size, also in a part of it."""
    krea = start_sandbox(min_result_bytes=1_000_000)
    url = result_url(krea)

    whole = krea.anonymous.get(url).content
    part = krea.anonymous.get(url, headers={"Range": "bytes=999990-"}).content

    assert (len(whole), whole[:4], part) == (1_000_000, b"\x89PNG", bytes(10))
    assert Image.open(io.BytesIO(whole)).size == (512, 512)


def test_an_unknown_address_is_404(start_sandbox: StartSandbox) -> None:
    """Neither results nor uploads can be guessed."""
    krea = start_sandbox()

    for path in ("/images/x.png", "/uploads/x/y.png", "/"):
        assert krea.anonymous.get(krea.server.files + path).status_code == 404
