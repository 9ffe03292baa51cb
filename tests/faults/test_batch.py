"""Batches against a service that loses answers, and two of them at once on one file."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.sandboxed_cli import SandboxedCli

RUN = ("batch", "foxes.txt", "-o", "out/", "-m", "flux-1-dev", "--width", "512", "--height", "512")


@pytest.fixture
def sandboxed(tmp_path: Path) -> Iterator[SandboxedCli]:
    """A sandbox without faults, and a list of eight prompts in the folder."""
    with SandboxedCli(tmp_path) as sandboxed:
        prompts = "".join(f"fox {number}\n" for number in range(8))
        (sandboxed.folder / "foxes.txt").write_text(prompts)
        yield sandboxed


def count_pictures(sandboxed: SandboxedCli) -> int:
    """The number of pictures; nothing else may be there."""
    paths = list((sandboxed.folder / "out").iterdir())
    assert all(path.suffix == ".png" and path.stat().st_size for path in paths), paths
    return len(paths)


def test_two_windows_share_the_work(sandboxed: SandboxedCli) -> None:
    """Each item is made once, by either; both end well, with every path told by both."""
    ended = sandboxed.krea_at_once(list(RUN), list(RUN))
    assert [each.code for each in ended] == [0, 0]
    assert (len(sandboxed.jobs), count_pictures(sandboxed)) == (8, 8)
    assert all(sorted(each.out.split()) == sorted(ended[0].out.split()) for each in ended)


def test_who_finds_everything_taken_waits_for_the_outcome(sandboxed: SandboxedCli) -> None:
    """The other window has all eight with the service: this one sends nothing, and ends well."""
    ended = sandboxed.krea_at_once([*RUN, "-j", "8"], [*RUN, "-j", "1"])
    assert [each.code for each in ended] == [0, 0]
    assert (sandboxed.counts.posts, count_pictures(sandboxed)) == (8, 8)


def test_two_windows_keep_one_cap(sandboxed: SandboxedCli) -> None:
    """Eight items of 2 dollars under 10: five are sent, whoever sends them."""
    capped = [*RUN, "--max-cost", "10", "--assume-price", "2"]
    ended = sandboxed.krea_at_once(capped, capped)
    assert [each.code for each in ended] == [5, 5]
    assert (sandboxed.counts.posts, count_pictures(sandboxed)) == (5, 5)


def test_two_windows_do_not_wait_for_each_others_doubts(sandboxed: SandboxedCli) -> None:
    """An item in doubt in one of them is over there: the other looks for itself, and ends."""
    sandboxed.set_faults("524-before:0.4")
    ended = sandboxed.krea_at_once(list(RUN), list(RUN))
    assert [each.code for each in ended] == [9, 9]
    job_count = len(sandboxed.jobs)
    assert 0 < job_count < 8
    assert (sandboxed.counts.posts, count_pictures(sandboxed)) == (8, job_count)


def test_two_windows_do_not_wait_for_what_both_left(sandboxed: SandboxedCli) -> None:
    """Jobs that outlast the time-out of both: each says so, and the next run saves them."""
    impatient = [*RUN, "--timeout", "2"]
    ended = sandboxed.krea_at_once(impatient, impatient)
    assert [each.code for each in ended] == [4, 4]
    assert sandboxed.krea(*RUN).code == 0
    assert (len(sandboxed.jobs), count_pictures(sandboxed)) == (8, 8)


@pytest.mark.parametrize("fault", ["reset-after:0.3", "524:0.3", "garbage:0.3", "429-after:0.4"])
def test_faults_on_the_way_cost_nothing(sandboxed: SandboxedCli, fault: str) -> None:
    """A lost answer is settled, a refusal waited out: one job for each item."""
    sandboxed.set_faults(fault, "cut:0.3", "poll-500:0.1")
    ended = sandboxed.krea(*RUN)
    assert (ended.code, len(sandboxed.jobs), count_pictures(sandboxed)) == (0, 8, 8), ended.err


def test_what_was_never_made_stays_in_doubt(sandboxed: SandboxedCli) -> None:
    """Answers that got lost without a job: those items are in doubt for good, the others made."""
    sandboxed.set_faults("524-before:x2")
    first = sandboxed.krea(*RUN, "--json")
    assert (first.code, sandboxed.counts.posts, len(sandboxed.jobs), count_pictures(sandboxed)) == (
        9,
        8,
        6,
        6,
    )
    sandboxed.clock.advance(3600)
    again = sandboxed.krea(*RUN, "--json")
    assert (again.code, sandboxed.counts.posts) == (9, 8)
    lines = [json.loads(line) for line in again.err.splitlines()]
    assert [line["summary"]["doubtful"] for line in lines if "summary" in line] == [2]


def test_the_totals_of_a_rehearsal_say_so(sandboxed: SandboxedCli) -> None:
    """The embedded Krea is known by its answers: the last line names it."""
    last_line = sandboxed.krea(*RUN).err.splitlines()[-1]
    assert last_line.startswith("8 of 8 done; spent about $0.056 in ")
    assert last_line.endswith(" s; 4 ran at once (sandbox)")
