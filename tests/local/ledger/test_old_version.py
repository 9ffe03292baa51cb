"""Two versions of krea on one ledger, at once or one after the other."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from krea_cli.api.types import Job
from krea_cli.local.credentials import account_of
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.migrations import MIGRATIONS
from krea_cli.local.ledger.request_identity import RequestIdentity
from tests.fakes.krea_service import BASE, PNG
from tests.harness.cli import Cli
from tests.local.ledger.conftest import NOW, MakeDraft
from tests.local.ledger.old_version import (
    FOX,
    ITEM,
    LIVES,
    OLD_ROW,
    OLD_SELECT,
    OLD_SUM,
    OLD_TABLES,
    OLD_UPLOAD,
    SCOPE,
    old_insert,
)
from tests.tokens import KEY

NAME = "ledger.sqlite3"


def open_ledger(folder: Path, *, newer: bool = False) -> tuple[Database, AccountLedger]:
    """Open the ledger as this version does, or as a NEWER one with one more migration."""
    more = (("ALTER TABLE requests ADD COLUMN later TEXT",),) if newer else ()
    database = Database.open(folder, migrations=(*MIGRATIONS, *more))
    base, account = SCOPE
    return database, AccountLedger(database, base=base, account=account, clock_now=lambda: NOW)


def write_old_ledger(folder: Path, row: dict[str, Any]) -> None:
    """Make a ledger in FOLDER as the old version did, with one request."""
    folder.mkdir(mode=0o700)
    with closing(sqlite3.connect(folder / NAME)) as connection:
        connection.executescript(OLD_TABLES)
        connection.execute(old_insert(row), tuple(row.values()))
        connection.commit()


@pytest.mark.parametrize("newer", [False, True], ids=["this version", "one migration more"])
@pytest.mark.parametrize("life", LIVES)
def test_an_old_process_finishes_its_request(
    tmp_path: Path, make_draft: MakeDraft, life: str, newer: bool
) -> None:
    """A new version opens, reads and writes the ledger between any two of its statements."""
    Ledger.open(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / NAME, isolation_level=None)) as old:
        old.execute(old_insert(OLD_ROW), tuple(OLD_ROW.values()))
        for statement, state in LIVES[life]:
            database, ledger = open_ledger(tmp_path, newer=newer)
            ledger.requests.insert(make_draft(target="/home/me/other.png"))
            assert old.execute(statement).rowcount == 1, statement
            row = ledger.requests.find(1)
            database.close()
            assert (row and row.state) == state


def test_a_finished_request_of_an_old_process_is_read(tmp_path: Path) -> None:
    """The row, its file, its item, its cost and an upload mean what they meant."""
    write_old_ledger(tmp_path / "state", OLD_ROW)
    database, ledger = open_ledger(tmp_path / "state")
    with closing(sqlite3.connect(tmp_path / "state" / NAME, isolation_level=None)) as old:
        for statement, _ in LIVES["saved"]:
            old.execute(statement)
        old.execute(OLD_UPLOAD, (*SCOPE, "cd", "https://app-uploads.krea.ai/1.png", "a1", NOW))

    row = ledger.requests.get(1)
    assert (row.state, row.charged, row.cost, row.adopted) == ("saved", "yes", 40_000, True)
    assert (row.fingerprint, row.body_hash, row.item_fingerprint) == (FOX, FOX, ITEM)
    assert (row.body, row.part) == ({"prompt": "a red fox", "seed": 7}, "/home/me/.fox.png.part")
    assert (row.sent_at, row.gave_up_at, row.answered_at) == (NOW + 1, NOW + 16, NOW + 3)
    assert (row.server_created_at, row.completed_at) == (NOW + 2, NOW + 9)
    assert [file.path for file in ledger.history.list_files("j1")] == ["/home/me/fox.png"]
    assert ledger.history.list_saved(FOX, RequestIdentity(FOX), seed=7) == [row]
    assert ledger.requests.find_latest(RequestIdentity(FOX), "/home/me/fox.png") == row
    assert (ledger.items.find_latest(ITEM), ledger.items.find_state(ITEM)) == (row, "saved")
    assert [(file.path, file.sha256, file.modified) for file in ledger.items.list_files(ITEM)] == [
        ("/home/me/fox.png", "ef", None)
    ]
    assert ledger.spending.sum_batch("list.txt").priced == 40_000
    assert ledger.uploads.find_url("cd") == "https://app-uploads.krea.ai/1.png"
    database.close()


def test_an_old_process_reads_the_requests_of_a_new_one(
    tmp_path: Path, make_draft: MakeDraft
) -> None:
    """Every column holds what the old version wrote there, so its budgets see the cost too."""
    database, ledger = open_ledger(tmp_path)
    draft = make_draft(
        given={"prompt": "a red fox"},
        price="$0.03",
        seed=7,
        prompt="a red fox",
        folder="/home/me",
        body_hash="cd",
        item_fingerprint=ITEM,
        batch="list.txt",
        claim="run",
        cost=30_000,
    )
    row = ledger.requests.insert(draft)
    ledger.requests.mark_sending(row.id, NOW + 1)
    job = Job("j1", "backlogged", created_at=NOW + 2, type="flux")
    ledger.requests.mark_submitted(row.id, job, answered_at=NOW + 3)
    database.close()

    with closing(sqlite3.connect(tmp_path / NAME)) as old:
        old.row_factory = sqlite3.Row
        columns = dict(old.execute(OLD_SELECT, (*SCOPE, row.id)).fetchone())
        assert tuple(old.execute(OLD_SUM, (0, "list.txt")).fetchone()) == (30_000, 0)
    assert columns == {name: OLD_ROW.get(name) for name in columns} | {
        "id": 1,
        "body": '{"prompt": "a fox", "width": 1024, "seed": 7}',
        "recipe": "cd",
        "claim": "run",
        "state": "submitted",
        "sent_at": NOW + 1,
        "answered_at": NOW + 3,
        "server_created_at": NOW + 2,
        "job_id": "j1",
        "status": "backlogged",
        "type": "flux",
        "adopted": 0,
        "backlogged": 1,
        "charged": "unknown",
    }


@pytest.mark.parametrize(
    ("state", "posts"), [("checked", 1), ("sending", 0), ("unknown", 0), ("submitted", 0)]
)
def test_a_request_of_the_old_version_is_carried_on(cli: Cli, state: str, posts: int) -> None:
    """The command again joins the request of the old ledger, pays once, and saves the result."""
    now, target = cli.clock.now(), str(Path("fox.png").resolve())
    row = OLD_ROW | {"base": BASE, "account": account_of(KEY), "target": target, "state": state}
    row |= {"folder": str(Path.cwd()), "item": None, "batch": None, "claim": None}
    if state != "checked":
        cli.service.keep(cli.service.job(1))
        row |= {"sent_at": now, "charged": "unknown", "created_at": now}
    if state == "submitted":
        row |= {"job_id": "job-1", "status": "queued", "type": "flux", "answered_at": now}
    write_old_ledger(cli.home / "state", row)

    result = cli.krea("generate", "a red fox", "-m", "bfl/flux-1-dev", "-o", "fox.png")

    assert (result.code, result.out, len(cli.service.posts)) == (0, "fox.png\n", posts)
    assert cli.states == [("saved", "job-1")]
    assert Path("fox.png").read_bytes() == PNG


def test_both_versions_hold_one_lock_while_they_send(tmp_path: Path) -> None:
    """The lock of an account has the name that the old version gave it."""
    with closing(Ledger.open(tmp_path)) as ledger:
        locks = ledger.for_account(BASE, account_of(KEY)).post_locks()
    assert locks and locks.paths[1] == tmp_path / "post-348aaebb95849ac4.lock"
