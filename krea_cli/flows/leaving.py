"""What is said when a signal ends the waiting: which jobs run on, and what goes on with them."""

from collections.abc import Sequence

from krea_cli.errors import Interrupted


def runs_on(stop: Interrupted, job_ids: Sequence[str]) -> Interrupted:
    """STOP with the jobs that it leaves running; STOP itself when it leaves none."""
    if not job_ids:
        return stop
    what = f"job {job_ids[0]} runs on" if len(job_ids) == 1 else f"{len(job_ids)} jobs run on"
    named = Interrupted(
        stop.signal, message=f"{stop.message}; {what}", hint=f"krea wait {' '.join(job_ids)}"
    )
    named.job_id, named.charged = job_ids[0], "unknown"
    return named
