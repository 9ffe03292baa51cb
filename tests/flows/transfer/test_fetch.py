"""One address into one part file: streamed, checked, and resumed only if that is safe."""

import errno
import os
from collections.abc import Iterator
from hashlib import sha256
from random import Random

import httpx
import pytest

from krea_cli.api.http import HttpClient
from krea_cli.errors import Busy, Interrupted, KreaError, Unanswered
from krea_cli.flows.files import content_type
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.transfer import limits
from krea_cli.flows.transfer.fetch import DiskError, PartContent, fetch
from krea_cli.flows.transfer.result_status import ResultGone
from tests.clocks.fake_clock import FakeClock
from tests.fakes.download_host import (
    WHOLE,
    Answer,
    DownloadHost,
    cut,
    error_page,
    rest,
    slow,
    whole,
)
from tests.fakes.sandbox_process import SandboxProcess
from tests.flows.transfer.conftest import read_part

HALF = len(WHOLE) // 2
ETAG = {"ETag": '"one"'}
OLD_DATE = {
    "Last-Modified": "Sun, 22 Nov 2026 12:00:00 GMT",
    "Date": "Sun, 22 Nov 2026 12:01:00 GMT",
}


def part_size(part: PartFile) -> int:
    """The bytes in the part file."""
    return os.fstat(part.fd).st_size


CONTENT = PartContent(sha256(WHOLE).hexdigest(), len(WHOLE), content_type.PNG)


def test_a_whole_answer(part: PartFile) -> None:
    """The bytes are in the part file, with their hash, size and type; no token is sent."""
    host = DownloadHost(whole())
    assert host.fetch(part) == CONTENT
    assert read_part(part) == WHOLE
    assert host.request_headers[0]["accept-encoding"] == "identity"
    assert "authorization" not in host.request_headers[0]
    assert host.progress[-1] == (len(WHOLE), len(WHOLE))


@pytest.mark.parametrize("validator", [ETAG, OLD_DATE], ids=["tag", "old date"])
def test_a_cut_is_resumed(part: PartFile, validator: dict[str, str]) -> None:
    """After a cut only the rest is requested, on the condition that nothing changed."""
    host = DownloadHost(cut(WHOLE, HALF, **validator), rest(HALF, **validator))
    assert host.fetch(part) == CONTENT
    assert read_part(part) == WHOLE
    assert host.request_headers[1]["range"] == f"bytes={HALF}-"
    assert host.request_headers[1]["if-range"] == next(iter(validator.values()))


@pytest.mark.parametrize(
    "validator",
    [
        {},
        {"ETag": 'W/"weak"'},
        {"ETag": 'W/"weak"'} | OLD_DATE,
        {"ETag": "bare"} | OLD_DATE,
        {"Last-Modified": OLD_DATE["Last-Modified"]},
        OLD_DATE | {"Date": OLD_DATE["Last-Modified"]},
        OLD_DATE | {"Date": "Sun, 22 Nov 2026 12:00:59 GMT"},
        OLD_DATE | {"Date": "yesterday"},
    ],
    ids=["none", "weak", "weak and date", "no tag", "no clock", "now", "new date", "bad clock"],
)
def test_a_cut_without_proof_starts_over(part: PartFile, validator: dict[str, str]) -> None:
    """Bytes that nothing proves unchanged are not continued."""
    host = DownloadHost(cut(b"other" * 300_000, 700_000, **validator), whole(**validator))
    assert host.fetch(part) == CONTENT
    assert read_part(part) == WHOLE
    assert "range" not in host.request_headers[1]


def test_a_changed_result_starts_over(part: PartFile) -> None:
    """A host that sends all of it again has another version."""
    host = DownloadHost(cut(b"other" * 300_000, 700_000, **ETAG), whole(ETag='"two"'))
    assert host.fetch(part) == CONTENT
    assert read_part(part) == WHOLE
    assert "range" in host.request_headers[1]


