"""One address into one part: streamed, checked, resumed after a cut only where that is safe."""

import errno
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random

import httpx
import pytest

from krea_cli.api.http import Http
from krea_cli.errors import Busy, Interrupted, KreaError, Unanswered
from krea_cli.flows.files import content_type
from krea_cli.flows.files.part_file import Reservation, open_part
from krea_cli.flows.transfer.fetch import DiskFailure, Fetched, Gone, fetch
from tests.clocks.fake_clock import FakeClock
from tests.fakes.download_host import WHOLE, Answer, Host, cut, rest, status, whole
from tests.fakes.sandbox_process import Sandbox

HALF = len(WHOLE) // 2
ETAG = {"ETag": '"one"'}


@pytest.fixture
def part(tmp_path: Path) -> Iterator[Reservation]:
    """An empty part."""
    reservation = open_part(tmp_path / ".a.png.part")
    assert reservation
    yield reservation
    reservation.release()


def held(part: Reservation) -> bytes:
    """What is in the part."""
    return os.pread(part.file, 1 << 24, 0)


FETCHED = Fetched(sha256(WHOLE).hexdigest(), len(WHOLE), content_type.PNG)


def test_a_whole_answer(part: Reservation) -> None:
    """The bytes are in the part with their digest, size and type; no token left the machine."""
    host = Host(whole())
    assert host.fetch(part) == FETCHED
    assert held(part) == WHOLE
    assert host.asked[0]["accept-encoding"] == "identity"
    assert "authorization" not in host.asked[0]
    assert host.told[-1] == (len(WHOLE), len(WHOLE))


@pytest.mark.parametrize(
    "validator", [ETAG, {"Last-Modified": "Sun, 22 Nov 2026 12:00:00 GMT"}], ids=["tag", "date"]
)
def test_a_cut_is_resumed(part: Reservation, validator: dict[str, str]) -> None:
    """After a cut only the rest is asked for, on the condition that nothing changed."""
    host = Host(cut(WHOLE, HALF, **validator), rest(HALF, **validator))
    assert host.fetch(part) == FETCHED
    assert held(part) == WHOLE
    assert host.asked[1]["range"] == f"bytes={HALF}-"
    assert [host.asked[1]["if-range"]] == list(validator.values())


@pytest.mark.parametrize(
    ("second", "validator"),
    [
        (whole(**ETAG), ETAG),
        (whole(), {}),
        (whole(), {"ETag": 'W/"weak"', "Last-Modified": "Sun, 22 Nov 2026 12:00:00 GMT"}),
    ],
    ids=["changed", "no validator", "weak validator"],
)
def test_a_cut_that_starts_over(
    part: Reservation, second: Answer, validator: dict[str, str]
) -> None:
    """Where the host sends all of it again, or nothing proves it unchanged, it starts over."""
    host = Host(cut(b"other" * 300_000, 700_000, **validator), second)
    assert host.fetch(part) == FETCHED
    assert held(part) == WHOLE
    assert ("range" in host.asked[1]) == (validator == ETAG)


@pytest.mark.parametrize(
    "wrong",
    [
        rest(HALF - 1, **ETAG),
        rest(HALF, ETag='"two"'),
        rest(HALF, total=len(WHOLE) + 1, **ETAG),
        lambda _: httpx.Response(206, content=WHOLE[HALF:]),
        status(416),
    ],
    ids=["other start", "other version", "other length", "no range", "416"],
)
def test_a_wrong_continuation_is_not_used(part: Reservation, wrong: Answer) -> None:
    """A 206 that is not the rest of what we have leads to a new start without Range."""
    host = Host(cut(WHOLE, HALF, **ETAG), wrong, whole())
    assert host.fetch(part) == FETCHED
    assert held(part) == WHOLE
    assert "range" not in host.asked[2]


@pytest.mark.parametrize("code", [500, 502, 503, 429, 408])
def test_passing_faults(part: Reservation, code: int) -> None:
    """Faults of the host are waited out, each a little longer."""
    host = Host(status(code), status(code), whole())
    assert host.fetch(part) == FETCHED
    assert len(host.clock.pauses) == 2
    assert host.clock.pauses[0] < host.clock.pauses[1]


def test_retry_after_is_honoured(part: Reservation) -> None:
    """The host says when to come back."""
    host = Host(status(503, **{"Retry-After": "40"}), whole())
    host.fetch(part)
    assert host.clock.pauses == [40.0]


def test_giving_up(part: Reservation) -> None:
    """Five fruitless tries are enough."""
    host = Host(*[status(500)] * 5)
    with pytest.raises(Unanswered) as caught:
        host.fetch(part)
    assert caught.value.message == "the result's host answered HTTP 500"
    host = Host(*[status(429)] * 5)
    with pytest.raises(Busy):
        host.fetch(part)


