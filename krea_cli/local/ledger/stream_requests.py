"""Requests with a stream as their target: there is no part file to lock, so runs claim them."""

from collections.abc import Callable

from krea_cli.local.ledger.keys import Keys
from krea_cli.local.ledger.request_identity import IS_SAME
from krea_cli.local.ledger.request_rows import RequestRows
from krea_cli.local.ledger.rows import UNFINISHED_STATES, RequestDraft, RequestRow, Scope

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
        condition, values = f"{IS_SAME} AND target IS ?", (*draft.identity.values, draft.target)
        unfinished = f"{condition} AND state IN {UNFINISHED_STATES}"
        with self._scope.database.transaction():
            held = {str(draft.claim)}
            for row in self._scope.find_in_base(unfinished, values):
                if row.claim and row.claim not in held and is_run_alive(row.claim):
                    held.add(row.claim)
            for row in self._scope.find_all(f"{unfinished} ORDER BY {ORDER}", values):
                if row.claim not in held:
                    return self._take(row, draft), False
            marks = ", ".join("?" * len(held))
            self._keys.refuse_twin(
                f"{condition} AND coalesce(claim, '') NOT IN ({marks})",
                (*values, *held),
                draft.profile,
            )
            return self._requests.insert(draft), True

    def _take(self, row: RequestRow, draft: RequestDraft) -> RequestRow:
        if row.state == "checked":  # it is sent at the price that is known now
            self._requests.record_price(row.id, draft.price, draft.cost, draft.priced_at)
        self._scope.database.execute(
            f"UPDATE requests SET claim = ? WHERE id = ? AND {self._scope.condition}",
            (draft.claim, row.id, *self._scope.values),
        )
        return self._requests.get(row.id)
