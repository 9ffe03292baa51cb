"""What the ledger adds to a submit, its waits for the disk included."""

import time
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from krea_cli.api.types import Job
from krea_cli.local.ledger import Book, Ledger
from krea_cli.local.rows import Draft
from tests.bench.line import Line
from tests.bench.service import BODY, ROUTE


def measure(*, submits: int = 200) -> Line:
    """One line: the row before the request, the mark that it leaves, and the answer."""
    with TemporaryDirectory() as name:
        ledger = Ledger.open(Path(name), clock_now=time.time)
        book = ledger.book("http://127.0.0.1", "0123456789abcdef")
        spent = [_submit(book, number) for number in range(submits)]
        ledger.close()
    return Line("ledger, per submit, in process", "none", mean(spent) * 1e3, " ms", 10)


def _submit(book: Book, number: int) -> float:
    started = time.perf_counter()
    target = f"/home/me/{number}.png"
    draft = Draft(
        model="bfl/flux-1-dev", kind="image", route=ROUTE, body=BODY, given=BODY, target=target
    )
    row = book.begin(draft)
    book.sending(row.id, time.time())
    job = Job(f"job-{number}", "queued", created_at=time.time())
    book.submitted(row.id, job, answered_at=time.time())
    return time.perf_counter() - started
