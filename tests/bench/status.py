"""`krea status ID`: the whole process, against the least that asks the same with httpx."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.line import Line
from tests.bench.process import KREA, PYTHON, child_environ, compare
from tests.bench.sandbox_client import submit
from tests.fakes.sandbox_process import SandboxProcess


def measure(*, rounds: int = 31) -> Line:
    """One line; both ask for the same job, and wait for the same server."""
    with TemporaryDirectory() as folder, SandboxProcess("--seconds", "0.001") as sandbox:
        job_id = submit(sandbox)
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        asking = f"import httpx; httpx.get('{sandbox.api}/jobs/{job_id}', headers={headers})"
        krea, python = compare(
            [KREA, "status", job_id],
            [PYTHON, "-c", asking],
            child_environ(sandbox.environ(Path(folder))),
            lambda cost: cost.seconds,
            rounds=rounds,
        )
    return Line(
        "krea status ID, whole process",
        'python -c "import httpx; httpx.get()"',
        krea / python,
        " x",
        1.3,
        f"{krea * 1e3:.0f} ms, {python * 1e3:.0f} ms",
    )
