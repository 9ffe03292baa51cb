"""Requests with a stream as their target: there is no part file to lock, so runs claim them."""

from collections.abc import Callable

from krea_cli.local.ledger.keys import Keys
from krea_cli.local.ledger.request_identity import IS_SAME, RequestIdentity
from krea_cli.local.ledger.request_rows import RequestRows
from krea_cli.local.ledger.rows import UNFINISHED_STATES, RequestDraft, RequestRow
from krea_cli.local.ledger.scope import Scope

IS_AT_TARGET = f"{IS_SAME} AND target IS ?"
IS_UNFINISHED = f"{IS_AT_TARGET} AND state IN {UNFINISHED_STATES}"
# What is paid for comes first; an unsent request last, as nothing is sent beside a doubt.
ORDER = "CASE WHEN job_id IS NOT NULL THEN 0 WHEN state = 'checked' THEN 2 ELSE 1 END, id"


class StreamRequests:
    """The requests to stdout, FIFOs and devices: each is claimed by one run at a time.

    Raises LedgerUnusable.
    """

    def __init__(self, requests: RequestRows, keys: Keys, scope: Scope) -> None:
        self._requests = requests
        self._keys = keys
        self._scope = scope

    def claim(
        self, draft: RequestDraft, is_run_alive: Callable[[str], bool]
    ) -> tuple[RequestRow, bool]:
        """Claim an unfinished request that DRAFT repeats for the run of DRAFT, or insert DRAFT.

        The flag is True for a new row. A request of a living run stays its own: of two commands
        at one time, each makes its result. Raises `InDoubt` as `Keys.refuse_twin` does.
        """
        identity, target = draft.identity, draft.target
        with self._scope.database.transaction():
            held = {str(draft.claim), *self._living_runs(identity, target, is_run_alive)}
            for row in self._list_free(identity, target, held):
                return self._take(row, draft), False
            self._refuse_twin(identity, target, held, draft.profile)
            return self._requests.insert(draft), True

    def list_free(
        self,
        identity: RequestIdentity,
        target: str | None,
        is_run_alive: Callable[[str], bool],
        *,
        profile: str | None,
    ) -> list[RequestRow]:
        """List the unfinished requests that `claim` would take, the first first.

        Raises `InDoubt` as `claim` does.
        """
        held = self._living_runs(identity, target, is_run_alive)
        rows = self._list_free(identity, target, held)
        if not rows:
            self._refuse_twin(identity, target, held, profile)
        return rows

    def _living_runs(
        self,
        identity: RequestIdentity,
        target: str | None,
        is_run_alive: Callable[[str], bool],
    ) -> set[str]:
        """The runs that live, among those with an unfinished request of IDENTITY."""
        rows = self._scope.find_in_base(IS_UNFINISHED, (*identity.values, target))
        return {run for run in {row.claim for row in rows} if run and is_run_alive(run)}

    def _list_free(
        self, identity: RequestIdentity, target: str | None, held: set[str]
    ) -> list[RequestRow]:
        """The unfinished requests of this account that no run of HELD has."""
        values = (*identity.values, target)
        rows = self._scope.find_all(f"{IS_UNFINISHED} ORDER BY {ORDER}", values)
        return [row for row in rows if row.claim not in held]

    def _refuse_twin(
        self, identity: RequestIdentity, target: str | None, held: set[str], profile: str | None
    ) -> None:
        marks = ", ".join("?" * len(held))
        condition = f"{IS_AT_TARGET} AND coalesce(claim, '') NOT IN ({marks})"
        self._keys.refuse_twin(condition, (*identity.values, target, *held), profile)

    def _take(self, row: RequestRow, draft: RequestDraft) -> RequestRow:
        if row.state == "checked":  # it is sent at the price that is known now
            self._requests.record_price(row.id, draft.price, draft.cost, draft.priced_at)
        self._scope.change_tags(row.id, draft.tags)
        self._scope.database.execute(
            f"UPDATE requests SET claim = ? WHERE id = ? AND {self._scope.condition}",
            (draft.claim, row.id, *self._scope.values),
        )
        return self._requests.get(row.id)
