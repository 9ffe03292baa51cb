"""`krea doctor`: the files that krea keeps, their places and their sizes."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from krea_cli.catalog.cache import SNAPSHOT_FILE
from krea_cli.flows.files.part_records import open_recorded_part
from krea_cli.local.ledger.ledger import Ledger
from tests.commands.batch.batch_helpers import serve_prices
from tests.fakes.krea_service import BASE
from tests.harness.cli import Cli
from tests.tokens import OTHER_KEY


@pytest.fixture
def used(cli: Cli) -> Cli:
    """`krea` after some use: with settings, a login, a project, pictures and a catalogue."""
    serve_prices(cli)
    assert cli.krea("models", "--refresh").code == 0
    assert cli.krea("config", "set", "model.default", "krea-2/large").code == 0
    login = ("auth", "login", "--profile", "work", "--with-token")
    assert cli.krea(*login, stdin=OTHER_KEY).code == 0
    Path("krea.toml").write_text('output.folder = "pictures"\n')
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    assert cli.krea("completion", "--write-requests", "123 45").code == 0
    return cli


def files_of(cli: Cli) -> list[dict[str, Any]]:
    """The findings about files."""
    result = cli.krea("doctor", "--json")
    assert "Traceback" not in result.err
    return [record for record in result.records if record["name"] == "files"]


def leave_part(cli: Cli, name: str, content: bytes) -> Path:
    """Leave a part file NAME in the current folder, as a command that died does."""
    path = Path(name).absolute()
    ledger = Ledger.open(cli.home / "state")
    part = open_recorded_part(path, ledger.for_account(BASE, "a"), request_id=None)
    assert part
    os.write(part.fd, content)
    os.close(part.fd)
    ledger.close()
    return path


def in_units(count: int) -> str:
    """The size of a small file, as it is told."""
    return f"{count} B" if count < 1000 else f"{count / 1000:.1f} kB"


def test_each_file_is_told_once_with_its_size(used: Cli) -> None:
    """Also the one of the project, of the package, and of a dead command."""
    part = leave_part(used, ".hen.png.part", b"half a hen")
    state, cache = used.home / "state", used.home / "cache"
    single = {
        "settings": used.home / "config" / "config.toml",
        "logins": used.home / "config" / "credentials.json",
        "settings of this project": Path("krea.toml").absolute(),
        "ledger": state / "ledger.sqlite3",
        "catalogue of this release": SNAPSHOT_FILE,
        "models for completion": cache / "models.tsv",
        "requests for completion": state / "requests.list",
        "unfinished result": part,
    }
    records = files_of(used)
    told = {record["text"].partition(": ")[0]: record for record in records}
    assert len(told) == len(records)
    for what, path in single.items():
        size = path.stat().st_size
        assert told.pop(what) == {
            "name": "files",
            "state": "ok",
            "text": f"{what}: {path}, {in_units(size)}",
            "hint": None,
            "path": str(path),
            "size": size,
            "files": 1,
        }
    locks, catalogues = sorted(state.glob("*.lock")), sorted((cache / "catalog").iterdir())
    assert [(each["path"], each["size"], each["files"]) for each in told.values()] == [
        (str(state / "*.lock"), sum(path.stat().st_size for path in locks), len(locks)),
        (str(cache / "catalog"), sum(p.stat().st_size for p in catalogues), len(catalogues)),
    ]
    named = {Path(path) for path in single.values()} | set(locks) | set(catalogues)
    kept = {path for path in used.home.rglob("*") if path.is_file()}
    assert kept - named == {used.home / "work" / "fox.png"}


def test_a_person_reads_path_and_size(used: Cli) -> None:
    """One line for each, behind the ledger's own."""
    lines = used.krea("doctor").out.splitlines()
    path = used.home / "state" / "ledger.sqlite3"
    assert "ok     ledger     1 request, 0 in doubt" in lines
    assert f"ok     files      ledger: {path}, {in_units(path.stat().st_size)}" in lines
    assert sum(str(path) in line for line in lines) == 1


def test_ledgers_that_are_not_in_use_are_told(used: Cli) -> None:
    """Damaged ones that were set aside, with their journals; and other machines'."""
    state = used.home / "state"
    aside = state / "ledger.sqlite3.damaged-20270101T000000"
    aside.write_bytes(b"x" * 1_500_000)
    aside.with_name(aside.name + "-wal").write_bytes(b"x" * 500_000)
    shutil.copy(state / "ledger.sqlite3", state / "ledger-pod-b.sqlite3")
    texts = [record["text"] for record in files_of(used)]
    other = state / "ledger-pod-b.sqlite3"
    assert f"damaged ledger: {aside}, 2 files, 2.0 MB" in texts
    assert f"ledger of another machine: {other}, {in_units(other.stat().st_size)}" in texts


def test_where_nothing_is_yet_nothing_is_told(cli: Cli) -> None:
    """But for the package's own; no folder is made for the question."""
    assert [record["path"] for record in files_of(cli)] == [str(SNAPSHOT_FILE)]
    assert not (cli.home / "state").exists()


def test_one_folder_for_all_and_a_damaged_ledger(cli: Cli) -> None:
    """No file is told twice, and what is broken is told by its own check."""
    folder = cli.home / "all"
    for variable in ("KREA_CONFIG_DIR", "KREA_STATE_DIR", "KREA_CACHE_DIR"):
        cli.environ[variable] = str(folder)
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    (folder / "ledger.sqlite3").write_text("no database " * 100)
    (folder / "config.toml").write_text("= nonsense")
    (folder / "catalog").write_text("no folder")
    paths = [record["path"] for record in files_of(cli)]
    assert paths == [
        str(folder / "config.toml"),
        str(folder / "ledger.sqlite3"),
        str(folder / "*.lock"),
        str(SNAPSHOT_FILE),
    ]
