"""The ledger's tables, built by migrations.

A released migration never changes. A new one only adds, because an older version may be at work
while a newer one opens the ledger. It must be able to finish.
"""

from typing import TYPE_CHECKING

from krea_cli.local.ledger.sum_migration import ADD_SUMS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

APPLICATION_ID = 0x4B524541  # "KREA": another program's database is not taken for a ledger

CREATE_TABLES = (
    """CREATE TABLE requests (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        created_at REAL NOT NULL,
        base TEXT NOT NULL,
        account TEXT NOT NULL,
        profile TEXT,
        model TEXT NOT NULL,
        kind TEXT NOT NULL,
        route TEXT NOT NULL,
        body TEXT NOT NULL,
        given TEXT NOT NULL,
        identity TEXT NOT NULL,
        target TEXT,
        part TEXT,
        "index" INTEGER NOT NULL,
        state TEXT NOT NULL,
        sent_at REAL,
        gave_up_at REAL,
        answered_at REAL,
        server_created_at REAL,
        job_id TEXT,
        status TEXT,
        type TEXT,
        adopted INTEGER NOT NULL DEFAULT 0,
        backlogged INTEGER NOT NULL DEFAULT 0,
        completed_at REAL,
        price TEXT,
        error TEXT,
        charged TEXT NOT NULL DEFAULT 'no',
        seed INTEGER,
        prompt TEXT,
        webhook TEXT
    )""",
    # Two rows can never own one job, even if two processes reconcile at the same time.
    "CREATE UNIQUE INDEX request_job ON requests (base, account, job_id) WHERE job_id IS NOT NULL",
    "CREATE INDEX request_identity ON requests (base, account, identity)",
    "CREATE INDEX request_model ON requests (base, account, model)",
    "CREATE INDEX request_state ON requests (base, account, state)",
    "CREATE INDEX request_book ON requests (base, account)",
    """CREATE TABLE files (
        request_id INTEGER NOT NULL REFERENCES requests (id),
        "index" INTEGER NOT NULL,
        url TEXT NOT NULL,
        path TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        size INTEGER NOT NULL,
        type TEXT,
        at REAL NOT NULL,
        PRIMARY KEY (request_id, "index", path)
    ) WITHOUT ROWID""",
    """CREATE TABLE uploads (
        base TEXT NOT NULL,
        account TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        url TEXT NOT NULL,
        asset_id TEXT,
        at REAL NOT NULL,
        PRIMARY KEY (base, account, sha256)
    ) WITHOUT ROWID""",
)
# Find a request by its file, make it again, and save it where the command wanted it: `folder` is
# the command's working folder, `sources` the local files of the request, `recipe` the hash of the
# body without the seed, `count` the number of requests of the command (which decides the names of
# its files), `replaces` the request in doubt that was sent once more.
ADD_PROVENANCE = (
    "ALTER TABLE requests ADD COLUMN folder TEXT",
    "ALTER TABLE requests ADD COLUMN sources TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE requests ADD COLUMN recipe TEXT",
    "ALTER TABLE requests ADD COLUMN sidecar INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE requests ADD COLUMN embed INTEGER NOT NULL DEFAULT 0",
    'ALTER TABLE requests ADD COLUMN "count" INTEGER NOT NULL DEFAULT 1',
    "ALTER TABLE requests ADD COLUMN replaces INTEGER",
    "ALTER TABLE files ADD COLUMN preview INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX request_recipe ON requests (base, account, recipe)",
    "CREATE INDEX request_created ON requests (created_at)",
    "CREATE INDEX request_replaces ON requests (replaces) WHERE replaces IS NOT NULL",
    "CREATE INDEX file_path ON files (path)",
    "CREATE INDEX file_sha256 ON files (sha256)",
    "CREATE INDEX upload_url ON uploads (base, account, url)",
)
# Batches and budgets: `item` is the fingerprint of an item, `batch` the label of the batch that
# pays for it, `claim` the run that works on it, `cost` the highest price in millionths of a dollar
# (NULL: unknown).
ADD_BATCHES = (
    "ALTER TABLE requests ADD COLUMN item TEXT",
    "ALTER TABLE requests ADD COLUMN batch TEXT",
    "ALTER TABLE requests ADD COLUMN claim TEXT",
    "ALTER TABLE requests ADD COLUMN cost INTEGER",
    "UPDATE requests SET cost = CAST(round(1000000 * substr(price, instr(price, '$') + 1))"
    " AS INTEGER) WHERE price LIKE '%$%'",
    "CREATE INDEX request_item ON requests (base, account, item) WHERE item IS NOT NULL",
    # A budget is summed up before every submit: the index alone answers.
    "CREATE INDEX request_batch ON requests (base, account, batch, sent_at, charged, cost)"
    " WHERE batch IS NOT NULL",
    "CREATE INDEX request_sent ON requests (base, account, sent_at, charged, cost)",
)
# Ownership is of the whole base: a job that two rows took stays with the row that was answered.
# `sendings` has each time that a request left, by wall and boot clock; `leaving` is 1 once its
# first byte may have left. `strangers` are jobs of the list that no request can have made;
# `facts` are values by name.
ADD_OWNERSHIP = (
    """UPDATE requests SET state = 'unknown', job_id = NULL, adopted = 0, charged = 'unknown',
        error = 'its job ' || job_id || ' belongs to another request'
        WHERE job_id IS NOT NULL AND EXISTS (
            SELECT 1 FROM requests AS other
            WHERE other.base = requests.base AND other.job_id = requests.job_id
            AND (other.adopted < requests.adopted
                OR (other.adopted = requests.adopted AND other.id < requests.id)))""",
    "DELETE FROM files WHERE request_id IN (SELECT id FROM requests WHERE state = 'unknown')",
    "CREATE UNIQUE INDEX request_owner ON requests (base, job_id) WHERE job_id IS NOT NULL",
    """CREATE TABLE sendings (
        request_id INTEGER NOT NULL REFERENCES requests (id),
        sent_at REAL NOT NULL,
        boot_id TEXT,
        boot_at REAL NOT NULL,
        leaving INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (request_id, sent_at)
    ) WITHOUT ROWID""",
    "CREATE INDEX sending_boot ON sendings (boot_id)",
    """CREATE TABLE strangers (
        base TEXT NOT NULL,
        job_id TEXT NOT NULL,
        seen_at REAL NOT NULL,
        PRIMARY KEY (base, job_id)
    ) WITHOUT ROWID""",
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
)
# `parts` has the part files that exist; `inode` is known once the file is made.
ADD_PARTS = (
    """CREATE TABLE parts (
        path TEXT PRIMARY KEY,
        request_id INTEGER,
        position INTEGER NOT NULL,
        recorded_at REAL NOT NULL,
        inode INTEGER
    )""",
)
# `key_relations` says of two keys on a base, in both directions, if they are of one account.
ADD_KEY_RELATIONS = (
    """CREATE TABLE key_relations (
        base TEXT NOT NULL,
        account TEXT NOT NULL,
        other TEXT NOT NULL,
        relation TEXT NOT NULL,
        source TEXT NOT NULL,
        decided_at REAL NOT NULL,
        PRIMARY KEY (base, account, other)
    ) WITHOUT ROWID""",
)
# `modified` is the time of a saved file in nanoseconds: while it and the size are as recorded, the
# content need not be read to know that it is unchanged.
ADD_FILE_TIMES = ("ALTER TABLE files ADD COLUMN modified INTEGER",)
# Two digests tell if two requests are the same: one of what was given, one of what was sent, each
# in its normal form. `chosen_seed` is a seed that was given, as the second leaves numbers out.
# `occurrence` is the number of a batch's item among equal ones. Rows of older versions have none.
ADD_DIGESTS = (
    "ALTER TABLE requests ADD COLUMN given_digest TEXT",
    "ALTER TABLE requests ADD COLUMN sent_digest TEXT",
    "ALTER TABLE requests ADD COLUMN chosen_seed INTEGER",
    "ALTER TABLE requests ADD COLUMN occurrence INTEGER NOT NULL DEFAULT 1",
    "CREATE INDEX request_given ON requests (base, account, given_digest)"
    " WHERE given_digest IS NOT NULL",
    "CREATE INDEX request_sent_digest ON requests (base, account, sent_digest)"
    " WHERE sent_digest IS NOT NULL",
)
# `priced_at` is the time that the price of a request is of, in seconds since 1970.
ADD_PRICE_DATES = ("ALTER TABLE requests ADD COLUMN priced_at REAL",)
# The planner knows nothing of how often a value occurs, and would read all requests of an account
# to find one: https://www.sqlite.org/lang_analyze.html#fixed_results_of_analyze. For each index:
# the rows in all, then those that share its first value, its first two, …
EXPECTED_ROWS = {
    "request_job": "100000 100000 100000 1",
    "request_owner": "100000 100000 1",
    "request_identity": "100000 100000 100000 2",
    "request_given": "100000 100000 100000 2",
    "request_sent_digest": "100000 100000 100000 2",
    "request_recipe": "100000 100000 100000 2",
    "request_item": "100000 100000 100000 2",
    "request_state": "100000 100000 100000 200",  # those that are asked for are few
    "request_model": "100000 100000 100000 10000",
    "request_batch": "100000 100000 100000 10000 1 1 1",
    "request_sent": "100000 100000 100000 1 1 1",
    "request_book": "100000 100000 100000",
    "request_created": "100000 1",
    "request_replaces": "100 1",
}
ADD_EXPECTED_ROWS = (
    "ANALYZE facts",  # makes the table
    "DELETE FROM sqlite_stat1",
    *(
        f"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('requests', '{index}', '{rows}')"
        for index, rows in EXPECTED_ROWS.items()
    ),
    "ANALYZE sqlite_master",  # lets this connection read it
)
# `value` is empty for a bare name. Processes of older versions may delete requests.
ADD_TAGS = (
    """CREATE TABLE tags (
        request_id INTEGER NOT NULL REFERENCES requests (id),
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (request_id, name)
    ) WITHOUT ROWID""",
    """CREATE TRIGGER tags_deleted AFTER DELETE ON requests
        BEGIN DELETE FROM tags WHERE request_id = OLD.id; END""",
)
# The time when the service last told of a job, in seconds since 1970.
ADD_SIGHTINGS = ("ALTER TABLE requests ADD COLUMN seen_at REAL",)
# `retry` numbers the requests that a batch sent by itself after a failed one of the same item.
ADD_RETRIES = ("ALTER TABLE requests ADD COLUMN retry INTEGER NOT NULL DEFAULT 0",)
# `convert` is 1 where pictures become what their names say, `original` 0 where that alone stays.
ADD_CONVERSIONS = (
    "ALTER TABLE requests ADD COLUMN convert INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE requests ADD COLUMN original INTEGER NOT NULL DEFAULT 1",
)
# The last runs of batches, by the name of their lock; `progress` is JSON for people to look at.
ADD_BATCH_RUNS = (
    """CREATE TABLE batch_runs (
        run TEXT PRIMARY KEY, base TEXT NOT NULL, account TEXT NOT NULL, batch TEXT NOT NULL,
        started_at REAL NOT NULL, updated_at REAL NOT NULL, ended_at REAL, stop_at REAL,
        progress TEXT NOT NULL
    ) WITHOUT ROWID""",
)
# The time when the user let the text and recipe of a request be erased, in seconds since 1970.
ADD_ERASURES = ("ALTER TABLE requests ADD COLUMN erased_at REAL",)
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    CREATE_TABLES,
    ADD_PROVENANCE,
    ADD_BATCHES,
    ADD_OWNERSHIP,
    ADD_PARTS,
    ADD_KEY_RELATIONS,
    ADD_FILE_TIMES,
    ADD_DIGESTS,
    ADD_PRICE_DATES,
    ADD_EXPECTED_ROWS,
    ADD_SUMS,
    ADD_SIGHTINGS,
    ADD_TAGS,
    ADD_RETRIES,
    ADD_CONVERSIONS,
    ADD_BATCH_RUNS,
    ADD_ERASURES,
)


def schema_version(connection: "sqlite3.Connection") -> int:
    """Return the number of migrations that this database has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: "sqlite3.Connection", migrations: "Sequence[Sequence[str]]") -> None:
    """Apply the missing migrations: all or none."""
    connection.execute("BEGIN IMMEDIATE")
    for migration in migrations[schema_version(connection) :]:
        for statement in migration:
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {len(migrations)}")
    connection.execute("COMMIT")
