"""Progress without a live display: lines for a log, objects for a program."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from krea_cli.flows import events
from krea_cli.terminal.line_log import Heartbeat, LineLog, event_record
from tests.terminal.batch_progress import batch_progress

SUBMITTED = events.Running(
    "j1", "bfl/flux-1-dev", "queued", 7, 1_000, price="$0.007", cost=7_000, seed=7, fresh=True
)
ONE_JOB = (
    events.SeedDrawn("seed 7"),
    events.Submitting("bfl/flux-1-dev", 1, 1),
    events.Paused("no free slot", 5),
    events.Submitting("bfl/flux-1-dev", 1, 1),
    events.Paused("no free slot", 10),
    SUBMITTED,
    events.Changed("j1", "queued"),
    events.Changed("j1", "processing"),
    events.Changed("j1", "completed"),
    events.Downloading("j1", "out.png", 0, 2_000),
    events.Downloading("j1", "out.png", 2_000, 2_000),
    events.JobEnded("j1", True, ("out.png",)),
)


def test_three_lines_for_a_picture(make_screen: Callable[..., Any]) -> None:
    """Submitted, completed, saved with its path; a pause has a line of its own."""
    screen = make_screen()
    with screen.output.progress():
        for event in ONE_JOB:
            screen.output.tell(event)
    assert screen.streams == (
        "",
        "no free slot (next try in 5 s)\n"
        "job j1: submitted to bfl/flux-1-dev, seed 7, $0.007, usually 7 s\n"
        "job j1: completed\n"
        "job j1: saved out.png\n",
    )


def test_a_submit_without_news_of_its_job(make_screen: Callable[..., Any]) -> None:
    """`recover --resubmit` waits for no job: the log tells what it sends."""
    screen = make_screen()
    screen.output.tell(events.Submitting("bfl/flux-1-dev", 1, 1, unfollowed=True))
    screen.output.tell(events.SeedDrawn("seed 7"))
    assert screen.streams == ("", "submitting to bfl/flux-1-dev\nseed 7\n")


def test_what_was_known_before_is_no_news(make_screen: Callable[..., Any]) -> None:
    """A job that had completed before has only the line of its path."""
    screen = make_screen()
    for event in (
        events.Changed("j1", "completed"),
        events.JobEnded("j1", True, ("a.png", "a-2.png")),
        events.Changed("j2", "processing"),
        events.Changed("j2", "sampling"),
        events.Changed("j2", "completed"),
        events.Unwatched("j2", True),
    ):
        screen.output.tell(event)
    assert screen.streams[1].splitlines() == [
        "job j1: saved a.png, a-2.png",
        "job j2: processing",
        "job j2: completed",
    ]


def test_one_object_per_change(make_screen: Callable[..., Any]) -> None:
    """With --json, each change is an object."""
    screen = make_screen("json")
    for event in ONE_JOB:
        screen.output.tell(event)
    assert screen.streams == (
        "",
        '{"event": "said", "text": "seed 7"}\n'
        '{"event": "submitting", "model": "bfl/flux-1-dev", "index": 1, "count": 1}\n'
        '{"event": "held", "reason": "no free slot", "seconds": 5}\n'
        '{"event": "running", "job_id": "j1", "model": "bfl/flux-1-dev", "status": "queued", '
        '"typical": 7, "since": 1000, "from_ledger": false, "price": "$0.007", "cost": 0.007}\n'
        '{"event": "changed", "job_id": "j1", "status": "processing"}\n'
        '{"event": "changed", "job_id": "j1", "status": "completed"}\n'
        '{"event": "downloading", "job_id": "j1", "name": "out.png", "received": 0, '
        '"total": 2000}\n'
        '{"event": "ended", "job_id": "j1", "ok": true}\n',
    )


@pytest.mark.parametrize(
    ("event", "record"),
    [
        (events.WarningNote("old"), {"event": "warned", "text": "old"}),
        (
            events.Uploading("fox.png", 0, 9),
            {"event": "uploading", "path": "fox.png", "sent": 0, "total": 9},
        ),
        (events.Reconciling("HTTP 524"), {"event": "settling", "reason": "HTTP 524"}),
        (events.Unwatched("j1", True), {"event": "left", "job_id": "j1", "ok": True}),
        (events.ItemEnded(line=7, files=("fox.png",)), None),
        (Heartbeat("1 running", 60), {"event": "waiting", "summary": "1 running", "seconds": 60}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_other_events_as_objects(
    event: events.Event | Heartbeat, record: dict[str, object] | None
) -> None:
    """Scripts read these names: they never change."""
    assert event_record(event) == record


def test_quiet_shows_nothing(make_screen: Callable[..., Any]) -> None:
    """--quiet shows no progress."""
    screen = make_screen("quiet")
    with screen.output.progress():
        for event in ONE_JOB:
            screen.output.tell(event)
    assert screen.streams == ("", "")


def test_a_dumb_terminal_gets_lines(make_screen: Callable[..., Any]) -> None:
    """TERM=dumb gets the lines of a log."""
    screen = make_screen("terminal", TERM="dumb")
    with screen.output.progress():
        screen.output.tell(events.Running("j1", None, "queued", None, 1_000))
    assert screen.streams == ("", "job j1: queued\n")


def test_a_failed_job_has_one_last_line(make_screen: Callable[..., Any]) -> None:
    """A failure has the line of its status; only an end without one has a line of its own."""
    screen = make_screen()
    for event in (
        events.Changed("j1", "failed"),
        events.JobEnded("j1", False),
        events.Changed("j2", "queued"),
        events.Changed("j2", "completed"),
        events.JobEnded("j2", False),
        events.Changed("j3", "processing"),
        events.JobEnded("j3", False),
    ):
        screen.output.tell(event)
    assert screen.streams[1].splitlines() == [
        "job j1: failed",
        "job j2: queued",
        "job j2: completed",
        "job j3: processing",
        "job j3: ended without a saved result",
    ]


def test_the_heart_beats_each_minute(make_screen: Callable[..., Any]) -> None:
    """A minute without news gives a heartbeat with the counts; news put it off."""
    clock = make_screen().env.clock
    lines: list[str] = []
    progress = LineLog(clock, lines.append, json=False)
    with progress.running():
        progress.tell(events.Running("j1", "m", "queued", None, clock.now()))
        progress.tell(events.Running("j2", "m", "processing", None, clock.now()))
        assert progress.beat(clock.monotonic() + 59) == 1
        clock.seconds += 30
        progress.tell(events.JobEnded("j1", True))
        assert progress.beat(clock.monotonic() + 59) == 1
        assert progress.beat(clock.monotonic() + 60) == 60
        assert progress.beat(clock.monotonic() + 119) == 1
    assert lines == [
        "job j1: queued\n",
        "job j2: processing\n",
        "job j1: saved\n",
        "still at it after 1 min 30 s: 1 running, 1 done\n",
    ]


def test_events_from_many_threads_stay_whole(make_screen: Callable[..., Any]) -> None:
    """Lines of many threads at once are neither lost nor mixed."""
    screen = make_screen()

    def work(name: int) -> None:
        for number in range(50):
            screen.output.tell(events.Changed(f"j{name}-{number}", "queued"))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = [f"job j{name}-{number}: queued" for name in range(8) for number in range(50)]
    assert sorted(screen.streams[1].splitlines()) == sorted(expected)


BATCH = (
    batch_progress(),
    events.ItemEnded(line=7, files=("out/fox.png", "out/fox-2.png")),
    batch_progress(done=121),
    events.Paused("no free slot", 5),
    events.ItemEnded(line=9, error="job j9 failed:\nout of memory", job_id="j9"),
    batch_progress(done=121, failed=1, running=2, waiting=276, stopping="the balance is used up"),
    events.Paused("no free slot", 10),
    batch_progress(done=122, failed=1, running=1, waiting=276, stopping="the balance is used up"),
)


def test_a_batch_as_a_log(make_screen: Callable[..., Any]) -> None:
    """A line for each item that ends and for a stop, none for mere counts."""
    screen = make_screen()
    with screen.output.progress():
        for event in BATCH:
            screen.output.tell(event)
    assert screen.streams == (
        "",
        "line 7: saved out/fox.png, out/fox-2.png\n"
        "no free slot (next try in 5 s)\n"
        "line 9: job j9 failed: out of memory\n"
        "stopping: the balance is used up; 121 of 400 done, 1 failed, 2 running, 276 waiting\n",
    )


def test_a_batch_for_a_program(make_screen: Callable[..., Any]) -> None:
    """Counts, a second apart at least, and a stop at once; stdout has the records of items."""
    screen = make_screen("json")
    for event in BATCH:
        screen.output.tell(event)
    assert screen.streams == (
        "",
        '{"event": "standing", "total": 400, "done": 120, "made": 40, "failed": 0, "unsaved": 0, '
        '"doubtful": 0, "running": 4, "elsewhere": 0, "retried": 0, "waiting": 276, "limit": 4, '
        '"spent": 1.2, "about": 0.0, "unpriced": 0, "stopping": null}\n'
        '{"event": "held", "reason": "no free slot", "seconds": 5}\n'
        '{"event": "standing", "total": 400, "done": 121, "made": 40, "failed": 1, "unsaved": 0, '
        '"doubtful": 0, "running": 2, "elsewhere": 0, "retried": 0, "waiting": 276, "limit": 4, '
        '"spent": 1.2, "about": 0.0, "unpriced": 0, "stopping": "the balance is used up"}\n',
    )


def test_the_heart_of_a_batch_beats_whatever_happens(make_screen: Callable[..., Any]) -> None:
    """The totals come each minute, whatever else is written."""
    clock = make_screen().env.clock
    lines: list[str] = []
    records: list[str] = []
    for written, as_json in ((lines, False), (records, True)):
        progress = LineLog(clock, written.append, json=as_json)
        with progress.running():
            progress.tell(batch_progress(done=80, made=0, waiting=316))
            clock.seconds += 50
            progress.tell(batch_progress(done=100, made=20, waiting=296))
            progress.tell(events.ItemEnded(line=7, files=("fox.png",)))
            assert progress.beat(clock.monotonic() + 9) == 1
            clock.seconds += 10
            assert progress.beat(clock.monotonic()) == 60
    assert lines == [
        "line 7: saved fox.png\n",
        "after 1 min: 100 of 400 done, 4 running, 296 waiting; spent $1.20; 20/min, 15 min left\n",
    ]
    events_told = [json.loads(line) for line in records]
    assert [each["event"] for each in events_told] == ["standing", "standing", "waiting"]
    record = events_told[-1]
    assert {name: record[name] for name in ("event", "seconds", "total", "done", "made")} == {
        "event": "waiting",
        "seconds": 60,
        "total": 400,
        "done": 100,
        "made": 20,
    }


def test_quiet_and_a_batch(make_screen: Callable[..., Any]) -> None:
    """--quiet shows no progress of a batch."""
    screen = make_screen("quiet")
    with screen.output.progress():
        for event in BATCH:
            screen.output.tell(event)
    assert screen.streams == ("", "")


@pytest.mark.parametrize(
    ("price", "cost"),
    [("$0.007", 0.007), ("at most $0.007", 0.007), ("about $0.007", None), (None, None)],
)
def test_the_cost_of_a_job_is_a_number_where_it_is_sure(
    price: str | None, cost: float | None
) -> None:
    """As in the record of the job."""
    micros = None if price is None else 7_000
    event = events.Running("j1", "m", "queued", None, 1_000, price=price, cost=micros)
    record = event_record(event)
    assert record is not None
    assert (record["price"], record["cost"]) == (price, cost)
