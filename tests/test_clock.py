"""The clock: a signal ends every wait, and a result that is there already is not lost."""

import signal
import threading

import pytest

from krea_cli.clock import Clock
from krea_cli.errors import Interrupted


def test_a_result_within_the_grace_is_returned() -> None:
    """A result that arrives shortly after the signal counts."""
    clock = Clock()
    stopped = threading.Event()

    def interrupt() -> None:
        clock.stop(signal.SIGINT)
        stopped.set()

    def answer() -> int:
        threading.Timer(0.01, interrupt).start()
        stopped.wait(5)
        return 7

    assert clock.wait_for(answer, grace=5) == 7
    with pytest.raises(Interrupted):
        clock.raise_if_interrupted()


def test_a_second_signal_ends_the_grace_unless_the_result_is_there() -> None:
    """After two signals nobody waits any longer."""
    clock = Clock()
    release = threading.Event()

    def interrupt_twice() -> None:
        clock.stop(signal.SIGINT)
        clock.stop(signal.SIGINT)

    threading.Timer(0.01, interrupt_twice).start()
    with pytest.raises(Interrupted):
        clock.wait_for(lambda: release.wait(5), grace=5)
    release.set()


def test_a_signal_before_the_wait_starts_nothing() -> None:
    """After a signal no call is started, and no time passes."""
    clock = Clock()
    clock.stop(signal.SIGTERM)
    calls: list[int] = []
    with pytest.raises(Interrupted) as interrupted:
        clock.wait_for(lambda: calls.append(1), grace=5)
    assert (interrupted.value.exit_code, calls) == (143, [])
    with pytest.raises(Interrupted):
        clock.sleep(60)


def test_a_read_inside_another_leaves_the_outer_one_interruptible() -> None:
    """A prompt's file is read while the list of a batch is; a signal still ends the list."""
    clock = Clock()
    with pytest.raises(Interrupted), clock.interruptible():
        with clock.interruptible():
            pass
        clock.stop(2)
    clock.stop(2)
