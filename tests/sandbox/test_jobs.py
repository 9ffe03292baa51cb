"""The life of a job, and the slots that jobs share."""

from krea_cli.sandbox.jobs import STATUSES
from tests.sandbox.conftest import Start


def test_a_job_passes_through_every_status(start: Start) -> None:
    """Backlogged behind another job, then the whole way to completed."""
    krea = start(concurrency=1, spread=1.0)
    krea.submit()
    job_id = krea.submit()
    seen = [krea.job(job_id)["status"]]
    while seen[-1] != "completed":
        krea.clock.advance(0.05)
        status = krea.job(job_id)["status"]
        if status != seen[-1]:
            seen.append(status)

    assert seen == [name for name in STATUSES if name not in ("failed", "cancelled")]


def test_an_intermediate_picture_is_not_the_result(start: Start) -> None:
    """A preview address is shown before the end, and another one at the end."""
    krea = start()
    job_id = krea.submit()
    krea.clock.advance(9)
    early = krea.job(job_id)
    krea.clock.advance(1)

    assert early["status"] == "intermediate-complete"
    assert early["result"]["urls"] != krea.job(job_id)["result"]["urls"]


def test_the_backlog_runs_in_order(start: Start) -> None:
    """Five jobs of ten seconds in two slots end after 10, 10, 20, 20 and 30 seconds."""
    krea = start(concurrency=2)
    for _ in range(5):
        krea.submit()

    ends = [job["ended_at"] - 1_800_000_000 for job in krea.http.get("/_sandbox/jobs").json()]
    assert ends == [10, 10, 20, 20, 30]


def test_a_cancelled_job_makes_room(start: Start) -> None:
    """Whoever waits moves up at that moment."""
    krea = start(concurrency=1)
    first, second, third = (krea.submit() for _ in range(3))
    krea.clock.advance(4)
    krea.http.delete(f"/jobs/{first}")

    jobs = {job["job_id"]: job for job in krea.http.get("/_sandbox/jobs").json()}
    assert [jobs[job]["ended_at"] - 1_800_000_000 for job in (first, second, third)] == [4, 14, 24]
    assert krea.job(second)["status"] == "processing"


def test_speed_divides_every_time(start: Start) -> None:
    """Ten seconds at twenty times the speed are half a second."""
    krea = start(speed=20.0)
    krea.submit()

    assert krea.http.get("/_sandbox/jobs").json()[0]["ended_at"] == 1_800_000_000.5
