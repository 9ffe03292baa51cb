"""What the ledger adds to a submit, its waits for the disk included."""

import time
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from krea_cli.api.types import Job
from krea_cli.local.ledger.ledger import AccountLedger, Ledger
from krea_cli.local.ledger.rows import Draft
from tests.bench.line import Line
from tests.bench.service import BODY, ROUTE

MS = 1e3


def measure(*, submits: int = 200) -> Line:
    """One line: the row before the request, the mark that it leaves, and the answer, against the
    same in the memory that `--no-ledger` keeps them in."""
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
        spent = [[_submit(book, number) * MS for book in books] for number in range(submits)]
    kept, forgotten = zip(*spent, strict=True)
    added = [disk - memory for disk, memory in spent]
    worst = quantiles(added, n=20)[-1]
    return Line(
        "ledger, per submit, in process",
        "--no-ledger",
        median(added),
        " ms",
        10,
        f"{median(kept):.2f} and {median(forgotten):.2f} ms; 19 in 20 below {worst:.1f}",
    )


def _submit(book: AccountLedger, number: int) -> float:
    """Seconds that the bookkeeping of one submit takes."""
    target = f"/home/me/{number}.png"
    draft = Draft(
        model="bfl/flux-1-dev", kind="image", route=ROUTE, body=BODY, given=BODY, target=target
    )
    job = Job(f"job-{number}", "queued", created_at=time.time())
    started = time.perf_counter()
    row, _ = book.begin_or_join(draft)
    book.sending(row.id, time.time())
    book.submitted(row.id, job, answered_at=time.time())
    return time.perf_counter() - started
