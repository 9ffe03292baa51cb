"""Compare the sums for caps with the requests.

Triggers of the ledger keep the sums: each statement of each version that moves a request moves its
amount. There is a sum for each batch, and for each quarter of an hour. No time zone of today has
its midnight within one.
"""

from krea_cli.local.ledger.database import Database

COUNTED_REQUESTS = "sent_at IS NOT NULL AND charged != 'no'"
QUARTER_SECONDS = 900
AMOUNTS = (
    "coalesce(sum(cost), 0) AS priced, count(*) - count(cost) AS unpriced,"
    " coalesce(sum(charged != 'yes'), 0) AS open"
)
# The key of each sum, as an expression over the columns of a request.
KEYS = {
    "batch_sums": "base, account, batch",
    "quarter_sums": f"base, account, CAST(sent_at AS INTEGER) / {QUARTER_SECONDS}",
}


def count_wrong_sums(database: Database) -> int:
    """Count the sums that are not those of the requests."""
    return len({key for table in KEYS for key in _list_wrong(database, table)})


def rebuild_sums(database: Database) -> None:
    """Sum up all requests again."""
    with database.transaction():
        for table in KEYS:
            database.execute(f"DELETE FROM {table}", ())
            database.execute(f"INSERT INTO {table} {_select_true(table)}", ())


def _list_wrong(database: Database, table: str) -> list[tuple[object, ...]]:
    """List the keys of sums that are kept or true, and not both; a sum of nothing may be absent."""
    kept, true = f"SELECT * FROM {table}", f"SELECT * FROM ({_select_true(table)})"
    something = "WHERE priced != 0 OR unpriced != 0 OR open != 0"
    rows = [
        *database.query(f"{true} {something} EXCEPT {kept}"),
        *database.query(f"{kept} {something} EXCEPT {true}"),
    ]
    return [(table, *row[:3]) for row in rows]


def _select_true(table: str) -> str:
    is_summed = f"{COUNTED_REQUESTS} AND batch IS NOT NULL"
    condition = is_summed if table == "batch_sums" else COUNTED_REQUESTS
    return f"SELECT {KEYS[table]}, {AMOUNTS} FROM requests WHERE {condition} GROUP BY 1, 2, 3"
