"""The tags of requests, in a table of their own: a change of them changes no request."""

from collections.abc import Mapping, Sequence
from itertools import islice

from krea_cli.local.ledger.scope import Scope, TagChanges

CHUNK_ITEMS = 500  # of one question: SQLite has a limit of 999 values


class TagRows:
    """Change the tags of the requests of one account. Raises LedgerUnusable."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def change(self, row_id: int, changes: TagChanges) -> None:
        """Change the tags of the request ROW_ID; those that CHANGES does not name stay."""
        self._scope.change_tags(row_id, changes)

    def change_items(self, changes: Mapping[str, TagChanges]) -> None:
        """Change the tags of items' newest requests, by the fingerprint of the item.

        Only what differs is written.
        """
        remaining = iter(changes.items())
        while chunk := dict(islice(remaining, CHUNK_ITEMS)):
            row_ids = self._find_requests(list(chunk))
            tags = self._list_tags(list(row_ids.values()))
            different = {
                row_ids[item]: each
                for item, each in chunk.items()
                if item in row_ids and not _are_in(each, tags.get(row_ids[item], {}))
            }
            if different:
                with self._scope.database.transaction():
                    for row_id, tag_changes in different.items():
                        self.change(row_id, tag_changes)

    def _find_requests(self, items: Sequence[str]) -> dict[str, int]:
        marks = ", ".join("?" * len(items))
        rows = self._scope.database.query(
            f"SELECT item, max(id) FROM requests WHERE {self._scope.condition}"
            f" AND item IN ({marks}) GROUP BY item",
            (*self._scope.values, *items),
        )
        return {str(item): row_id for item, row_id in rows}

    def _list_tags(self, row_ids: Sequence[int]) -> dict[int, dict[str, str]]:
        ids = ", ".join(str(int(row_id)) for row_id in row_ids)
        tags: dict[int, dict[str, str]] = {}
        for row_id, name, value in self._scope.database.query(
            f"SELECT request_id, name, value FROM tags WHERE request_id IN ({ids})"
        ):
            tags.setdefault(row_id, {})[name] = value
        return tags


def _are_in(changes: TagChanges, tags: Mapping[str, str]) -> bool:
    return all(tags.get(name) == value for name, value in changes.items())
