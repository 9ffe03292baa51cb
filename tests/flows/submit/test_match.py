"""Jobs of the list matched with requests in doubt: by bounds, never by likelihood."""

from dataclasses import replace

import pytest

from krea_cli.api.types import Job
from krea_cli.flows.submit.match import (
    MAX_SEND_SECONDS,
    PROMPT_SECONDS,
    WINDOW_SLACK_SECONDS,
    Window,
    list_candidates,
    make_window,
    match_jobs,
)

TYPES = frozenset({"flux"})


def job(name: str, at: float | None, type: str | None = "flux") -> Job:
    return Job(name, "queued", created_at=at, type=type)


def window(start: float, body: str = "", *, seconds: float = 4.0, latest: float = 0.0) -> Window:
    """A window that is prompt for SECONDS, and possible until LATEST or for 165 s."""
    end = latest or start + MAX_SEND_SECONDS
    return Window(((start, start + seconds),), start, end, start, TYPES, body or f"at {start}")


def test_one_prompt_job_of_one_request_is_its_own() -> None:
    """One request, one job that fits: no other reading is possible."""
    assert match_jobs({1: window(10)}, [job("a", 12)]) == {1: "a"}


@pytest.mark.parametrize(
    "stranger",
    [job("b", 400), job("b", 9), job("b", None)],
    ids=["made after all that is possible", "made before", "made nobody knows when"],
)
def test_a_stranger_beside_it_turns_the_matching_off(stranger: Job) -> None:
    """A job that fits nowhere comes from a stranger. The fitting one may be a stranger's too."""
    assert match_jobs({1: window(10)}, [job("a", 12), stranger]) == {}


@pytest.mark.parametrize("at", [14.5, 30, 170], ids=["a moment late", "late", "very late"])
def test_a_job_that_is_not_prompt_is_nobody_s(at: float) -> None:
    """A person has to say if it is the request's or a stranger's."""
    assert match_jobs({1: window(10)}, [job("a", at)]) == {}


def test_a_job_of_another_type_is_nobody_s() -> None:
    """The type is all that the list tells about the input."""
    assert match_jobs({1: window(10)}, [job("a", 12, "video")]) == {}
    assert match_jobs({1: window(10)}, [job("a", 12, None)]) == {1: "a"}


@pytest.mark.parametrize("at", [13, 100], ids=["prompt too", "much later"])
def test_a_second_job_that_can_be_the_request_s_is_one_too_many(at: float) -> None:
    """Nothing says which of them is its own, however likely one of them looks."""
    assert match_jobs({1: window(10)}, [job("a", 12), job("b", at)]) == {}


def test_a_job_that_two_requests_can_have_made_is_nobody_s() -> None:
    """The earlier request has no job yet: a gateway may have carried it out late."""
    assert match_jobs({1: window(10), 2: window(30)}, [job("a", 31)]) == {}


def test_two_requests_that_are_far_apart_are_told_apart() -> None:
    """Each job can be of one request only, so both are recognised at once."""
    windows = {1: window(10), 2: window(300)}
    jobs = [job("b", 302), job("a", 12)]
    assert match_jobs(windows, jobs) == {1: "a", 2: "b"}
    assert match_jobs(windows, jobs[:1]) == {2: "b"}


def test_requests_with_equal_bodies_need_no_telling_apart() -> None:
    """Of three in doubt and two jobs that are theirs, any two get one each."""
    windows = {1: window(10, "fox"), 2: window(11, "fox"), 3: window(12, "fox")}
    jobs = [job("a", 12.5), job("b", 13)]
    matches = match_jobs(windows, jobs)
    assert sorted(matches.values()) == ["a", "b"] and len(matches) == 2
    assert match_jobs({**windows, 4: window(9, "hen")}, jobs) == {}
    assert match_jobs({1: windows[1]}, jobs) == {}


def test_a_crowd_is_not_puzzled_over() -> None:
    """Many unknown jobs mean that the account is shared: nothing is recognised."""
    windows = {row: window(row * 1000) for row in range(20)}
    assert match_jobs(windows, [job(str(row), row * 1000 + 1) for row in range(20)]) == {}


def test_no_jobs_match_nothing() -> None:
    """Absence proves nothing."""
    assert match_jobs({1: window(10)}, []) == {}


def test_before_anything_is_learned_a_job_is_prompt_for_three_seconds() -> None:
    """The Date header is cut to whole seconds: the true difference may be one second more."""
    made = make_window([100.0], lag=None, skew=5.0)
    slack = WINDOW_SLACK_SECONDS
    assert made.prompts == ((105.0 - slack, 106.0 + PROMPT_SECONDS + slack),)
    latest = 106.0 + MAX_SEND_SECONDS + PROMPT_SECONDS
    assert (made.earliest, made.latest) == (105.0 - slack, latest + slack)


def test_what_answers_taught_bounds_what_is_prompt() -> None:
    """A service that cuts to whole seconds gets a second more on both sides."""
    made = make_window([100.0], lag=(5.1, 5.4), skew=5.0)
    assert made.prompts == ((105.1 - WINDOW_SLACK_SECONDS, 105.4 + WINDOW_SLACK_SECONDS),)
    wider = make_window([100.0], lag=(5.1, 5.4), skew=5.0, whole_seconds=True)
    assert wider.prompts == ((104.1 - WINDOW_SLACK_SECONDS, 106.4 + WINDOW_SLACK_SECONDS),)


def test_what_was_learned_from_slow_answers_hides_no_quick_job() -> None:
    """The job of a request that was carried out at once is possible, though it is not prompt."""
    made = make_window([100.0], lag=(3.1, 3.1), skew=0.0)
    assert (made.is_prompt(job("a", 100.1)), made.allows(job("a", 100.1))) == (False, True)


def test_each_try_has_a_prompt_time_of_its_own() -> None:
    """A request that was sent twice may have made a job at either time."""
    made = make_window([100.0, 150.0], lag=(0.0, 0.4), skew=0.0)
    prompt = [at for at in (100.2, 120.0, 150.2) if made.is_prompt(job("a", at))]
    assert prompt == [100.2, 150.2]
    assert match_jobs({1: made}, [job("a", 100.2)]) == {1: "a"}
    assert match_jobs({1: made}, [job("a", 100.2), job("b", 150.2)]) == {}


def test_every_later_job_is_named_the_likely_ones_first() -> None:
    """With what speaks against each; jobs of the time before are not named."""
    windows = {1: window(10), 2: window(40)}
    jobs = [job("d", 900), job("x", 5), job("c", 41), job("b", 11, "video"), job("a", 12)]
    listed = [(each.job.id, each.against) for each in list_candidates(1, windows, jobs)]
    assert listed == [
        ("a", ()),
        ("b", ("of type video, not flux",)),
        ("c", ("made 27 s late", "perhaps of request 2")),
        ("d", ("made 886 s late",)),
    ]


def test_by_the_clock_of_its_time_a_job_is_named_as_well() -> None:
    """The clock was ten minutes behind when the request left: its own word counts too."""
    row = replace(window(700), since=100.0)
    (named,) = list_candidates(1, {1: row}, [job("a", 150)])
    assert (named.job.id, named.against) == ("a", ("made before the request left",))
    (named,) = list_candidates(1, {1: window(10)}, [job("a", None)])
    assert named.against == ("made at an unknown time",)
