"""Find the requests of one command in all its runs, which its `--max-cost` counts together."""

from krea_cli.local.ledger.request_identity import IS_SAME, RequestIdentity
from krea_cli.local.ledger.rows import Scope


class CommandRequests:
    """The requests of one command, and those of its other runs, earlier or beside it.

    Another run is one with the same input and the same target, however its requests ended.
    """

    def __init__(self) -> None:
        self._row_ids: set[int] = set()
        self._identities: dict[str, set[RequestIdentity]] = {}  # by target
        self._newest_id = 0  # of the requests that were looked at

    def add(self, row_id: int) -> None:
        """Add one request."""
        self._row_ids.add(row_id)

    def add_place(self, identity: RequestIdentity, target: str) -> None:
        """Add all requests with IDENTITY at TARGET, also those that other runs insert later."""
        self._identities.setdefault(target, set()).add(identity)

    def find_ids(self, scope: Scope) -> set[int]:
        """Return the ids of the requests so far. New ones alone are looked at again."""
        if self._identities:
            for target in self._identities.keys() & self._find_new_targets(scope):
                for identity in self._identities[target]:
                    self._row_ids |= _find_same(scope, identity, target)
        return self._row_ids

    def _find_new_targets(self, scope: Scope) -> set[str]:
        """Return the targets of requests that were not looked at; at first, those of all places."""
        old, condition = self._newest_id, f"{scope.condition} AND id > ?"
        rows = scope.database.query(
            f"SELECT max(id) FROM requests WHERE {condition}", (*scope.values, old)
        )
        self._newest_id = rows[0][0] or old
        if not old:
            return set(self._identities)  # found by index, however long the history is
        if self._newest_id == old:
            return set()
        targets = scope.database.query(
            f"SELECT DISTINCT target FROM requests WHERE {condition}", (*scope.values, old)
        )
        return {str(target) for (target,) in targets if target is not None}


def _find_same(scope: Scope, identity: RequestIdentity, target: str) -> set[int]:
    rows = scope.database.query(
        f"SELECT id FROM requests WHERE {scope.condition} AND {IS_SAME} AND target = ?",
        (*scope.values, *identity.values, target),
    )
    return {int(row_id) for (row_id,) in rows}
