"""Jobs of the list matched with requests in doubt."""

import pytest

from krea_cli.api.types import Job
from krea_cli.flows.submit.match import WINDOW_SLACK_SECONDS, Window, make_window, match_jobs


def job(name: str, at: float | None, type: str | None = "flux") -> Job:
    return Job(name, "queued", created_at=at, type=type)


def test_one_job_in_the_window_of_one_request_is_its_own() -> None:
    """One request, one job that fits: no other reading is possible."""
    assert match_jobs({1: Window(10, 20)}, [job("a", 15)]) == {1: "a"}


@pytest.mark.parametrize(
    "stranger",
    [job("b", 400), job("b", None), job("b", 16, "video")],
    ids=["made at another time", "made nobody knows when", "of another type"],
)
def test_a_stranger_beside_it_turns_the_matching_off(stranger: Job) -> None:
    """A job that fits nowhere comes from a stranger. The fitting one may be a stranger's too."""
    assert match_jobs({1: Window(10, 20, frozenset({"flux"}))}, [job("a", 15), stranger]) == {}


def test_two_jobs_that_fit_one_request_are_not_told_apart() -> None:
    """Two jobs for one request: one of them is a stranger's, and nothing says which."""
    assert match_jobs({1: Window(10, 20)}, [job("a", 15), job("b", 16)]) == {}


def test_two_requests_whose_windows_overlap_are_not_told_apart() -> None:
    """Two requests and two jobs that fit both: either reading is possible."""
    assert match_jobs({1: Window(10, 20), 2: Window(12, 22)}, [job("a", 15), job("b", 16)]) == {}


def test_two_requests_with_windows_apart_are_told_apart() -> None:
    """Each job fits one window only, so both are recognised at once."""
    windows = {1: Window(10, 20), 2: Window(30, 40)}
    assert match_jobs(windows, [job("b", 35), job("a", 15)]) == {1: "a", 2: "b"}


def test_a_job_that_only_one_of_two_requests_can_have_made_is_recognised() -> None:
    """A request whose job was never made does not stand in the way of the other."""
    assert match_jobs({1: Window(10, 20), 2: Window(30, 40)}, [job("a", 15)]) == {1: "a"}


def test_a_crowd_is_not_puzzled_over() -> None:
    """Many unknown jobs mean that the account is shared: nothing is recognised."""
    windows = {row: Window(row * 10, row * 10 + 5) for row in range(20)}
    assert match_jobs(windows, [job(str(row), row * 10 + 1) for row in range(20)]) == {}


def test_no_jobs_match_nothing() -> None:
    """Absence proves nothing."""
    assert match_jobs({1: Window(10, 20)}, []) == {}


def test_the_window_follows_the_clocks_and_closes_when_we_gave_up() -> None:
    """The lag between the clocks moves the window; giving up closes it."""
    found = make_window(100.0, 103.0, lag=(5.0, 5.4))
    assert (found.opens, found.closes) == (
        105.0 - WINDOW_SLACK_SECONDS,
        108.4 + WINDOW_SLACK_SECONDS,
    )


def test_a_window_closes_when_no_gateway_can_hold_the_request_any_more() -> None:
    """A request of a process that died is not open for ever."""
    assert make_window(100.0, 9999.0, lag=(0.0, 0.0)).closes == 265.0 + WINDOW_SLACK_SECONDS


def test_a_late_job_of_an_earlier_request_is_not_a_later_one_s() -> None:
    """The first was given up, and its gateway made the job while the second lost its answer."""
    first = make_window(100.0, 103.0, lag=(0.0, 0.4))
    second = make_window(110.0, 125.0, lag=(0.0, 0.4))
    assert match_jobs({1: first, 2: second}, [job("a", 112)]) == {}
    assert match_jobs({1: first, 2: second}, [job("a", 101), job("b", 112)]) == {1: "a", 2: "b"}


def test_a_job_made_when_jobs_usually_are_is_not_a_late_one() -> None:
    """An earlier request in doubt blocks a later one for ever only if no time was learned."""
    taught = [make_window(at, None, lag=(0.0, 0.4), learned=True) for at in (100.0, 110.0)]
    untaught = [make_window(at, None, lag=(0.0, 1.0)) for at in (100.0, 110.0)]
    prompt = [job("a", 110.2)]
    assert match_jobs(dict(enumerate(taught)), prompt) == {1: "a"}
    assert match_jobs(dict(enumerate(untaught)), prompt) == {}
    assert match_jobs(dict(enumerate(taught)), [job("a", 111.5)]) == {}
    assert match_jobs(dict(enumerate(taught)), [*prompt, job("b", 110.3)]) == {}


def test_a_job_made_after_the_search_is_nobody_s() -> None:
    """A late job may be the request's or a stranger's: a person has to say."""
    place = make_window(100.0, 115.0, lag=(0.0, 0.4))
    late = job("a", 140)
    assert (place.allows(late), match_jobs({1: place}, [late])) == (True, {})


def test_what_was_learned_from_slow_answers_hides_no_quick_one() -> None:
    """The job of a request that was carried out at once is possible, though it was not expected."""
    place = make_window(100.0, 115.0, lag=(3.1, 3.1), skew=0.0)
    assert (place.fits(job("a", 100.1)), place.allows(job("a", 100.1))) == (False, True)


def test_nobody_looked_for_the_request_of_a_dead_process() -> None:
    """Its job is its own whenever a gateway may have made it."""
    assert make_window(100.0, None, lag=(0.0, 0.0)).fits(job("a", 260))
