"""The owners of listed jobs, over all accounts of a base.

Job ids are unique, and two keys may see one list. A wider look can only prevent harm.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from krea_cli.api.job_id import is_job_id
from krea_cli.api.types import Job
from krea_cli.local.ledger.rows import IN_DOUBT_STATES, RequestRow
from krea_cli.local.ledger.scope import Scope

STRANGER_MEMORY_SECONDS = 30 * 86_400.0
PRUNED_BEFORE = "pruned_before"
CANDIDATES_FACT = "candidates"  # of a request, whose number follows
MAX_CANDIDATES = 100  # that are remembered of a request
CHUNK_IDS = 500  # of one question: SQLite has a limit of 999 values, and a network disk is slow
# In these states a request may have made a job that is not booked as its own.
CLAIMANT_STATES = ("sending", *IN_DOUBT_STATES, "forgotten")


@dataclass(frozen=True)
class Sending:
    """One time that a request left.

    sent_at: seconds since 1970, by the wall clock of that moment
    boot_id: name of the boot, None if it was not recorded
    boot_at: seconds since that boot
    leaving: True once the first byte may have left
    """

    sent_at: float
    boot_id: str | None = None
    boot_at: float = 0.0
    leaving: bool = True

    def never_left(self, boot_id: str) -> bool:
        """Tell if the process died before the first byte left.

        Only in the boot of BOOT_ID: the mark is not synced, and a crash of the machine loses it.
        Where the system does not name its boots, nothing is proven.
        """
        return bool(boot_id) and not self.leaving and self.boot_id == boot_id

    def on_clock(self, now: float, boot: tuple[str, float]) -> float:
        """Return the moment on the wall clock of NOW, which may have leapt since.

        BOOT has the id of the present boot, and the seconds since then.
        """
        boot_id, seconds = boot
        return now - (seconds - self.boot_at) if self.boot_id == boot_id else self.sent_at


class Ownership:
    """The requests of this base that own a job, or may own it. Raises LedgerUnusable."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._base = scope.base

    def find_owner(self, job_id: str) -> RequestRow | None:
        """Return the request that became this job, of whatever account."""
        return next(iter(self._scope.find_in_base("job_id = ?", (job_id,))), None)

    def owned_job_ids(self, job_ids: Iterable[str]) -> set[str]:
        """Return the members of JOB_IDS that belong to requests of this base."""
        ids, owned = list(job_ids), set[str]()
        for start in range(0, len(ids), CHUNK_IDS):
            chunk = ids[start : start + CHUNK_IDS]
            marks = ", ".join("?" * len(chunk))
            rows = self._scope.database.query(
                f"SELECT job_id FROM requests WHERE base = ? AND job_id IN ({marks})",
                (self._base, *chunk),
            )
            owned.update(str(job_id) for (job_id,) in rows)
        return owned

    def list_claimants(self) -> list[RequestRow]:
        """List the requests that may own an unowned job, oldest first.

        Those are the requests in doubt, under way and forgotten, and those of several tries.
        """
        tries = "SELECT request_id FROM sendings GROUP BY request_id HAVING count(*) > 1"
        condition = f"(state IN {CLAIMANT_STATES} OR id IN ({tries})) ORDER BY id"
        return self._scope.find_in_base(condition)

    def list_sendings(self, row: RequestRow) -> list[Sending]:
        """List each time that the request of ROW left, oldest first."""
        rows = self._scope.database.query(
            "SELECT sent_at, boot_id, boot_at, leaving FROM sendings"
            " WHERE request_id = ? ORDER BY sent_at",
            (row.id,),
        )
        sendings = [
            Sending(sent_at, boot_id, boot_at, bool(leaving))
            for sent_at, boot_id, boot_at, leaving in rows
        ]
        last = row.sent_at or row.created_at
        # An older version books no sendings.
        if any(each.sent_at == last for each in sendings):
            return sendings
        return [*sendings, Sending(last)]

    def last_sending(self, row: RequestRow) -> Sending:
        """Return the last time that the request of ROW left, or was about to."""
        last = row.sent_at or row.created_at
        return next(each for each in self.list_sendings(row) if each.sent_at == last)

    def remember_candidates(self, row_id: int, jobs: Sequence[Job]) -> None:
        """Replace the jobs that may belong to a request in doubt by JOBS, the likely ones first."""
        name = f"{CANDIDATES_FACT} {row_id}"
        known = [[job.id, job.status, job.created_at, job.type] for job in jobs[:MAX_CANDIDATES]]
        if jobs:
            self._scope.database.execute(
                "INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)",
                (name, json.dumps(known)),
            )
        else:
            self._scope.database.execute("DELETE FROM facts WHERE name = ?", (name,))

    def list_remembered_candidates(self, row_ids: Iterable[int]) -> list[Job]:
        """List the jobs that were seen for the requests ROW_IDS, with their status of then."""
        jobs = []
        for row_id in row_ids:
            name = f"{CANDIDATES_FACT} {row_id}"
            question = "SELECT value FROM facts WHERE name = ?"
            for (text,) in self._scope.database.query(question, (name,)):
                with suppress(ValueError, TypeError):  # they are only named, never relied on
                    jobs += [_parse_candidate(*fields) for fields in json.loads(text)]
        return jobs

    def record_strangers(self, jobs: Sequence[tuple[str, float]], at: float) -> list[str]:
        """Remember JOBS (id, server time) that no request of this base can have made.

        Jobs from before the ledger's first request, and from the time that was pruned, prove
        nothing. AT is in seconds since 1970. Return the ids that are new.
        """
        rows = self._scope.database.query(
            "SELECT min(created_at) FROM requests WHERE base = ?"
            " UNION ALL SELECT value FROM facts WHERE name = ?",
            (self._base, PRUNED_BEFORE),
        )
        since = max((moment for (moment,) in rows if moment is not None), default=at)
        return [
            job_id
            for job_id, created_at in jobs
            if created_at >= since
            and self._scope.database.execute(
                "INSERT OR IGNORE INTO strangers (base, job_id, seen_at) VALUES (?, ?, ?)",
                (self._base, job_id, at),
            )
        ]

    def has_strangers(self, now: float) -> bool:
        """Tell if others worked on the account in the 30 days before NOW (seconds since 1970)."""
        return bool(
            self._scope.database.query(
                "SELECT 1 FROM strangers WHERE base = ? AND seen_at > ? LIMIT 1",
                (self._base, now - STRANGER_MEMORY_SECONDS),
            )
        )


def _parse_candidate(job_id: object, status: object, created_at: object, kind: object) -> Job:
    """Parse a remembered job. Raises ValueError or TypeError."""
    if not is_job_id(str(job_id)):
        raise ValueError(job_id)
    return Job(
        str(job_id),
        str(status),
        created_at=None if created_at is None else float(str(created_at)),
        type=None if kind is None else str(kind),
    )