@pytest.mark.parametrize(
    ("first", "wrong"),
    [
        (ETAG, rest(HALF - 1, **ETAG)),
        (ETAG, rest(HALF, ETag='"two"')),
        (ETAG, rest(HALF)),
        (ETAG, rest(HALF, **OLD_DATE)),
        (ETAG, rest(HALF, ETag='W/"one"')),
        (OLD_DATE, rest(HALF)),
        (OLD_DATE, rest(HALF, **OLD_DATE | {"Date": OLD_DATE["Last-Modified"]})),
        (ETAG, rest(HALF, total=len(WHOLE) + 1, **ETAG)),
        (ETAG, lambda _: httpx.Response(206, content=WHOLE[HALF:], headers=ETAG)),
        (ETAG, error_page(416)),
    ],
    ids=[
        "other start",
        "other version",
        "no validator",
        "date for tag",
        "weak tag",
        "no date",
        "new date",
        "other length",
        "no range",
        "416",
    ],
)
def test_a_wrong_continuation_is_not_used(
    part: PartFile, first: dict[str, str], wrong: Answer
) -> None:
    """A 206 that does not provably continue our bytes leads to a new start without Range."""
    host = DownloadHost(cut(WHOLE, HALF, **first), wrong, whole())
    assert host.fetch(part) == CONTENT
    assert read_part(part) == WHOLE
    assert "range" not in host.request_headers[2]


def test_a_continuation_of_unknown_length_is_not_used(part: PartFile) -> None:
    """A 206 that may bring a part of the rest only is not taken for all of it."""

    def half_unsized(_: httpx.Request) -> httpx.Response:
        def pieces() -> Iterator[bytes]:
            yield WHOLE[:HALF]
            raise httpx.RemoteProtocolError("peer closed connection")

        return httpx.Response(200, content=pieces(), headers=ETAG)

    headers = ETAG | {"Content-Range": f"bytes {HALF}-{len(WHOLE) - 2}/*"}
    partial = httpx.Response(206, content=WHOLE[HALF:-1], headers=headers)
    host = DownloadHost(half_unsized, lambda _: partial, whole())
    assert host.fetch(part) == CONTENT
    assert read_part(part) == WHOLE


@pytest.mark.parametrize("code", [500, 502, 503, 429, 408])
def test_transient_faults(part: PartFile, code: int) -> None:
    """Transient faults of the host are waited out, each a little longer."""
    host = DownloadHost(error_page(code), error_page(code), whole())
    assert host.fetch(part) == CONTENT
    assert len(host.clock.pauses) == 2
    assert host.clock.pauses[0] < host.clock.pauses[1]


def test_retry_after_is_honoured(part: PartFile) -> None:
    """The host says when to come back."""
    host = DownloadHost(error_page(503, **{"Retry-After": "40"}), whole())
    host.fetch(part)
    assert host.clock.pauses == [40.0]


def test_giving_up(part: PartFile) -> None:
    """Five fruitless tries are enough."""
    host = DownloadHost(*[error_page(500)] * 5)
    with pytest.raises(Unanswered) as caught:
        host.fetch(part)
    assert caught.value.message == "the result's host answered HTTP 500"
    host = DownloadHost(*[error_page(429)] * 5)
    with pytest.raises(Busy):
        host.fetch(part)


