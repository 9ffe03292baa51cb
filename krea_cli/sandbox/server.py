"""A running sandbox: two ports, served by threads of this process."""

import contextlib
import threading
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from types import TracebackType

from krea_cli.sandbox.api_handler import ApiHandler
from krea_cli.sandbox.files_handler import FilesHandler
from krea_cli.sandbox.http_server import HttpServer
from krea_cli.sandbox.settings import SandboxError, Settings
from krea_cli.sandbox.state import SandboxState


class SandboxServer:
    """A sandbox that serves from its creation until `stop`. Also a context manager.

    NOW gives the time in seconds since 1970; tests replace it.

    api: URL of the API
    files: URL of the files port
    state: jobs, uploads, faults and counters

    Raises SandboxError if a port is in use, the document cannot be read, or Pillow is missing.
    """

    def __init__(self, settings: Settings, *, now: Callable[[], float] = time.time) -> None:
        if find_spec("PIL") is None:
            raise SandboxError("the sandbox draws its pictures with Pillow, which is not installed")
        self.state = SandboxState(settings, now=now)
        with contextlib.ExitStack() as cleanup:
            cleanup.callback(self.state.uploads.close)
            self._files_server = HttpServer(settings.files_port, FilesHandler, self.state)
            cleanup.callback(self._files_server.server_close)
            self._api_server = HttpServer(settings.port, ApiHandler, self.state)
            cleanup.pop_all()  # both ports are open: from now on `stop` closes them
        self.api, self.files = self._api_server.address, self._files_server.address
        self.state.files_url = self.files
        for server in (self._files_server, self._api_server):
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        # Pillow takes 50 ms to import: better now than in somebody's first download.
        images = "krea_cli.sandbox.images"
        threading.Thread(target=import_module, args=(images,), daemon=True).start()

    def stop(self) -> None:
        """End slow answers, close both ports and remove the uploads."""
        self.state.stopping.set()
        for server in (self._api_server, self._files_server):
            server.stop()
        self.state.uploads.close()

    def __enter__(self) -> "SandboxServer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
