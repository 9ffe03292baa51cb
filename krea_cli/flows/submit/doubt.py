"""Doubt: a request in doubt, with the jobs that may be its own."""

from dataclasses import dataclass
from typing import Any

from krea_cli.flows.jobs.record import iso_time
from krea_cli.flows.submit.match import Candidate
from krea_cli.flows.submit.reconcile import LIST_LAG_SECONDS
from krea_cli.local.ledger.rows import RequestRow


@dataclass(frozen=True)
class Doubt:
    """A request, and the listed jobs that may be its own; none once it has its job."""

    row: RequestRow
    candidates: tuple[Candidate, ...] = ()

    @property
    def open(self) -> bool:
        """Return True as long as its outcome is unknown."""
        return self.row.job_id is None

    def young(self, now: float) -> bool:
        """Return True as long as the list may not show its job yet."""
        return now - (self.row.sent_at or self.row.created_at) < LIST_LAG_SECONDS

    def record(self) -> dict[str, Any]:
        """The record for `--json`.

        Keys: row, state, model, prompt, target, sent_at, price, charged, reason, job_id and
        candidates (job_id, created_at, type, status, urls, against).
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
