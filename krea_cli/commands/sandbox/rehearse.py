"""Start a sandbox in this process, and serve it or run a command against it."""

import os
import re
import secrets
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.commands.installing import extra_hint
from krea_cli.commands.rehearsal import SANDBOX_TOKEN_SUFFIX
from krea_cli.commands.sandbox.child_process import run_child
from krea_cli.errors import Interrupted, KreaError, UsageError
from krea_cli.local.temporary import no_temporary_folder

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.sandbox.server import SandboxServer

SUBMIT_SECONDS = (0.2, 0.6)  # of a POST to the service, as measured
SHELLS = ("sh", "bash", "csh", "dash", "elvish", "fish", "ksh", "nu", "tcsh", "xonsh", "zsh")
OPTIONS_WITH_VALUE = ("--rcfile", "--init-file", "-o", "+o", "-O", "+O")  # of these shells
TOKEN_VARIABLE = r"KREA_(\w+_)?(KEY|TOKEN)"


def start_sandbox(*, document: Path | None, **settings: Any) -> "SandboxServer":
    """Start a sandbox with the SETTINGS of krea_cli.sandbox.settings.

    document: the OpenAPI document to serve; None for the embedded one

    Raises `UsageError` for settings that cannot work, `KreaError` without Pillow.
    """
    from krea_cli.sandbox.settings import SNAPSHOT, SandboxError, Settings

    if find_spec("PIL") is None:
        raise KreaError(
            "the sandbox draws its pictures with Pillow, which is not installed",
            hint=extra_hint("pillow", "sandbox"),
        )
    from krea_cli.sandbox.server import SandboxServer

    try:
        # Only this run's token: other users of the machine can reach the port.
        token = f"sandbox-{secrets.token_hex(4)}{SANDBOX_TOKEN_SUFFIX}"
        return SandboxServer(
            Settings(
                document=document or SNAPSHOT,
                token=token,
                submit_seconds=SUBMIT_SECONDS,
                **settings,
            )
        )
    except SandboxError as failure:
        raise UsageError(str(failure), hint="krea sandbox --help") from failure
    except FileNotFoundError as failure:
        raise no_temporary_folder() from failure


def serve(sandbox: "SandboxServer", session: "Session") -> None:
    """Print the variables for a shell, then serve until Ctrl-C."""
    session.output.say(
        "sandbox: these two lines lead another terminal here; Ctrl-C ends the sandbox"
    )
    for name, value in sandbox_variables(sandbox).items():
        session.output.print_line(f"export {name}={value}")
    try:
        while True:
            session.clock.sleep(3600)
    except Interrupted as interruption:
        if interruption.signal != signal.SIGINT:
            raise


def rehearse(sandbox: "SandboxServer", command: Sequence[str], session: "Session") -> int:
    """Run COMMAND against the sandbox, with folders of its own, and return its exit code.

    An interactive shell is announced: its user may forget about the sandbox.
    """
    env = session.env
    with tempfile.TemporaryDirectory(prefix="krea-sandbox-") as folder:
        variables = sandbox_variables(sandbox)
        environ = rehearsal_environ(env.environ, Path(folder), variables)
        copy_settings(env.config_dir, Path(environ["KREA_CONFIG_DIR"]), variables)
        fill_cache(sandbox, Path(environ["KREA_CACHE_DIR"]), env.clock.now())
        tell = session.output.say if is_shell(command) else None
        if tell:
            tell("sandbox: this shell is a rehearsal; what krea makes here is free, and not real")
        try:
            return run_child(command, environ)
        finally:
            if tell:
                tell("sandbox: the rehearsal is over; krea is again as it was before")


def is_shell(command: Sequence[str]) -> bool:
    """Tell if COMMAND is a shell that reads its commands from the user."""
    name, *options = command
    before = ["", *options]
    # Neither a script nor commands after -c.
    is_interactive = all(
        re.match(r"--|[-+][^c]*$", word) or previous in OPTIONS_WITH_VALUE
        for previous, word in zip(before, options, strict=False)
    )
    return os.path.basename(name) in SHELLS and is_interactive


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
    """Return environment variables with the sandbox's address and its token.

    Ledgers are kept by address and account, and a port may be used again: each run has its token.
    """
    return {"KREA_API_BASE": sandbox.api, "KREA_API_KEY": sandbox.state.settings.token or ""}


def rehearsal_environ(
    environ: Mapping[str, str], folder: Path, variables: Mapping[str, str]
) -> dict[str, str]:
    """Return ENVIRON without real tokens, with VARIABLES and with krea's folders below FOLDER."""
    without_tokens = {
        name: value for name, value in environ.items() if not re.fullmatch(TOKEN_VARIABLE, name)
    }
    path = [str(Path(sys.executable).parent), environ.get("PATH", os.defpath)]
    return {
        **without_tokens,
        **variables,
        "KREA_SANDBOX": "1",  # for the user's prompt and scripts; krea itself never reads it
        "PATH": os.pathsep.join(path),
        "KREA_CONFIG_DIR": str(folder / "config"),
        "KREA_STATE_DIR": str(folder / "state"),
        "KREA_CACHE_DIR": str(folder / "cache"),
    }
