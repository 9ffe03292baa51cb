"""Unsaved jobs are found by an index, however long the ledger is."""

import pytest

from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.unsaved import UnsavedJobs
from tests.local.ledger.conftest import NOW, Submit
from tests.local.ledger.test_long_ledger import MAX_STEPS, count_steps

BASE = "https://api.krea.ai"


@pytest.mark.parametrize("state", ["saved", "failed"])
def test_a_long_ledger_is_not_read(whole_ledger: Ledger, submit: Submit, state: str) -> None:
    """Of a hundred thousand requests that are over, none is."""
    submit("fox")
    database = whole_ledger._database
    names = [row[1] for row in database.query("PRAGMA table_info(requests)")][1:]
    columns = ", ".join(f'"{name}"' for name in names)
    values = columns.replace('"job_id"', "job_id || n").replace('"state"', f"'{state}'")
    database.execute(
        f"INSERT INTO requests ({columns}) WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL"
        f" SELECT n + 1 FROM numbers WHERE n < 100000) SELECT {values} FROM requests, numbers",
        (),
    )
    found: list[UnsavedJobs] = []
    ledger = whole_ledger.for_account(BASE, "0123456789abcdef")
    steps = count_steps(ledger, lambda: found.extend(whole_ledger.list_unsaved(BASE, NOW + 1)))
    assert found == [UnsavedJobs("0123456789abcdef", 0, 1)]
    assert steps <= MAX_STEPS
