"""The files that krea keeps on this machine, and how large they are."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.commands.doctor.finding import FileFinding
from krea_cli.errors import KreaError
from krea_cli.terminal.formats import size

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

# SQLite's files beside a database: of what is not written into it yet.
JOURNAL_SUFFIXES = ("-wal", "-journal")
LOCKS = "*.lock"
SIGNS_OF_LIFE = "*.heartbeat-*"
# Of what kind, where, and the files: one, or all of a folder or pattern.
Kind = tuple[str, Path, list[Path]]


def list_stored_files(session: "Session", name: str) -> Iterator[FileFinding]:
    """Yield a finding of the check NAME for each kind of file that is there."""
    for what, path, files in _kinds(session):
        sizes = []
        for file in files:
            with suppress(OSError):  # not there, or gone meanwhile
                sizes.append(file.stat().st_size)
        if sizes:
            count = f", {len(sizes)} files" if len(sizes) > 1 else ""
            text = f"{what}: {path}{count}, {size(sum(sizes))}"
            total, number = sum(sizes), len(sizes)
            yield FileFinding(name, "ok", text, path=str(path), size=total, files=number)


def _kinds(session: "Session") -> Iterator[Kind]:
    from krea_cli.catalog.cache import SNAPSHOT_FILE
    from krea_cli.local.config import settings_path
    from krea_cli.local.credentials import credentials_path
    from krea_cli.local.ledger.request_list import LIST_NAME

    env, cache = session.env, session.catalog_cache
    yield _one("settings", settings_path(env.config_dir))
    yield _one("logins", credentials_path(env.config_dir))
    with suppress(KreaError):  # told by the check of the settings
        if (project := session.project.file.path) is not None:
            yield _one("settings of this project", project)
    with suppress(KreaError):  # told by the check of the ledger
        yield from _list_ledgers(session)
    yield _one("catalogue of this release", SNAPSHOT_FILE)
    folder = cache.file.parent
    yield "fetched catalogues", folder, _matches(folder, "*")
    yield _one("models for completion", cache.model_list_file)
    with suppress(KreaError):
        yield _one("requests for completion", env.state_dir / LIST_NAME)
        yield from _list_parts(session)


def _list_ledgers(session: "Session") -> Iterator[Kind]:
    folder = session.env.state_dir
    own, _ = session.host.locate_ledger(folder)
    yield "ledger", own, _with_journals(own)
    for path in _matches(folder, "ledger*.sqlite3"):
        if path.name != own.name:
            yield "ledger of another machine", path, _with_journals(path)
    for path in _matches(folder, "ledger*.sqlite3.damaged-*"):
        if not path.name.endswith((*JOURNAL_SUFFIXES, "-shm")):
            yield "damaged ledger", path, _with_journals(path)
    signs = _matches(folder, SIGNS_OF_LIFE)
    yield "signs of life", folder / SIGNS_OF_LIFE, signs
    yield "locks", folder / LOCKS, _matches(folder, LOCKS)


def _list_parts(session: "Session") -> Iterator[Kind]:
    """Yield the part files that the ledger knows."""
    from krea_cli.local.ledger.ledger import Ledger

    if not Ledger.exists_in(session.env.state_dir, session.host):
        return
    for part in session.ledger.parts.list():
        yield _one("unfinished result", Path(part.path))


def _one(what: str, path: Path) -> Kind:
    return what, path, [path]


def _matches(folder: Path, pattern: str) -> list[Path]:
    """Return the files right in FOLDER; none if it cannot be read."""
    with suppress(OSError):
        return sorted(path for path in folder.glob(pattern) if path.is_file())
    return []


def _with_journals(ledger: Path) -> list[Path]:
    """Return LEDGER, and the files of SQLite beside it that are not empty."""
    paths = [ledger]
    for suffix in JOURNAL_SUFFIXES:
        journal = ledger.with_name(ledger.name + suffix)
        with suppress(OSError):
            paths += [journal] if journal.stat().st_size else []
    return paths
