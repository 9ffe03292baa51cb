"""The API keys that are known on a base, and the accounts behind them.

A key id is not an account: a new key of the same account sees the same jobs.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from krea_cli.errors import InDoubt, UsageError
from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.rows import EMPTY, UNDER_WAY_STATES, RequestRow
from krea_cli.local.ledger.scope import Scope
from krea_cli.text import shell_line

Relation = Literal["same", "other"]
# The source of a relation: a job that the key could read, jobs that it could not, the user's word.
Source = Literal["found", "absent", "user"]
MAX_PROBED_JOBS = 3


@dataclass(frozen=True)
class OtherKey:
    """Another key with requests on this base.

    account: its id in the ledger, see `account_of`
    relation: to the key in use; None while nothing is known
    sent_at: time of its last request, in seconds since 1970
    """

    account: str
    relation: Relation | None
    source: Source | None
    sent_at: float

    @property
    def name(self) -> str:
        """The key for display, see `key_name`."""
        return key_name(self.account)

    @property
    def day(self) -> str:
        """The local day of its last request."""
        return time.strftime("%Y-%m-%d", time.localtime(self.sent_at))


def key_name(account: str) -> str:
    """Return the name of a key for display: the first eight digits of its hash."""
    return account[:8]


def list_accounts(database: Database, base: str) -> list[str]:
    """List the accounts with requests on BASE, by one look into the index for each."""
    accounts: list[str] = []
    while True:
        rows = database.query(
            "SELECT min(account) FROM requests WHERE base = ? AND account > ?",
            (base, accounts[-1] if accounts else ""),
        )
        account = rows[0][0]
        if not isinstance(account, str):  # None at the end; a damaged value comes after texts
            return accounts
        accounts.append(account)


def relation_command(relation: Relation, key: str, profile: str | None) -> str:
    """Return the command that says if KEY is of the account of PROFILE, or of another."""
    words = ["krea", "auth", f"{relation}-account", key]
    return shell_line(*words, *(["--profile", profile] if profile else []))


class Keys:
    """The keys on the base of SCOPE, beside the one in use. Raises LedgerUnusable.

    SCOPE is widened at once to every key of the same account.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._widen_scope()

    def list_others(self) -> list[OtherKey]:
        """List the other keys with requests here, the one last used first."""
        relations = {
            account: (relation, source)
            for account, relation, source in self._scope.database.query(
                "SELECT other, relation, source FROM key_relations WHERE base = ? AND account = ?",
                (self._scope.base, self._scope.account),
            )
        }
        others = [
            OtherKey(account, *relations.get(account, (None, None)), self._last_sent(account))
            for account in self._list_accounts()
            if account != self._scope.account
        ]
        return sorted(others, key=lambda other: other.sent_at, reverse=True)

    def find_other(self, name: str | None, relation: Relation, profile: str | None) -> OtherKey:
        """Return the other key whose hash begins with NAME; without NAME, the only one.

        Raises UsageError with the keys that there are, and the command for RELATION and PROFILE.
        """
        others = self.list_others()
        if not others:
            raise UsageError(
                "no other API key has requests in this ledger", hint="krea auth status"
            )
        # A key of which this is said already is meant only by its name.
        open_keys = [each for each in others if each.relation != relation] or others
        listed_keys = open_keys if name is None else others
        fitting = [each for each in listed_keys if each.account.startswith((name or "").lower())]
        if len(fitting) == 1:
            return fitting[0]
        problem = "several other API keys have requests here" if fitting else f"no key is {name}"
        listed = ", ".join(f"{each.name} (last used {each.day})" for each in fitting or others)
        command = relation_command(relation, (fitting or others)[0].name, profile)
        hint = command if len(fitting or others) == 1 else f"{command}, or another of them"
        raise UsageError(f"{problem}: {listed}", hint=hint)

    def list_unknown(self) -> list[str]:
        """List the keys of which nothing is known, although they have requests here."""
        accounts = self._list_accounts()
        if accounts in ([], [self._scope.account]):  # nearly always, and told by the index alone
            return []
        return [other.account for other in self.list_others() if other.relation is None]

    def recent_job_ids(self, account: str) -> list[str]:
        """Return the ids of the last jobs of ACCOUNT, newest first, three at most."""
        rows = self._scope.database.query(
            "SELECT job_id FROM requests WHERE base = ? AND account = ? AND job_id IS NOT NULL"
            " ORDER BY id DESC LIMIT ?",
            (self._scope.base, account, MAX_PROBED_JOBS),
        )
        return [str(job_id) for (job_id,) in rows]

    def relate(self, account: str, relation: Relation, source: Source, at: float) -> None:
        """Record that the key in use and ACCOUNT are of one account, or of two.

        AT is in seconds since 1970. The relation holds for all keys of either account.
        """
        ours, theirs = self._same_as(self._scope.account), self._same_as(account)
        with self._scope.database.transaction():
            if relation == "other" and account in ours:
                # The user's word parts what was one: it is theirs alone.
                theirs, ours = {account}, ours - {account}
            for mine in ours:
                for other in theirs - {mine}:
                    self._write(mine, other, relation, source, at)
                    self._write(other, mine, relation, source, at)
        self._widen_scope()

    def refuse_twin(self, condition: str, values: Sequence[Any], profile: str | None) -> None:
        """Raise `InDoubt` if such a request is under way under a key of perhaps this account.

        CONDITION is SQL with VALUES. Left out are the keys of another account by the user's word.
        PROFILE, of the key in use, goes into the commands of the hint.
        """
        twin = self._find_twin(condition, values)
        if twin is None:
            return
        key = self._name_of_owner(twin.id)
        which = f"job {twin.job_id}" if twin.job_id else f"request {twin.id}, outcome unknown"
        error = InDoubt(
            f"the same request is under way under another API key ({which}), and it is not known if"
            " both keys are of one account; nothing was sent",
            hint=f"{relation_command('same', key, profile)} says that they are,"
            f" {relation_command('other', key, profile)} denies it",
        )
        error.charged, error.job_id = "no", twin.job_id
        raise error

    def _name_of_owner(self, row_id: int) -> str:
        [(account,)] = self._scope.database.query(
            "SELECT account FROM requests WHERE id = ?", (row_id,)
        )
        return key_name(account)

    def _find_twin(self, condition: str, values: Sequence[Any]) -> RequestRow | None:
        accounts = self._list_accounts()
        if accounts in ([], [self._scope.account]):
            return None
        excluded = (*self._scope.accounts, *self.told_apart())
        marks = ", ".join("?" * len(excluded))
        rows = self._scope.find_in_base(
            f"account NOT IN ({marks}) AND state IN {UNDER_WAY_STATES} AND {condition}",
            (*excluded, *values),
        )
        return next(iter(rows), None)

    def list_open(self) -> list[tuple[str, int]]:
        """List each other key, by its name, with the number of its open requests.

        Left out are the keys of another account by the user's word.
        """
        if self._list_accounts() in ([], [self._scope.account]):
            return []
        excluded = (*self._scope.accounts, *self.told_apart())
        marks = ", ".join("?" * len(excluded))
        rows = self._scope.database.query(
            f"SELECT account, count(*) FROM requests WHERE base = ? AND account NOT IN ({marks})"
            f" AND state IN {UNDER_WAY_STATES} AND NOT {EMPTY} GROUP BY account",
            (self._scope.base, *excluded),
        )
        return [(key_name(str(account)), int(count)) for account, count in rows]

    def list_possibly_same(self) -> tuple[str, ...]:
        """List the keys whose requests count for a day's budget: all but those told apart."""
        apart = self.told_apart()
        return tuple({*self._scope.accounts, *self._list_accounts()} - apart)

    def _list_accounts(self) -> list[str]:
        return list_accounts(self._scope.database, self._scope.base)

    def told_apart(self) -> set[str]:
        """Return the keys that are of another account, by the user's word."""
        rows = self._scope.database.query(
            "SELECT other FROM key_relations WHERE base = ? AND account = ?"
            " AND relation = 'other' AND source = 'user'",
            (self._scope.base, self._scope.account),
        )
        return {str(account) for (account,) in rows}

    def _same_as(self, account: str) -> set[str]:
        rows = self._scope.database.query(
            "SELECT other FROM key_relations WHERE base = ? AND account = ? AND relation = 'same'",
            (self._scope.base, account),
        )
        return {account, *(str(other) for (other,) in rows)}

    def _widen_scope(self) -> None:
        others = self._same_as(self._scope.account) - {self._scope.account}
        self._scope.cover((self._scope.account, *sorted(others)))

    def _last_sent(self, account: str) -> float:
        rows = self._scope.database.query(
            "SELECT max(created_at) FROM requests WHERE base = ? AND account = ?",
            (self._scope.base, account),
        )
        return float(rows[0][0])

    def _write(
        self, account: str, other: str, relation: Relation, source: Source, at: float
    ) -> None:
        self._scope.database.execute(
            "INSERT OR REPLACE INTO key_relations"
            " (base, account, other, relation, source, decided_at) VALUES (?, ?, ?, ?, ?, ?)",
            (self._scope.base, account, other, relation, source, at),
        )
