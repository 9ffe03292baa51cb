"""The checks of `krea doctor`: functions that take the session and yield findings."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.commands.doctor.finding import Finding
from krea_cli.errors import Interrupted, KreaError, UnknownModel
from krea_cli.terminal.colours import shows_colours

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.local.ledger.parts import RecordedPart

LIBRARIES = ("typer", "rich", "httpx", "platformdirs")
CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
DOCTOR_HINT = "krea doctor(?! --repair)"


def run_checks(session: "Session") -> Iterator[Finding]:
    """Run all checks and yield their findings. A check that fails hides no other."""
    for name, check in CHECKS.items():
        try:
            yield from check(session, name)
        except Interrupted:
            raise
        except KreaError as error:
            # A hint to run krea doctor helps everywhere but here.
            hint = error.hint if error.hint and not re.match(DOCTOR_HINT, error.hint) else None
            yield Finding(name, "wrong", error.message, hint)
        except ImportError as failure:
            from krea_cli.commands.environment_errors import import_error

            missing = import_error(failure) or KreaError(str(failure))
            yield Finding(name, "wrong", missing.message, missing.hint)


def _check_versions(session: "Session", name: str) -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version
    from platform import platform, python_version

    from krea_cli import __version__
    from krea_cli.local.ledger.repair import sqlite_version

    yield Finding(name, "ok", f"krea {__version__}, Python {python_version()}, {platform()}")
    libraries = [f"SQLite {sqlite_version()}"]
    for library in LIBRARIES:
        try:
            libraries.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            libraries.append(f"{library} of unknown version")
    yield Finding("libraries", "ok", ", ".join(libraries))


def _check_command(session: "Session", name: str) -> Iterator[Finding]:
    """Look for another `krea` on PATH: the official client installs one too."""
    own = Path(sys.executable).parent / "krea"
    if not own.exists() or not os.path.exists(__file__):  # `python -m krea_cli`, a zip file
        own = Path(sys.argv[0]).absolute()
    folders = dict.fromkeys(session.env.environ.get("PATH", "").split(":"))
    paths = [Path(folder) / "krea" for folder in folders]
    programs = [path for path in paths if os.access(path, os.X_OK) and os.path.isfile(path)]
    others = [path for path in programs if not _is_ours(path, own)]
    if not others:
        yield Finding(name, "ok", str(programs[0] if programs else own))
        return
    kind = " (of npm)" if "node_modules" in str(others[0].resolve()) else ""
    order = "and comes first" if programs[0] == others[0] else "behind this one"
    text = f"another krea is on PATH {order}: {others[0]}{kind}"
    yield Finding(name, "note", text, f"this one is {own}")


def _is_ours(path: Path, own: Path) -> bool:
    if path.resolve() == own.resolve():
        return True
    try:
        # pipx puts a small script elsewhere that runs this very package.
        with path.open("rb") as file:
            return b"krea_cli" in file.read(4096)
    except OSError:
        return False


def _check_folders(session: "Session", name: str) -> Iterator[Finding]:
    from krea_cli.local.private_file import describe_exposure

    env = session.env
    for what, folder, variable in (
        ("settings", env.config_dir, "KREA_CONFIG_DIR"),
        ("state", env.state_dir, "KREA_STATE_DIR"),
        ("cache", env.cache_dir, "KREA_CACHE_DIR"),
    ):
        if reason := _write_problem(folder):
            hint = f"set {variable} to a folder that you can write to"
            yield Finding(name, "wrong", f"{what}: {folder} cannot be written to: {reason}", hint)
        elif what != "cache" and (sentence := describe_exposure(folder)):
            yield Finding(name, "note", f"{what}: {sentence}")
        else:
            yield Finding(name, "ok", f"{what}: {folder}")


def _write_problem(folder: Path) -> str | None:
    """Return the reason why no file can be made in FOLDER; None if one can.

    Tried, because no question to the system tells it all. Nothing is left behind.
    """
    from tempfile import TemporaryFile

    missing: list[Path] = []
    try:
        # Not Path.exists: it raises if a folder above may not be entered.
        while not os.path.lexists(existing := missing[-1].parent if missing else folder):
            missing.append(existing)
        for path in reversed(missing):
            path.mkdir(mode=0o700)
        with TemporaryFile(dir=folder, prefix=".krea-doctor-"):
            return None
    except OSError as failure:
        return failure.strerror or str(failure)
    finally:
        for path in missing:
            with suppress(OSError):  # not made; or used by another krea meanwhile
                path.rmdir()


def _check_settings(session: "Session", name: str) -> Iterator[Finding]:
    session.config.require_understood()
    session.project.require_understood()
    yield from _check_default_model(session, name)
    values = ", ".join(f"{key} = {value}" for key, value in session.config.list().items())
    yield Finding(name, "ok", values or "none are set")
    if session.project.file.path and not session.project.file.refusal:
        yield Finding(name, "note", f"{session.project.shown} counts here: krea config list")


def _check_default_model(session: "Session", name: str) -> Iterator[Finding]:
    from krea_cli.catalog.resolve import resolve_model

    get, config, project = session.env.get, session.config, session.project
    own = project.file.values.get("model.default")
    for model in filter(None, (get("KREA_MODEL"), own, config.get("model.default"))):
        try:
            resolve_model(session.catalog_cache.load(), str(model))
        except UnknownModel as error:
            origin = project.model_origin(config, str(model))
            yield Finding(name, "wrong", f"{error.message}; {origin} names it", error.hint)


def _check_token(session: "Session", name: str) -> Iterator[Finding]:
    from krea_cli.local.credentials import credentials_path, describe_token_conflict, mask_token
    from krea_cli.local.private_file import describe_exposure

    get, folder = session.env.get, session.env.config_dir
    for sentence in (describe_token_conflict(get), describe_exposure(credentials_path(folder))):
        if sentence:
            yield Finding(name, "note", sentence)
    token = session.token
    yield Finding(name, "ok", f"{mask_token(token.value)} from {token.source}")


def _check_service(session: "Session", name: str) -> Iterator[Finding]:
    from krea_cli.errors import NoToken, UsageError

    try:
        api, with_token = session.api, True
    except (NoToken, UsageError):  # reported by the check of the token
        api, with_token = session.api_with_token(None), False
    verdict = session.clock.wait_for(api.check_token)
    if not with_token:
        yield Finding(name, "ok", f"{session.base} answers")
    elif verdict == "refused":
        hint = "krea auth login stores a new one"
        yield Finding(name, "wrong", f"{session.base} refuses the token", hint)
    elif verdict == "balance":
        text = f"{session.base} accepts the token; the API balance is used up"
        yield Finding(name, "wrong", text, "top it up at krea.ai/app/api")
    else:
        yield Finding(name, "ok", f"{session.base} accepts the token")


def _check_network(session: "Session", name: str) -> Iterator[Finding]:
    from krea_cli.commands.doctor.proxies import describe_proxies

    proxies = describe_proxies(session.env.environ, session.base)
    for text, is_usable in proxies:
        yield Finding(name, "note" if is_usable else "wrong", text)
    for variable in CERTIFICATE_VARIABLES:
        if path := session.env.get(variable):
            exists = os.path.exists(path)
            text = f"{variable} is set: certificates of {path}"
            text += "" if exists else ", which does not exist"
            yield Finding(name, "note" if exists else "wrong", text)
    if not proxies:
        yield Finding(name, "ok", "no proxy is set")


def _check_catalog(session: "Session", name: str) -> Iterator[Finding]:
    from krea_cli.terminal.formats import duration

    age = session.catalog_cache.age(session.clock.now())
    source = "as of this krea's release" if age is None else f"fetched {duration(age)} ago"
    yield Finding(name, "ok", f"{len(session.catalog_cache.load().ids)} models, {source}")


def _check_ledger(session: "Session", name: str) -> Iterator[Finding]:
    from krea_cli.commands.other_work import describe_other_hosts
    from krea_cli.commands.unsaved_jobs import describe_unsaved_jobs
    from krea_cli.local.ledger.repair import examine_ledger

    health = examine_ledger(session.env.state_dir, session.host)
    if health.problem:
        raise health.problem
    if not health.exists and (reason := _write_problem(session.env.state_dir)):
        hint = "set KREA_STATE_DIR to a folder that you can write to"
        yield Finding(name, "wrong", f"the ledger {health.path} cannot be made: {reason}", hint)
        return
    if not health.exists:
        yield Finding(name, "ok", f"none yet; it will be {health.path}")
        return
    plural = "" if health.requests == 1 else "s"
    text = f"{health.requests} request{plural}, {health.in_doubt} in doubt"
    yield Finding(name, "note" if health.in_doubt else "ok", text)
    if health.wrong_sums:
        text = "the sums for --max-cost, budget.day and budget.month are not those of the requests"
        yield Finding(name, "wrong", text, "krea doctor --repair sums up again")
    if abandoned := sum(_is_abandoned(part) for part in health.spare_parts):
        files = "part file" if abandoned == 1 else "part files"
        yield Finding(
            name, "note", f"{abandoned} {files} of commands that died: krea recover removes them"
        )
    for sentence in (*describe_unsaved_jobs(session), *describe_other_hosts(session)):
        yield Finding(name, "note", sentence)


def _is_abandoned(part: "RecordedPart") -> bool:
    """Tell if the file is there and no process holds it."""
    from krea_cli.flows.files.part_file import remove_abandoned_part

    return bool(remove_abandoned_part(Path(part.path), part.inode, dry_run=True))


def _check_files(session: "Session", name: str) -> Iterator[Finding]:
    from krea_cli.commands.doctor.stored_files import list_stored_files

    yield from list_stored_files(session, name)


def _check_terminal(session: "Session", name: str) -> Iterator[Finding]:
    env = session.env
    # Python has None for a stream that the shell closed.
    streams = {"stdin": env.stdin, "stdout": env.stdout, "stderr": env.stderr}
    terminals = [
        stream_name for stream_name, stream in streams.items() if stream and stream.isatty()
    ]
    colours = "colours" if shows_colours(env, is_terminal=True) else "no colours"
    encoding = getattr(env.stdout, "encoding", None) or "unknown"
    yield Finding(
        name,
        "ok" if encoding.lower().replace("-", "") == "utf8" else "note",
        f"{', '.join(terminals) or 'none'}; TERM={env.get('TERM') or ''}, {colours}, {encoding}",
    )


CHECKS = {
    "version": _check_versions,
    "command": _check_command,
    "folders": _check_folders,
    "settings": _check_settings,
    "token": _check_token,
    "network": _check_network,
    "service": _check_service,
    "catalogue": _check_catalog,
    "ledger": _check_ledger,
    "files": _check_files,
    "terminal": _check_terminal,
}
