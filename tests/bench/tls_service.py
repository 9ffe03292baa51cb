"""An embedded Krea behind TLS, near or far, as a context manager."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from tests.bench.certificates import Certificates, make_certificates
from tests.bench.process import PYTHON
from tests.fakes.sandbox_process import Sandbox, SandboxProcess, sandbox_environ

RELAY = str(Path(__file__).with_name("relay.py"))


@dataclass(frozen=True)
class Exchange:
    """A request and its answer, as the service saw them; monotonic seconds.

    stood: the moment of the connection
    line: the first line of the request
    began: the first byte of the request came
    answered: the answer was sent
    """

    stood: float
    line: str
    began: float
    answered: float


@dataclass(frozen=True)
class TlsService:
    """An embedded Krea behind TLS.

    api: the address of the relay
    sandbox: the embedded Krea itself, for those who need no TLS
    log: the file of the exchanges
    """

    api: str
    sandbox: Sandbox
    certificates: Certificates
    log: Path

    def environ(self, folder: Path) -> dict[str, str]:
        """Variables for the real command, with every folder of its own below FOLDER.

        The catalog cache is made for the address of the relay.
        """
        return sandbox_environ(self.sandbox.api, folder, base=self.api)

    def posts(self) -> list[Exchange]:
        """The submits so far, in the order of their first bytes."""
        lines = (json.loads(line) for line in self.log.read_text().splitlines())
        exchanges = (Exchange(**fields) for fields in lines)
        posts = (each for each in exchanges if each.line.startswith("POST /generate"))
        return sorted(posts, key=lambda each: each.began)


@contextmanager
def serve_tls(*arguments: str, round_trip: float = 0.0) -> Iterator[TlsService]:
    """Run a sandbox with ARGUMENTS behind a relay that is ROUND_TRIP seconds away."""
    with TemporaryDirectory() as name, SandboxProcess(*arguments) as sandbox:
        certificates = make_certificates(Path(name))
        log = Path(name, "exchanges")
        port = str(urlsplit(sandbox.api).port)
        command = [PYTHON, RELAY, "--target", port, "--chain", str(certificates.chain)]
        command += ["--round-trip", str(round_trip), "--log", str(log)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, text=True, **pipes) as relay:  # type: ignore[call-overload]
            assert relay.stdin and relay.stdout
            try:
                yield TlsService(relay.stdout.readline().strip(), sandbox, certificates, log)
            finally:
                relay.terminate()
