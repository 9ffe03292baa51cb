"""The clock: a signal ends every wait, and an answer that is there already is not thrown away."""

import signal
import threading

import pytest

from krea_cli.clock import Clock
from krea_cli.errors import Interrupted


def test_an_answer_within_the_grace_is_given_back() -> None:
    """The signal arrives first, the answer a moment later: the answer counts."""
    clock = Clock()
    asked = threading.Event()

    def answer() -> int:
        asked.wait(5)
        return 7

    def interrupt() -> None:
        clock.stop(signal.SIGINT)
        asked.set()

    threading.Timer(0.01, interrupt).start()
    assert clock.attend(answer, grace=5) == 7
    with pytest.raises(Interrupted):
        clock.check()


def test_a_second_signal_ends_the_grace_unless_the_answer_is_there() -> None:
    """Two signals: whoever has answered by then is heard, nobody else is waited for."""
    clock = Clock()
    waiting = threading.Event()

    def twice() -> None:
        clock.stop(signal.SIGINT)
        clock.stop(signal.SIGINT)

    threading.Timer(0.01, twice).start()
    with pytest.raises(Interrupted):
        clock.attend(lambda: waiting.wait(5), grace=5)
    waiting.set()


def test_a_signal_before_the_wait_starts_nothing() -> None:
    """Nothing is begun once a signal has arrived, and no pause passes."""
    clock = Clock()
    clock.stop(signal.SIGTERM)
    begun: list[int] = []
    with pytest.raises(Interrupted) as stopped:
        clock.attend(lambda: begun.append(1), grace=5)
    assert (stopped.value.exit_code, begun) == (143, [])
    with pytest.raises(Interrupted):
        clock.pause(60)


def test_a_read_inside_another_leaves_it_exposed() -> None:
    """A prompt's file that is read while a batch is: a signal still ends what goes on after it."""
    clock = Clock()
    with pytest.raises(Interrupted), clock.exposed():
        with clock.exposed():
            pass
        clock.stop(2)
    clock.stop(2)
