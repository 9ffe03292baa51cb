"""Generate: claim a target for each job, submit one at a time, and collect what they make."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from krea_cli.catalog.media import local_files, replaced
from krea_cli.errors import (
    Busy,
    Interrupted,
    KreaError,
    LedgerUnusable,
    RequestRefused,
)
from krea_cli.flows.claim import Claim, Goal, claim, put_down
from krea_cli.flows.collect import Outcome, Wanted, collect
from krea_cli.flows.events import Held, Running, Submitting
from krea_cli.flows.hold import Hold
from krea_cli.flows.leaving import runs_on
from krea_cli.flows.naming import Facts
from krea_cli.flows.pace import Pace
from krea_cli.flows.recall import Recall
from krea_cli.flows.seeds import seeds
from krea_cli.flows.submit import submit
from krea_cli.flows.target import Target
from krea_cli.flows.upload import addresses, fingerprints
from krea_cli.flows.watch import Watch
from krea_cli.flows.world import World
from krea_cli.local.rows import UNFINISHED, Draft, Row, identity

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model
    from krea_cli.flows.download import Saver


@dataclass(frozen=True, kw_only=True)
class Order:
    """What one `generate` asks for: COUNT jobs of the same request, apart from their seeds.

    `body` and `given` may hold `LocalFile`s. `timeout` is in seconds; None waits for ever.
    """

    model: "Model"
    body: dict[str, Any]
    given: dict[str, Any]
    prompt: str | None
    price: str | None
    target: Target
    count: int = 1
    again: bool = False
    webhook: str | None = None
    profile: str | None = None
    timeout: float | None = None


class Generation:
    """One run of an order. `failure` is what kept the rest of it from being submitted."""

    def __init__(self, order: Order, world: World) -> None:
        self.order = order
        self.failure: KreaError | None = None
        self._world = world
        self._watch = Watch(world.api, world.book, world.clock, world.tell, random=world.random)
        self._claims: list[Claim] = []
        self._earlier: dict[int, Row] = {}
        self._uploaded: dict[str, str] = {}  # path of a file -> its address
        self._submitted: list[str] = []  # job ids
        start = world.clock.monotonic()
        self._until = None if order.timeout is None else start + order.timeout

    def outcomes(self, saver: "Saver") -> Iterator[Outcome]:
        """Submit all, wait, save; an outcome per job as it ends. Raises `Interrupted`."""
        try:
            yield from collect(self._watch, self._submissions(), saver, until=self._until)
        except Interrupted as stop:
            raise self._cut_short(stop) from stop
        finally:
            self._release()

    def submitted(self) -> Iterator[Row]:
        """Submit all and wait for none: the row of each as soon as its id is known."""
        try:
            for wanted in self._submissions():
                if wanted is None:
                    self._world.clock.pause(0.5)
                elif wanted.row:
                    yield wanted.row
        except Interrupted as stop:
            raise self._cut_short(runs_on(stop, self._submitted)) from stop
        finally:
            self._release()

    def _cut_short(self, stop: Interrupted) -> Interrupted:
        """STOP with the number of jobs that were never sent, and what goes on with those."""
        if not (left_out := self._left_out()):
            return stop
        hint = stop.hint
        put_down = self._submitted or not self.order.again
        if put_down and self._world.book.lasting and all(goal.key for goal in self._goals()):
            anew = " without --again" if self.order.again else ""
            hint = f"the same command{anew} goes on with all {self.order.count}"
        told = Interrupted(
            stop.signal,
            message=stop.message + left_out,
            hint=hint,
        )
        told.job_id, told.charged = stop.job_id, stop.charged
        return told

    def _left_out(self) -> str:
        """How many of several jobs were not submitted, as the end of a sentence."""
        unsent = self.order.count - len(self._submitted)
        if self.order.count == 1 or unsent == 0:
            return ""
        return f"; {unsent} of {self.order.count} jobs were not submitted"

    def _submissions(self) -> Iterator[Wanted | None]:
        """Each job once it is submitted; None while there is no room for the next.

        A failure ends the submitting, never the collecting of what was submitted before.
        """
        try:
            drafts = self._drafts()
            # All before the first is sent: what an interrupted run had still to do can be told.
            rows = [self._put_down(*each) for each in zip(drafts, self._goals(), strict=True)]
            for draft, goal, put in zip(drafts, self._goals(), rows, strict=True):
                yield from self._submission(draft, goal, put)
        except Interrupted:
            raise
        except KreaError as error:
            self.failure = error
            if self._submitted:
                error.message += self._left_out()
                error.args = (error.message,)

    def _submission(
        self, draft: Draft, goal: Goal, put: tuple[Row, bool]
    ) -> Iterator[Wanted | None]:
        order, world = self.order, self._world
        claimed = claim(draft, goal, world, again=order.again, until=self._until, put=put)
        self._claims.append(claimed)
        row = claimed.row
        if row.state == "checked":
            world.tell(Submitting(row.model, goal.n, goal.count))
            hold = Hold(world.random)
            while row.state == "checked":
                try:
                    row = submit(row, world, deadline=self._until)
                except RequestRefused as refused:
                    self._doubt_uploads(refused)
                    raise
                except Busy as busy:
                    yield from self._held(busy, hold.seconds(busy))
        if row.job_id is None:
            raise KreaError(f"the request for {goal.target.text} is {row.state}")
        yield self._wanted(row, row.job_id, claimed, goal)

    def _wanted(self, row: Row, job_id: str, claimed: Claim, goal: Goal) -> Wanted:
        world, model = self._world, self.order.model
        self._submitted.append(job_id)
        since = row.answered_at or world.clock.now()
        known = Recall(world.book, world.tell).durations(model.id)
        pace = Pace(model.typical_seconds, known, model.kind)
        typical = model.typical_seconds
        world.tell(Running(job_id, model.id, row.status or "submitted", typical, since))
        fresh = claimed.row.job_id is None
        self._watch.add(job_id, pace=pace, since=since, fresh=fresh)
        return Wanted(
            job_id=job_id,
            target=goal.target,
            n=goal.n,
            count=goal.count,
            row=row,
            lasting=world.book.lasting,
            reservation=claimed.reservation,
        )

    def _doubt_uploads(self, refused: RequestRefused) -> None:
        """The service may have dropped a file since it was uploaded: do not rely on it again."""
        named = re.search(r"asset|input file|url", refused.message, re.IGNORECASE)
        with suppress(LedgerUnusable):
            if named and self._world.book.uploads.forget(self._uploaded.values()):
                refused.hint = "the same command uploads its files anew"

    def _held(self, busy: Busy, seconds: float) -> Iterator[None]:
        """No room now: let others be collected until the time has come to ask again."""
        clock = self._world.clock
        end = clock.monotonic() + seconds
        if self._until is not None and end > self._until:
            raise busy
        self._world.tell(Held(f"waiting for a free slot: {busy.message}", seconds))
        while clock.monotonic() < end:
            if not self._watch.running:
                clock.pause(min(0.5, end - clock.monotonic()))
            yield None

    def _drafts(self) -> list[Draft]:
        """The requests, media uploaded, seeds drawn; every target looked at before that."""
        order, world = self.order, self._world
        prints = fingerprints(local_files(order.given))
        given = replaced(order.given, {path: f"sha256:{each}" for path, each in prints.items()})
        goals = self._goals()
        drawn = seeds(order.model, order.body, order.count, world.random)
        givens = [_with_seed(given, order.model, seed) for seed in drawn]
        self._earlier = self._begun_before(givens, goals)
        for goal, seed in zip(goals, drawn, strict=True):
            self._look_at_target(goal, seed)
        self._uploaded = addresses(
            local_files(order.body),
            api=world.api,
            book=world.book,
            clock=world.clock,
            tell=world.tell,
        )
        body = replaced(order.body, self._uploaded)
        return [
            self._draft(body, each, seed, goal)
            for each, seed, goal in zip(givens, drawn, goals, strict=True)
        ]

    def _goals(self) -> list[Goal]:
        order = self.order
        return [Goal(order.target, n, order.count) for n in range(1, order.count + 1)]

    def _begun_before(self, givens: list[dict[str, Any]], goals: list[Goal]) -> dict[int, Row]:
        """What an earlier run of this order left, by n: unfinished requests, and what it had
        finished if that was not all. Empty where everything is to be made anew."""
        if self.order.again:
            return {}
        book, left, whole = self._world.book, {}, True
        for given, goal in zip(givens, goals, strict=True):
            if goal.key is None:
                continue
            same = identity(self.order.model.id, given)
            row = book.unfinished(same, goal.key) or book.latest(same, goal.key)
            if row and (row.state == "saved" or row.state in UNFINISHED):
                left[goal.n] = row
            if row and row.state != "saved":
                whole = False  # under way, refused, failed or cancelled: that run is to be ended
        return {} if whole else left

    def _look_at_target(self, goal: Goal, seed: int | None) -> None:
        """Raise `WouldOverwrite` unless an earlier run began just this, or the target is free."""
        if goal.n not in self._earlier:
            facts = Facts(self.order.prompt, self.order.model.id, seed)
            self.order.target.check(goal.n, goal.count, facts=facts)

    def _put_down(self, draft: Draft, goal: Goal) -> tuple[Row, bool]:
        earlier = self._earlier.get(goal.n)
        if earlier and earlier.state == "saved":
            return earlier, False
        return put_down(draft, goal, self._world, again=self.order.again)

    def _draft(
        self, body: dict[str, Any], given: dict[str, Any], seed: int | None, goal: Goal
    ) -> Draft:
        order = self.order
        field = order.model.seed_field
        return Draft(
            model=order.model.id,
            kind=order.model.kind,
            route=order.model.route,
            body=body if field is None or seed is None else body | {field.name: seed},
            given=given,
            profile=order.profile,
            target=goal.target.key(goal.n, goal.count),
            index=goal.n,
            price=order.price,
            seed=seed,
            prompt=order.prompt,
            webhook=order.webhook,
            folder=str(order.target.cwd),
        )

    def _release(self) -> None:
        for claimed in self._claims:
            claimed.reservation.release()


def _with_seed(given: dict[str, Any], model: "Model", seed: int | None) -> dict[str, Any]:
    """GIVEN with the seed of this job, if the user gave one; a drawn one makes no difference."""
    field = model.seed_field
    return given | {field.name: seed} if field and field.name in given else given
