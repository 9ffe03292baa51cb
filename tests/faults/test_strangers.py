"""Other programs' jobs in the list of the account: whatever gets lost, none becomes ours."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.follow_hints import follow_hints
from tests.faults.matrix import Case, observe
from tests.harness.cli import CliResult
from tests.harness.sandboxed_cli import SandboxedCli

pytestmark = pytest.mark.exhaustive

MADE = ("reset-after", "late", "524", "garbage", "empty-body")  # the answer is lost, the job not
NOT_MADE = ("reset-before", "500", "524-before")
SEEDS = {"fox": 1, "hen": 2, "owl": 3}
Start = Callable[..., SandboxedCli]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a sandbox with FAULTS and the command in front of it."""
    with ExitStack() as stack:
        yield lambda *faults: stack.enter_context(SandboxedCli(tmp_path, *faults))


def command(name: str) -> list[str]:
    """A request of its own, for NAME.png."""
    size = ["--width", "512", "--height", "512"]
    seed = ["--seed", str(SEEDS[name])]
    return ["generate", f"a red {name}", "-o", f"{name}.png", *size, *seed, "--json"]


def assert_nothing_of_strangers(sandboxed: SandboxedCli) -> None:
    """No row of the ledger owns a stranger's job, no file is one of its pictures."""
    assert sandboxed.strangers
    assert not sandboxed.strangers & {job for _, job in sandboxed.states}
    assert "?" not in sandboxed.result_names().values()


def own_candidates(sandboxed: SandboxedCli, ended: CliResult) -> set[str]:
    """The ids of our own jobs in the one error of ENDED."""
    (error,) = ended.errors
    return {job.id for job in sandboxed.jobs if job.id in error["message"]}


@pytest.mark.parametrize("requests", [1, 3])
@pytest.mark.parametrize("kind", MADE)
def test_a_lost_answer_among_strangers_is_the_users_to_settle(
    start: Start, kind: str, requests: int
) -> None:
    """Exit 9 names our job beside the other; once it is adopted by hand, the work is completed."""
    case = Case(kind, always=True, requests=requests, results=2)
    sandboxed = start(kind, "strangers")
    ended = sandboxed.krea(*case.command)
    seen = observe(sandboxed, case, ended)
    assert (seen.exit, seen.charged, seen.posts, seen.jobs, seen.files) == (9, "unknown", 1, 1, 0)
    assert seen.ledger == ("unknown", *["checked"] * (requests - 1))
    assert own_candidates(sandboxed, ended) == {sandboxed.jobs[0].id}

    sandboxed.set_faults("strangers")
    way, ended = follow_hints(sandboxed, case.command, ended)
    seen = observe(sandboxed, case, ended)
    assert (way, seen.exit, seen.posts, seen.jobs) == ("krea recover", 0, requests, requests)
    assert (seen.files, seen.strays, seen.ledger) == (2 * requests, (), ("saved",) * requests)
    assert_nothing_of_strangers(sandboxed)


@pytest.mark.parametrize("kind", MADE + NOT_MADE)
def test_a_shared_account_is_never_guessed_about(start: Start, kind: str) -> None:
    """With account.shared even a single job in the list, at just the right time, is not taken."""
    sandboxed = start(kind, "strangers")
    sandboxed.krea("config", "set", "account.shared", "true")
    for _ in range(2):  # the second run only looks
        assert sandboxed.krea(*command("fox")).code == 9
        assert sandboxed.counts.posts == 1
        sandboxed.clock.advance(30)
    assert sandboxed.krea("recover", "--json").code == 9
    assert_nothing_of_strangers(sandboxed)


@pytest.mark.parametrize("kind", NOT_MADE)
def test_where_strangers_were_seen_lately_a_lone_one_is_not_taken(start: Start, kind: str) -> None:
    """A stranger's job of minutes ago says that the account is shared, whatever is configured."""
    sandboxed = start("strangers")
    assert sandboxed.krea(*command("hen")).code == 0
    sandboxed.clock.advance(300)
    sandboxed.set_faults(kind, "strangers")
    assert sandboxed.krea(*command("fox")).code == 9
    assert [state for state, _ in sandboxed.states] == ["saved", "unknown"]
    assert_nothing_of_strangers(sandboxed)


@pytest.mark.parametrize("kind", MADE)
def test_windows_that_lose_their_answers_find_their_own_jobs(start: Start, kind: str) -> None:
    """Three at once, each answer lost: one request at a time, so that each job has one owner."""
    sandboxed = start(kind)
    ended = sandboxed.krea_at_once(*map(command, SEEDS))
    assert [each.code for each in ended] == [0, 0, 0], ended
    assert (sandboxed.counts.posts, len(sandboxed.jobs), len(sandboxed.files)) == (3, 3, 3)
    assert {job for _, job in sandboxed.states} == {job.id for job in sandboxed.jobs}
    assert sandboxed.result_names() == {f"{name}.png": f"{seed}:1" for name, seed in SEEDS.items()}


@pytest.mark.parametrize("faults", [(kind,) for kind in MADE] + [("reset-after:0.5", "late:0.5")])
def test_windows_among_strangers_take_nothing_of_theirs(
    start: Start, faults: tuple[str, ...]
) -> None:
    """Three at once, a stranger beside each: what was answered is saved, the rest is in doubt."""
    sandboxed = start(*faults, "strangers")
    ended = sandboxed.krea_at_once(*map(command, SEEDS))
    assert {each.code for each in ended} <= {0, 9}
    doubted = [name for name, each in zip(SEEDS, ended, strict=True) if each.code == 9]
    again = sandboxed.krea_at_once(*map(command, doubted))
    assert {each.code for each in again} <= {9}
    assert (sandboxed.counts.posts, len(sandboxed.jobs)) == (3, 3)
    assert_nothing_of_strangers(sandboxed)


def test_two_windows_with_the_same_command_among_strangers(start: Start) -> None:
    """Both share one request: sent once, and neither takes the stranger's job for it."""
    sandboxed = start("reset-after", "strangers")
    ended = sandboxed.krea_at_once(command("fox"), command("fox"))
    assert [each.code for each in ended] == [9, 9]
    assert (sandboxed.counts.posts, len(sandboxed.jobs)) == (1, 1)
    assert_nothing_of_strangers(sandboxed)
