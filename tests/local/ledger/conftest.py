"""A ledger of one account, and makers of requests in it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from krea_cli.api.types import Job
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.rows import RequestDraft

NOW = 1_700_000_000.0
MakeDraft = Callable[..., RequestDraft]
Submit = Callable[..., int]


@pytest.fixture
def whole_ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger in a folder of its own, at a fixed time."""
    ledger = Ledger.open(tmp_path / "state", clock_now=lambda: NOW)
    yield ledger
    ledger.close()


@pytest.fixture
def ledger(whole_ledger: Ledger) -> AccountLedger:
    """The part of one account."""
    return whole_ledger.for_account("https://api.krea.ai", "0123456789abcdef")


@pytest.fixture(scope="session")
def make_draft() -> MakeDraft:
    """Make the draft of a request for a fox, with CHANGES."""

    def make(**changes: Any) -> RequestDraft:
        plain: dict[str, Any] = {
            "model": "bfl/flux-1-dev",
            "kind": "image",
            "route": "/generate/image/bfl/flux-1-dev",
            "body": {"prompt": "a fox", "width": 1024, "seed": 7},
            "given": {"prompt": "a fox"},
            "target": "/home/me/fox.png",
        }
        return RequestDraft(**plain | changes)

    return make


@pytest.fixture
def submit(ledger: AccountLedger, make_draft: MakeDraft) -> Submit:
    """Insert a request that became the job JOB_ID, and return the id of its row."""

    def make(
        job_id: str, *, sent_at: float = NOW, created_at: float | None = None, **changes: Any
    ) -> int:
        row = ledger.requests.insert(make_draft(**changes))
        ledger.requests.mark_sending(row.id, sent_at, boot=("boot", sent_at))
        job = Job(job_id, "queued", created_at=created_at or sent_at + 0.2, type="flux")
        ledger.requests.mark_submitted(row.id, job, answered_at=sent_at + 1)
        return row.id

    return make
