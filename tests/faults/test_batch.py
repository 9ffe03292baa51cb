"""Batches against a service that loses answers, and two of them at once on one file."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.sandboxed_cli import Stage

RUN = ("batch", "foxes.txt", "-o", "out/", "-m", "flux-1-dev", "--width", "512", "--height", "512")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A service without faults, and a list of eight prompts at the desk."""
    with Stage(tmp_path) as stage:
        listing = "".join(f"fox {number}\n" for number in range(8))
        (stage.desk / "foxes.txt").write_text(listing)
        yield stage


def whole(stage: Stage) -> int:
    """How many pictures there are; nothing else may be there."""
    found = list((stage.desk / "out").iterdir())
    assert all(path.suffix == ".png" and path.stat().st_size for path in found), found
    return len(found)


def test_two_windows_share_the_work(stage: Stage) -> None:
    """Each item is made once, by either; both end well, with every path told by both."""
    ended = stage.windows(list(RUN), list(RUN))
    assert [each.code for each in ended] == [0, 0]
    assert (len(stage.jobs), whole(stage)) == (8, 8)
    assert all(sorted(each.out.split()) == sorted(ended[0].out.split()) for each in ended)


def test_who_finds_everything_taken_waits_for_the_outcome(stage: Stage) -> None:
    """The other window has all eight with the service: this one sends nothing, and ends well."""
    ended = stage.windows([*RUN, "-j", "8"], [*RUN, "-j", "1"])
    assert [each.code for each in ended] == [0, 0]
    assert (stage.counts.posts, whole(stage)) == (8, 8)


def test_two_windows_keep_one_cap(stage: Stage) -> None:
    """Eight items of 2 dollars under 10: five are sent, whoever sends them."""
    capped = [*RUN, "--max-cost", "10", "--assume-price", "2"]
    ended = stage.windows(capped, capped)
    assert [each.code for each in ended] == [5, 5]
    assert (stage.counts.posts, whole(stage)) == (5, 5)


def test_two_windows_do_not_wait_for_each_others_doubts(stage: Stage) -> None:
    """An item in doubt in one of them is over there: the other looks for itself, and ends."""
    stage.set_faults("524-before:0.4")
    ended = stage.windows(list(RUN), list(RUN))
    assert [each.code for each in ended] == [9, 9]
    made = len(stage.jobs)
    assert 0 < made < 8
    assert (stage.counts.posts, whole(stage)) == (8, made)


def test_two_windows_do_not_wait_for_what_both_left(stage: Stage) -> None:
    """Jobs that outlast the time-out of both: each says so, and the next run saves them."""
    impatient = [*RUN, "--timeout", "2"]
    ended = stage.windows(impatient, impatient)
    assert [each.code for each in ended] == [4, 4]
    assert stage.krea(*RUN).code == 0
    assert (len(stage.jobs), whole(stage)) == (8, 8)


@pytest.mark.parametrize("fault", ["reset-after:0.3", "524:0.3", "garbage:0.3", "429-after:0.4"])
def test_faults_on_the_way_cost_nothing(stage: Stage, fault: str) -> None:
    """A lost answer is settled, a refusal waited out: one job for each item."""
    stage.set_faults(fault, "cut:0.3", "poll-500:0.1")
    ended = stage.krea(*RUN)
    assert (ended.code, len(stage.jobs), whole(stage)) == (0, 8, 8), ended.err


def test_what_was_never_made_stays_in_doubt(stage: Stage) -> None:
    """Answers that got lost without a job: those items are in doubt for good, the others made."""
    stage.set_faults("524-before:x2")
    first = stage.krea(*RUN, "--json")
    assert (first.code, stage.counts.posts, len(stage.jobs), whole(stage)) == (9, 8, 6, 6)
    stage.clock.advance(3600)
    again = stage.krea(*RUN, "--json")
    assert (again.code, stage.counts.posts) == (9, 8)
    told = [json.loads(line) for line in again.err.splitlines()]
    assert [line["summary"]["doubtful"] for line in told if "summary" in line] == [2]
