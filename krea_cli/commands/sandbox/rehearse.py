"""A sandbox in this process, and a command that takes it for the service."""

import os
import re
import secrets
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.commands.sandbox.child_process import run
from krea_cli.env import Env
from krea_cli.errors import Interrupted, KreaError, UsageError

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.sandbox.server import RunningSandbox

TOKEN_VARIABLE = re.compile(r"KREA_(\w+_)?(KEY|TOKEN)")


def started(*, document: Path | None, **settings: Any) -> "RunningSandbox":
    """A running sandbox: DOCUMENT or the embedded one, and krea_cli.sandbox.settings.

    Raises UsageError when it cannot start so.
    """
    from importlib.util import find_spec

    from krea_cli.sandbox.settings import SNAPSHOT, SandboxError, Settings

    if find_spec("PIL") is None:
        raise KreaError(
            "the sandbox draws its pictures with Pillow, which is not installed",
            hint=f"{sys.executable} -m pip install pillow",
        )
    from krea_cli.sandbox.server import RunningSandbox

    try:
        return RunningSandbox(Settings(document=document or SNAPSHOT, **settings))
    except SandboxError as failure:
        raise UsageError(str(failure), hint="krea sandbox --help") from failure


def serve(running: "RunningSandbox", session: "Session") -> None:
    """Print what points a shell at the sandbox, then serve until Ctrl-C."""
    for name, value in variables(running).items():
        session.output.line(f"export {name}={value}")
    session.env.stdout.flush()
    try:
        while True:
            session.clock.pause(3600)
    except Interrupted as interruption:
        if interruption.signal != signal.SIGINT:
            raise


def rehearse(running: "RunningSandbox", command: Sequence[str], env: Env) -> int:
    """Run COMMAND against the sandbox with folders of its own; its exit code."""
    with tempfile.TemporaryDirectory(prefix="krea-sandbox-") as folder:
        own = variables(running)
        environ = surroundings(env.environ, Path(folder), own)
        copy_settings(env.config_dir, Path(environ["KREA_CONFIG_DIR"]), own)
        fill_cache(running, Path(environ["KREA_CACHE_DIR"]), env.clock.now())
        return run(command, environ)


def copy_settings(real: Path, folder: Path, own: Mapping[str, str]) -> None:
    """Put a copy of the settings into FOLDER, apart from the service's address and the tokens.

    What is rehearsed may log in, log out and change settings. Each profile has a login there, for
    the sandbox, so that a command that names one can be rehearsed too.
    """
    from krea_cli.local.config import Config
    from krea_cli.local.credentials import store, stored
    from krea_cli.local.private_file import write_private

    settings = Config.load(real).path  # raises for what cannot be read, and names it
    if settings.exists():
        write_private(folder / settings.name, settings.read_text(encoding="utf-8"))
        Config.load(folder).unset("api.base")
    for profile in stored(real):
        store(folder, profile, token=own["KREA_API_KEY"], base=own["KREA_API_BASE"])


def fill_cache(running: "RunningSandbox", folder: Path, now: float) -> None:
    """Let the command know the sandbox's models and times, where they are not the embedded ones.

    Without this, a client would wait for a hurried job as long as it takes in reality.
    """
    from krea_cli.api.types import Document
    from krea_cli.catalog.cache import SNAPSHOT, Store

    served = running.world.document
    if served.content != SNAPSHOT.read_bytes():
        answer = Document(served.content, served.etag, None)
        Store(folder, running.api).refresh(lambda etag, last_modified: answer, now)


def variables(running: "RunningSandbox") -> dict[str, str]:
    """Where the sandbox is, and a token for it.

    The token is another each time: ledgers are kept by account, and a port may come again.
    """
    token = f"sandbox-{secrets.token_hex(4)}:free-of-charge"
    return {"KREA_API_BASE": running.api, "KREA_API_KEY": token}


def surroundings(
    environ: Mapping[str, str], folder: Path, own: Mapping[str, str]
) -> dict[str, str]:
    """The environment of the rehearsed command: no real token, folders below FOLDER."""
    kept = {name: value for name, value in environ.items() if not TOKEN_VARIABLE.fullmatch(name)}
    path = [str(Path(sys.executable).parent), environ.get("PATH", os.defpath)]
    return {
        **kept,
        **own,
        "PATH": os.pathsep.join(path),
        "KREA_CONFIG_DIR": str(folder / "config"),
        "KREA_STATE_DIR": str(folder / "state"),
        "KREA_CACHE_DIR": str(folder / "cache"),
    }
