"""The thread of a batch that sends: one item after the other, as no two POSTs may be under way."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from krea_cli.catalog.local_files import local_files, replaced
from krea_cli.errors import (
    BalanceEmpty,
    KreaError,
    LedgerUnusable,
    PlanRequired,
    RequestRefused,
    TokenRefused,
    UsageError,
    WouldOverwrite,
)
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run.existing_results import on_hand
from krea_cli.flows.batch.run.messages import Begun, Over, Report, Settled, Taken, Unsent
from krea_cli.flows.batch.run.options import Terms
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.collect import Wanted
from krea_cli.flows.events import WarningNote
from krea_cli.flows.files.part_file import Reservation
from krea_cli.flows.files.target import parse_target
from krea_cli.flows.generate.result_cache import Reusable
from krea_cli.flows.generate.seeds import seeds
from krea_cli.flows.recipe.recipe import by_content, sources_of
from krea_cli.flows.submit.claim import Goal, settled
from krea_cli.flows.submit.reconcile import PATIENCE, settle
from krea_cli.flows.submit.submit import alone, submit
from krea_cli.flows.transfer.upload import addresses, doubt_uploads, fingerprints
from krea_cli.local.ledger.rows import FAILED, UNFINISHED, Draft, Row, identity

if TYPE_CHECKING:
    from krea_cli.local.ledger.run_locks import Claims

OF_THE_ACCOUNT = (BalanceEmpty, PlanRequired, TokenRefused)


class Sender:
    """Claims items, sends what was not sent, and settles what is in doubt."""

    def __init__(self, terms: Terms, context: FlowContext, claims: "Claims") -> None:
        self._terms = terms
        self._context = context
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
        context = self._context
        with suppress(KreaError):  # what was in doubt is
            settle(
                context, patience=PATIENCE if lately else 0.0, alone=lambda: alone(context, None)
            )
        found = {index: self._found(item) for index, item in doubts.items()}
        return Settled({index: begun for index, begun in found.items() if begun})

    def _row(self, item: Item) -> Row | None:
        with suppress(LedgerUnusable):
            return self._context.ledger.items.latest(item.digest)
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
        items, terms = self._context.ledger.items, self._terms
        while True:
            known = items.state(item.digest)
            anew = known in (None, "checked") or (terms.retry_failed and known in FAILED)
            draft = None
            if anew:
                goal.target.check(goal.n, goal.count)
                draft = draft_of(item, goal, terms, self._context, run=self._claims.name)
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
            row = self._sent(row, goal) if fresh else settled(row, self._context, until=None)
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
            return submit(row, self._context, deadline=None)
        except WouldOverwrite:
            self._context.ledger.discard(row.id)
            raise
        except OF_THE_ACCOUNT:
            # Not the item's fault: it is sent as soon as the account may, without --retry-failed.
            if self._context.ledger.row(row.id).state == "refused":
                self._context.ledger.move(row.id, ("refused",), "checked", charged="no", error=None)
            raise
        except RequestRefused as refused:
            urls = (source.get("url", "") for source in row.sources.values())
            doubt_uploads(refused, urls, self._context.ledger.uploads)
            raise

    def _over(self, item: Item, row: Row, goal: Goal) -> Report:
        """A request that came to its end before: its files, where to copy them from, or its job."""
        if row.state != "saved":
            self._clear(row, goal)
            return Over(item, row)
        wanted = self._wanted(row, goal, None)
        files = self._context.ledger.history.files(row.job_id or "")
        found = on_hand(row, files, wanted, key=goal.key)
        if found is None:
            return Begun(item, row, wanted, fresh=False)  # paid, and gone: fetched once more
        for path in found.changed:
            told = f"{path} is not what was saved there, and counts as done all the same"
            self._context.tell(WarningNote(f"{told}; remove it to have the result fetched again"))
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


def goal_of(item: Item, terms: Terms) -> Goal:
    """Where the results of ITEM go."""
    target = parse_target(item.target, cwd=terms.cwd, force=terms.force)
    return Goal(target, item.n, item.count)


def draft_of(item: Item, goal: Goal, terms: Terms, context: FlowContext, *, run: str) -> Draft:
    """The request of ITEM, claimed under the name RUN: media uploaded, its seed drawn.

    Raises `UsageError` for a file that is not what it was when it was checked, and what the
    service says to an upload.
    """
    uploaded = _uploaded(item, context)
    model = terms.model(item.model)
    (seed,) = seeds(model, item.body, 1, context.random)
    body: dict[str, Any] = replaced(item.body, uploaded)
    field = model.seed_field
    seedless = body
    if field is not None and seed is not None:
        body = body | {field.name: seed}
        seedless = {name: value for name, value in item.body.items() if name != field.name}
    recipe = by_content(seedless, item.prints, context.ledger.uploads)
    return Draft(
        model=item.model,
        kind=item.kind,
        route=item.route,
        body=body,
        given=item.given,
        profile=terms.profile,
        target=goal.key,
        index=item.n,
        count=item.count,
        price=item.price,
        cost=item.cost,
        seed=seed,
        prompt=item.prompt,
        webhook=terms.webhook,
        folder=str(terms.cwd),
        sources=sources_of(uploaded, item.prints),
        recipe=identity(item.model, recipe),
        sidecar=terms.sidecar,
        embed=terms.embed,
        item=item.digest,
        batch=terms.label,
        claim=run,
    )


def _uploaded(item: Item, context: FlowContext) -> dict[str, str]:
    """The addresses of the files of ITEM, by path; each content goes up once."""
    if not item.prints:
        return {}
    files = local_files(item.body)
    now = fingerprints(files)
    if changed := [path for path, sha256 in now.items() if item.prints[path] != sha256]:
        raise UsageError(
            f"{changed[0]} was changed since it was checked; nothing was sent",
            hint="run the same command again: it is another item now",
        )
    return addresses(
        files,
        api=context.api,
        ledger=context.ledger,
        clock=context.clock,
        tell=context.tell,
        random=context.random,
    )
