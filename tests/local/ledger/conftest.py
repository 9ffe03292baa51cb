"""A ledger of one account, and drafts and jobs to put into it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from krea_cli.api.types import Job
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.rows import Draft

NOW = 1_700_000_000.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger in a folder of its own, at a fixed time."""
    opened = Ledger.open(tmp_path / "state", clock_now=lambda: NOW)
    yield opened
    opened.close()


@pytest.fixture
def book(ledger: Ledger) -> AccountLedger:
    """The part of one account."""
    return ledger.for_account("https://api.krea.ai", "0123456789abcdef")


@pytest.fixture
def draft() -> Callable[..., Draft]:
    """Makes a request for a fox, with what differs."""

    def make(**changes: Any) -> Draft:
        plain: dict[str, Any] = {
            "model": "bfl/flux-1-dev",
            "kind": "image",
            "route": "/generate/image/bfl/flux-1-dev",
            "body": {"prompt": "a fox", "width": 1024, "seed": 7},
            "given": {"prompt": "a fox"},
            "target": "/home/me/fox.png",
        }
        return Draft(**plain | changes)

    return make


@pytest.fixture
def submitted(book: AccountLedger, draft: Callable[..., Draft]) -> Callable[..., int]:
    """Books a request that became the job of that id; returns the number of its row."""

    def make(
        job_id: str, *, sent_at: float = NOW, created_at: float | None = None, **changes: Any
    ) -> int:
        row = book.begin(draft(**changes))
        book.sending(row.id, sent_at)
        job = Job(job_id, "queued", created_at=created_at or sent_at + 0.2, type="flux")
        book.submitted(row.id, job, answered_at=sent_at + 1)
        return row.id

    return make