def test_a_line_that_breaks_often_still_ends(part: PartFile) -> None:
    """Tries that bring many bytes do not count: seven cuts, one whole file."""
    step = len(WHOLE) // 8 + 1 + 256 * 1024
    body = WHOLE * 4
    at = range(step, len(body), step)
    first = cut(body, step, **ETAG)

    def more(start: int) -> Answer:
        headers = ETAG | {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
        return cut(body[start:], step, 206, **headers)

    host = DownloadHost(first, *[more(start) for start in at][:-1])
    last = at[-1]
    headers = ETAG | {"Content-Range": f"bytes {last}-{len(body) - 1}/{len(body)}"}
    host.answers.append(lambda _: httpx.Response(206, content=body[last:], headers=headers))
    assert len(host.answers) > 6
    assert host.fetch(part).sha256 == sha256(body).hexdigest()


def test_error_of_a_broken_download(part: PartFile) -> None:
    """The last error says how far the download came."""
    host = DownloadHost(*[cut(WHOLE, 1000)] * 5)
    with pytest.raises(Unanswered) as caught:
        host.fetch(part)
    message = f"the download broke off after 1000 of {len(WHOLE)} bytes"
    assert caught.value.message == message


@pytest.mark.parametrize("code", [403, 404, 410])
def test_gone(part: PartFile, code: int) -> None:
    """An address that is refused is not asked again: the job must be read for another."""
    with pytest.raises(ResultGone) as caught:
        DownloadHost(error_page(code)).fetch(part)
    assert caught.value.message == f"the result's host answered HTTP {code}"


def test_a_clear_refusal_ends_at_once(part: PartFile) -> None:
    """A refusal that would be the same again is not tried again."""
    with pytest.raises(KreaError) as caught:
        DownloadHost(error_page(451)).fetch(part)
    assert caught.value.message == "the result's host answered HTTP 451"


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (b"<!doctype html><title>Sorry</title>", "sent a web page instead of the result"),
        (b'{"error": "this link has expired"}', "sent a message instead of the result"),
        (b"<?xml version='1.0'?><Error/>", "sent a message instead of the result"),
        (b"", "sent nothing"),
    ],
)
def test_answers_that_are_not_results(part: PartFile, page: bytes, message: str) -> None:
    """A web page or nothing, with status 200, is never taken for a picture."""
    host = DownloadHost(*[whole(page)] * 5)
    with pytest.raises(Unanswered) as caught:
        host.fetch(part)
    assert caught.value.message == f"the result's host {message}"


def test_without_a_length_a_cut_shows_in_the_content(part: PartFile) -> None:
    """An answer that simply ends is believed only if the picture has its end."""

    def unsized(body: bytes) -> Answer:
        return lambda _: httpx.Response(200, content=iter([body]))

    host = DownloadHost(unsized(WHOLE[:HALF]), unsized(WHOLE))
    assert host.fetch(part) == CONTENT


def test_a_host_with_a_wrong_length(part: PartFile) -> None:
    """A picture of the promised length that lacks its end is kept: it is paid."""
    host = DownloadHost(whole(WHOLE[:HALF]))
    assert host.fetch(part) == PartContent(
        sha256(WHOLE[:HALF]).hexdigest(), HALF, content_type.PNG, is_whole=False
    )


def test_a_signal_stops_between_two_chunks(part: PartFile) -> None:
    """An interrupted download ends as such, and soon."""
    host = DownloadHost()

    def pieces() -> Iterator[bytes]:
        yield WHOLE[:1000]
        host.clock.stop(15)
        yield WHOLE[1000:2000]
        raise AssertionError("read on after the signal")

    headers = {"Content-Length": str(len(WHOLE))}
    host.answers.append(lambda _: httpx.Response(200, content=pieces(), headers=headers))
    with pytest.raises(Interrupted):
        host.fetch(part)


def test_a_trickle_ends_with_the_time(part: PartFile) -> None:
    """The time to wait holds for the result too, and the host is not asked again."""
    host = DownloadHost()
    host.answers.append(slow(WHOLE, host.clock, piece=1, seconds=0.5))
    with pytest.raises(KreaError) as caught:
        host.fetch(part, until=20)
    assert caught.value.message == "the time to wait for it was over after 40 bytes"
    assert host.clock.monotonic() == pytest.approx(20)
    assert host.clock.pauses == []


def test_a_broken_download_is_not_tried_again_when_the_time_is_over(part: PartFile) -> None:
    """The pause before the next try would outlast it."""
    host = DownloadHost(*[error_page(503, **{"Retry-After": "40"})] * 2)
    with pytest.raises(Busy):
        host.fetch(part, until=60)
    assert host.clock.pauses == [40.0]


def test_a_result_that_comes_quickly_is_taken_when_the_time_is_over(part: PartFile) -> None:
    """Nobody wants it to be left behind at nine tenths."""
    host = DownloadHost()
    host.answers.append(slow(WHOLE, host.clock, piece=20_000, seconds=1))
    assert host.fetch(part, until=7) == CONTENT
    assert host.clock.monotonic() > 50


