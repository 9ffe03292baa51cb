"""A sandbox in this process whose time stands still until the test moves it."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from krea_cli.sandbox.server import SandboxServer
from krea_cli.sandbox.settings import Settings
from tests.clocks.fake_clock import FakeClock
from tests.tokens import SANDBOX

FLUX = "/generate/image/bfl/flux-1-dev"


class Caller:
    """A sandbox, its clock, and two clients: `http` with a token, `stranger` without."""

    def __init__(self, running: SandboxServer, clock: FakeClock) -> None:
        self.running = running
        self.world = running.state
        self.clock = clock
        # Loading certificates takes 40 ms, and there is no TLS here.
        self.stranger = httpx.Client(base_url=running.api, trust_env=False, verify=False)
        self.http = httpx.Client(
            base_url=running.api,
            headers={"Authorization": f"Bearer {SANDBOX}"},
            trust_env=False,
            verify=False,
        )

    def submit(self, prompt: str = "a fox", *, route: str = FLUX, **fields: Any) -> str:
        """Submit a request that must succeed; returns the job's id."""
        answer = self.http.post(route, json={"prompt": prompt, **fields})
        assert answer.status_code == 200, answer.text
        job_id: str = answer.json()["job_id"]
        return job_id

    def job(self, job_id: str) -> dict[str, Any]:
        """The job as it stands."""
        job: dict[str, Any] = self.http.get(f"/jobs/{job_id}").json()
        return job

    def listed(self, query: str = "") -> list[str]:
        """The ids in the list."""
        return [item["job_id"] for item in self.http.get(f"/jobs{query}").json()["items"]]

    def finished(self, prompt: str = "a fox", **fields: Any) -> dict[str, Any]:
        """A job that was submitted and given the time to end."""
        job_id = self.submit(prompt, **fields)
        self.clock.advance(3600)
        return self.job(job_id)


Start = Callable[..., Caller]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a sandbox where each job is queued for no time and runs for ten seconds."""
    callers: list[Caller] = []

    def make(*faults: str, **settings: Any) -> Caller:
        usual: dict[str, Any] = {"seed": 1, "seconds": 10.0, "spread": 0.0, "faults": faults}
        clock = FakeClock()
        callers.append(Caller(SandboxServer(Settings(**usual | settings), now=clock.now), clock))
        return callers[-1]

    yield make
    for caller in callers:
        caller.http.close()
        caller.stranger.close()
        caller.running.stop()
