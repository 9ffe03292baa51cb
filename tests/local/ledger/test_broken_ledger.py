"""A ledger that is damaged, cut or not ours stays in place, and lets nothing begin."""

import sqlite3
from pathlib import Path

import pytest

from krea_cli.local.ledger.database import CorruptLedger, Database
from tests.local.ledger.test_database import NAME, open_error


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "only 0 bytes are left of it"),
        (b"SQLite format 3", "only 15 bytes are left of it"),
        (b"not a database at all " * 100, "file is not a database"),
        (b"SQLite format 3\0" + b"\xff" * 4096, "file is not a database"),
    ],
    ids=["empty", "cut", "text", "garbage"],
)
def test_a_damaged_ledger_stays_where_it_is(tmp_path: Path, content: bytes, reason: str) -> None:
    """An empty one in its place would forget what is in doubt."""
    (tmp_path / NAME).write_bytes(content)
    text, hint = open_error(tmp_path)
    assert text == f"the ledger {tmp_path / NAME} is damaged ({reason})"
    assert hint.startswith("krea doctor --repair")
    assert (tmp_path / NAME).read_bytes() == content


def test_the_log_of_a_cut_ledger_is_kept(tmp_path: Path) -> None:
    """SQLite would delete the log beside an empty file, and with it the rows it still has."""
    (tmp_path / NAME).write_bytes(b"")
    (tmp_path / f"{NAME}-wal").write_bytes(b"rows")
    open_error(tmp_path)
    assert (tmp_path / f"{NAME}-wal").read_bytes() == b"rows"


def test_a_ledger_that_is_damaged_inside(tmp_path: Path) -> None:
    """Damage that only a later look meets is told in the same way."""
    database = Database.open(tmp_path)
    ((page,),) = database.query("SELECT rootpage FROM sqlite_master WHERE name = 'requests'")
    ((size,),) = database.query("PRAGMA page_size")
    database.close()
    content = bytearray((tmp_path / NAME).read_bytes())
    content[size * (page - 1) : size * page] = b"\xff" * size
    (tmp_path / NAME).write_bytes(content)
    database = Database.open(tmp_path)
    with pytest.raises(CorruptLedger, match=r"is damaged \(database disk image is malformed\)"):
        database.query("SELECT * FROM requests")
    database.close()


def test_another_program_s_database_is_left_alone(tmp_path: Path) -> None:
    """A database that is no ledger is not written to."""
    connection = sqlite3.connect(tmp_path / NAME)
    connection.execute("CREATE TABLE t (c)")
    connection.close()
    assert open_error(tmp_path)[0] == f"{tmp_path / NAME} is a database, but not a ledger of krea"


def test_a_ledger_that_vanishes_is_not_replaced(tmp_path: Path) -> None:
    """A ledger that was deleted by hand is made anew as a whole, never as an empty file."""
    Database.open(tmp_path).close()
    (tmp_path / NAME).unlink()
    database = Database.open(tmp_path)
    assert database.query("SELECT count(*) FROM requests") == [(0,)]
    database.close()


def test_a_half_made_ledger_of_a_dead_process_is_made_anew(tmp_path: Path) -> None:
    """The leftover of a kill during the making is thrown away: it was never a ledger."""
    (tmp_path / f".{NAME}.new").write_bytes(b"half")
    database = Database.open(tmp_path)
    assert database.query("SELECT count(*) FROM requests") == [(0,)]
    database.close()
    assert not (tmp_path / f".{NAME}.new").exists()
