"""Results that their host sent packed, though plain bytes were asked for."""

import gzip
import os
import tracemalloc
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from krea_cli.errors import KreaError, NotSaved, Unanswered
from krea_cli.flows.files import content_type
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.transfer.fetch import PartContent
from krea_cli.flows.transfer.result_body import DamagedResult
from tests.clocks.fake_clock import FakeClock
from tests.fakes.download_host import WHOLE, Answer, DownloadHost, cut, rest, slow, whole
from tests.fakes.krea_service import PNG
from tests.flows.transfer.conftest import read_part
from tests.harness.cli import Cli

CONTENT = PartContent(sha256(WHOLE).hexdigest(), len(WHOLE), content_type.PNG)
PACKED = gzip.compress(WHOLE)
ETAG = {"ETag": '"one"'}


def raw_deflate(content: bytes) -> bytes:
    """CONTENT as some servers send it, without the header of RFC 1950."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


def packed(body: bytes, *, piece: int = 1 << 16, **headers: str) -> Answer:
    """Answer with BODY in pieces, unpacked by nobody on the way."""
    pieces = (body[at : at + piece] for at in range(0, len(body), piece))
    sent = {"Content-Type": "image/png", "Content-Length": str(len(body))} | headers
    return lambda _: httpx.Response(200, content=pieces, headers=sent)


HALF = len(WHOLE) // 2
BODIES = {
    "gzip": ("gzip", PACKED),
    "GZIP": ("GZIP", PACKED),
    "x-gzip": ("x-gzip", PACKED),
    "several members": ("gzip", gzip.compress(WHOLE[:HALF]) + gzip.compress(WHOLE[HALF:])),
    "padded": ("gzip", PACKED + bytes(1000)),
    "deflate": ("deflate", zlib.compress(WHOLE)),
    "bare deflate": ("deflate", raw_deflate(WHOLE)),
    "no label": (None, PACKED),
    "a label for nothing": ("identity", PACKED),
    "a wrong label": ("gzip", WHOLE),
    "a wrong unknown label": ("br", WHOLE),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("piece", [1 << 20, 7], ids=["at once", "by the byte"])
def test_a_packed_result_is_unpacked(part: PartFile, name: str, piece: int) -> None:
    """Size, hash and type are those of the picture, whatever the label says."""
    label, body = BODIES[name]
    labels = {"Content-Encoding": label} if label else {}
    host = DownloadHost(packed(body, piece=piece, **labels))
    assert host.fetch(part) == CONTENT
    assert read_part(part) == WHOLE
    assert host.progress[-1] == (len(WHOLE), len(WHOLE))
    assert host.request_headers[0]["accept-encoding"] == "identity"


def test_a_gzip_without_any_type_is_unpacked_if_it_holds_a_picture(part: PartFile) -> None:
    """The first bytes inside decide; those of an archive stay packed."""
    octets = {"Content-Type": "application/octet-stream"}
    host = DownloadHost(whole(PACKED, **octets))
    assert host.fetch(part, url="http://127.0.0.1:9/files/1") == CONTENT
    archive = gzip.compress(b"weights.bin" + bytes(10_000))
    host = DownloadHost(whole(archive, **octets))
    assert host.fetch(part, url="http://127.0.0.1:9/files/1").size == len(archive)


@pytest.mark.parametrize("label", [{"Content-Encoding": "gzip"}, {}], ids=["label", "no label"])
def test_a_packed_result_is_never_continued(part: PartFile, label: dict[str, str]) -> None:
    """After a cut it starts over: the bytes on disk are others than those of the host."""
    at = len(PACKED) // 2
    host = DownloadHost(
        cut(PACKED, at, **ETAG, **label, **{"Content-Type": "image/png"}),
        packed(PACKED, **ETAG, **label),
    )
    assert host.fetch(part) == CONTENT
    assert read_part(part) == WHOLE
    assert "range" not in host.request_headers[1]


def test_a_packed_answer_continues_nothing(part: PartFile) -> None:
    """A plain result broke off, and its rest comes packed: it starts over."""
    host = DownloadHost(
        cut(WHOLE, HALF, **ETAG),
        rest(HALF, **ETAG, **{"Content-Encoding": "gzip"}),
        whole(**ETAG),
    )
    assert host.fetch(part) == CONTENT
    assert read_part(part) == WHOLE


def damaged(body: bytes) -> bytes:
    """BODY with a wrong checksum at its end."""
    return body[:-8] + bytes(4) + body[-4:]


@pytest.mark.parametrize(
    ("body", "length", "message"),
    [
        (damaged(PACKED), len(PACKED), "the result came packed, and damaged"),
        (b"no gzip" * 1000, 7000, "the result came packed, and damaged"),
        (PACKED[:-9], len(PACKED) - 9, f"packed, and broke off after {len(PACKED) - 9} bytes"),
        (PACKED, len(PACKED) + 1, f"packed, and broke off after {len(PACKED)} bytes"),
        (b"", 0, "the result came packed, and broke off after 0 bytes"),
    ],
    ids=["checksum", "no gzip", "no end", "length", "nothing"],
)
def test_a_packed_result_that_is_not_whole(
    part: PartFile, body: bytes, length: int, message: str
) -> None:
    """Each is tried again from the start, and the sentence says how it came."""
    headers = {"Content-Encoding": "gzip", "Content-Length": str(length)}
    host = DownloadHost(*[packed(body, **headers) for _ in range(5)])
    with pytest.raises(DamagedResult) as caught:
        host.fetch(part)
    assert caught.value.message.endswith(message)


def test_a_small_body_cannot_fill_the_disk(part: PartFile) -> None:
    """The unpacking ends at 100 MB; it takes no memory either."""
    bomb = gzip.compress(bytes(300_000_000), 1)
    host = DownloadHost(packed(bomb, **{"Content-Encoding": "gzip"}))
    tracemalloc.start()
    try:
        with pytest.raises(KreaError) as caught:
            host.fetch(part)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert not isinstance(caught.value, Unanswered)
    assert caught.value.message == (
        "unpacked, it is over 100 times as large as it came, which no result is"
    )
    assert os.fstat(part.fd).st_size < 110_000_000


def test_a_trickle_of_packed_bytes_is_given_up(part: PartFile) -> None:
    """The least speed holds from the first byte on."""
    clock = FakeClock()

    def trickle() -> Callable[[httpx.Request], httpx.Response]:
        return slow(PACKED, clock, piece=1, seconds=5, total=len(PACKED))

    host = DownloadHost(*[trickle() for _ in range(5)])
    host.clock = clock
    with pytest.raises(Unanswered, match="less than 1 kB per second"):
        host.fetch(part)


@pytest.mark.parametrize("label", ["br", "zstd", "gzip, gzip", "x"])
def test_a_packing_that_is_unknown(part: PartFile, label: str) -> None:
    """curl can unpack it: the hint is its command, with the address."""
    host = DownloadHost(packed(b"\x1b" + bytes(5000), **{"Content-Encoding": label}))
    with pytest.raises(NotSaved) as caught:
        host.fetch(part)
    assert caught.value.message == (
        f"the result's host sent it packed ({label}), which was not asked for"
    )
    assert caught.value.hint == ("curl --compressed -o result.png http://127.0.0.1:9/images/a.png")


def test_a_packed_picture_is_saved_and_paid_once(cli: Cli) -> None:
    """The file has the picture's bytes, and the ledger their hash."""
    cli.service.content = lambda: gzip.compress(PNG)
    made = cli.krea("generate", "a fox", "-o", "fox.png", "--json")
    assert (made.code, Path("fox.png").read_bytes()) == (0, PNG)
    (record,) = made.records
    assert record["outputs"][0]["sha256"] == sha256(PNG).hexdigest()
    again = cli.krea("download", "job-1")
    assert (again.code, again.out) == (0, "fox.png\n")
