"""Other programs' jobs in the list of the account: whatever gets lost, none becomes ours."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.follow_hints import complete
from tests.faults.matrix import Case, look
from tests.harness.sandboxed_cli import Ended, Stage

pytestmark = pytest.mark.exhaustive

MADE = ("reset-after", "late", "524", "garbage", "empty-body")  # the answer is lost, the job not
NOT_MADE = ("reset-before", "500", "524-before")
SEEDS = {"fox": 1, "hen": 2, "owl": 3}
Start = Callable[..., Stage]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Makes a stage with the given faults."""
    with ExitStack() as stack:
        yield lambda *faults: stack.enter_context(Stage(tmp_path, *faults))


def command(name: str) -> list[str]:
    """A request of its own, for NAME.png."""
    size = ["--width", "512", "--height", "512"]
    seed = ["--seed", str(SEEDS[name])]
    return ["generate", f"a red {name}", "-o", f"{name}.png", *size, *seed, "--json"]


def assert_nothing_of_strangers(stage: Stage) -> None:
    """No row of the ledger owns a stranger's job, no file is one of its pictures."""
    assert stage.strangers
    assert not stage.strangers & {job for _, job in stage.rows}
    assert "?" not in stage.content().values()


def own_candidates(stage: Stage, ended: Ended) -> set[str]:
    """Those of our own jobs that the one error of ENDED names."""
    (error,) = ended.errors
    return {job.id for job in stage.jobs if job.id in error["message"]}


@pytest.mark.parametrize("requests", [1, 3])
@pytest.mark.parametrize("kind", MADE)
def test_a_lost_answer_among_strangers_is_the_users_to_settle(
    start: Start, kind: str, requests: int
) -> None:
    """Exit 9 names our job beside the other; once it is adopted by hand, the work is completed."""
    case = Case(kind, always=True, requests=requests, results=2)
    stage = start(kind, "strangers")
    ended = stage.krea(*case.command)
    seen = look(stage, case, ended)
    assert (seen.exit, seen.charged, seen.posts, seen.jobs, seen.files) == (9, "unknown", 1, 1, 0)
    assert seen.ledger == ("unknown", *["checked"] * (requests - 1))
    assert own_candidates(stage, ended) == {stage.jobs[0].id}

    stage.set_faults("strangers")
    way, ended = complete(stage, case.command, ended)
    seen = look(stage, case, ended)
    assert (way, seen.exit, seen.posts, seen.jobs) == ("krea recover", 0, requests, requests)
    assert (seen.files, seen.strays, seen.ledger) == (2 * requests, (), ("saved",) * requests)
    assert_nothing_of_strangers(stage)


@pytest.mark.parametrize("kind", MADE + NOT_MADE)
def test_a_shared_account_is_never_guessed_about(start: Start, kind: str) -> None:
    """With account.shared even a single job in the list, at just the right time, is not taken."""
    stage = start(kind, "strangers")
    stage.krea("config", "set", "account.shared", "true")
    for _ in range(2):  # the second run only looks
        assert stage.krea(*command("fox")).code == 9
        assert stage.counts.posts == 1
        stage.clock.advance(30)
    assert stage.krea("recover", "--json").code == 9
    assert_nothing_of_strangers(stage)


@pytest.mark.parametrize("kind", NOT_MADE)
def test_where_strangers_were_seen_lately_a_lone_one_is_not_taken(start: Start, kind: str) -> None:
    """A stranger's job of minutes ago says that the account is shared, whatever is configured."""
    stage = start("strangers")
    assert stage.krea(*command("hen")).code == 0
    stage.clock.advance(300)
    stage.set_faults(kind, "strangers")
    assert stage.krea(*command("fox")).code == 9
    assert [state for state, _ in stage.rows] == ["saved", "unknown"]
    assert_nothing_of_strangers(stage)


@pytest.mark.parametrize("kind", MADE)
def test_windows_that_lose_their_answers_find_their_own_jobs(start: Start, kind: str) -> None:
    """Three at once, each answer lost: one request at a time, so that each job has one owner."""
    stage = start(kind)
    ended = stage.windows(*map(command, SEEDS))
    assert [each.code for each in ended] == [0, 0, 0], ended
    assert (stage.counts.posts, len(stage.jobs), len(stage.files)) == (3, 3, 3)
    assert {job for _, job in stage.rows} == {job.id for job in stage.jobs}
    assert stage.content() == {f"{name}.png": f"{seed}:1" for name, seed in SEEDS.items()}


@pytest.mark.parametrize("faults", [(kind,) for kind in MADE] + [("reset-after:0.5", "late:0.5")])
def test_windows_among_strangers_take_nothing_of_theirs(
    start: Start, faults: tuple[str, ...]
) -> None:
    """Three at once, a stranger beside each: what was answered is saved, the rest is in doubt."""
    stage = start(*faults, "strangers")
    ended = stage.windows(*map(command, SEEDS))
    assert {each.code for each in ended} <= {0, 9}
    doubted = [name for name, each in zip(SEEDS, ended, strict=True) if each.code == 9]
    again = stage.windows(*map(command, doubted))
    assert {each.code for each in again} <= {9}
    assert (stage.counts.posts, len(stage.jobs)) == (3, 3)
    assert_nothing_of_strangers(stage)


def test_two_windows_with_the_same_command_among_strangers(start: Start) -> None:
    """They share one request: sent once, and neither takes the stranger's job for it."""
    stage = start("reset-after", "strangers")
    ended = stage.windows(command("fox"), command("fox"))
    assert [each.code for each in ended] == [9, 9]
    assert (stage.counts.posts, len(stage.jobs)) == (1, 1)
    assert_nothing_of_strangers(stage)
