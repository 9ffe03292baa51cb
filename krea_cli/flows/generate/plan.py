"""Plan an order: what is begun or on disk already, and the requests that are left to be made."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from krea_cli.catalog.local_files import local_files, replaced
from krea_cli.errors import RequestRefused, WouldOverwrite
from krea_cli.flows.context import FlowContext
from krea_cli.flows.files.naming import Facts
from krea_cli.flows.generate.request import Order
from krea_cli.flows.generate.result_cache import Reusable, Shelf, Wish
from krea_cli.flows.generate.seeds import seeds
from krea_cli.flows.recipe.recipe import CONTENT, by_content, sources_of
from krea_cli.flows.recipe.sidecar import beside
from krea_cli.flows.submit.claim import Goal, put_down
from krea_cli.flows.transfer.upload import addresses, doubt_uploads, fingerprints
from krea_cli.local.ledger.rows import UNFINISHED, Draft, Row, identity


@dataclass(frozen=True)
class Step:
    """One job of an order: where it goes, and its row (True: just put down), or what is reused."""

    goal: Goal
    draft: Draft | None = None
    put: tuple[Row, bool] | None = None
    reused: Reusable | None = None


class Plan:
    """One order, before its first request is sent."""

    def __init__(self, order: Order, context: FlowContext) -> None:
        self._order = order
        self._context = context
        self._uploaded: dict[str, str] = {}  # path of a file -> its address
        self._prints: dict[str, str] = {}  # path of a file -> sha256

    def steps(self) -> list[Step]:
        """Every job: media uploaded, seeds drawn; every target looked at before that.

        All are put down before the first is sent: what an interrupted run had still to do can be
        told. Raises `WouldOverwrite`, `UsageError`, and what the service says to an upload.
        """
        order = self._order
        self._prints = fingerprints(local_files([order.given, order.body]))
        # What was typed makes the identity, whatever is known by now of an address in it.
        prints = {path: CONTENT + sha256 for path, sha256 in self._prints.items()}
        given = replaced(order.given, prints)
        goals = order.goals()
        drawn = seeds(order.model, order.body, order.count, self._context.random)
        givens = [self._with_given_seed(given, seed) for seed in drawn]
        earlier = self._begun_before(givens, goals)
        reused = self._reused(drawn, [goal for goal in goals if goal.n not in earlier])
        for goal, seed in zip(goals, drawn, strict=True):
            if goal.n not in earlier:
                self._look_at_target(goal, seed, reused.get(goal.n))
        if len(reused) < len(goals):
            self._upload()
        return [
            Step(goal, reused=reused[goal.n])
            if goal.n in reused
            else self._step(self._draft(given, seed, goal), goal, earlier.get(goal.n))
            for given, seed, goal in zip(givens, drawn, goals, strict=True)
        ]

    def doubt_uploads(self, refused: RequestRefused) -> None:
        """The service may have dropped a file since it was uploaded: do not rely on it again."""
        doubt_uploads(refused, self._uploaded.values(), self._context.ledger.uploads)

    def _begun_before(self, givens: list[dict[str, Any]], goals: list[Goal]) -> dict[int, Row]:
        """What an earlier run of this order left, by n: unfinished requests, and what it had
        finished if that was not all. Empty where everything is to be made anew."""
        if self._order.again:
            return {}
        ledger, left, whole = self._context.ledger, {}, True
        for given, goal in zip(givens, goals, strict=True):
            if goal.key is None:
                continue
            same = identity(self._order.model.id, given)
            row = ledger.unfinished(same, goal.key) or ledger.latest(same, goal.key)
            if row and (row.state == "saved" or row.state in UNFINISHED):
                left[goal.n] = row
            if row and row.state != "saved":
                whole = False  # under way, refused, failed or cancelled: that run is to be ended
        return {} if whole else left

    def _reused(self, drawn: Sequence[int | None], goals: list[Goal]) -> dict[int, Reusable]:
        """What is on disk already, by n."""
        order = self._order
        if not order.reuse:
            return {}
        places = {goal.n: self._foreseen(goal, drawn[goal.n - 1]) for goal in goals}
        shelf = Shelf(
            self._context, any_seed=order.any_seed, taken=set(filter(None, places.values()))
        )
        field = order.model.seed_field
        chosen = field is not None and field.name in order.body
        wanted = {goal.n: self._wish(drawn[goal.n - 1], chosen=chosen) for goal in goals}
        # First what lies where it is wanted already, so that no copy takes another's place.
        found = {n: shelf.at(place, wanted[n]) for n, place in places.items() if place}
        rest = {n: shelf.take(wish) for n, wish in wanted.items() if not found.get(n)}
        return {n: each for n, each in (found | rest).items() if each}

    def _wish(self, seed: int | None, *, chosen: bool) -> Wish:
        return Wish(self._recipe(seed), seed if chosen else None, chosen=chosen)

    def _foreseen(self, goal: Goal, seed: int | None) -> Path | None:
        """Where the first result of a job will be, as far as that is known."""
        target = self._order.target
        facts = Facts(self._order.prompt, self._order.model.id, seed)
        shown = target.foreseen(goal.n, goal.count, facts)
        return target.real(shown) if shown else None

    def _recipe(self, seed: int | None) -> str:
        """The digest of all that is sent but the seed; of one that is no number as well."""
        body, field = self._sent, self._order.model.seed_field
        if field is not None and seed is not None:
            body = {name: value for name, value in body.items() if name != field.name}
        return identity(self._order.model.id, body)

    @cached_property
    def _sent(self) -> dict[str, Any]:
        """What is sent, but for a drawn seed, with local files by their content."""
        sent: dict[str, Any] = by_content(
            self._order.body, self._prints, self._context.ledger.uploads
        )
        return sent

    def _look_at_target(self, goal: Goal, seed: int | None, reused: Reusable | None) -> None:
        """Raise `WouldOverwrite` unless the target is free, and the place of its sidecar.

        A copy that is there already stands in nobody's way.
        """
        order, place = self._order, self._foreseen(goal, seed)
        if place and reused and reused.is_at(place):
            return
        facts = Facts(order.prompt, order.model.id, seed)
        order.target.check(goal.n, goal.count, facts=facts)
        if order.sidecar and place and not order.target.force:
            sidecar = beside(place)
            if os.path.lexists(sidecar):
                raise WouldOverwrite(
                    f"{order.target.shown(sidecar)} exists, and --sidecar would write it",
                    hint="--force overwrites it; or choose another name with -o",
                )

    def _upload(self) -> None:
        context = self._context
        self._uploaded = addresses(
            local_files(self._order.body),
            api=context.api,
            ledger=context.ledger,
            clock=context.clock,
            tell=context.tell,
        )

    def _step(self, draft: Draft, goal: Goal, earlier: Row | None) -> Step:
        if earlier and earlier.state == "saved":
            return Step(goal, draft, put=(earlier, False))
        put = put_down(draft, goal, self._context, again=self._order.again)
        return Step(goal, draft, put=put)

    def _draft(self, given: dict[str, Any], seed: int | None, goal: Goal) -> Draft:
        order = self._order
        body = replaced(order.body, self._uploaded) if self._uploaded else order.body
        return Draft(
            model=order.model.id,
            kind=order.model.kind,
            route=order.model.route,
            body=order.with_seed(body, seed),
            given=given,
            profile=order.profile,
            target=goal.target.key(goal.n, goal.count),
            index=goal.n,
            count=goal.count,
            price=order.price,
            cost=order.cost,
            seed=seed,
            prompt=order.prompt,
            webhook=order.webhook,
            folder=str(order.target.cwd),
            sources=sources_of(self._uploaded, self._prints),
            recipe=self._recipe(seed),
            sidecar=order.sidecar,
            embed=order.embed,
        )

    def _with_given_seed(self, given: dict[str, Any], seed: int | None) -> dict[str, Any]:
        """GIVEN with the seed of one job, if the user gave one; a drawn one makes no difference."""
        field = self._order.model.seed_field
        return self._order.with_seed(given, seed) if field and field.name in given else given
