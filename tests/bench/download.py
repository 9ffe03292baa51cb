"""Downloads by the whole command: throughput against curl, memory against that of a small one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.checkout import Checkout
from tests.bench.line import Line
from tests.bench.process import PYTHON, child_environ, measure_peak, run
from tests.tokens import KEY

SMALL_BYTES = 1000


def throughput(checkout: Checkout, *, megabytes: int = 1000, rounds: int = 3) -> Line:
    """One line; krea also hashes what it writes, waits for the disk, and starts a Python."""
    size = megabytes * 1_000_000
    with _serve_results() as (base, folder):
        runs = [
            (_time_krea(checkout, base, folder, size), _time_curl(base, folder, size))
            for _ in range(rounds)
        ]
    krea, curl = (size / 1e6 / min(seconds) for seconds in zip(*runs, strict=True))
    return Line(
        f"download of {megabytes:,} MB on loopback",
        "curl -o",
        krea / curl,
        " x",
        1.0,
        f"{krea:.0f} MB/s, {curl:.0f} MB/s",
        at_least=True,
    )


def memory(checkout: Checkout, *, megabytes: int = 2000, rounds: int = 2) -> Line:
    """One line: how much more memory the large download takes at its peak."""
    with _serve_results() as (base, folder):
        small, large = (
            min(
                measure_peak(
                    _command(checkout, size), _environment(checkout, base, folder), folder
                ).megabytes
                for _ in range(rounds)
            )
            for size in (SMALL_BYTES, megabytes * 1_000_000)
        )
    return Line(
        f"download of {megabytes:,} MB, peak memory",
        "the same command on 1 kB",
        large - small,
        " MB more",
        5,
        f"{large:.0f}, {small:.0f} MB",
    )


def _command(checkout: Checkout, size: int) -> list[str]:
    return [checkout.krea, "download", f"bytes-{size}", "-o", "krea.png", "--force"]


def _environment(checkout: Checkout, base: str, folder: Path) -> dict[str, str]:
    own = {"KREA_API_BASE": base, "KREA_API_KEY": KEY}
    own |= {f"KREA_{kind}_DIR": f"{folder}/{kind}" for kind in ("STATE", "CACHE", "CONFIG")}
    return checkout.environ(own)


def _time_krea(checkout: Checkout, base: str, folder: Path, size: int) -> float:
    os.sync()  # krea waits for the disk, which must not be busy with what curl left to it
    return run(_command(checkout, size), _environment(checkout, base, folder), folder).seconds


def _time_curl(base: str, folder: Path, size: int) -> float:
    os.sync()
    command = ["curl", "-s", "-o", "curl.png", f"{base}/{size}.png"]
    return run(command, child_environ({}), folder).seconds


@contextmanager
def _serve_results() -> Iterator[tuple[str, Path]]:
    """The address of a server of results, and an empty folder."""
    command = [PYTHON, str(Path(__file__).with_name("result_server.py"))]
    with (
        TemporaryDirectory() as folder,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdout
        try:
            yield server.stdout.readline().strip(), Path(folder)
        finally:
            server.terminate()
