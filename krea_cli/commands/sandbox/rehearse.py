"""Start a sandbox in this process, and serve it or run a command against it."""

import os
import re
import secrets
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.commands.sandbox.child_process import run_child
from krea_cli.env import Env
from krea_cli.errors import Interrupted, KreaError, UsageError
from krea_cli.local.temporary import no_temporary_folder

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.sandbox.server import SandboxServer

TOKEN_VARIABLE = re.compile(r"KREA_(\w+_)?(KEY|TOKEN)")


def start_sandbox(*, document: Path | None, **settings: Any) -> "SandboxServer":
    """Start a sandbox with the SETTINGS of krea_cli.sandbox.settings.

    document: the OpenAPI document to serve; None for the embedded one

    Raises `UsageError` for settings that cannot work, `KreaError` without Pillow.
    """
    from importlib.util import find_spec

    from krea_cli.sandbox.settings import SNAPSHOT, SandboxError, Settings

    if find_spec("PIL") is None:
        raise KreaError(
            "the sandbox draws its pictures with Pillow, which is not installed",
            hint=f"{sys.executable} -m pip install pillow",
        )
    from krea_cli.sandbox.server import SandboxServer

    try:
        return SandboxServer(Settings(document=document or SNAPSHOT, **settings))
    except SandboxError as failure:
        raise UsageError(str(failure), hint="krea sandbox --help") from failure
    except FileNotFoundError as failure:
        raise no_temporary_folder() from failure


def serve(sandbox: "SandboxServer", session: "Session") -> None:
    """Print the variables for a shell, then serve until Ctrl-C."""
    for name, value in sandbox_variables(sandbox).items():
        session.output.print_line(f"export {name}={value}")
    try:
        while True:
            session.clock.sleep(3600)
    except Interrupted as interruption:
        if interruption.signal != signal.SIGINT:
            raise


def rehearse(sandbox: "SandboxServer", command: Sequence[str], env: Env) -> int:
    """Run COMMAND against the sandbox, with folders of its own, and return its exit code."""
    with tempfile.TemporaryDirectory(prefix="krea-sandbox-") as folder:
        variables = sandbox_variables(sandbox)
        environ = rehearsal_environ(env.environ, Path(folder), variables)
        copy_settings(env.config_dir, Path(environ["KREA_CONFIG_DIR"]), variables)
        fill_cache(sandbox, Path(environ["KREA_CACHE_DIR"]), env.clock.now())
        return run_child(command, environ)


def copy_settings(source: Path, folder: Path, variables: Mapping[str, str]) -> None:
    """Copy the settings to FOLDER, without the service's address and the tokens.

    The command may log in, log out and change settings there. Each profile gets a login for the
    sandbox, so that --profile works.
    """
    from krea_cli.local.config import Config
    from krea_cli.local.credentials import load_logins, store_login
    from krea_cli.local.private_file import write_private_file

    settings = Config.load(source).path  # raises an error with the path if it cannot be read
    if settings.exists():
        write_private_file(folder / settings.name, settings.read_text(encoding="utf-8"))
        Config.load(folder).unset("api.base")
    for profile in load_logins(source):
        store_login(
            folder, profile, token=variables["KREA_API_KEY"], base=variables["KREA_API_BASE"]
        )


def fill_cache(sandbox: "SandboxServer", folder: Path, now: float) -> None:
    """Write the sandbox's models and times to the command's cache, unless they are embedded.

    A client with other times would wait for a fast job as long as for a real one.
    """
    from krea_cli.api.types import OpenapiDocument
    from krea_cli.catalog.cache import SNAPSHOT_FILE, CatalogCache
    from krea_cli.catalog.catalog import read_packaged_file

    served = sandbox.state.document
    if served.content != read_packaged_file(SNAPSHOT_FILE):
        document = OpenapiDocument(served.content, served.etag, None)
        CatalogCache(folder, sandbox.api).refresh(lambda etag, last_modified: document, now)


def sandbox_variables(sandbox: "SandboxServer") -> dict[str, str]:
    """Return environment variables with the sandbox's address and a new token for it.

    Ledgers are kept by address and account, and a port may be used again: hence a new token.
    """
    token = f"sandbox-{secrets.token_hex(4)}:free-of-charge"
    return {"KREA_API_BASE": sandbox.api, "KREA_API_KEY": token}


def rehearsal_environ(
    environ: Mapping[str, str], folder: Path, variables: Mapping[str, str]
) -> dict[str, str]:
    """Return ENVIRON without real tokens, with VARIABLES and with krea's folders below FOLDER."""
    without_tokens = {
        name: value for name, value in environ.items() if not TOKEN_VARIABLE.fullmatch(name)
    }
    path = [str(Path(sys.executable).parent), environ.get("PATH", os.defpath)]
    return {
        **without_tokens,
        **variables,
        "PATH": os.pathsep.join(path),
        "KREA_CONFIG_DIR": str(folder / "config"),
        "KREA_STATE_DIR": str(folder / "state"),
        "KREA_CACHE_DIR": str(folder / "cache"),
    }
