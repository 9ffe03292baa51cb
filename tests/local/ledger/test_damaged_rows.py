"""A ledger with a value that cannot be one: told as damaged, never a bug, nothing is sent."""

import sqlite3
from pathlib import Path

import pytest

from tests.fakes.krea_service import lose_answer
from tests.harness.cli import Cli

ODD_VALUES = ("{bad", "", b"\xff\xfe", b"\x00\xff", 9e999, -1e11, -1)
COMMANDS = (
    ("history",),
    ("history", "--json"),
    ("history", "--show", "1"),
    ("status", "job-1"),
    ("download", "job-1"),
    ("download", "--missing"),
    ("recover",),
    ("generate", "a fox", "-o", "fox.png"),
    ("generate", "--like", "fox.png", "--dry-run"),
    ("batch", "list.txt", "-o", "pics/"),
    ("doctor",),
)


def damage(cli: Cli, statement: str, value: object) -> bool:
    """Write VALUE into the ledger; False if SQLite itself does not allow it."""
    connection = sqlite3.connect(cli.home / "state" / "ledger.sqlite3", isolation_level=None)
    try:
        connection.execute(statement, (value,))
    except sqlite3.IntegrityError:
        return False
    finally:
        connection.close()
    return True


@pytest.fixture
def worked(cli: Cli) -> Cli:
    """A ledger with a saved request, one of a batch, and one in doubt."""
    Path("list.txt").write_text("an owl\n")
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    assert cli.krea("batch", "list.txt", "-o", "pics/").code == 0
    cli.service.answers.append(lose_answer)
    cli.krea("generate", "a cat", "-o", "cat.png", "--timeout", "1")
    return cli


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("body", "{bad"),
        ("given", "{bad"),
        ("sources", "[]"),
        ("created_at", "x"),
        ("seed", "x"),
        ("server_created_at", -1e11),  # before the year 1
        ("folder", "a\0b"),
        ("state", "bogus"),
        ("charged", "perhaps"),
    ],
)
def test_a_damaged_request(worked: Cli, column: str, value: object) -> None:
    """The number of the request is told, by `doctor` as well."""
    posts = len(worked.service.posts)
    assert damage(worked, f"UPDATE requests SET {column} = ? WHERE id = 1", value)
    sentence = "the ledger is damaged: request 1 cannot be read"
    for command in (("history",), ("generate", "a fox", "-o", "fox.png", "--force")):
        done = worked.krea(*command)
        assert (done.code, done.error(charged="no")) == (1, sentence), command
    told = worked.krea("doctor").out
    hint = "krea doctor --repair sets it aside; its requests in doubt are then forgotten"
    assert f"wrong  ledger     {sentence} ({hint})\n" in told
    assert len(worked.service.posts) == posts


def columns() -> list[tuple[str, str]]:
    """Every column of the tables that commands read."""
    from krea_cli.local.ledger.migrations import MIGRATIONS, migrate

    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection, MIGRATIONS)
    names = [
        (table, name)
        for table in ("requests", "files")
        for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")
    ]
    connection.close()
    return names


@pytest.mark.exhaustive
@pytest.mark.parametrize(("table", "column"), columns())
def test_no_value_is_a_bug(worked: Cli, table: str, column: str) -> None:
    """Whatever stands in a column, each command ends with an answer or one sentence.

    Each value meets a third of the commands, and each column all of them.
    """
    path = worked.home / "state" / "ledger.sqlite3"
    whole = path.read_bytes()
    for number, value in enumerate(ODD_VALUES, columns().index((table, column))):
        path.write_bytes(whole)
        if not damage(worked, f'UPDATE {table} SET "{column}" = ?', value):
            continue
        for command in COMMANDS[number % 3 :: 3]:
            done = worked.krea(*command)
            assert "this is a bug" not in done.err + done.out, (value, command, done.err)
