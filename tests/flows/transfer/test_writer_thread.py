"""Chunks are written in a thread of their own: all of them, in order, or up to an error."""

import pytest

from krea_cli.flows.transfer.writer_thread import MAX_QUEUED_CHUNKS, WriterThread


def test_everything_is_written_in_order() -> None:
    """At the end of the block, all chunks are written."""
    written: list[bytes] = []
    chunks = [bytes([number]) for number in range(5 * MAX_QUEUED_CHUNKS)]
    with WriterThread(written.append) as writer:
        for chunk in chunks:
            writer.put(chunk)
    assert written == chunks


def test_an_error_is_raised_by_put() -> None:
    """After an error the rest is dropped, and `put` raises it, for any number of chunks."""
    written: list[bytes] = []

    def write(chunk: bytes) -> None:
        if len(written) == 3:
            raise OSError("the disk is full")
        written.append(chunk)

    with pytest.raises(OSError, match="the disk is full"), WriterThread(write) as writer:
        while True:
            writer.put(b"chunk")
    assert len(written) == 3


def test_an_error_in_the_last_chunk() -> None:
    """An error after the last `put` is raised at the end of the block."""

    def write(chunk: bytes) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"), WriterThread(write) as writer:
        writer.put(b"chunk")


def test_chunks_before_an_error_are_written() -> None:
    """If the connection breaks off, the bytes so far are on disk, so that it can go on."""
    written: list[bytes] = []
    with pytest.raises(ConnectionError), WriterThread(written.append) as writer:
        writer.put(b"one")
        raise ConnectionError
    assert written == [b"one"]