def test_a_line_that_breaks_often_still_ends(part: Reservation) -> None:
    """Tries that bring the file further do not count: seven cuts, one whole file."""
    step = len(WHOLE) // 8 + 1 + 256 * 1024
    body = WHOLE * 4
    at = range(step, len(body), step)
    first = cut(body, step, **ETAG)

    def more(start: int) -> Answer:
        headers = ETAG | {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
        return cut(body[start:], step, 206, **headers)

    host = Host(first, *[more(start) for start in at][:-1])
    last = at[-1]
    headers = ETAG | {"Content-Range": f"bytes {last}-{len(body) - 1}/{len(body)}"}
    host.answers.append(lambda _: httpx.Response(206, content=body[last:], headers=headers))
    assert len(host.answers) > 6
    assert host.fetch(part).sha256 == sha256(body).hexdigest()


def test_a_cut_is_told(part: Reservation) -> None:
    """The last error says how far the download came."""
    host = Host(*[cut(WHOLE, 1000)] * 5)
    with pytest.raises(Unanswered) as caught:
        host.fetch(part)
    message = f"the download broke off after 1000 of {len(WHOLE)} bytes"
    assert caught.value.message == message


@pytest.mark.parametrize("code", [403, 404, 410])
def test_gone(part: Reservation, code: int) -> None:
    """An address that is refused is not asked again: the job must be read for another."""
    with pytest.raises(Gone) as caught:
        Host(status(code)).fetch(part)
    assert caught.value.message == f"the result's host answered HTTP {code}"


def test_a_clear_refusal_ends_at_once(part: Reservation) -> None:
    """What asking again cannot cure is not asked again."""
    with pytest.raises(KreaError) as caught:
        Host(status(451)).fetch(part)
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
def test_what_is_no_result(part: Reservation, page: bytes, message: str) -> None:
    """A web page or nothing, with status 200, is never taken for a picture."""
    host = Host(*[whole(page)] * 5)
    with pytest.raises(Unanswered) as caught:
        host.fetch(part)
    assert caught.value.message == f"the result's host {message}"


def test_without_a_length_a_cut_shows_in_the_content(part: Reservation) -> None:
    """An answer that simply ends is believed only if the picture has its end."""

    def unsized(body: bytes) -> Answer:
        return lambda _: httpx.Response(200, content=iter([body]))

    host = Host(unsized(WHOLE[:HALF]), unsized(WHOLE))
    assert host.fetch(part) == FETCHED


def test_a_host_that_tells_the_wrong_length(part: Reservation) -> None:
    """All that it promised came, and the picture lacks its end: it is paid, so it is taken."""
    host = Host(whole(WHOLE[:HALF]))
    assert host.fetch(part) == Fetched(
        sha256(WHOLE[:HALF]).hexdigest(), HALF, content_type.PNG, whole=False
    )


def test_a_signal_stops_between_two_chunks(part: Reservation) -> None:
    """An interrupted download ends as such, and soon."""
    host = Host()

    def pieces() -> Iterator[bytes]:
        yield WHOLE[:1000]
        host.clock.stop(15)
        yield WHOLE[1000:2000]
        raise AssertionError("read on after the signal")

    headers = {"Content-Length": str(len(WHOLE))}
    host.answers.append(lambda _: httpx.Response(200, content=pieces(), headers=headers))
    with pytest.raises(Interrupted):
        host.fetch(part)


def test_a_full_disk(part: Reservation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cause is the disk, and is called so; asking the host again would not help."""

    def full(file: int, data: object, offset: int) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(DiskFailure) as caught:
        Host(whole()).fetch(part)
    assert caught.value.message == "the disk is full"


def test_progress_is_told_seldom(part: Reservation) -> None:
    """However many chunks come, progress is told ten times a second at most."""
    chunks = [WHOLE[at : at + 100] for at in range(0, len(WHOLE), 100)]
    headers = {"Content-Length": str(len(WHOLE))}
    host = Host(lambda _: httpx.Response(200, content=iter(chunks), headers=headers))
    host.fetch(part)
    assert host.told == [(100, len(WHOLE)), (len(WHOLE), len(WHOLE))]


def test_against_the_sandbox(part: Reservation) -> None:
    """A real server that cuts every connection halfway is resumed over real sockets."""
    with Sandbox("--speed", "1000", "--fault", "cut:x2") as sandbox:
        http = Http(sandbox.api, sandbox.token, version="0")
        body = {"prompt": "a fox", "width": 1024, "height": 1024}
        made = http.request("POST", "/generate/image/bfl/flux-1-dev", json=body).json()
        job = made
        while job["status"] != "completed":
            job = http.request("GET", f"/jobs/{made['job_id']}").json()
        fetched = fetch(
            job["result"]["urls"][0],
            part,
            http=http,
            clock=FakeClock(),
            random=Random(1),
            progress=lambda received, total: None,
        )
        assert fetched.type is content_type.PNG
        assert sha256(held(part)).hexdigest() == fetched.sha256
        http.close()
