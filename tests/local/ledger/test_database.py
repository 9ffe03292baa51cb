"""The ledger's file: making it, and every way in which it can be unusable."""

import subprocess
import sys
from pathlib import Path

import pytest

from krea_cli.errors import LedgerUnusable
from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.host import Host
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.migrations import MIGRATIONS
from krea_cli.local.ledger.rows import RequestDraft

NAME = "ledger.sqlite3"
EXTRA_MIGRATION = ("ALTER TABLE requests ADD COLUMN budget TEXT",)

# One of many processes: opens the ledger, records a whole request, closes it; three times.
ONE_OF_MANY_SCRIPT = """
import sys
from pathlib import Path
from krea_cli.api.types import Job
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.rows import RequestDraft
draft = RequestDraft(model="m", kind="image", route="/generate/m", body={}, given={})
sys.stdin.readline()
for number in range(3):
    whole_ledger = Ledger.open(Path(sys.argv[1]))
    requests = whole_ledger.for_account("https://api.krea.ai", "a").requests
    row = requests.insert(draft)
    requests.mark_sending(row.id, 1.0)
    requests.mark_submitted(row.id, Job(f"{sys.argv[2]}-{number}", "queued"), answered_at=2.0)
    whole_ledger.close()
"""


def open_error(folder: Path) -> tuple[str, str]:
    """Return message and hint of the error on opening the ledger in FOLDER."""
    with pytest.raises(LedgerUnusable) as raised:
        Database.open(folder)
    error = raised.value
    assert (error.exit_code, error.charged) == (1, "no")
    return error.message, error.hint or ""


def test_the_ledger_is_for_its_owner_only(tmp_path: Path) -> None:
    """Folder 0700, every file 0600, whatever the umask lets through."""
    folder = tmp_path / "deep" / "state"
    database = Database.open(folder)
    database.insert("uploads", dict.fromkeys(("base", "account", "sha256", "url", "at"), "x"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    database.close()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert modes == dict.fromkeys([NAME, f"{NAME}.lock", f"{NAME}-wal", f"{NAME}-shm"], 0o600)


def test_the_ledger_writes_ahead(tmp_path: Path) -> None:
    """A new ledger is in WAL mode: readers do not wait for writers."""
    database = Database.open(tmp_path)
    assert database.query("PRAGMA journal_mode") == [("wal",)]
    database.close()


def test_on_a_network_each_host_has_its_own_ledger(tmp_path: Path) -> None:
    """Without shared memory there is no WAL, and the file is named after the host."""
    database = Database.open(tmp_path, host=Host("pod-a", network=lambda folder: "nfs4"))
    assert database.path == tmp_path / "ledger-pod-a.sqlite3"
    assert database.query("PRAGMA journal_mode") == [("delete",)]
    with database.transaction():
        database.insert("uploads", dict.fromkeys(("base", "account", "sha256", "url", "at"), "x"))
    assert database.query("SELECT count(*) FROM uploads") == [(1,)]
    database.close()


def test_what_is_about_money_is_synced(tmp_path: Path) -> None:
    """Inside a transaction the disk is waited for at the commit (FULL, 2); outside not (1)."""
    database = Database.open(tmp_path)
    assert database.query("PRAGMA synchronous") == [(1,)]
    with database.transaction():
        assert database.query("PRAGMA synchronous") == [(2,)]
    assert database.query("PRAGMA synchronous") == [(1,)]
    database.close()


def test_a_transaction_is_whole_or_not_at_all(tmp_path: Path) -> None:
    """An interrupted transaction leaves no trace, and the next write works."""
    database = Database.open(tmp_path)
    upload = dict.fromkeys(("base", "account", "sha256", "url", "at"), "x")
    with pytest.raises(ZeroDivisionError), database.transaction():
        database.insert("uploads", upload)
        raise ZeroDivisionError
    assert database.query("SELECT count(*) FROM uploads") == [(0,)]
    database.insert("uploads", upload)
    assert database.query("SELECT count(*) FROM uploads") == [(1,)]
    database.close()


def test_twenty_processes_open_a_new_ledger_at_once(tmp_path: Path) -> None:
    """Nobody meets a locked or a half made database, and no row is lost."""
    folder = tmp_path / "state"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ONE_OF_MANY_SCRIPT, str(folder), str(number)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(20)
    ]
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate()[1] for process in processes] == [""] * 20
    database = Database.open(folder)
    found = database.query("SELECT count(*), count(DISTINCT job_id), min(state) FROM requests")
    database.close()
    assert found == [(60, 60, "submitted")]


