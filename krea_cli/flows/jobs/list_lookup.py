"""Calling the roll: many jobs looked up in as few requests to the list endpoint as will do."""

from collections.abc import Collection
from math import ceil
from typing import TYPE_CHECKING

from krea_cli.api.types import Job

if TYPE_CHECKING:
    from krea_cli.api.client import Api

FEWEST = 100
MOST = 1000


class Roll:
    """The newest part of the list, reaching back as far as the oldest job that is asked for."""

    def __init__(self, api: "Api") -> None:
        self._api = api
        self._limit = 0
        # False: the oldest may lie deeper than was looked, and the next call looks deeper.
        self.thorough = True

    def call(self, wanted: Collection[str]) -> dict[str, Job]:
        """The jobs among WANTED that the list shows, by id: one request per thousand wanted."""
        found: dict[str, Job] = {}
        cursor: str | None = None
        deepest = length = 0
        self._limit = max(self._limit, FEWEST, min(MOST, len(wanted) * 5 // 4))
        for _ in range(max(1, ceil(len(wanted) / MOST))):
            page = self._api.jobs(cursor=cursor, limit=self._limit)
            for job in page.jobs:
                length += 1
                if job.id in wanted:
                    found[job.id] = job
                    deepest = length
            cursor = page.next_cursor
            if cursor is None or len(found) == len(wanted):
                break
        self._reach(deepest, complete=len(found) == len(wanted), more=cursor is not None)
        return found

    def _reach(self, deepest: int, *, complete: bool, more: bool) -> None:
        """Set the next limit by how deep the oldest job lay; deeper when some were not shown."""
        deeper = more and not complete
        self.thorough = not deeper or self._limit >= MOST
        depth = self._limit * 2 if deeper else deepest * 5 // 4
        self._limit = min(MOST, max(FEWEST, depth))
