"""Jobs, paid or perhaps paid, whose results were not saved."""

from typing import NamedTuple

from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.keys import list_accounts
from krea_cli.local.ledger.rows import EMPTY

# The planner would rather read all requests of the accounts in the order of their groups.
REQUESTS_BY_STATE = "requests INDEXED BY request_state"


class UnsavedJobs(NamedTuple):
    """The number of the unsaved jobs of ACCOUNT: billed ones, and those that may be."""

    account: str
    paid: int
    perhaps_paid: int


def list_unsaved(database: Database, base: str, before: float) -> list[UnsavedJobs]:
    """Count the unsaved jobs of each account on BASE that has any.

    Only those sent BEFORE a time, in seconds since 1970. Requests in doubt have no job that could
    be saved. Jobs that failed, were cancelled or forgotten, or came without a result, have nothing
    to be saved.
    """
    # The account stands in the index before the state: it is asked for by name.
    accounts = list_accounts(database, base)
    if not accounts:
        return []
    rows = database.query(
        f"SELECT account, sum(charged = 'yes'), sum(charged != 'yes') FROM {REQUESTS_BY_STATE}"
        f" WHERE base = ? AND account IN ({', '.join('?' * len(accounts))})"
        f" AND state IN ('submitted', 'completed') AND NOT {EMPTY}"
        " AND coalesce(sent_at, created_at) < ? GROUP BY account",
        (base, *accounts, before),
    )
    return [UnsavedJobs(str(account), paid, perhaps) for account, paid, perhaps in rows]
