"""Doubt: a request in doubt, with the jobs that may be its own."""

from dataclasses import dataclass
from typing import Any

from krea_cli.errors import InDoubt
from krea_cli.flows.jobs.record import iso_time
from krea_cli.flows.submit.match import Candidate
from krea_cli.flows.submit.reconcile import LIST_LAG_SECONDS
from krea_cli.flows.submit.submit import describe_candidates
from krea_cli.local.ledger.rows import RequestRow


@dataclass(frozen=True)
class Doubt:
    """A request, and the listed jobs that may be its own; none once it has its job.

    is_list_read: False if the list of jobs could not be read whole; there may be more candidates
    """

    row: RequestRow
    candidates: tuple[Candidate, ...] = ()
    is_list_read: bool = True

    @property
    def open(self) -> bool:
        """Return True as long as its outcome is unknown."""
        return self.row.job_id is None

    @property
    def may_have_job(self) -> bool:
        """Return True if a job of the list, read or unread, may be its own."""
        return bool(self.candidates) or not self.is_list_read

    def young(self, now: float) -> bool:
        """Return True as long as the list may not show its job yet."""
        return now - (self.row.sent_at or self.row.created_at) < LIST_LAG_SECONDS

    def record(self) -> dict[str, Any]:
        """The record for `--json`.

        Keys: row, state, model, prompt, target, sent_at, price, charged, reason, job_id, list_read
        and candidates (job_id, created_at, type, status, urls, against).
        """
        row = self.row
        return {
            "row": row.id,
            "state": row.state,
            "model": row.model,
            "prompt": row.prompt,
            "target": row.target,
            "sent_at": iso_time(row.sent_at or row.created_at),
            "price": row.price,
            "charged": row.charged,
            "reason": row.error,
            "job_id": row.job_id,
            "list_read": self.is_list_read,
            "candidates": [_candidate_record(candidate) for candidate in self.candidates],
        }


def _candidate_record(candidate: Candidate) -> dict[str, Any]:
    job = candidate.job
    return {
        "job_id": job.id,
        "created_at": iso_time(job.created_at),
        "type": job.type,
        "status": job.status,
        "urls": [output.url for output in job.outputs],
        "against": list(candidate.against),
    }


def candidates_note(doubt: Doubt) -> str:
    """The sentence that names the candidates of DOUBT."""
    jobs = describe_candidates(doubt.candidates)
    return f"the job of request {doubt.row.id} may be in the list: {jobs}"


def spared_error(doubt: Doubt) -> InDoubt:
    """The error of a request that `--resubmit all` left alone."""
    row_id = doubt.row.id
    if not doubt.candidates:
        return InDoubt(
            f"the list of jobs could not be read whole, so request {row_id} was not sent again",
            hint=f"krea recover --resubmit {row_id} sends it again, whatever the list has",
        )
    job_id = doubt.candidates[0].job.id
    return InDoubt(
        f"{candidates_note(doubt)}; it was not sent again",
        hint=f"krea recover --adopt {row_id}={job_id} takes that job;"
        f" krea recover --resubmit {row_id} sends it again",
    )
