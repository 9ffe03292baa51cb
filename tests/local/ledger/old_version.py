"""The SQL of the first released version, word for word: no change of it mends a test."""

from typing import Any

from tests.local.ledger.conftest import NOW

SCOPE = ("https://api.krea.ai", "0123456789abcdef")
FOX = "8a69ed1d815b1122258d984b2bdaec2a38cb31a8382fbfbb764aff1f734c7154"  # its identity and recipe
ITEM = "ab" * 32

OLD_TABLES = """
PRAGMA journal_mode = WAL;
CREATE TABLE requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT, created_at REAL NOT NULL, base TEXT NOT NULL,
    account TEXT NOT NULL, profile TEXT, model TEXT NOT NULL, kind TEXT NOT NULL,
    route TEXT NOT NULL, body TEXT NOT NULL, given TEXT NOT NULL, identity TEXT NOT NULL,
    target TEXT, part TEXT, "index" INTEGER NOT NULL, state TEXT NOT NULL, sent_at REAL,
    gave_up_at REAL, answered_at REAL, server_created_at REAL, job_id TEXT, status TEXT,
    type TEXT, adopted INTEGER NOT NULL DEFAULT 0, backlogged INTEGER NOT NULL DEFAULT 0,
    completed_at REAL, price TEXT, error TEXT, charged TEXT NOT NULL DEFAULT 'no', seed INTEGER,
    prompt TEXT, webhook TEXT, folder TEXT, sources TEXT NOT NULL DEFAULT '{}', recipe TEXT,
    sidecar INTEGER NOT NULL DEFAULT 0, embed INTEGER NOT NULL DEFAULT 0,
    "count" INTEGER NOT NULL DEFAULT 1, replaces INTEGER, item TEXT, batch TEXT, claim TEXT,
    cost INTEGER
);
CREATE TABLE files (
    request_id INTEGER NOT NULL REFERENCES requests (id), "index" INTEGER NOT NULL,
    url TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    type TEXT, at REAL NOT NULL, preview INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (request_id, "index", path)
) WITHOUT ROWID;
CREATE TABLE uploads (
    base TEXT NOT NULL, account TEXT NOT NULL, sha256 TEXT NOT NULL, url TEXT NOT NULL,
    asset_id TEXT, at REAL NOT NULL, PRIMARY KEY (base, account, sha256)
) WITHOUT ROWID;
CREATE UNIQUE INDEX request_job ON requests (base, account, job_id) WHERE job_id IS NOT NULL;
CREATE INDEX request_identity ON requests (base, account, identity);
CREATE INDEX request_model ON requests (base, account, model);
CREATE INDEX request_state ON requests (base, account, state);
CREATE INDEX request_book ON requests (base, account);
CREATE INDEX request_recipe ON requests (base, account, recipe);
CREATE INDEX request_created ON requests (created_at);
CREATE INDEX request_replaces ON requests (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX file_path ON files (path);
CREATE INDEX file_sha256 ON files (sha256);
CREATE INDEX upload_url ON uploads (base, account, url);
CREATE INDEX request_item ON requests (base, account, item) WHERE item IS NOT NULL;
CREATE INDEX request_batch ON requests (base, account, batch, sent_at, charged, cost)
    WHERE batch IS NOT NULL;
CREATE INDEX request_sent ON requests (base, account, sent_at, charged, cost);
PRAGMA application_id = 1263682881;
PRAGMA user_version = 3;
"""
OLD_COLUMNS = (
    '"id", "created_at", "profile", "model", "kind", "route", "body", "given", "identity",'
    ' "target", "part", "index", "state", "sent_at", "gave_up_at", "answered_at",'
    ' "server_created_at", "job_id", "status", "type", "adopted", "backlogged", "completed_at",'
    ' "price", "error", "charged", "seed", "prompt", "webhook", "folder", "sources", "recipe",'
    ' "sidecar", "embed", "count", "replaces", "item", "batch", "claim", "cost"'
)
OLD_SELECT = f"SELECT {OLD_COLUMNS} FROM requests WHERE base = ? AND account = ? AND id = ?"
OLD_ROW = {
    "created_at": NOW,
    "base": SCOPE[0],
    "account": SCOPE[1],
    "model": "bfl/flux-1-dev",
    "kind": "image",
    "route": "/generate/image/bfl/flux-1-dev",
    "body": '{"prompt": "a red fox", "seed": 7}',
    "given": '{"prompt": "a red fox"}',
    "profile": None,
    "target": "/home/me/fox.png",
    "part": None,
    "index": 1,
    "price": "$0.03",
    "seed": 7,
    "prompt": "a red fox",
    "webhook": None,
    "folder": "/home/me",
    "sources": "{}",
    "recipe": FOX,
    "sidecar": 0,
    "embed": 0,
    "count": 1,
    "replaces": None,
    "item": ITEM,
    "batch": "list.txt",
    "claim": "0123456789abcdef",
    "cost": 30_000,
    "identity": FOX,
    "state": "checked",
}
OURS = "base = 'https://api.krea.ai' AND account = '0123456789abcdef'"


