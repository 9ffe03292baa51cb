"""The life of a job, and the slots that jobs share."""

from krea_cli.sandbox.jobs import STATUSES
from tests.sandbox.conftest import StartSandbox


def test_a_job_passes_through_every_status(start_sandbox: StartSandbox) -> None:
    """A job behind another one is backlogged, then goes all the way to completed."""
    krea = start_sandbox(concurrency=1, spread=1.0)
    krea.submit()
    job_id = krea.submit()
    statuses = [krea.read_job(job_id)["status"]]
    while statuses[-1] != "completed":
        krea.clock.advance(0.05)
        status = krea.read_job(job_id)["status"]
        if status != statuses[-1]:
            statuses.append(status)

    assert statuses == [name for name in STATUSES if name not in ("failed", "cancelled")]


def test_an_intermediate_picture_is_not_the_result(start_sandbox: StartSandbox) -> None:
    """The address before the end differs from the one at the end."""
    krea = start_sandbox()
    job_id = krea.submit()
    krea.clock.advance(9)
    early = krea.read_job(job_id)
    krea.clock.advance(1)

    assert early["status"] == "intermediate-complete"
    assert early["result"]["urls"] != krea.read_job(job_id)["result"]["urls"]


def test_the_backlog_runs_in_order(start_sandbox: StartSandbox) -> None:
    """Five jobs of ten seconds in two slots end after 10, 10, 20, 20 and 30 seconds."""
    krea = start_sandbox(concurrency=2)
    for _ in range(5):
        krea.submit()

    ends = [job["ended_at"] - 1_800_000_000 for job in krea.client.get("/_sandbox/jobs").json()]
    assert ends == [10, 10, 20, 20, 30]


def test_a_cancelled_job_makes_room(start_sandbox: StartSandbox) -> None:
    """The next job starts at that moment."""
    krea = start_sandbox(concurrency=1)
    first, second, third = (krea.submit() for _ in range(3))
    krea.clock.advance(4)
    krea.client.delete(f"/jobs/{first}")

    jobs = {job["job_id"]: job for job in krea.client.get("/_sandbox/jobs").json()}
    assert [jobs[job]["ended_at"] - 1_800_000_000 for job in (first, second, third)] == [4, 14, 24]
    assert krea.read_job(second)["status"] == "processing"


def test_speed_divides_every_time(start_sandbox: StartSandbox) -> None:
    """Ten seconds at twenty times the speed are half a second."""
    krea = start_sandbox(speed=20.0)
    krea.submit()

    assert krea.client.get("/_sandbox/jobs").json()[0]["ended_at"] == 1_800_000_000.5
