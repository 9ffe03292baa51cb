"""The bar of a batch, as text."""

import io

import pytest
from rich.console import Console

from krea_cli.flows.events import ItemEnded, Paused, Reconciling
from krea_cli.terminal.batch_bar import BatchBar
from krea_cli.terminal.progress_state import ProgressState
from tests.terminal.batch_progress import batch_progress
from tests.terminal.conftest import ManualClock


def progress_of_batch() -> ProgressState:
    """A batch after 100 seconds with 40 more items done, and a failed one."""
    clock = ManualClock()
    progress = ProgressState(clock)
    progress.apply(batch_progress(done=80, made=0, waiting=316))
    clock.seconds += 100
    progress.apply(ItemEnded(line=7, files=("out/a-red-fox-in-snow-0a1b2c.png",)))
    progress.apply(ItemEnded(line=9, error="the job\nfailed \x1b[2J"))
    progress.apply(batch_progress(failed=3, doubtful=1, waiting=272, unpriced=2))
    return progress


def render(
    progress: ProgressState,
    width: int,
    *,
    height: int = 24,
    ascii_only: bool = False,
    paths_on_stdout: bool = False,
) -> list[str]:
    """The lines on a terminal of WIDTH and HEIGHT."""
    text = io.StringIO()
    console = Console(file=text, width=width, height=height, legacy_windows=False)
    console.print(BatchBar(progress, ascii_only=ascii_only, paths_on_stdout=paths_on_stdout))
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
    """The least important part goes first, and no line is ever broken."""
    *names, last = render(progress_of_batch(), width)
    assert last == line
    assert len(names) == 2
    assert all(len(shown) < width for shown in (*names, last))


def test_names_above_the_bar() -> None:
    """The last few items, fewer on a low terminal, and none that stdout lists there already."""
    progress = progress_of_batch()
    fox, failed = "line 7: saved out/a-red-fox-in-snow-0a1b2c.png", "line 9: the job failed"
    assert render(progress, 80)[:-1] == [fox, failed]
    assert render(progress, 80, height=3)[:-1] == [failed]
    assert render(progress, 80, height=1)[:-1] == []
    assert render(progress, 80, paths_on_stdout=True)[:-1] == [failed]
    for line in range(10, 30):
        progress.apply(ItemEnded(line=line, files=(f"{line}.png",)))
    assert render(progress, 80)[:-1] == [f"line {line}: saved {line}.png" for line in range(25, 30)]


def test_a_terminal_without_utf_8() -> None:
    """The bar is made of characters that every terminal has."""
    assert render(progress_of_batch(), 80, ascii_only=True, paths_on_stdout=True)[-1] == (
        "###x------- - 120/400 - 3 failed - 1 in doubt - 4 running - $1.20 - 12 min left"
    )
    assert render(progress_of_batch(), 30, ascii_only=True)[0] == "line 7: saved out/a-red-fox-i"


def test_the_line_names_the_reason_of_a_stop() -> None:
    """A stop replaces the time left, and its reason is cut to fit."""
    progress = progress_of_batch()
    progress.apply(batch_progress(running=2, waiting=274, stopping="the API balance is used up"))
    assert render(progress, 80)[-1] == (
        "━━━─────── · 120/400 · 2 running · $1.20 · stopping: the API balance is used up"
    )
    assert render(progress, 60)[-1] == (
        "━━────── · 120/400 · $1.20 · stopping: the API balance is …"
    )


def test_the_reason_of_a_pause_stays_until_a_request_leaves() -> None:
    """The end of another item does not end a pause, but it ends a search."""
    progress = progress_of_batch()
    progress.apply(Paused("no free slot", 20))
    progress.apply(batch_progress(done=121, running=3, waiting=272))
    assert render(progress, 120)[-1].endswith(" · no free slot (next try in 20 s)")
    progress.apply(batch_progress(done=121, waiting=271))
    assert render(progress, 120)[-1].endswith(" left")
    progress.apply(Reconciling("HTTP 524"))
    assert render(progress, 150)[-1].endswith(" · looking for the job of a lost answer: HTTP 524")
    progress.apply(batch_progress(done=121, waiting=271))
    assert render(progress, 120)[-1].endswith(" left")


def test_an_empty_batch_has_a_bar() -> None:
    """A batch without items is no error."""
    progress = ProgressState(ManualClock())
    progress.apply(batch_progress(total=0, done=0, running=0, waiting=0, spent=0))
    assert render(progress, 60) == ["────────────────────────────── · 0/0 · $0.00"]