def test_a_result_has_a_few_seconds_in_any_case(part: PartFile) -> None:
    """The job may have ended in the last moment."""
    host = DownloadHost()
    host.answers.append(slow(WHOLE, host.clock, piece=len(WHOLE) // 4, seconds=1))
    host.clock.advance(100)
    assert host.fetch(part, until=90) == CONTENT


def test_a_trickle_without_a_time_ends_too(part: PartFile) -> None:
    """Below a kilobyte per second another connection may be better, five times."""
    host = DownloadHost()
    host.answers += [slow(WHOLE, host.clock, piece=100, seconds=0.5) for _ in range(5)]
    with pytest.raises(Unanswered) as caught:
        host.fetch(part)
    assert caught.value.message == "the result's host sends less than 1 kB per second"
    assert host.clock.monotonic() == pytest.approx(5 * 60, abs=15)


@pytest.mark.parametrize("total", [None, 10**12], ids=["unknown", "promised"])
def test_a_result_has_a_greatest_size(
    part: PartFile, total: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An endless one is not begun again."""
    monkeypatch.setattr(limits, "MAX_RESULT_BYTES", 100_000)
    host = DownloadHost()
    host.answers.append(slow(WHOLE, host.clock, piece=50_000, seconds=0.1, total=total))
    with pytest.raises(KreaError) as caught:
        host.fetch(part)
    assert caught.value.message == "it has more than 20 GB, which no result has"
    assert len(host.request_headers) == 1
    assert part_size(part) <= 150_000


def test_an_endless_result_leaves_room_on_the_disk(
    part: PartFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of known length may fill it: there, the disk is full or it is not."""
    monkeypatch.setattr(limits, "SPACE_CHECK_BYTES", 100_000)
    monkeypatch.setattr(limits, "RESERVE_BYTES", 1 << 60)
    host = DownloadHost()
    host.answers.append(slow(WHOLE, host.clock, piece=50_000, seconds=0.1, total=None))
    with pytest.raises(KreaError) as caught:
        host.fetch(part)
    assert caught.value.message == (
        "the disk is nearly full, and the host does not say how much there is to come"
    )
    assert part_size(part) <= 100_000
    assert DownloadHost(whole()).fetch(part) == CONTENT


def test_a_full_disk(part: PartFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is named as the cause, and the host is not asked again."""

    def full(file: int, data: object, offset: int) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(DiskError) as caught:
        DownloadHost(whole()).fetch(part)
    assert caught.value.message == "the disk is full"


def test_progress_is_reported_seldom(part: PartFile) -> None:
    """Progress is reported ten times a second at most, for any number of chunks."""
    chunks = [WHOLE[at : at + 100] for at in range(0, len(WHOLE), 100)]
    headers = {"Content-Length": str(len(WHOLE))}
    host = DownloadHost(lambda _: httpx.Response(200, content=iter(chunks), headers=headers))
    host.fetch(part)
    assert host.progress == [(100, len(WHOLE)), (len(WHOLE), len(WHOLE))]


def test_against_the_sandbox(part: PartFile) -> None:
    """A real server that cuts every connection halfway is resumed over real sockets."""
    with SandboxProcess("--speed", "1000", "--fault", "cut:x2") as sandbox:
        http = HttpClient(sandbox.api, sandbox.token, version="0")
        body = {"prompt": "a fox", "width": 1024, "height": 1024}
        submitted = http.request("POST", "/generate/image/bfl/flux-1-dev", json=body).json()
        job = submitted
        while job["status"] != "completed":
            job = http.request("GET", f"/jobs/{submitted['job_id']}").json()
        content = fetch(
            job["result"]["urls"][0],
            part,
            http=http,
            clock=FakeClock(),
            random=Random(1),
            progress=lambda received, total: None,
        )
        assert content.type is content_type.PNG
        assert sha256(read_part(part)).hexdigest() == content.sha256
        http.close()
