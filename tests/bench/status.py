"""`krea status ID` over TLS: the whole process, against the least that asks the same with httpx.

Both trust the roots of certifi and one more. httpx reads them as one bundle, as it does by default.
`krea` finds them in a folder with a link for each hash, as the machine's own roots are kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.checkout import Checkout
from tests.bench.line import Line
from tests.bench.process import (
    PYTHON,
    Command,
    child_environ,
    count_instructions,
    least_cpu,
)
from tests.bench.sandbox_client import submit
from tests.bench.tls_service import serve_tls

AGAINST = "python -c httpx.get(), same roots"


def cpu(checkout: Checkout, *, rounds: int = 20) -> Line:
    """One line: the CPU time of both; in the details, of `krea` with the bundle as well."""
    with _commands(checkout) as (krea, with_bundle, python):
        mine, bundled, theirs = least_cpu(krea, with_bundle, python, rounds=rounds)
    times = f"{mine * 1e3:.0f} ms, {theirs * 1e3:.0f} ms"
    return Line(
        "krea status ID over TLS, CPU time",
        AGAINST,
        mine / theirs,
        " x",
        1.0,
        f"{times}; with roots as a bundle {bundled / theirs:.2f} x",
    )


def instructions(checkout: Checkout) -> Line:
    """One line: the instructions of both, counted by valgrind."""
    with _commands(checkout) as (krea, with_bundle, python):
        mine, bundled, theirs = map(count_instructions, (krea, with_bundle, python))
    counts = f"{mine / 1e6:,.0f} M, {theirs / 1e6:,.0f} M"
    return Line(
        "… its instructions",
        AGAINST,
        mine / theirs,
        " x",
        1.0,
        f"{counts}; with roots as a bundle {bundled / theirs:.2f} x",
    )


@contextmanager
def _commands(checkout: Checkout) -> Iterator[tuple[Command, Command, Command]]:
    """`krea` with the folder of roots, `krea` with the bundle, and the Python."""
    with TemporaryDirectory() as folder, serve_tls("--seconds", "0.001") as service:
        job_id = submit(service.sandbox)
        headers = {"Authorization": f"Bearer {service.sandbox.token}"}
        asking = f"import httpx; httpx.get('{service.api}/jobs/{job_id}', headers={headers})"
        own, words = service.environ(Path(folder)), [checkout.krea, "status", job_id]
        as_folder, as_bundle = service.certificates.as_folder, service.certificates.as_bundle
        yield (
            Command(words, checkout.environ(own | as_folder)),
            Command(words, checkout.environ(own | as_bundle)),
            Command([PYTHON, "-c", asking], child_environ(own | as_bundle)),
        )
