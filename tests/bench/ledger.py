"""The time that the ledger adds to a submit, its waits for the disk included."""

import time
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from krea_cli.api.types import Job
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.rows import RequestDraft
from tests.bench.checkout import Checkout
from tests.bench.inside import call_inside
from tests.bench.line import Line
from tests.bench.sandbox_client import BODY, ROUTE

MS_PER_SECOND = 1e3


def measure(checkout: Checkout, *, submits: int = 200) -> Line:
    """One line: the row, its mark as sending, and the answer, against a ledger in memory."""
    disk_ms, memory_ms = call_inside(checkout, "ledger", "time_submits", submits=submits)
    added = [disk - memory for disk, memory in zip(disk_ms, memory_ms, strict=True)]
    worst = quantiles(added, n=20)[-1]
    return Line(
        "ledger, per submit, in process",
        "--no-ledger",
        median(added),
        " ms",
        1,
        f"{median(disk_ms):.2f} and {median(memory_ms):.2f} ms; 19 in 20 below {worst:.1f}",
    )


def time_submits(submits: int) -> tuple[list[float], list[float]]:
    """The ms of so many submits each, on disk and in memory."""
    with (
        TemporaryDirectory() as name,
        closing(Ledger.open(Path(name), clock_now=time.time)) as on_disk,
        closing(Ledger.in_memory(clock_now=time.time)) as in_memory,
    ):
        books = [
            each.for_account("http://127.0.0.1", "0123456789abcdef")
            for each in (on_disk, in_memory)
        ]
        # In turn, so that whatever else the machine does meets both.
        spent = [
            [_time_submit(book, number) * MS_PER_SECOND for book in books]
            for number in range(submits)
        ]
    return [disk for disk, _ in spent], [memory for _, memory in spent]


def _time_submit(book: AccountLedger, number: int) -> float:
    """Seconds that the bookkeeping of one submit takes."""
    target = f"/home/me/{number}.png"
    draft = RequestDraft(
        model="bfl/flux-1-dev", kind="image", route=ROUTE, body=BODY, given=BODY, target=target
    )
    job = Job(f"job-{number}", "queued", created_at=time.time())
    started = time.perf_counter()
    row, _ = book.requests.insert_or_join(draft)
    book.requests.mark_sending(row.id, time.time())
    book.requests.mark_submitted(row.id, job, answered_at=time.time())
    return time.perf_counter() - started
