"""The picture of a batch, as text."""

import io

import pytest
from rich.console import Console

from krea_cli.flows.events import ItemEnded, Paused, Reconciling
from krea_cli.terminal.batch_bar import BatchBar
from krea_cli.terminal.progress_state import ProgressState
from tests.terminal.batches import standing
from tests.terminal.conftest import StandingClock


def tracked() -> ProgressState:
    """A batch of which 40 items were made within 100 seconds, and one failed."""
    clock = StandingClock()
    tracker = ProgressState(clock)
    tracker.apply(standing(done=80, made=0, waiting=316))
    clock.seconds += 100
    tracker.apply(ItemEnded(line=7, files=("out/a-red-fox-in-snow-0a1b2c.png",)))
    tracker.apply(ItemEnded(line=9, error="the job\nfailed \x1b[2J"))
    tracker.apply(standing(failed=3, doubtful=1, waiting=272, unpriced=2))
    return tracker


def drawn(
    tracker: ProgressState, width: int, *, height: int = 24, ascii: bool = False, shared: bool = False
) -> list[str]:
    """The lines on a terminal of that size."""
    text = io.StringIO()
    console = Console(file=text, width=width, height=height, legacy_windows=False)
    console.print(BatchBar(tracker, ascii_only=ascii, paths_on_stdout=shared))
    return text.getvalue().splitlines()


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (
            160,
            "━━━━━━━━━━──────────────────── · 120/400 · 3 failed · 1 in doubt · 4 running"
            " · 272 waiting · $1.20 · 2 of unknown price · 24/min · 12 min left",
        ),
        (
            100,
            "━━━───── · 120/400 · 3 failed · 1 in doubt · 4 running · 272 waiting · $1.20"
            " · 24/min · 12 min left",
        ),
        (80, "━━━━─────── · 120/400 · 3 failed · 1 in doubt · 4 running · $1.20 · 12 min left"),
        (60, "120/400 · 3 failed · 1 in doubt · $1.20 · 12 min left"),
        (40, "120/400 · 3 failed · 1 in doubt · $1.20"),
        (20, "120/400 · 3 failed"),
        (12, "120/400"),
        (5, "120…"),
    ],
)
def test_a_narrow_terminal_does_without(width: int, line: str) -> None:
    """The least important goes first, and no line is ever broken."""
    *names, last = drawn(tracked(), width)
    assert last == line
    assert len(names) == 2
    assert all(len(shown) < width for shown in (*names, last))


def test_names_above_the_bar() -> None:
    """The last few; a low terminal shows fewer; what stdout shows there already is left out."""
    tracker = tracked()
    fox, failed = "line 7: saved out/a-red-fox-in-snow-0a1b2c.png", "line 9: the job failed"
    assert drawn(tracker, 80)[:-1] == [fox, failed]
    assert drawn(tracker, 80, height=3)[:-1] == [failed]
    assert drawn(tracker, 80, height=1)[:-1] == []
    assert drawn(tracker, 80, shared=True)[:-1] == [failed]
    for line in range(10, 30):
        tracker.apply(ItemEnded(line=line, files=(f"{line}.png",)))
    assert drawn(tracker, 80)[:-1] == [f"line {line}: saved {line}.png" for line in range(25, 30)]


def test_a_terminal_without_utf_8() -> None:
    """The bar is made of characters that every terminal has."""
    assert drawn(tracked(), 80, ascii=True, shared=True)[-1] == (
        "###x------- - 120/400 - 3 failed - 1 in doubt - 4 running - $1.20 - 12 min left"
    )
    assert drawn(tracked(), 30, ascii=True)[0] == "line 7: saved out/a-red-fox-i"


def test_a_stop_is_told_on_the_line() -> None:
    """With as much of its reason as there is room for; a time left says nothing any more."""
    tracker = tracked()
    tracker.apply(standing(running=2, waiting=274, stopping="the API balance is used up"))
    assert drawn(tracker, 80)[-1] == (
        "━━━─────── · 120/400 · 2 running · $1.20 · stopping: the API balance is used up"
    )
    assert drawn(tracker, 60)[-1] == ("━━────── · 120/400 · $1.20 · stopping: the API balance is …")


def test_what_holds_requests_back_stands_until_one_leaves() -> None:
    """No free slot, say; an end of another item says nothing about it."""
    tracker = tracked()
    tracker.apply(Paused("no free slot", 20))
    tracker.apply(standing(done=121, running=3, waiting=272))
    assert drawn(tracker, 120)[-1].endswith(" · no free slot (next try in 20 s)")
    tracker.apply(standing(done=121, waiting=271))
    assert drawn(tracker, 120)[-1].endswith(" left")
    tracker.apply(Reconciling("HTTP 524"))
    assert drawn(tracker, 150)[-1].endswith(" · looking for the job of a lost answer: HTTP 524")
    tracker.apply(standing(done=121, waiting=271))
    assert drawn(tracker, 120)[-1].endswith(" left")


def test_an_empty_batch_has_a_bar() -> None:
    """Nothing to do is no error."""
    tracker = ProgressState(StandingClock())
    tracker.apply(standing(total=0, done=0, running=0, waiting=0, spent=0))
    assert drawn(tracker, 60) == ["────────────────────────────── · 0/0 · $0.00"]
