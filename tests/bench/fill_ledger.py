"""Fill a ledger as if a long list had been made, in seconds; see `inside.py`.

One line of the list was really made. Its rows are the pattern for the others, with the hashes and
names that the checked list gives. The ledger has the tables of an older version. The code under
measurement brings it up to date, as it would for a user.
"""

import io
import json
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

RELEASED_MIGRATIONS = 9
COST = 7000  # a sure price, in millionths of a dollar
LEDGER = "ledger.sqlite3"
CONTENT = b"\x89PNG\r\n\x1a\n"
OTHER_TABLES = ("facts", "key_relations", "strangers", "uploads")

Row = dict[str, Any]


def fill(argv: list[str], folder: str, environ: dict[str, str]) -> int:
    """Fill the ledger of ENVIRON with all lines that `krea ARGV --dry-run` checks in FOLDER.

    Makes their files as well, of a few bytes. Returns the number of requests.
    """
    os.chdir(folder)
    state = Path(environ["KREA_STATE_DIR"])
    request, file, sending, others = _read_pattern(state)
    shutil.rmtree(state)
    with closing(_make_ledger(state)) as ledger:
        for table, rows in others.items():
            _insert(ledger, table, iter(rows))
        identities = list(_check_list(argv, environ))
        first = identities[0]
        assert {name: request[name] for name in first} == first, "the pattern is another item"
        count = len(identities)
        requests = [request | {"cost": COST, "id": 1}]
        for number, columns in enumerate(identities[1:], 2):
            own = {"id": number, "job_id": str(uuid.UUID(int=number)), "cost": COST}
            requests.append(request | columns | own)
        _insert(ledger, "requests", iter(requests))
        _insert(ledger, "sendings", ({**sending, "request_id": n + 1} for n in range(count)))
        _insert(ledger, "files", (_make_file(file, row) for row in requests))
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return count


def _read_pattern(state: Path) -> tuple[Row, Row, Row, dict[str, list[Row]]]:
    """The rows of the one request that was made, and those of the small tables."""
    with closing(sqlite3.connect(state / LEDGER)) as ledger:
        ledger.row_factory = sqlite3.Row

        def read(table: str) -> list[Row]:
            return [dict(row) for row in ledger.execute(f"SELECT * FROM {table}")]

        [request], [file], [sending] = read("requests"), read("files"), read("sendings")
        return request, file, sending, {table: read(table) for table in OTHER_TABLES}


def _make_ledger(state: Path) -> sqlite3.Connection:
    from krea_cli.local.ledger.database import Database
    from krea_cli.local.ledger.migrations import MIGRATIONS

    Database.open(state, migrations=MIGRATIONS[:RELEASED_MIGRATIONS]).close()
    return sqlite3.connect(state / LEDGER, isolation_level=None)


def _insert(ledger: sqlite3.Connection, table: str, rows: Iterator[Row]) -> None:
    """Insert ROWS with the columns that TABLE has in this version."""
    names = [name for _, name, *_ in ledger.execute(f"PRAGMA table_info({table})")]
    columns = ", ".join(f'"{name}"' for name in names)
    places = ", ".join("?" * len(names))
    ledger.execute("BEGIN")
    ledger.executemany(
        f"INSERT INTO {table} ({columns}) VALUES ({places})",
        ([row.get(name) for name in names] for row in rows),
    )
    ledger.execute("COMMIT")


def _check_list(argv: list[str], environ: dict[str, str]) -> Iterator[Row]:
    """The columns that tell the items of the list apart."""
    from krea_cli.env import Env
    from krea_cli.flows.batch.item import Item
    from krea_cli.flows.batch.item_store import ItemStore
    from krea_cli.flows.generate.identity import given_seed, identify
    from krea_cli.main import main

    items: list[tuple[Item, ItemStore]] = []
    add = ItemStore.add

    def note(self: ItemStore, item: Item, **options: bool) -> None:
        items.append((item, self))
        add(self, item, **options)

    ItemStore.add = note  # type: ignore[method-assign]
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    env = Env(environ=environ, stdin=io.StringIO(), stdout=out, stderr=err)
    code = main([*argv, "--dry-run"], env)
    assert code == 0, err.buffer.getvalue().decode()
    for item, store in items:
        model = store.models[item.model]
        seed = given_seed(model, item.body)
        identity = identify(
            model, body=item.body, given=item.given, old_names=item.old_names, seed=seed
        )
        yield {
            "body": json.dumps(item.body),
            "given": json.dumps(item.given),
            "identity": identity.fingerprint,
            "given_digest": identity.given_digest,
            "sent_digest": identity.sent_digest,
            "chosen_seed": identity.seed,
            "seed": seed,
            "prompt": item.prompt,
            "item": item.fingerprint,
            "occurrence": item.occurrence,
            "target": str(Path.cwd() / item.target),
        }


def _make_file(pattern: Row, request: Row) -> Row:
    path = request["target"].format(ext="png")
    with open(path, "wb") as file:
        file.write(CONTENT)
    own = {"request_id": request["id"], "path": path, "size": len(CONTENT)}
    return pattern | own | {"modified": os.stat(path).st_mtime_ns}
