"""The search for tokens in what a run wrote finds them, and fails the run."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.leaks import CHUNK_BYTES, find_leaks

SECRET = "a-secret-of-this-test-alone"
LEAK = """
from pathlib import Path
from tests.conftest import no_secret_is_left
from tests.tokens import KEY

def test_writes_where_it_should_not(tmp_path):
    (tmp_path / "notes.txt").write_text(KEY)
"""


def leaking_names(folder: Path) -> list[str]:
    """The names of the files in which the secret is found."""
    return [path.name for path in find_leaks(folder, secrets=(SECRET,))]


def test_a_secret_is_found_wherever_it_is(tmp_path: Path) -> None:
    """In text, among bytes, across two pieces of a large file, hidden, deep, and in a name."""
    (tmp_path / "a.txt").write_text(f"token: {SECRET}")
    (tmp_path / "b.bin").write_bytes(bytes(range(256)) + SECRET.encode() + b"\xff")
    (tmp_path / "c.big").write_bytes(
        b"." * (CHUNK_BYTES - 9) + SECRET.encode() + b"." * CHUNK_BYTES
    )
    (tmp_path / "d" / ".hidden").mkdir(parents=True)
    (tmp_path / "d" / ".hidden" / ".e").write_text(SECRET)
    (tmp_path / f"f-{SECRET}").touch()
    assert leaking_names(tmp_path) == ["a.txt", "b.bin", "c.big", ".e", f"f-{SECRET}"]


def test_a_secret_is_found_in_a_database_and_its_log(tmp_path: Path) -> None:
    """SQLite's log counts as written, before it is moved into the database."""
    with closing(sqlite3.connect(tmp_path / "ledger", isolation_level=None)) as ledger:
        ledger.execute("PRAGMA journal_mode = WAL")
        ledger.execute("CREATE TABLE t (a)")
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ledger.execute("INSERT INTO t VALUES (?)", (SECRET,))
        assert leaking_names(tmp_path) == ["ledger-wal"]
    assert leaking_names(tmp_path) == ["ledger"]


def test_a_secret_may_be_where_it_belongs(tmp_path: Path) -> None:
    """Stored logins and what a test hands to a command; nobody waits at a FIFO."""
    for name in ("credentials.json", "token.txt", "login.token"):
        (tmp_path / name).write_text(SECRET)
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to(tmp_path / "credentials.json")
    (tmp_path / "clean.txt").write_text(SECRET[:-1])
    assert leaking_names(tmp_path) == []


def test_a_leak_fails_the_run() -> None:
    """Under xdist, each worker searches its own folder, and the file is named."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_leak.py").write_text(LEAK)
        words = ["-q", "-p", "no:cacheprovider", "-n", "1", f"--basetemp={folder / 'base'}"]
        root = Path(__file__).parents[1]
        run = subprocess.run(
            [sys.executable, "-m", "pytest", *words, f"--rootdir={folder}", str(folder)],
            capture_output=True,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(root)},
            timeout=60,
        )
    assert run.returncode == 1, run.stdout + run.stderr
    assert "1 passed, 1 error" in run.stdout
    assert "a token was written to" in run.stdout
    assert "notes.txt" in run.stdout
