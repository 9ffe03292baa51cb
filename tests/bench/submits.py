"""Submits over TLS, near and far, by the moments that the service saw."""

from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from tests.bench.batch import SIZE, slow_posts, write_prompts
from tests.bench.checkout import Checkout
from tests.bench.line import Line
from tests.bench.process import run
from tests.bench.tls_service import Exchange, serve_tls

ROUND_TRIP = 0.05
POST_SECONDS = 0.1


def in_batch(checkout: Checkout, *, posts: int = 40) -> Line:
    """One line: from one submit to the next in a batch, while the account takes all."""
    exchanges = _batch_posts(checkout, posts, ROUND_TRIP)
    gap = median(after.began - before.began for before, after in pairwise(exchanges))
    service = median(each.answered - each.began for each in exchanges)
    least = ROUND_TRIP + service
    return Line(
        f"a POST of {POST_SECONDS:g} s in a batch, TLS, 50 ms away",
        "a round trip and the service's time",
        gap / least,
        " x",
        1.2,
        f"{gap * 1e3:.0f} ms, {least * 1e3:.0f} ms",
    )


def own_time(checkout: Checkout, *, posts: int = 40) -> Line:
    """One line: from an answer to the first byte of the next submit, over TLS on loopback."""
    exchanges = _batch_posts(checkout, posts, 0.0)
    gaps = [(after.began - before.answered) * 1e3 for before, after in pairwise(exchanges)]
    worst = quantiles(gaps, n=20)[-1]
    return Line(
        "own time from an answer to the next POST, TLS",
        "",
        median(gaps),
        " ms",
        5,
        f"19 in 20 below {worst:.1f} ms",
    )


def first(checkout: Checkout, *, rounds: int = 6) -> Line:
    """One line: from the start of `generate` until its submit leaves, 50 ms from the service."""
    leaving, cpu = [], []
    with (
        TemporaryDirectory() as name,
        serve_tls("--seconds", "0.001", round_trip=ROUND_TRIP) as service,
    ):
        folder = Path(name)
        environment = checkout.environ(service.environ(folder) | service.certificates.as_folder)
        for number in range(1 + rounds):
            command = [checkout.krea, "generate", f"fox {number}", *SIZE, "--no-wait"]
            started = monotonic()
            cpu.append(run(command, environment, folder).cpu)
            # It left before it came.
            leaving.append(service.posts()[-1].began - ROUND_TRIP / 2 - started)
    mine, own = min(leaving[1:]), min(cpu[1:])  # the first makes the ledger
    least = max(own, 2 * ROUND_TRIP) + ROUND_TRIP
    return Line(
        "start of generate to its POST, TLS, 50 ms away",
        "max(own CPU, 2 round trips) + 1",
        mine / least,
        " x",
        1.1,
        f"{mine * 1e3:.0f} ms, {least * 1e3:.0f} ms of which CPU {own * 1e3:.0f}",
    )


@cache
def _batch_posts(checkout: Checkout, posts: int, round_trip: float) -> list[Exchange]:
    """The exchanges of the POSTs of one batch of so many, sent while no job ends."""
    arguments = ["--concurrency", str(posts), "--seconds", "3000", "--spread", "0"]
    with (
        TemporaryDirectory() as name,
        serve_tls(*arguments, *slow_posts(POST_SECONDS), round_trip=round_trip) as service,
    ):
        folder = Path(name)
        write_prompts(folder, posts)
        environment = checkout.environ(service.environ(folder) | service.certificates.as_folder)
        command = [checkout.krea, "batch", "prompts.txt", "-j", str(posts), *SIZE]
        with Popen(command, cwd=folder, env=environment, stdout=DEVNULL, stderr=DEVNULL) as batch:
            give_up_at = monotonic() + 30 + 2 * posts
            try:
                while len(exchanges := service.posts()) < posts and monotonic() < give_up_at:
                    assert batch.poll() is None, f"the batch ended with {batch.returncode}"
                    sleep(0.2)
            finally:
                batch.kill()
    assert len(exchanges) == posts, len(exchanges)
    return exchanges
