"""Watching jobs: the requests made, their times, and their effects."""

from collections.abc import Callable
from itertools import pairwise

import httpx
import pytest

from krea_cli.errors import Interrupted, NotFound, TokenRefused
from krea_cli.flows.events import Changed, Event, WarningNote
from krea_cli.flows.jobs.poll_schedule import PollSchedule
from krea_cli.flows.jobs.watch import JobUpdate, Watch
from tests.clocks.fake_clock import FakeClock
from tests.fakes.krea_service import KreaService, answer_with, refuse_connection
from tests.harness.flow_context import make_context


class Post:
    """A watch over a scripted service, with a fake clock and the events told."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.service = KreaService(self.clock.now)
        self.told: list[Event] = []
        context = make_context(self.service.http(), self.clock, tell=self.told.append)
        self.watch = Watch(context)

    def add(self, *names: str, typical: float = 7.0, fresh: bool = True) -> None:
        """Watch jobs made now."""
        for name in names:
            schedule = PollSchedule(typical, [], "image")
            self.watch.add(name, schedule=schedule, since=self.clock.now(), fresh=fresh)

    def ends(self, *, within: float = 600.0) -> list[tuple[str, str]]:
        """Each job that left the watch with its last status or error, in order."""
        ended = []
        end = self.clock.monotonic() + within
        while self.watch.running and self.clock.monotonic() < end:
            for update in self.watch.step(end):
                if update.error:
                    ended.append((update.job_id, update.error.code))
                elif update.job and update.job.ended:
                    ended.append((update.job_id, update.job.status))
        return ended


@pytest.fixture
def post() -> Post:
    """A watch over an empty wire."""
    return Post()


def test_a_job_is_followed_to_its_end_and_then_left(post: Post) -> None:
    """Changes are told; the last one ends the watch."""
    post.service.add("a", (0, "queued"), (1, "processing"), (7, "completed"))
    post.add("a")
    assert post.ends() == [("a", "completed")]
    assert post.told[-1] == Changed("a", "completed")
    assert post.watch.running == 0


def test_no_request_is_made_while_a_fresh_job_cannot_be_done(post: Post) -> None:
    """The first look at a job of seven seconds comes after its third."""
    post.service.add("a", (7, "completed"))
    post.add("a")
    post.ends()
    assert post.service.polls[0][0] > 3


def test_an_old_job_is_looked_at_without_delay(post: Post) -> None:
    """Whoever names an id wants to know how it stands."""
    post.service.add("a", (0, "processing"))
    post.watch.add("a", schedule=PollSchedule(7, [], "image"))
    assert [update.job_id for update in post.watch.step()] == ["a"]
    assert post.clock.monotonic() == 0


@pytest.mark.parametrize("status", ["intermediate-complete", "sampling", "polishing"])
def test_only_three_statuses_end_a_job(post: Post, status: str) -> None:
    """An intermediate result is not the end, and neither is a status that nobody knows."""
    post.service.add("a", (0, "processing"), (4, status), (30, "completed"))
    post.add("a")
    assert post.ends() == [("a", "completed")]
    assert Changed("a", status) in post.told


def test_polls_of_one_job_are_never_closer_than_half_a_second(post: Post) -> None:
    """However sure the end seems."""
    post.service.add("a", (0, "processing"), (60, "completed"))
    post.watch.add(
        "a", schedule=PollSchedule(7, [7.0] * 50, "image"), since=post.clock.now(), fresh=True
    )
    post.ends()
    moments = [moment for moment, _ in post.service.polls]
    assert min(b - a for a, b in pairwise(moments)) > 0.499


def test_many_jobs_share_one_request_per_tick_at_most_twice_a_second(post: Post) -> None:
    """Forty jobs cost what one costs."""
    for number in range(40):
        post.service.add(f"job-{number}", (0, "processing"), (5 + number / 10, "completed"))
    post.add(*post.service.jobs)
    assert len(post.ends()) == 40
    moments = [moment for moment, what in post.service.polls if what == "list 100"]
    assert len(post.service.polls) - len(moments) <= 8  # the last one is read by itself
    assert min(b - a for a, b in pairwise(moments)) > 0.499


def test_the_list_reaches_back_to_the_oldest_job(post: Post) -> None:
    """The limit follows the age of the oldest job, up to a thousand."""
    post.service.add("old", (0, "processing"), (60, "completed"))
    for number in range(400):
        post.clock.advance(0.01)
        post.service.add(f"other-{number}", (0, "completed"))
    post.service.add("new", (0, "processing"), (60, "completed"))
    post.add("old", "new")
    assert sorted(post.ends()) == [("new", "completed"), ("old", "completed")]
    limits = [what for what in post.service.polled if what.startswith("list")]
    assert limits[:4] == ["list 100", "list 200", "list 400", "list 800"]
    assert set(limits[4:]) == {"list 502"}


def test_a_list_without_results_is_confirmed_by_one_read(post: Post) -> None:
    """The end counts when the results are there."""
    post.service.list_without_results = True
    for name in ("a", "b", "c"):
        post.service.add(name, (0, "processing"), (7, "completed"))
    post.add("a", "b", "c")
    assert sorted(post.ends()) == [(name, "completed") for name in ("a", "b", "c")]
    assert sorted(what for what in post.service.polled if "list" not in what) == ["a", "b", "c"]


def test_a_job_that_the_list_lacks_is_read_by_itself_after_two_ticks(post: Post) -> None:
    """A list that lags hides nothing for long."""
    post.service.add("a", (0, "processing"), (9, "completed"))
    post.service.add("b", (0, "processing"), (9, "completed"))
    post.service.add("hidden", (0, "processing"), (9, "completed"), listed=False)
    post.add("a", "b", "hidden")
    assert sorted(post.ends())[2] == ("hidden", "completed")
    assert post.service.polled.index("hidden") >= 2


@pytest.mark.parametrize(
    "fault",
    [
        answer_with(500),
        answer_with(524),
        answer_with(429),
        answer_with(503),
        answer_with(408),
        refuse_connection,
    ],
    ids=["500", "524", "429", "503", "408", "no connection"],
)
def test_passing_faults_are_waited_out(post: Post, fault: object) -> None:
    """A read costs nothing: it is tried again, and told when it goes on for long."""
    post.service.read_faults = [fault] * 5  # type: ignore[list-item]
    post.service.add("a", (0, "processing"), (7, "completed"))
    post.add("a")
    assert post.ends() == [("a", "completed")]
    assert len([event for event in post.told if isinstance(event, WarningNote)]) == 1


def test_what_the_server_asks_for_is_honoured(post: Post) -> None:
    """Retry-After is a minimum."""
    post.service.read_faults = [answer_with(429, **{"retry-after": "42"})]
    post.service.add("a", (7, "completed"))
    post.add("a")
    post.ends()
    (first, _), (second, _) = post.service.polls[:2]
    assert second - first >= 42


def test_a_refused_token_ends_it_at_once(post: Post) -> None:
    """Asking again with the same token is of no use."""
    post.service.read_faults = [answer_with(401)]
    post.add("a")
    with pytest.raises(TokenRefused):
        post.ends()
    assert len(post.service.polls) == 1


def test_a_fresh_id_may_be_unknown_for_a_while(post: Post) -> None:
    """The id was handed out a moment ago: a 404 passes."""
    post.add("a", typical=3)
    post.watch.step()
    post.service.add("a", (0, "processing"), (1, "completed"))
    assert post.ends() == [("a", "completed")]
    assert post.clock.monotonic() < 15


def test_an_id_that_stays_unknown_is_not_found(post: Post) -> None:
    """After the grace, or at once for an id that is not fresh."""
    post.add("fresh", typical=3)
    assert post.ends() == [("fresh", "not_found")]
    assert 15 <= post.clock.monotonic() < 20
    post.add("old", fresh=False)
    (update,) = post.watch.step()
    assert update == JobUpdate("old", None, update.error)
    assert isinstance(update.error, NotFound)


def test_an_unknown_id_beside_others_does_not_disturb_them(post: Post) -> None:
    """An unknown job leaves the watch alone."""
    post.service.add("a", (7, "completed"))
    post.service.add("b", (7, "completed"))
    post.add("a", "b", "nobody", fresh=False)
    assert sorted(post.ends()) == [("a", "completed"), ("b", "completed"), ("nobody", "not_found")]


def test_a_job_that_waits_in_a_queue_is_not_yet_expected(post: Post) -> None:
    """Time in the backlog says nothing about the work: it starts when that ends."""
    post.service.add("a", (0, "backlogged"), (100, "processing"), (107, "completed"))
    post.add("a")
    post.ends()
    assert len(post.service.polls) < 40


def test_until_bounds_a_step_without_a_request(post: Post) -> None:
    """The caller has something else to do."""
    post.service.add("a", (7, "completed"))
    post.add("a")
    assert post.watch.step(1.0) == []
    assert (post.clock.monotonic(), post.service.polls) == (1.0, [])


def test_a_signal_ends_the_wait(post: Post) -> None:
    """Between two polls as during one."""
    post.service.add("a", (70, "completed"))
    post.add("a", typical=70)
    post.clock.stop_at(post.clock.now() + 20, 2)
    with pytest.raises(Interrupted) as stopped:
        post.ends()
    assert stopped.value.exit_code == 130


def test_a_job_can_be_left(post: Post) -> None:
    """Its time is over; nothing asks for it any more."""
    post.add("a")
    post.watch.leave("a")
    post.watch.leave("a")
    assert (post.watch.running, post.watch.step()) == (0, [])


@pytest.mark.parametrize("fault", [500, 401])
def test_a_fault_does_not_swallow_the_end_of_another_job(post: Post, fault: int) -> None:
    """News of the list is passed on, although the next read failed."""
    for name in ("a", "b"):
        post.service.add(name, (0, "processing"), (5, "completed"))
    post.service.add("hidden", (0, "processing"), (5, "completed"), listed=False)
    post.add("a", "b", "hidden", fresh=False)
    post.watch.step()
    post.clock.advance(30)
    post.service.read_faults = [_from_the_list(post.service), answer_with(fault)]
    told = [update.job_id for update in post.watch.step()]
    assert told == ["a", "b"]
    assert post.watch.job_ids == ("hidden",)


def _from_the_list(service: KreaService) -> Callable[[], httpx.Response]:
    """The usual answer of the list."""
    return lambda: service.list_page(100, None)


def test_a_list_that_lags_does_not_turn_many_jobs_into_many_requests(post: Post) -> None:
    """Jobs that appear in the list late are followed there as soon as they do."""
    for number in range(40):
        post.service.add(f"job-{number}", (0, "processing"), (30, "completed"), listed=False)
    post.add(*post.service.jobs, typical=30)
    post.watch.step(post.clock.monotonic() + 4)
    for job in post.service.jobs.values():
        job.listed = True
    assert len(post.ends()) == 40
    assert len(post.service.polls) < 80
