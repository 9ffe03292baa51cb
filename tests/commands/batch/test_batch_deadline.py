"""--deadline: nothing is sent that usually ends later, and running jobs are saved."""

import time
from pathlib import Path

import pytest

from krea_cli.flows.batch.run.deadline import next_time_of_day
from tests.commands.batch.batch_helpers import FOXES, file_stems, sent_prompts, summary
from tests.harness.cli import Cli

REASON = "items were not sent: nothing is sent that would usually end after "


def test_nothing_is_sent_that_would_end_later(batch_cli: Cli) -> None:
    """Jobs of 20 s, one at a time, for a minute: what runs is saved, and the rest is told."""
    batch_cli.service.job_seconds = 20
    options = ("batch", "foxes.txt", "-o", "out/", "-j", "1")
    ends_at = time.strftime("%H:%M", time.localtime(batch_cli.clock.now() + 65))
    done = batch_cli.krea(*options, "--deadline", "65s")
    assert (done.code, file_stems()) == (1, FOXES[:3])
    hint = "  hint: the same command goes on with what is left\n"
    assert f"error: 3 of 6 {REASON}{ends_at}\n{hint}" in done.err
    rest = batch_cli.krea(*options, "--deadline", "10m")
    assert (rest.code, file_stems(), len(batch_cli.service.posts)) == (0, FOXES, 6)


def test_the_usual_time_is_that_of_earlier_jobs(batch_cli: Cli) -> None:
    """The catalog says 7 s; after a job of 100 s, nothing is sent 90 s before the end."""
    batch_cli.service.job_seconds = 100
    assert batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--first", "1").code == 0
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--deadline", "90s", "--json")
    assert (done.code, len(batch_cli.service.posts)) == (1, 1)
    assert (summary(done)["done"], summary(done)["waiting"]) == (1, 5)


def test_a_faster_model_is_still_sent(cli: Cli) -> None:
    """A line that takes too long leaves the others alone."""
    Path("shots.csv").write_text(
        "prompt,model\na wave,google/veo-3.1\nan owl,bfl/flux-1-dev\na hen,bfl/flux-1-dev\n"
    )
    cli.service.job_seconds = 300
    Path("clips.txt").write_text("a storm\n")
    slow = cli.krea("batch", "clips.txt", "-m", "google/veo-3.1", "-o", "clips/")
    assert slow.code == 0, slow.err
    cli.service.job_seconds = 5
    done = cli.krea("batch", "shots.csv", "-o", "out/", "-j", "3", "--deadline", "30s")
    assert (done.code, sent_prompts(cli)[1:]) == (1, ["an owl", "a hen"])
    assert f"error: 1 of 3 {REASON}" in done.err


def test_what_was_sent_before_is_saved(batch_cli: Cli) -> None:
    """A job that an earlier run left behind is waited for, whatever the deadline."""
    batch_cli.service.job_seconds = 100
    batch_cli.clock.stop_at(batch_cli.clock.now() + 5, 15)
    assert batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "2").code == 143
    batch_cli.clock.signal = None
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--deadline", "3s")
    assert (done.code, file_stems(), len(batch_cli.service.posts)) == (1, FOXES[:2], 2)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Auckland"])
def test_a_time_of_day_is_the_next_one(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the local clock, also on the days that have 23 or 25 hours."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        for later in range(0, 400 * 86_400, 7_411):
            now = 1_760_000_000.0 + later
            at = next_time_of_day(6 * 60, now)
            assert now < at <= now + 25 * 3600
            assert time.strftime("%H:%M", time.localtime(at)) == "06:00"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_time_of_day_ends_a_batch(batch_cli: Cli) -> None:
    """The next minute of the local clock: two jobs of 20 s fit."""
    batch_cli.service.job_seconds = 20
    minute = time.strftime("%H:%M", time.localtime(batch_cli.clock.now() + 60))
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "1", "--deadline", minute)
    assert (done.code, len(batch_cli.service.posts)) == (1, 2)
    assert done.err.count(f"{REASON}{minute}\n") == 1


@pytest.mark.parametrize("text", ["90", "0m", "24:00", "6", "06:60", "soon", "", "-5m"])
def test_no_time(batch_cli: Cli, text: str) -> None:
    """Anything else is refused with the forms that are taken."""
    done = batch_cli.krea("batch", "foxes.txt", f"--deadline={text}")
    assert (done.code, batch_cli.service.posts) == (2, [])
    expected = f"{text!r} is not a time of day such as 06:00, or a duration such as 90m"
    assert expected in done.err
