"""A sandbox at work: its two ports, served by threads of this process."""

import contextlib
import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from types import TracebackType

from krea_cli.sandbox.api_handler import ApiHandler
from krea_cli.sandbox.files_handler import FilesHandler
from krea_cli.sandbox.http_server import Server
from krea_cli.sandbox.settings import SandboxError, Settings
from krea_cli.sandbox.state import World


class RunningSandbox:
    """Serves from the moment it is made until `stop`; `api` and `files` are its addresses.

    `now` is its clock, in seconds since 1970; tests turn it by hand. Raises SandboxError when it
    cannot start: a port in use, no document, no Pillow.
    """

    def __init__(self, settings: Settings, *, now: Callable[[], float] = time.time) -> None:
        if find_spec("PIL") is None:
            raise SandboxError("the sandbox draws its pictures with Pillow, which is not installed")
        self.world = World(settings, now=now)
        with contextlib.ExitStack() as opened:
            opened.callback(self.world.uploads.close)
            self._files = Server(settings.files_port, FilesHandler, self.world)
            opened.callback(self._files.server_close)
            self._api = Server(settings.port, ApiHandler, self.world)
            opened.pop_all()  # both are there: from now on `stop` closes them
        self.api, self.files = self._api.address, self._files.address
        self.world.files_address = self.files
        for server in (self._files, self._api):
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        # Pillow takes 50 ms to import: better now than in somebody's first download.
        threading.Thread(target=find_painter, daemon=True).start()

    def stop(self) -> None:
        """Close both ports and remove the uploads; slow answers end at once."""
        self.world.stopping.set()
        for server in (self._api, self._files):
            server.stop()
        self.world.uploads.close()

    def __enter__(self) -> "RunningSandbox":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def find_painter() -> None:
    """Import what draws, ahead of time."""
    import krea_cli.sandbox.images  # noqa: F401
