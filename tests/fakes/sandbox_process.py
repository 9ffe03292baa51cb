"""An embedded Krea for tests that speak HTTP to it, in a process of its own or in theirs."""

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
from types import TracebackType
from typing import Any

from krea_cli.api.types import Document
from krea_cli.catalog.cache import Store, write_whole
from krea_cli.sandbox.__main__ import parser
from krea_cli.sandbox.result_store import Shelf
from krea_cli.sandbox.server import RunningSandbox
from krea_cli.sandbox.settings import Settings
from tests.tokens import SANDBOX

NOWHERE = "http://sandbox.invalid"
# Many tests ask for the same pictures, and drawing them anew would take much of their time.
PICTURES: OrderedDict[str, bytes] = OrderedDict()


@cache
def cached(content: bytes, etag: str) -> tuple[str, str]:
    """What a cache holds of a document: of the API at NOWHERE, and the list of its models.

    Reading a catalogue anew for each of hundreds of sandboxes would take most of their tests' time.
    """
    with TemporaryDirectory() as folder:
        store = Store(Path(folder), NOWHERE)
        store.refresh(lambda *_: Document(content, etag, None), time.time())
        return store.file.read_text("utf-8"), store.list.read_text("utf-8")


def environment(api: str, folder: Path) -> dict[str, str]:
    """Variables that point the real command at the sandbox API, its folders all below FOLDER.

    The cache knows the sandbox's models and times, or else a client would wait for a
    hurried job as long as it takes in reality.
    """
    with urllib.request.urlopen(f"{api}/openapi.json", timeout=10) as answer:
        kept, names = cached(answer.read(), answer.headers["ETag"])
    store = Store(folder / "cache", api)
    write_whole(store.file, kept.replace(json.dumps(NOWHERE), json.dumps(api), 1))
    write_whole(store.list, names)
    return {
        "KREA_API_BASE": api,
        "KREA_API_KEY": SANDBOX,
        "KREA_STATE_DIR": str(folder / "state"),
        "KREA_CACHE_DIR": str(folder / "cache"),
        "KREA_CONFIG_DIR": str(folder / "config"),
        "HOME": str(folder),
        "NO_COLOR": "1",
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
    }


class Sandbox:
    """`python -m krea_cli.sandbox` with ARGUMENTS; ends with the test, by its handle.

    `api` and `files` are its two addresses, `token` one that it takes.
    """

    token = SANDBOX

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
        self.api: str = addresses["api"]
        self.files: str = addresses["files"]

    def stats(self) -> dict[str, Any]:
        """Its counters: posts, posts_by_route, jobs, strangers, polls, downloads, bodies, …"""
        stats: dict[str, Any] = self._inside("stats")
        return stats

    def jobs(self) -> list[dict[str, Any]]:
        """Every job with what a client cannot see: stranger, started_at, ended_at (seconds)."""
        jobs: list[dict[str, Any]] = self._inside("jobs")
        return jobs

    def environment(self, folder: Path) -> dict[str, str]:
        """Variables for the real command, with every folder of its own below FOLDER."""
        return environment(self.api, folder)

    def stop(self) -> None:
        """End it and wait until it is gone."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._process.stdout.close()

    def _inside(self, name: str) -> Any:
        with urllib.request.urlopen(f"{self.api}/_sandbox/{name}", timeout=10) as answer:
            return json.load(answer)

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class Nearby(Sandbox):
    """The same in threads of this process: no Python has to start, and pictures are shared."""

    def __init__(self, *arguments: str) -> None:
        asked = vars(parser().parse_args(list(arguments)))
        del asked["until_eof"]
        asked["faults"] = tuple(asked["faults"])
        self._running = RunningSandbox(Settings(**asked))
        self._running.world.shelf = Shelf(PICTURES)
        self.api, self.files = self._running.api, self._running.files

    def stop(self) -> None:
        """Close its ports."""
        self._running.stop()
