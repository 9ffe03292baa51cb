"""Pieces taken in a thread of their own: all of them, in order, or the first failure."""

import pytest

from krea_cli.flows.transfer.writer_thread import AHEAD, Aside


def test_everything_is_taken_in_order() -> None:
    """When the block is left, nothing is on its way any more."""
    taken: list[bytes] = []
    pieces = [bytes([number]) for number in range(5 * AHEAD)]
    with Aside(taken.append) as aside:
        for piece in pieces:
            aside.put(piece)
    assert taken == pieces


def test_a_failure_is_raised_where_the_pieces_come_from() -> None:
    """The rest is dropped; whoever hands over learns of it, however many pieces there are."""
    taken: list[bytes] = []

    def take(piece: bytes) -> None:
        if len(taken) == 3:
            raise OSError("the disk is full")
        taken.append(piece)

    with pytest.raises(OSError, match="the disk is full"), Aside(take) as aside:
        while True:
            aside.put(b"piece")
    assert len(taken) == 3


def test_the_last_piece_may_fail_too() -> None:
    """A failure after the last `put` is raised at the end of the block."""

    def take(piece: bytes) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"), Aside(take) as aside:
        aside.put(b"piece")


def test_what_came_before_an_error_is_taken() -> None:
    """A connection that breaks off: the bytes that came are on disk, so that it can go on."""
    taken: list[bytes] = []
    with pytest.raises(ConnectionError), Aside(taken.append) as aside:
        aside.put(b"one")
        raise ConnectionError
    assert taken == [b"one"]
