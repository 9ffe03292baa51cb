"""Embedded Kreas for tests that speak HTTP to them, in a process of their own or in this one."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import OrderedDict
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from krea_cli.api.types import OpenapiDocument
from krea_cli.catalog.cache import CatalogCache, write_atomically
from krea_cli.sandbox.__main__ import build_parser
from krea_cli.sandbox.result_store import ResultStore
from krea_cli.sandbox.server import SandboxServer
from krea_cli.sandbox.settings import Settings
from tests.tokens import SANDBOX

NO_ADDRESS = "http://sandbox.invalid"
# Many tests ask for the same pictures, and drawing them anew would take much of their time.
DRAWN_RESULTS: OrderedDict[str, bytes] = OrderedDict()


@cache
def cached_catalog(content: bytes, etag: str) -> tuple[str, str]:
    """The two files of a catalog cache for the document CONTENT of the API at NO_ADDRESS.

    Reading a catalog anew for each of hundreds of sandboxes would take most of their tests' time.
    """
    with TemporaryDirectory() as folder:
        store = CatalogCache(Path(folder), NO_ADDRESS)
        store.refresh(lambda *_: OpenapiDocument(content, etag, None), time.time())
        return store.file.read_text("utf-8"), store.model_list_file.read_text("utf-8")


def sandbox_environ(api: str, folder: Path, *, base: str | None = None) -> dict[str, str]:
    """Variables that point the real command at the sandbox API, with all folders below FOLDER.

    BASE is the address to use for it, where something stands in front of it.

    The catalog cache knows the sandbox's models and times. Without it, a client would wait for
    a short job as long as the real one takes.
    """
    base = base or api
    with urllib.request.urlopen(f"{api}/openapi.json", timeout=10) as answer:
        catalog, names = cached_catalog(answer.read(), answer.headers["ETag"])
    store = CatalogCache(folder / "cache", base)
    write_atomically(store.file, catalog.replace(json.dumps(NO_ADDRESS), json.dumps(base), 1))
    write_atomically(store.model_list_file, names)
    return {
        "KREA_API_BASE": base,
        "KREA_API_KEY": SANDBOX,
        "KREA_STATE_DIR": str(folder / "state"),
        "KREA_CACHE_DIR": str(folder / "cache"),
        "KREA_CONFIG_DIR": str(folder / "config"),
        "HOME": str(folder),
        "NO_COLOR": "1",
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
    }


class Sandbox:
    """A sandbox at work, seen from outside.

    api: address of its API
    files: address of its results
    token: a token that it takes
    """

    api: str
    files: str
    token = SANDBOX

    def stats(self) -> dict[str, Any]:
        """Its counters: posts, posts_by_route, jobs, strangers, polls, downloads, bodies, …"""
        stats: dict[str, Any] = self._get("stats")
        return stats

    def jobs(self) -> list[dict[str, Any]]:
        """Every job, with fields hidden from clients: stranger, started_at, ended_at (seconds)."""
        jobs: list[dict[str, Any]] = self._get("jobs")
        return jobs

    def environ(self, folder: Path) -> dict[str, str]:
        """Variables for the real command, with every folder of its own below FOLDER."""
        return sandbox_environ(self.api, folder)

    def stop(self) -> None:
        """End it and wait until it is gone."""
        raise NotImplementedError

    def _get(self, name: str) -> Any:
        with urllib.request.urlopen(f"{self.api}/_sandbox/{name}", timeout=10) as answer:
            return json.load(answer)

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class SandboxProcess(Sandbox):
    """`python -m krea_cli.sandbox` with ARGUMENTS; it ends with the test at the latest."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "krea_cli.sandbox", "--until-eof", *arguments]
        # The pipe to its stdin closes with this process, even when that is killed.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self.stop()
            raise AssertionError(f"the sandbox did not start: {' '.join(arguments)}")
        addresses = json.loads(line)
        self.api, self.files = addresses["api"], addresses["files"]

    def stop(self) -> None:
        """End the process and wait until it is gone."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._process.stdout.close()


class SandboxThreads(Sandbox):
    """A sandbox with ARGUMENTS in threads of this process.

    No Python has to start, and the results are drawn once for all of them.
    """

    def __init__(self, *arguments: str) -> None:
        options = vars(build_parser().parse_args(list(arguments)))
        del options["until_eof"]
        options["faults"] = tuple(options["faults"])
        self._running = SandboxServer(Settings(**options))
        self._running.state.result_store = ResultStore(DRAWN_RESULTS)
        self.api, self.files = self._running.api, self._running.files

    def stop(self) -> None:
        """Close its ports."""
        self._running.stop()