def test_an_older_ledger_is_brought_up_to_date(tmp_path: Path) -> None:
    """Missing migrations are applied, rows stay; a krea that lacks them then says so."""
    old = Database.open(tmp_path)
    old.insert("uploads", dict.fromkeys(("base", "account", "sha256", "url", "at"), "x"))
    old.close()

    new = Database.open(tmp_path, migrations=(*MIGRATIONS, EXTRA_MIGRATION))
    assert new.query("SELECT budget FROM requests") == []
    assert new.query("SELECT count(*) FROM uploads") == [(1,)]
    new.close()

    assert open_error(tmp_path) == (
        f"the ledger {tmp_path / NAME} was written by a newer krea; this one would spoil it",
        "install the newer krea, or set KREA_STATE_DIR to another folder",
    )


def test_a_migration_that_fails_leaves_the_old_ledger(tmp_path: Path) -> None:
    """Migrations are applied together or not at all."""
    Database.open(tmp_path).close()
    with pytest.raises(LedgerUnusable, match="no such table: missing"):
        Database.open(tmp_path, migrations=(*MIGRATIONS, EXTRA_MIGRATION, ("DROP TABLE missing",)))
    database = Database.open(tmp_path)
    assert "budget" not in [name for _, name, *_ in database.query("PRAGMA table_info(requests)")]
    database.close()


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    """The folder cannot be made: the sentence names it, and the way out."""
    (tmp_path / "state").write_text("")
    assert open_error(tmp_path / "state") == (
        f"the ledger's folder {tmp_path / 'state'} cannot be made: File exists",
        "set KREA_STATE_DIR to a folder that you can write to",
    )


def test_a_folder_where_the_file_should_be(tmp_path: Path) -> None:
    """SQLite's own refusal comes through as a sentence, with the reason of the system."""
    (tmp_path / NAME).mkdir()
    text, hint = open_error(tmp_path)
    assert text == f"the ledger {tmp_path / NAME} cannot be used: Is a directory"
    assert hint == "krea doctor examines it; krea generate --no-ledger goes without, at your risk"


def test_a_full_disk(tmp_path: Path) -> None:
    """When a row cannot be written, the sentence says why; a transaction says what was charged."""
    database = Database.open(tmp_path)
    database.query("PRAGMA max_page_count = 1")
    upload = dict.fromkeys(("base", "account", "sha256", "at"), "x")
    with pytest.raises(LedgerUnusable) as raised:
        database.insert("uploads", upload | {"url": "x" * 100_000})
    assert (
        raised.value.message == f"the disk is full: the ledger {tmp_path / NAME} cannot be written"
    )
    assert raised.value.charged == "no"
    with (
        pytest.raises(LedgerUnusable) as raised,
        database.transaction(charged="unknown", job_id="j1"),
    ):
        database.insert("uploads", upload | {"url": "x" * 100_000})
    assert (raised.value.charged, raised.value.job_id) == ("unknown", "j1")
    database.close()


def test_a_ledger_that_cannot_be_written_to(tmp_path: Path) -> None:
    """A read-only ledger lets nothing begin."""
    database = Database.open(tmp_path)
    database.query("PRAGMA query_only = ON")
    with pytest.raises(LedgerUnusable, match=r"the ledger .* is read-only"):
        database.insert("uploads", dict.fromkeys(("base", "account", "sha256", "url", "at"), "x"))
    database.close()


def test_a_folder_without_room_for_new_files() -> None:
    """A folder of the system that takes no folders (/proc) is named in the message."""
    text, hint = open_error(Path("/proc/krea"))
    assert text.startswith("the ledger's folder /proc/krea cannot be made: ")
    assert hint == "set KREA_STATE_DIR to a folder that you can write to"


def test_tokens_have_no_place_in_the_ledger() -> None:
    """No column is for a token, and a draft has no field for one."""
    columns = " ".join(statement for step in MIGRATIONS for statement in step)
    assert "token" not in columns
    assert "token" not in " ".join(RequestDraft.__dataclass_fields__)


KILLED_SCRIPT = """
import sys
from pathlib import Path
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.rows import RequestDraft
draft = RequestDraft(model="m", kind="image", route="/generate/m", body={}, given={})
ledger = Ledger.open(Path(sys.argv[1])).for_account("https://api.krea.ai", "a")
row = ledger.requests.insert(draft)
locks = ledger.post_locks()
assert locks.try_acquire()
ledger.requests.mark_sending(row.id, 5.0)
print("sent", flush=True)
sys.stdin.read()
"""


def test_a_killed_process_leaves_its_request_to_be_reconciled(tmp_path: Path) -> None:
    """After a kill the row says `sending`, and the post lock is free for the next process."""
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED_SCRIPT, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "sent\n"
    process.kill()
    process.communicate()

    whole_ledger = Ledger.open(tmp_path)
    ledger = whole_ledger.for_account("https://api.krea.ai", "a")
    locks = ledger.post_locks()
    assert locks and locks.try_acquire()
    assert [(row.sent_at, row.charged) for row in ledger.history.list_sending()] == [
        (5.0, "unknown")
    ]
    locks.release()
    whole_ledger.close()