def old_insert(row: dict[str, Any]) -> str:
    """Return the statement that inserted a request of those columns."""
    names = ", ".join(f'"{name}"' for name in row)
    return f"INSERT INTO requests ({names}) VALUES ({', '.join('?' * len(row))})"


# Each statement of the old version's request 1, and its state afterwards.
SENDING = (
    'UPDATE requests SET "state" = \'sending\', "sent_at" = 1700000001.0, "charged" = \'unknown\','
    f" \"error\" = NULL WHERE id = 1 AND {OURS} AND state IN ('checked')",
    "sending",
)
LIVES = {
    "saved": (
        (
            f"UPDATE requests SET part = '/home/me/.fox.png.part' WHERE id = 1 AND {OURS}",
            "checked",
        ),
        SENDING,
        (f"UPDATE requests SET cost = 40000 WHERE id = 1 AND {OURS}", "sending"),
        (
            "UPDATE requests SET \"state\" = 'unknown', \"error\" = 'HTTP 524'"
            f" WHERE id = 1 AND {OURS} AND state IN ('sending', 'unknown')",
            "unknown",
        ),
        (
            'UPDATE requests SET "state" = \'unknown\', "gave_up_at" = 1700000016.0'
            f" WHERE id = 1 AND {OURS} AND state IN ('unknown')",
            "unknown",
        ),
        (
            "UPDATE requests SET \"state\" = 'unfound'"
            f" WHERE id = 1 AND {OURS} AND state IN ('sending', 'unknown', 'unfound')",
            "unfound",
        ),
        (
            "UPDATE requests SET \"state\" = 'submitted', \"job_id\" = 'j1',"
            ' "answered_at" = 1700000003.0, "adopted" = 1, "server_created_at" = 1700000002.0,'
            ' "status" = \'queued\', "type" = \'flux\', "backlogged" = 0, "error" = NULL'
            f" WHERE id = 1 AND {OURS} AND state IN ('sending', 'unknown', 'unfound')",
            "submitted",
        ),
        (
            "UPDATE requests SET status = 'completed', type = coalesce('flux', type),"
            " server_created_at = coalesce(server_created_at, 1700000002.0),"
            " backlogged = backlogged OR 'completed' = 'backlogged'"
            f" WHERE {OURS} AND job_id = 'j1' AND (status IS NOT 'completed' OR type IS NULL)",
            "submitted",
        ),
        (
            "UPDATE requests SET state = 'completed', completed_at = 1700000009.0,"
            f" charged = 'yes', error = NULL WHERE {OURS} AND job_id = 'j1' AND state != 'saved'",
            "completed",
        ),
        (
            'INSERT OR REPLACE INTO files (request_id, "index", url, path, sha256, size, type,'
            " at, preview) SELECT id, 1, 'https://gen.krea.ai/1.png', '/home/me/fox.png', 'ef',"
            f" 12, 'image/png', 1700000010.0, 0 FROM requests WHERE {OURS} AND job_id = 'j1'",
            "completed",
        ),
        (f"UPDATE requests SET state = 'saved' WHERE {OURS} AND job_id = 'j1'", "saved"),
        (
            f"UPDATE requests SET claim = NULL WHERE {OURS} AND item = '{ITEM}'"
            " AND claim = '0123456789abcdef'",
            "saved",
        ),
    ),
    "refused": (
        SENDING,
        (
            "UPDATE requests SET \"state\" = 'refused', \"error\" = 'no', \"charged\" = 'no'"
            f" WHERE id = 1 AND {OURS} AND state IN ('sending')",
            "refused",
        ),
    ),
    "discarded": (
        SENDING,
        (
            "UPDATE requests SET \"state\" = 'checked', \"charged\" = 'no'"
            f" WHERE id = 1 AND {OURS} AND state IN ('sending')",
            "checked",
        ),
        (
            f"DELETE FROM requests WHERE id = 1 AND {OURS} AND state = 'checked' AND part IS NULL",
            None,  # it is gone
        ),
    ),
}
OLD_UPLOAD = "INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?, ?, ?)"
OLD_SUM = (
    "SELECT coalesce(sum(cost), 0), count(*) - count(cost) FROM requests"
    f" WHERE {OURS} AND sent_at IS NOT NULL AND charged != 'no' AND id != ? AND batch = ?"
)
