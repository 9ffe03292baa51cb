"""Several commands at once on one clock without real waits."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from krea_cli.clock import Clock
from tests.clocks.cooperative_threads import CooperativeMailbox, CooperativeThreads
from tests.clocks.fake_clock import FakeClock

T = TypeVar("T")


class ParallelCommands:
    """Let one command run at a time: the one whose pause ends first.

    Each run of a test is the same.
    """

    def __init__(self, clock: FakeClock) -> None:
        self.turns = CooperativeThreads(clock)

    def run(self, calls: Sequence[Callable[[Clock], T]]) -> list[T]:
        """Call each of CALLS in a thread of its own, and return their answers in order."""
        answers: dict[int, T] = {}

        def work(number: int, call: Callable[[Clock], T]) -> Callable[[], None]:
            def command() -> None:
                answers[number] = call(CommandClock(self.turns))

            return command

        commands = [work(number, call) for number, call in enumerate(calls)]
        for thread in self.turns.spawn(*commands):
            thread.join()
        return [answers[number] for number in range(len(calls))]


class CommandClock(Clock):
    """The clock of one of the commands."""

    def __init__(self, turns: CooperativeThreads) -> None:
        super().__init__()
        self._turns = turns

    def now(self) -> float:
        """Seconds since 1970, equal in all commands."""
        return self._turns.clock.now()

    def monotonic(self) -> float:
        """Seconds, equal in all commands."""
        return self._turns.clock.monotonic()

    def boot(self) -> tuple[str, float]:
        """The boot of the machine that all commands run on."""
        return self._turns.clock.boot()

    def wait_for(self, call: Callable[[], T], *, grace: float = 0.0) -> T:
        """Run CALL here and now."""
        self.raise_if_interrupted()
        return call()

    def start_thread(self, work: Callable[[], None]) -> None:
        """Start another thread of this command, with turns of its own."""
        self._turns.spawn(work)

    def mailbox(self) -> CooperativeMailbox[Any]:
        """A mailbox between the threads of this command."""
        return CooperativeMailbox(self, self._turns)

    def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._turns.sleep(seconds)
