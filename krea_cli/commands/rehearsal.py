"""A sandbox in this process, and a command that takes it for the service."""

import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.env import Env
from krea_cli.errors import Interrupted, KreaError, UsageError

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.sandbox.running import RunningSandbox

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
            hint="pip install 'krea-cli[sandbox]'",
        )
    from krea_cli.sandbox.running import RunningSandbox

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
    """Run COMMAND against the sandbox with a state and a cache of its own; its exit code."""
    with tempfile.TemporaryDirectory(prefix="krea-sandbox-") as folder:
        environ = surroundings(env.environ, Path(folder), variables(running))
        fill_cache(running, Path(environ["KREA_CACHE_DIR"]), env.clock.now())
        # Reading the terminal takes a process of its foreground group, and Ctrl-C reaches that
        # whole group by itself; elsewhere a group of its own lets a signal reach all children.
        shared = env.stdin.isatty()
        try:
            child = subprocess.Popen(command, env=environ, process_group=None if shared else 0)
        except OSError as failure:
            raise UsageError(
                f"cannot run {command[0]}: {failure.strerror}",
                hint="krea sandbox -- COMMAND takes a program, as the shell would find it",
            ) from failure
        try:
            code = env.clock.attend(child.wait)
        except Interrupted as interruption:
            forward(interruption.signal, child, shared=shared)
            code = child.wait()
    return code if code >= 0 else 128 - code


def fill_cache(running: "RunningSandbox", folder: Path, now: float) -> None:
    """Let the command know the sandbox's models and times, where they are not the embedded ones.

    Without this, a client would wait for a hurried job as long as it takes in reality.
    """
    from krea_cli.api.types import Document
    from krea_cli.catalog.store import SNAPSHOT, Store

    served = running.world.document
    if served.content != SNAPSHOT.read_bytes():
        answer = Document(served.content, served.etag, None)
        Store(folder, running.api).refresh(lambda etag, last_modified: answer, now)


def forward(number: int, child: subprocess.Popen[bytes], *, shared: bool) -> None:
    """Pass a signal on to CHILD, unless the terminal has done so already."""
    if child.poll() is not None:
        return
    if not shared:
        os.killpg(child.pid, number)
    elif number != signal.SIGINT:
        child.send_signal(number)


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
        "KREA_STATE_DIR": str(folder / "state"),
        "KREA_CACHE_DIR": str(folder / "cache"),
    }
