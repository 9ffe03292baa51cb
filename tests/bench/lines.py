"""The lines of the table by name: with full numbers, and few of them with small ones."""

from collections.abc import Callable
from functools import partial

from tests.bench import (
    batch,
    check,
    download,
    files,
    in_flight,
    lateness,
    ledger,
    long_lists,
    simulated_lateness,
    status,
    submits,
    suite,
    trace_generate,
    version,
)
from tests.bench.checkout import Checkout
from tests.bench.line import Line

Measure = Callable[[Checkout], Line]

LONG = batch.Batch()
ACCOUNT_OF_2 = batch.Batch(jobs=20, seconds=4, at_once=2, post_seconds=0.4, has_j=False)
ACCOUNT_OF_12 = batch.Batch(jobs=120, seconds=4, at_once=12, post_seconds=0.2, has_j=False)
SLOW_POSTS = batch.Batch(jobs=120, seconds=5, at_once=40, post_seconds=0.3)
SLOW_POSTS_PARALLEL = batch.Batch(
    jobs=120, seconds=5, at_once=40, post_seconds=0.3, setting=batch.PARALLEL
)
MEDIUM, LONGEST = simulated_lateness.MEDIUM, simulated_lateness.LONGEST

LINES: dict[str, Measure] = {
    "version": version.measure,
    "status": status.cpu,
    "instructions": status.instructions,
    "first-post": submits.first,
    "lateness": lateness.measure,
    "lateness-new": partial(simulated_lateness.measure, times=simulated_lateness.SHORT, seen=0),
    "late-mid": partial(simulated_lateness.measure, times=MEDIUM, seen=20),
    "late-mid-new": partial(simulated_lateness.measure, times=MEDIUM, seen=0),
    "late-long": partial(simulated_lateness.measure, times=LONGEST, seen=20),
    "late-long-new": partial(simulated_lateness.measure, times=LONGEST, seen=0),
    "account-2": partial(batch.elapsed, batch=ACCOUNT_OF_2, reach=1.05),
    "account-12": partial(batch.elapsed, batch=ACCOUNT_OF_12, reach=1.1),
    "batch": partial(batch.elapsed, batch=LONG, reach=1.05),
    "batch-polls": partial(batch.polling, batch=LONG),
    "slow-posts": partial(batch.seconds_beside_threads, batch=SLOW_POSTS, reach=42),
    "parallel": partial(batch.against_threads, batch=SLOW_POSTS_PARALLEL),
    "post-tls": submits.in_batch,
    "own-time": submits.own_time,
    "in-flight": in_flight.measure,
    "files": files.of_batch,
    "files-missing": files.of_missing,
    "check": check.elapsed,
    "check-memory": check.memory,
    "finished-list": long_lists.run_again,
    "history": long_lists.search,
    "cap": long_lists.sum_for_cap,
    "ledger": ledger.measure,
    "throughput": download.throughput,
    "memory": download.memory,
    "rooms": trace_generate.files_passed,
    "room-changes": trace_generate.changes_of_file,
}
# Measured only when named: they take the machine for minutes, and belong to no command.
NAMED_ONLY: dict[str, Measure] = {
    "batch-cpu": partial(batch.cpu, batch=LONG),
    "suite": suite.measure,
}

FEW = batch.Batch(jobs=24, seconds=1, at_once=12, post_seconds=0.05)
QUICK: dict[str, Measure] = {
    "version": partial(version.measure, rounds=10),
    "status": partial(status.cpu, rounds=4),
    "first-post": partial(submits.first, rounds=2),
    "lateness-new": partial(
        simulated_lateness.measure, times=simulated_lateness.SHORT, seen=0, jobs=5
    ),
    "batch": partial(batch.elapsed, batch=FEW, reach=1.3),
    "batch-polls": partial(batch.polling, batch=FEW),
    "post-tls": partial(submits.in_batch, posts=8),
    "own-time": partial(submits.own_time, posts=10),
    "files": partial(files.of_batch, files=12, reach=2),
    "files-missing": partial(files.of_missing, files=12, reach=2),
    "check": partial(check.elapsed, lines=2_000),
    "finished-list": partial(long_lists.run_again, lines=300),
    "cap": partial(long_lists.sum_for_cap, lines=300),
    "ledger": partial(ledger.measure, submits=50),
    "rooms": trace_generate.files_passed,
    "room-changes": trace_generate.changes_of_file,
}
