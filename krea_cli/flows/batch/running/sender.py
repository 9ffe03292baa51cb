"""The thread of a batch that sends: one item after the other, as no two POSTs may be under way."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from krea_cli.errors import (
    BalanceEmpty,
    KreaError,
    LedgerUnusable,
    PlanRequired,
    RequestRefused,
    TokenRefused,
    WouldOverwrite,
)
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.running.drafts import draft_of, goal_of
from krea_cli.flows.batch.running.messages import Begun, Over, Report, Settled, Taken, Unsent
from krea_cli.flows.batch.running.on_hand import on_hand
from krea_cli.flows.batch.running.terms import Terms
from krea_cli.flows.claim import Goal, settled
from krea_cli.flows.collect import Wanted
from krea_cli.flows.events import Warned
from krea_cli.flows.reservation import Reservation
from krea_cli.flows.reuse import Reusable
from krea_cli.flows.settle import PATIENCE, settle
from krea_cli.flows.submit import alone, submit
from krea_cli.flows.upload import doubt_uploads
from krea_cli.flows.world import World
from krea_cli.local.ledger.rows import FAILED, UNFINISHED, Row

if TYPE_CHECKING:
    from krea_cli.local.ledger.run_locks import Claims

OF_THE_ACCOUNT = (BalanceEmpty, PlanRequired, TokenRefused)


class Sender:
    """Claims items, sends what was not sent, and settles what is in doubt."""

    def __init__(self, terms: Terms, world: World, claims: "Claims") -> None:
        self._terms = terms
        self._world = world
        self._claims = claims

    def send(self, item: Item) -> Report:
        """Bring ITEM to its job, if it has none yet; what became of it."""
        try:
            return self._claimed(item, goal_of(item, self._terms))
        except KreaError as error:
            return Unsent(item, error, self._row(item))
        except Exception as bug:  # of this item: the paid jobs beside it go on
            found = KreaError(f"this is a bug in krea: {type(bug).__name__}: {bug}")
            found.bug, found.charged = bug, "unknown"
            return Unsent(item, found)

    def settle(self, doubts: Mapping[int, Item], *, lately: bool) -> Settled:
        """Look once more for the jobs of the items in doubt; LATELY: of an answer lost just now."""
        world = self._world
        with suppress(KreaError):  # what was in doubt is
            settle(world, patience=PATIENCE if lately else 0.0, alone=lambda: alone(world, None))
        found = {index: self._found(item) for index, item in doubts.items()}
        return Settled({index: begun for index, begun in found.items() if begun})

    def _row(self, item: Item) -> Row | None:
        with suppress(LedgerUnusable):
            return self._world.book.items.latest(item.digest)
        return None

    def _found(self, item: Item) -> Begun | None:
        row = self._row(item)
        if row is None or row.job_id is None:
            return None
        goal, reservation = goal_of(item, self._terms), None
        with suppress(KreaError):  # told when the result is saved
            reservation = goal.reserve(row)
        return Begun(item, row, self._wanted(row, goal, reservation), fresh=False)

    def _claimed(self, item: Item, goal: Goal) -> Report:
        items, terms = self._world.book.items, self._terms
        while True:
            known = items.state(item.digest)
            anew = known in (None, "checked") or (terms.retry_failed and known in FAILED)
            draft = None
            if anew:
                goal.target.check(goal.n, goal.count)
                draft = draft_of(item, goal, terms, self._world, run=self._claims.name)
            claimed = items.claim(
                item.digest,
                self._claims.name,
                draft=draft,
                target=goal.key,
                label=terms.label,
                alive=self._claims.alive,
                retry=terms.retry_failed,
            )
            if claimed is not None:
                break
        row = claimed.row
        if claimed.ours:
            return self._carried_on(item, row, goal)
        return Taken(item) if row.state in UNFINISHED else self._over(item, row, goal)

    def _carried_on(self, item: Item, row: Row, goal: Goal) -> Report:
        """An unfinished request of ours: sent, or its job, once its place is held."""
        reservation = goal.reserve(row)
        if reservation is None:  # by another command, `krea download` say, that is at this job
            return Taken(item)
        try:
            fresh = row.state == "checked"
            row = self._sent(row, goal) if fresh else settled(row, self._world, until=None)
            if row.job_id is None:
                raise KreaError(f"the request is {row.state}", hint=f"krea history {row.id}")
        except BaseException:
            reservation.release()
            raise
        return Begun(item, row, self._wanted(row, goal, reservation), fresh=fresh)

    def _sent(self, row: Row, goal: Goal) -> Row:
        try:
            # Nothing is paid yet: who put a file there meanwhile wants to keep it.
            goal.target.check(goal.n, goal.count)
            return submit(row, self._world, deadline=None)
        except WouldOverwrite:
            self._world.book.discard(row.id)
            raise
        except OF_THE_ACCOUNT:
            # Not the item's fault: it is sent as soon as the account may, without --retry-failed.
            if self._world.book.row(row.id).state == "refused":
                self._world.book.move(row.id, ("refused",), "checked", charged="no", error=None)
            raise
        except RequestRefused as refused:
            urls = (source.get("url", "") for source in row.sources.values())
            doubt_uploads(refused, urls, self._world.book.uploads)
            raise

    def _over(self, item: Item, row: Row, goal: Goal) -> Report:
        """A request that came to its end before: its files, where to copy them from, or its job."""
        if row.state != "saved":
            self._clear(row, goal)
            return Over(item, row)
        wanted = self._wanted(row, goal, None)
        files = self._world.book.history.files(row.job_id or "")
        found = on_hand(row, files, wanted, key=goal.key)
        if found is None:
            return Begun(item, row, wanted, fresh=False)  # paid, and gone: fetched once more
        for path in found.changed:
            told = f"{path} is not what was saved there, and counts as done all the same"
            self._world.tell(Warned(f"{told}; remove it to have the result fetched again"))
        if not found.copies:
            return Over(item, row, found.saved)
        reusable = Reusable(row, found.copies)
        return Over(item, row, wanted=replace(wanted, job=reusable.job, copies=found.copies))

    def _clear(self, row: Row, goal: Goal) -> None:
        """Remove the part that a process left which was killed just as its job had failed."""
        with suppress(KreaError):
            if left := goal.reserve(row):
                left.release()

    def _wanted(self, row: Row, goal: Goal, reservation: Reservation | None) -> Wanted:
        return Wanted(
            job_id=row.job_id or "",
            target=goal.target,
            n=goal.n,
            count=goal.count,
            row=row,
            reservation=reservation,
            sidecar=self._terms.sidecar,
            embed=self._terms.embed,
        )
