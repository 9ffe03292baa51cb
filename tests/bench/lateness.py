"""The time from the end of a job to its file on disk, against asking every two seconds.

Both sides run against one sandbox at real speed, with random times of jobs. The sandbox keeps the
moment of each job's end. The side of krea is `main` in a thread for each job. Its ledger knows
earlier jobs of the models.
"""

import io
import json
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from krea_cli.env import Env
from krea_cli.main import main
from tests.bench.checkout import Checkout
from tests.bench.inside import call_inside
from tests.bench.line import Line
from tests.bench.sandbox_client import count_polls, request_json, submit
from tests.fakes.sandbox_process import Sandbox, SandboxProcess

MODELS = ("bfl/flux-1-dev", "qwen/2512")
START_GAP_SECONDS = 0.125  # few enough at once for the measuring process to keep time

# Makes the result of job NUMBER of MODEL at PATH; returns the id, and how many polls, if it knows.
Client = Callable[[str, Path], tuple[str, int]]


def measure(
    checkout: Checkout,
    *,
    jobs: int = 120,
    learnt_from: int = 100,
    seconds: float = 6.0,
    interval: float = 2.0,
) -> Line:
    """One line over JOBS jobs of each client; SECONDS: typical ones of every model."""
    figures = {"jobs": jobs, "learnt_from": learnt_from, "seconds": seconds, "interval": interval}
    late, fixed_late, price = call_inside(checkout, "lateness", "time_jobs", **figures)
    return Line(
        f"file on disk after the job is done, jobs of {seconds:g} s",
        f"polling every {interval:g} s",
        late / fixed_late,
        " x",
        0.30,
        f"{late:.2f} s, {fixed_late:.2f} s; {price:.2f} x the requests",
        other_bound_kept=price <= 1,
    )


def time_jobs(
    jobs: int, learnt_from: int, seconds: float, interval: float
) -> tuple[float, float, float]:
    """The mean seconds of both clients after the ends, and the ratio of their requests."""
    every = ("--concurrency", "999", "--seed", "5", "--seconds", str(seconds))
    with TemporaryDirectory() as name, SandboxProcess(*every) as s:
        folder = Path(name)
        environ = s.environ(folder)
        krea, fixed = _krea_client(environ), _fixed_interval_client(s, interval)
        if learnt_from:
            _make_jobs([krea], learnt_from, folder)
        before = count_polls(s)
        (mine, _), (theirs, asked) = _make_jobs([krea, fixed], jobs, folder)
        spent = count_polls(s) - before - asked
        inside = {job["job_id"]: job for job in s.jobs()}
    ended = {job_id: job["ended_at"] for job_id, job in inside.items()}
    late = mean(at - ended[job_id] for job_id, at in mine.items())
    fixed_late = mean(at - ended[job_id] for job_id, at in theirs.items())
    # Per second of a job: the jobs of the one may have been longer than those of the other.
    lasted, fixed_lasted = (
        sum(ended[job_id] - inside[job_id]["started_at"] for job_id in side)
        for side in (mine, theirs)
    )
    return late, fixed_late, (spent / lasted) / (asked / fixed_lasted)


def _make_jobs(
    clients: list[Client], jobs: int, folder: Path
) -> list[tuple[dict[str, float], int]]:
    """Let each of CLIENTS make JOBS jobs: when each job's file was on disk, and polls in all."""
    results: list[dict[str, tuple[float, int]]] = [{} for _ in clients]

    def make_job(
        client: Client, model: str, path: Path, into: dict[str, tuple[float, int]]
    ) -> None:
        job_id, asked = client(model, path)
        # The moment at which the name came to be: publishing changes the inode, not the content.
        into[job_id] = path.stat().st_ctime, asked

    threads = []
    for number in range(jobs):
        for place, (client, into) in enumerate(zip(clients, results, strict=True)):
            path = folder / f"{len(clients)}-{place}-{number}.png"
            model = MODELS[number % len(MODELS)]
            threads.append(threading.Thread(target=make_job, args=(client, model, path, into)))
            threads[-1].start()
            time.sleep(START_GAP_SECONDS)
    for thread in threads:
        thread.join()
    assert all(len(into) == jobs for into in results), "a job got lost"
    return [
        ({job_id: at for job_id, (at, _) in into.items()}, sum(n for _, n in into.values()))
        for into in results
    ]


def _krea_client(environ: dict[str, str]) -> Client:
    def generate(model: str, path: Path) -> tuple[str, int]:
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        env = Env(environ=environ, stdin=io.StringIO(), stdout=out, stderr=err)
        size = ["--width", "512", "--height", "512"]
        code = main(["generate", "a fox", "-m", model, *size, "-o", str(path), "--json"], env)
        text = (err if code else out).buffer.getvalue().decode()
        assert code == 0, text
        return json.loads(text)["job_id"], 0

    return generate


def _fixed_interval_client(sandbox: Sandbox, interval: float) -> Client:
    chance = Random(1)

    def generate(model: str, path: Path) -> tuple[str, int]:
        job_id = submit(sandbox, f"/generate/image/{model}")
        asked = 0
        job: dict[str, Any] = {"status": "queued"}
        # Jobs of one model take about as long: without this, its figure would hang on how that
        # length happens to fall between two multiples of the interval.
        pause = interval * chance.uniform(0.5, 1.5)
        while job["status"] != "completed":
            time.sleep(pause)
            job = request_json(sandbox, f"/jobs/{job_id}")
            asked, pause = asked + 1, interval
        with urllib.request.urlopen(job["result"]["urls"][0], timeout=30) as answer:
            path.write_bytes(answer.read())
        return job_id, asked

    return generate
