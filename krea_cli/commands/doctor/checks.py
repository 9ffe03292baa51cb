"""What `krea doctor` looks at: each check is a function from the session to its findings."""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from krea_cli.errors import Interrupted, KreaError

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

LIBRARIES = ("typer", "rich", "httpx", "platformdirs")
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
SELF = re.compile("krea doctor(?! --repair)")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: well, worth a note, or wrong; and what to do about it."""

    name: str
    state: Literal["ok", "note", "wrong"]
    text: str
    hint: str | None = None


def findings(session: "Session") -> Iterator[Finding]:
    """Everything there is to say, wrong things included: no broken part hides the others."""
    for name, check in CHECKS.items():
        try:
            yield from check(session, name)
        except Interrupted:
            raise
        except KreaError as error:
            # "krea doctor checks …" helps everywhere but here.
            hint = error.hint if error.hint and not SELF.match(error.hint) else None
            yield Finding(name, "wrong", error.message, hint)


def _versions(session: "Session", name: str) -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version
    from platform import platform, python_version

    from krea_cli import __version__
    from krea_cli.local.ledger.repair import sqlite_version

    yield Finding(name, "ok", f"krea {__version__}, Python {python_version()}, {platform()}")
    found = [f"SQLite {sqlite_version()}"]
    for library in LIBRARIES:
        try:
            found.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            found.append(f"{library} of unknown version")
    yield Finding("libraries", "ok", ", ".join(found))


def _command(session: "Session", name: str) -> Iterator[Finding]:
    """Another client installs a `krea` too; which one runs depends on PATH."""
    own = Path(sys.executable).parent / "krea"
    found = [Path(folder) / "krea" for folder in session.env.environ.get("PATH", "").split(":")]
    found = [
        path for path in dict.fromkeys(found) if os.access(path, os.X_OK) and os.path.isfile(path)
    ]
    others = [path for path in found if not _is_ours(path, own)]
    if not others:
        yield Finding(name, "ok", str(found[0] if found else own))
        return
    kind = " (of npm)" if "node_modules" in str(others[0].resolve()) else ""
    first = "and comes first" if found[0] == others[0] else "behind this one"
    yield Finding(
        name,
        "note",
        f"another krea is on PATH {first}: {others[0]}{kind}",
        f"this one is {own}",
    )


def _is_ours(path: Path, own: Path) -> bool:
    if path.resolve() == own.resolve():
        return True
    try:
        # pipx and the like put a small script elsewhere that runs this very package.
        with path.open("rb") as file:
            return b"krea_cli" in file.read(4096)
    except OSError:
        return False


def _folders(session: "Session", name: str) -> Iterator[Finding]:
    from krea_cli.local.private_file import exposure

    env = session.env
    for what, folder, variable in (
        ("settings", env.config_dir, "KREA_CONFIG_DIR"),
        ("state", env.state_dir, "KREA_STATE_DIR"),
        ("cache", env.cache_dir, "KREA_CACHE_DIR"),
    ):
        standing = folder
        # Not Path.exists: it raises where a folder above may not be entered.
        while not os.path.exists(standing) and standing != standing.parent:
            standing = standing.parent
        if not os.path.isdir(standing) or not os.access(standing, os.W_OK | os.X_OK):
            hint = f"set {variable} to a folder that you can write to"
            yield Finding(name, "wrong", f"{what}: {folder} cannot be written to", hint)
        elif what != "cache" and (sentence := exposure(folder)):
            yield Finding(name, "note", f"{what}: {sentence}")
        else:
            yield Finding(name, "ok", f"{what}: {folder}")


def _settings(session: "Session", name: str) -> Iterator[Finding]:
    for key in session.config.list():
        session.config.get(key)
    if strangers := session.config.strangers():
        yield Finding(
            name,
            "note",
            f"{session.config.path} sets what this krea does not know: {', '.join(strangers)}",
            "krea config list shows every setting there is",
        )
    values = ", ".join(f"{key} = {value}" for key, value in session.config.list().items())
    yield Finding(name, "ok", values or "none are set")


def _token(session: "Session", name: str) -> Iterator[Finding]:
    from krea_cli.local.credentials import credentials_path, disagreement, masked
    from krea_cli.local.private_file import exposure

    get, folder = session.env.get, session.env.config_dir
    for sentence in (disagreement(get), exposure(credentials_path(folder))):
        if sentence:
            yield Finding(name, "note", sentence)
    token = session.token()
    yield Finding(name, "ok", f"{masked(token.value)} from {token.source}")


def _service(session: "Session", name: str) -> Iterator[Finding]:
    from krea_cli.errors import NoToken, UsageError

    try:
        api, with_token = session.api, True
    except (NoToken, UsageError):  # told by the check of the token
        api, with_token = session.api_without_token, False
    outcome = session.clock.attend(api.check_token)
    if not with_token:
        yield Finding(name, "ok", f"{session.base} answers")
    elif outcome == "refused":
        hint = "krea auth login stores a new one"
        yield Finding(name, "wrong", f"{session.base} refuses the token", hint)
    elif outcome == "balance":
        text = f"{session.base} accepts the token; the API balance is used up"
        yield Finding(name, "wrong", text, "top it up at krea.ai/app/api")
    else:
        yield Finding(name, "ok", f"{session.base} accepts the token")


def _network(session: "Session", name: str) -> Iterator[Finding]:
    set_here = [variable for variable in PROXIES if session.env.get(variable)]
    for variable in set_here:
        # A proxy's address may hold its password.
        address = (session.env.get(variable) or "").rpartition("@")[2]
        yield Finding(name, "note", f"{variable} is set: requests go through {address}")
    for variable in CERTIFICATES:
        if place := session.env.get(variable):
            missing = "" if os.path.exists(place) else ", which does not exist"
            state: Literal["wrong", "note"] = "wrong" if missing else "note"
            yield Finding(name, state, f"{variable} is set: certificates of {place}{missing}")
    if not set_here:
        yield Finding(name, "ok", "no proxy is set")


def _catalogue(session: "Session", name: str) -> Iterator[Finding]:
    from krea_cli.terminal.formats import duration

    age = session.store().age(session.clock.now())
    told = "as of this krea's release" if age is None else f"fetched {duration(age)} ago"
    yield Finding(name, "ok", f"{len(session.catalog().ids)} models, {told}")


def _ledger(session: "Session", name: str) -> Iterator[Finding]:
    from krea_cli.local.ledger.repair import examine

    health = examine(session.env.state_dir)
    if health.problem:
        raise health.problem
    if not health.exists:
        yield Finding(name, "ok", f"none yet; it will be {health.path}")
        return
    plural = "" if health.requests == 1 else "s"
    text = f"{health.path}: {health.requests} request{plural}, {health.in_doubt} in doubt"
    yield Finding(name, "note" if health.in_doubt else "ok", text)


def _terminal(session: "Session", name: str) -> Iterator[Finding]:
    env = session.env
    streams = {"stdin": env.stdin, "stdout": env.stdout, "stderr": env.stderr}
    terminals = [what for what, stream in streams.items() if stream.isatty()]
    colours = "no colours" if env.get("NO_COLOR") or env.get("TERM") == "dumb" else "colours"
    encoding = getattr(env.stdout, "encoding", None) or "unknown"
    yield Finding(
        name,
        "ok" if encoding.lower().replace("-", "") == "utf8" else "note",
        f"{', '.join(terminals) or 'none'}; TERM={env.get('TERM') or ''}, {colours}, {encoding}",
        None,
    )


CHECKS = {
    "version": _versions,
    "command": _command,
    "folders": _folders,
    "settings": _settings,
    "token": _token,
    "network": _network,
    "service": _service,
    "catalogue": _catalogue,
    "ledger": _ledger,
    "terminal": _terminal,
}
