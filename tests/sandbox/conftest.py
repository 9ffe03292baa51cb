"""A sandbox in this process, by a clock that the test moves."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from krea_cli.sandbox.server import SandboxServer
from krea_cli.sandbox.settings import Settings
from tests.clocks.fake_clock import FakeClock
from tests.tokens import SANDBOX

FLUX = "/generate/image/bfl/flux-1-dev"


class SandboxClient:
    """A sandbox with its clock and two HTTP clients.

    client: a client with a token
    anonymous: a client without
    """

    def __init__(self, server: SandboxServer, clock: FakeClock) -> None:
        self.server = server
        self.state = server.state
        self.clock = clock
        # Loading certificates takes 40 ms, and there is no TLS here.
        self.anonymous = httpx.Client(base_url=server.api, trust_env=False, verify=False)
        self.client = httpx.Client(
            base_url=server.api,
            headers={"Authorization": f"Bearer {SANDBOX}"},
            trust_env=False,
            verify=False,
        )

    def submit(self, prompt: str = "a fox", *, route: str = FLUX, **fields: Any) -> str:
        """Submit a request that must succeed; return the job's id."""
        answer = self.client.post(route, json={"prompt": prompt, **fields})
        assert answer.status_code == 200, answer.text
        job_id: str = answer.json()["job_id"]
        return job_id

    def read_job(self, job_id: str) -> dict[str, Any]:
        """Read a job."""
        job: dict[str, Any] = self.client.get(f"/jobs/{job_id}").json()
        return job

    def list_ids(self, query: str = "") -> list[str]:
        """Read the list; return the ids in it."""
        return [item["job_id"] for item in self.client.get(f"/jobs{query}").json()["items"]]

    def submit_and_finish(self, prompt: str = "a fox", **fields: Any) -> dict[str, Any]:
        """Submit a request, let an hour pass, and read the job."""
        job_id = self.submit(prompt, **fields)
        self.clock.advance(3600)
        return self.read_job(job_id)


StartSandbox = Callable[..., SandboxClient]


@pytest.fixture
def start_sandbox() -> Iterator[StartSandbox]:
    """Start a sandbox with FAULTS; each job runs for ten seconds at once."""
    clients: list[SandboxClient] = []

    def make(*faults: str, **settings: Any) -> SandboxClient:
        usual: dict[str, Any] = {"seed": 1, "seconds": 10.0, "spread": 0.0, "faults": faults}
        clock = FakeClock()
        server = SandboxServer(Settings(**usual | settings), now=clock.now)
        clients.append(SandboxClient(server, clock))
        return clients[-1]

    yield make
    for client in clients:
        client.client.close()
        client.anonymous.close()
        client.server.stop()
