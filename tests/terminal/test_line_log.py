"""Progress where nothing can move: lines for a log, objects for a program."""

import threading
from collections.abc import Callable
from typing import Any

from krea_cli.flows import events
from krea_cli.terminal.line_log import LineLog, event_record, log_line
from tests.terminal.batches import standing

LIFE = (
    events.Note("seed 7"),
    events.Submitting("bfl/flux-1-dev", 1, 1),
    events.Paused("no free slot", 5),
    events.Submitting("bfl/flux-1-dev", 1, 1),
    events.Paused("no free slot", 10),
    events.Running("j1", "bfl/flux-1-dev", "queued", 7, 1_000),
    events.Changed("j1", "queued"),
    events.Changed("j1", "processing"),
    events.Changed("j1", "completed"),
    events.Downloading("j1", "out.png", 0, 2_000),
    events.Downloading("j1", "out.png", 2_000, 2_000),
    events.JobEnded("j1", True),
)


def test_one_line_per_change(screen: Callable[..., Any]) -> None:
    """A log gets each change of state once."""
    world = screen()
    with world.output.progress():
        for event in LIFE:
            world.output.tell(event)
    assert world.shown == (
        "",
        "seed 7\n"
        "submitting to bfl/flux-1-dev\n"
        "no free slot (next try in 5 s)\n"
        "job j1: queued, usually 7 s\n"
        "job j1: processing\n"
        "job j1: completed\n"
        "downloading out.png (2.0 kB)\n"
        "job j1: saved\n",
    )


def test_one_object_per_change(screen: Callable[..., Any]) -> None:
    """--json gets the same as objects."""
    world = screen("json")
    for event in LIFE:
        world.output.tell(event)
    assert world.shown == (
        "",
        '{"event": "said", "text": "seed 7"}\n'
        '{"event": "submitting", "model": "bfl/flux-1-dev", "index": 1, "count": 1}\n'
        '{"event": "held", "reason": "no free slot", "seconds": 5}\n'
        '{"event": "running", "job_id": "j1", "model": "bfl/flux-1-dev", "status": "queued", '
        '"typical": 7, "since": 1000}\n'
        '{"event": "changed", "job_id": "j1", "status": "processing"}\n'
        '{"event": "changed", "job_id": "j1", "status": "completed"}\n'
        '{"event": "downloading", "job_id": "j1", "name": "out.png", "received": 0, '
        '"total": 2000}\n'
        '{"event": "ended", "job_id": "j1", "ok": true}\n',
    )


def test_quiet_tells_nothing(screen: Callable[..., Any]) -> None:
    """--quiet tells nothing of all this."""
    world = screen("quiet")
    with world.output.progress():
        for event in LIFE:
            world.output.tell(event)
    assert world.shown == ("", "")


def test_a_dumb_terminal_gets_lines(screen: Callable[..., Any]) -> None:
    """TERM=dumb is a log with a person before it."""
    world = screen("terminal", TERM="dumb")
    with world.output.progress():
        world.output.tell(events.Running("j1", None, "queued", None, 1_000))
    assert world.shown == ("", "job j1: queued\n")


def test_a_failed_job_has_one_last_line(screen: Callable[..., Any]) -> None:
    """A failure was told as a status; its end is only told where it came silently."""
    world = screen()
    for event in (
        events.Changed("j1", "failed"),
        events.JobEnded("j1", False),
        events.Changed("j2", "completed"),
        events.JobEnded("j2", False),
        events.Changed("j3", "processing"),
        events.JobEnded("j3", False),
    ):
        world.output.tell(event)
    assert world.shown[1].splitlines() == [
        "job j1: failed",
        "job j2: completed",
        "job j3: processing",
        "job j3: ended without a saved result",
    ]


def test_the_heart_beats_each_minute(screen: Callable[..., Any]) -> None:
    """A minute without news is told, with how things stand; news put it off."""
    clock = screen().env.clock
    lines: list[str] = []
    progress = LineLog(clock, lambda event: lines.append(log_line(event)))
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
        "job j1: queued",
        "job j2: processing",
        "job j1: saved",
        "still at it after 1 min 30 s: 1 running, 1 done",
    ]


def test_events_from_many_threads_stay_whole(screen: Callable[..., Any]) -> None:
    """Lines told by many threads at once are neither lost nor mixed."""
    world = screen()

    def work(name: int) -> None:
        for number in range(50):
            world.output.tell(events.Changed(f"j{name}-{number}", "queued"))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = [f"job j{name}-{number}: queued" for name in range(8) for number in range(50)]
    assert sorted(world.shown[1].splitlines()) == sorted(expected)


BATCH = (
    standing(),
    events.ItemEnded(line=7, files=("out/fox.png", "out/fox-2.png")),
    standing(done=121),
    events.Paused("no free slot", 5),
    events.ItemEnded(line=9, error="job j9 failed:\nout of memory", job_id="j9"),
    standing(done=121, failed=1, running=2, waiting=276, stopping="the balance is used up"),
    events.Paused("no free slot", 10),
    standing(done=122, failed=1, running=1, waiting=276, stopping="the balance is used up"),
)


def test_a_batch_as_a_log(screen: Callable[..., Any]) -> None:
    """A line per item that ended, none for mere counts, one when nothing more is sent."""
    world = screen()
    with world.output.progress():
        for event in BATCH:
            world.output.tell(event)
    assert world.shown == (
        "",
        "line 7: saved out/fox.png, out/fox-2.png\n"
        "no free slot (next try in 5 s)\n"
        "line 9: job j9 failed: out of memory\n"
        "stopping: the balance is used up; 121 of 400 done, 1 failed, 2 running, 276 waiting\n",
    )


def test_a_batch_for_a_program(screen: Callable[..., Any]) -> None:
    """The records of items are on stdout, so that stderr does not name them again."""
    world = screen("json")
    for event in BATCH:
        world.output.tell(event)
    assert world.shown == (
        "",
        '{"event": "held", "reason": "no free slot", "seconds": 5}\n'
        '{"event": "standing", "total": 400, "done": 121, "made": 40, "failed": 1, "doubtful": 0, '
        '"running": 2, "waiting": 276, "limit": 4, "spent": 1.2, "unpriced": 0, '
        '"stopping": "the balance is used up"}\n',
    )


def test_the_heart_of_a_batch_beats_whatever_happens(screen: Callable[..., Any]) -> None:
    """The totals come each minute, between the lines of the items."""
    clock = screen().env.clock
    told: list[Any] = []
    progress = LineLog(clock, told.append)
    with progress.running():
        progress.tell(standing(done=80, made=0, waiting=316))
        clock.seconds += 50
        progress.tell(standing(done=100, made=20, waiting=296))
        progress.tell(events.ItemEnded(line=7, files=("fox.png",)))
        assert progress.beat(clock.monotonic() + 9) == 1
        clock.seconds += 10
        assert progress.beat(clock.monotonic()) == 60
    assert [log_line(event) for event in told] == [
        "line 7: saved fox.png",
        "after 1 min: 100 of 400 done, 4 running, 296 waiting; spent $1.20; 20/min, 15 min left",
    ]
    record = event_record(told[-1])
    assert record is not None
    assert {name: record[name] for name in ("event", "seconds", "total", "done", "made")} == {
        "event": "waiting",
        "seconds": 60,
        "total": 400,
        "done": 100,
        "made": 20,
    }


def test_quiet_and_a_batch(screen: Callable[..., Any]) -> None:
    """--quiet tells nothing of it."""
    world = screen("quiet")
    with world.output.progress():
        for event in BATCH:
            world.output.tell(event)
    assert world.shown == ("", "")
