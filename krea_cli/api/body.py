"""Read the body of an answer within a limit: plain, or packed once as it was asked for."""

from collections.abc import Iterable, Iterator, Mapping

from krea_cli.errors import Unanswered

MAX_RESPONSE_BYTES = 20_000_000
INFLATED_PIECE_BYTES = 1 << 18
# Labels that pack nothing. Object stores give some out, as they were uploaded.
PLAIN_LABELS = frozenset({"", "identity", "none", "binary", "utf-8", "aws-chunked"})


def packings(headers: Mapping[str, str]) -> list[str]:
    """The ways in which a body with HEADERS is packed, in their order; empty for a plain one."""
    labels = headers.get("content-encoding", "").lower().split(",")
    return [label.strip() for label in labels if label.strip() not in PLAIN_LABELS]


def read_body(chunks: Iterable[bytes], headers: Mapping[str, str], *, host: str) -> bytes:
    """Join the CHUNKS of the answer of HOST, unpacked.

    Raises `Unanswered` above 20 MB, counted while unpacking, and for a packing that was not
    asked for.
    """
    packed = packings(headers)
    if packed and packed not in (["gzip"], ["x-gzip"]):
        raise Unanswered(
            f"the answer of {host} is packed ({', '.join(packed)}), which was not asked for"
        )
    pieces, size = [], 0
    for piece in _inflate(chunks, host) if packed else chunks:
        pieces.append(piece)
        size += len(piece)
        if size > MAX_RESPONSE_BYTES:
            raise Unanswered(f"the answer of {host} is larger than 20 MB")
    return b"".join(pieces)


def _inflate(chunks: Iterable[bytes], host: str) -> Iterator[bytes]:
    import zlib

    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)  # gzip
    is_empty = True
    try:
        for chunk in chunks:
            rest = chunk
            while rest and not inflater.eof:
                is_empty = False
                yield inflater.decompress(rest, INFLATED_PIECE_BYTES)
                rest = inflater.unconsumed_tail
        yield inflater.flush()
    except zlib.error as failure:
        raise Unanswered(f"the answer of {host} is damaged") from failure
    if not (is_empty or inflater.eof):
        raise Unanswered(f"the answer of {host} is damaged")
