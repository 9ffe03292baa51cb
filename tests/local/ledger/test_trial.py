"""A state folder on a file system without log, locks or sync: one sentence, nothing left."""

import errno
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.cli import Cli
from tests.harness.failing_sqlite import fail_at
from tests.harness.mounts import bind_mount, needs_fuse

HINT = "set KREA_STATE_DIR to a folder on a local disk"


def all_files(folder: Path) -> list[str]:
    """Every file and folder below FOLDER."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("PRAGMA journal_mode", sqlite3.SQLITE_IOERR_SHMMAP),
        ("BEGIN", sqlite3.SQLITE_IOERR_LOCK),
        ("COMMIT", sqlite3.SQLITE_IOERR_FSYNC),
        ("SELECT count(*)", sqlite3.SQLITE_PROTOCOL),
        ("BEGIN", sqlite3.SQLITE_BUSY),
    ],
    ids=["log", "lock", "sync", "second", "busy"],
)
def test_what_a_file_system_cannot_do(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, statement: str, code: int
) -> None:
    """`generate` sends nothing, `doctor` tells of it, and neither leaves a file."""
    fail_at(monkeypatch, statement, code)
    state = cli.home / "state"
    sentence = f"the file system of {state} cannot hold a ledger: disk I/O error"

    made = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (made.code, made.error(charged="no")) == (1, sentence)
    assert f"hint: {HINT}\n" in made.err
    assert (cli.service.posts, all_files(state)) == ([], [])

    told = cli.krea("doctor")
    assert f"wrong  ledger     {sentence} ({HINT})\n" in told.out
    assert all_files(state) == []


def test_a_full_disk_is_no_unfit_file_system(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite reports both as an error of input and output; the advice is another one."""
    fail_at(monkeypatch, "PRAGMA journal_mode", sqlite3.SQLITE_IOERR_SHMSIZE)
    values = list(os.statvfs("/"))
    values[4] = 0  # f_bavail
    monkeypatch.setattr(os, "statvfs", lambda path: os.statvfs_result(values))
    made = cli.krea("generate", "a fox", "-o", "fox.png")
    ledger = cli.home / "state" / "ledger.sqlite3"
    sentence = f"the disk is full: the ledger {ledger} cannot be written"
    assert (made.code, made.error(charged="no")) == (1, sentence)
    assert "hint: make room, or set KREA_STATE_DIR to a folder on another disk\n" in made.err
    assert (cli.service.posts, all_files(cli.home / "state")) == ([], [])


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOTSUP, errno.EIO])
def test_a_file_system_without_locks(cli: Cli, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """The lock file that could not be locked is removed again."""

    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", refuse)
    made = cli.krea("generate", "a fox", "-o", "fox.png")
    assert made.code == 1
    lock = cli.home / "state" / "ledger.sqlite3.lock"
    assert made.error(charged="no") == f"cannot lock {lock}: {os.strerror(code)}"
    assert all_files(cli.home / "state") == []
    assert "cannot lock " in cli.krea("doctor").out
    assert all_files(cli.home / "state") == []


@pytest.mark.parametrize("code", [errno.EINVAL, errno.EIO, errno.ENOTSUP])
def test_a_folder_that_cannot_be_synced(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Python's own syncs, of folders and of results, may be refused."""

    def refuse(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    made = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (made.code, made.out) == (0, "fox.png\n")
    warning = "warning: the disk did not confirm that it has fox.png: open it to be sure\n"
    assert (warning in made.err) == (code == errno.EIO)
    assert cli.krea("config", "set", "budget.day", "5").code == 0


@pytest.fixture
def direct_io(tmp_path: Path) -> Iterator[Path]:
    """A folder of FUSE without memory maps."""
    with bind_mount(tmp_path, "direct_io") as mount:
        yield mount


@pytest.mark.machine
@needs_fuse
def test_fuse_without_memory_maps(cli: Cli, direct_io: Path) -> None:
    """The first command tells what is the matter, and the folder stays empty."""
    cli.environ["KREA_STATE_DIR"] = str(direct_io)
    made = cli.krea("generate", "a fox", "-o", "fox.png")
    sentence = f"the file system of {direct_io} cannot hold a ledger: disk I/O error"
    assert (made.code, made.error(charged="no")) == (1, sentence)
    assert (cli.service.posts, all_files(direct_io)) == ([], [])
    assert sentence in cli.krea("doctor").out
    assert all_files(direct_io) == []
