"""Plan a generate: the unfinished or copied jobs, and the requests that are left to be sent."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.catalog.local_files import find_local_files, replace_local_files
from krea_cli.errors import InDoubt, KreaError, RequestRefused, WouldOverwrite
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Note
from krea_cli.flows.files.naming import NameFacts
from krea_cli.flows.files.output_slot import PAYING_HINT, OutputSlot
from krea_cli.flows.generate.draft import RequestFiles, build_draft, hash_body, identify_job
from krea_cli.flows.generate.earlier_run import EarlierRun, find_earlier_run
from krea_cli.flows.generate.forecast import Forecast, count_jobs, forecast_claims
from krea_cli.flows.generate.made_before import (
    refuse_made_before,
    refuse_repeated,
    tag_made_before,
)
from krea_cli.flows.generate.request import GenerateRequest
from krea_cli.flows.generate.result_cache import CachedResult, CacheKey, ResultCache
from krea_cli.flows.recipe.recipe import HASH_PREFIX
from krea_cli.flows.recipe.sidecar import sidecar_path
from krea_cli.flows.submit.claim import insert_or_join
from krea_cli.flows.submit.elsewhere import Elsewhere
from krea_cli.flows.transfer.upload import forget_refused_uploads, hash_files, upload_files
from krea_cli.local.ledger.request_identity import RequestIdentity
from krea_cli.local.ledger.rows import RequestDraft, RequestRow

if TYPE_CHECKING:
    from krea_cli.local.ledger.run_lock import RunLock


@dataclass(frozen=True)
class PlannedJob:
    """One job of a request.

    draft: None where nothing is to be sent
    inserted: its row, and True if the row is new; None where nothing is to be sent
    cached: the result to be copied
    elsewhere: the request of another host, done or left to that host
    """

    slot: OutputSlot
    draft: RequestDraft | None = None
    inserted: tuple[RequestRow, bool] | None = None
    cached: CachedResult | None = None
    elsewhere: Elsewhere | None = None


@dataclass
class _Look:
    """The findings about each job of a request, by n, before anything is sent or recorded."""

    slots: list[OutputSlot]
    seeds: dict[int, int | None]
    givens: list[dict[str, Any]]
    identities: list[RequestIdentity]
    earlier: EarlierRun
    cached: dict[int, CachedResult] = field(default_factory=dict)

    @property
    def unmade(self) -> list[tuple[OutputSlot, RequestIdentity]]:
        """The jobs that no earlier run made."""
        known = self.earlier.rows | self.earlier.elsewhere
        jobs = zip(self.slots, self.identities, strict=True)
        return [(slot, identity) for slot, identity in jobs if slot.n not in known]


class Plan:
    """One request, before anything of it is sent. Its uploads end at `until` (monotonic).

    Call `look`, then `check` and `jobs`, or `forecast`; `look_all` looks at several.
    """

    def __init__(
        self, request: GenerateRequest, context: FlowContext, *, until: float | None = None
    ) -> None:
        self._request = request
        self._context = context
        self.until = until
        self._files = RequestFiles()
        self._seen: _Look
        self._run_lock: RunLock | None = None  # for requests to a stream

    def look(self) -> bool:
        """Look at every target, and draw the seeds; tell if no earlier run is unfinished.

        Raises `UsageError`, LedgerUnusable.
        """
        request = self._request
        if files := find_local_files([request.given, request.body]):
            self._files = RequestFiles(hash_files(files))
        # What was typed makes the request the same, whatever is known of an address in it.
        contents = {path: HASH_PREFIX + sha256 for path, sha256 in self._files.hashes.items()}
        typed = replace_local_files(request.given, contents)
        slots = [request.slot(n) for n in range(1, request.count + 1)]
        drawn = request.draw_seeds(self._context.random)
        givens = [self._with_given_seed(typed, seed) for seed in drawn]
        identities = [
            identify_job(request, self._files, given=given, seed=seed)
            for given, seed in zip(givens, drawn, strict=True)
        ]
        jobs = [] if request.again else list(zip(slots, identities, strict=True))
        earlier = find_earlier_run(jobs, self._context)
        by_number = dict(zip((slot.n for slot in slots), drawn, strict=True))
        self._seen = _Look(slots, by_number, givens, identities, earlier)
        return earlier.is_whole

    def check(self, *, anew: bool) -> None:
        """Find the results to be copied, and refuse names that are taken.

        anew: make all jobs, whatever an earlier run made
        Raises `WouldOverwrite`, `UsageError`.
        """
        self._settle(anew=anew)
        try:
            self._refuse(self._seen)
        except WouldOverwrite:
            tag_made_before(self._seen.unmade, self._request.tags, self._context)
            raise
        if self._request.tags and self._seen.cached:
            self._context.tell(Note("what is copied keeps the tags of its own request"))

    def jobs(self) -> list[PlannedJob]:
        """Upload the media and insert the rows, after `check`.

        All rows are inserted before the first request is sent: an interrupted run can tell the
        jobs left.
        Raises the service's answers to an upload.
        """
        look, elsewhere = self._seen, self._seen.earlier.elsewhere
        if self._files.hashes and len(look.cached) + len(elsewhere) < len(look.slots):
            files = find_local_files(self._request.body)
            addresses = upload_files(files, self._context, until=self.until)
            self._files = RequestFiles(self._files.hashes, addresses)
        return [
            PlannedJob(slot, cached=look.cached.get(slot.n), elsewhere=elsewhere.get(slot.n))
            if slot.n in look.cached | elsewhere
            else self._insert(slot, given, seed, look.earlier.rows.get(slot.n))
            for given, seed, slot in zip(look.givens, look.seeds.values(), look.slots, strict=True)
        ]

    def forecast(self, *, anew: bool) -> Forecast:
        """Tell what `check`, `jobs` and the sending would do, after `look`.

        Nothing is sent, uploaded or recorded.
        ANEW as in `check`.
        Raises `UsageError` and LedgerUnusable.
        """
        self._settle(anew=anew)
        try:
            self._refuse(self._seen)
            return self._count_jobs(self._claimed())
        except (WouldOverwrite, InDoubt) as error:
            return self._count_jobs([], error)

    def count_unpaid(self) -> int:
        """Count the jobs that are still to be paid for, after `check`. Raises `InDoubt`."""
        return self._count_jobs(self._claimed()).to_send

    def _claimed(self) -> list[RequestRow]:
        """The unfinished requests to a stream that this run would take. Raises `InDoubt`."""
        look, request = self._seen, self._request
        if request.again:
            return []
        unmade = [job for job in look.unmade if job[0].n not in look.cached]
        return forecast_claims(unmade, self._context.ledger, request.profile)

    def _count_jobs(self, claimed: list[RequestRow], refusal: KreaError | None = None) -> Forecast:
        look = self._seen
        return count_jobs(
            len(look.slots),
            earlier=[*look.earlier.rows.values(), *claimed],
            elsewhere=look.earlier.elsewhere.values(),
            copied=len(look.cached),
            refusal=refusal,
        )

    def _settle(self, *, anew: bool) -> None:
        """Take what an earlier run left, unless all is made ANEW. It counts for the budget."""
        look = self._seen
        if anew:
            look.earlier = EarlierRun()
        if budget := self._context.budget:
            for row in look.earlier.rows.values():
                budget.count_request(row.id)
        look.cached = self._find_cached(look)

    def _refuse(self, look: _Look) -> None:
        """Raise `WouldOverwrite` if the name of a job that is to be made is taken."""
        for slot, identity in look.unmade:
            seed = look.seeds[slot.n]
            self._refuse_existing(slot, seed, identity, look.cached.get(slot.n))

    def release(self) -> None:
        """Let other processes claim the unfinished requests to a stream."""
        if self._run_lock is not None:
            self._run_lock.release()

    def forget_refused_uploads(self, refused: RequestRefused) -> None:
        """Upload again next time: the service may have dropped a file meanwhile."""
        uploads = self._context.ledger.uploads
        forget_refused_uploads(refused, self._files.addresses.values(), uploads)

    def _find_cached(self, look: _Look) -> dict[int, CachedResult]:
        """The results to be copied, by n."""
        request, drawn = self._request, look.seeds
        if not request.reuse:
            return {}
        places = {slot.n: self._predict_path(slot, drawn[slot.n]) for slot, _ in look.unmade}
        cache = ResultCache(
            self._context, any_seed=request.any_seed, taken=set(filter(None, places.values()))
        )
        field = request.model.seed_field
        is_chosen = field is not None and field.name in request.body
        keys = {
            slot.n: self._cache_key(drawn[slot.n], identity, chosen=is_chosen)
            for slot, identity in look.unmade
        }
        # First what lies in its place already, so that no copy takes another's place.
        in_place = {n: cache.find_at(place, keys[n]) for n, place in places.items() if place}
        others = {n: cache.find(key) for n, key in keys.items() if not in_place.get(n)}
        return {n: each for n, each in (in_place | others).items() if each}

    def _cache_key(self, seed: int | None, identity: RequestIdentity, *, chosen: bool) -> CacheKey:
        body_hash = hash_body(self._request, seed, self._files, self._context.ledger)
        return CacheKey(body_hash, identity, seed if chosen else None, chosen=chosen)

    def _facts(self, seed: int | None) -> NameFacts:
        return NameFacts(self._request.prompt, self._request.model.id, seed)

    def _predict_path(self, slot: OutputSlot, seed: int | None) -> Path | None:
        """The path of a job's first result, as far as it is known."""
        target = self._request.target
        path = target.predict_path(slot.n, slot.count, self._facts(seed))
        return target.real_path(path) if path else None

    def _refuse_existing(
        self,
        slot: OutputSlot,
        seed: int | None,
        identity: RequestIdentity,
        cached: CachedResult | None,
    ) -> None:
        """Raise `WouldOverwrite` unless the slot is free, and the place of its sidecar.

        A copy that is there already is in nobody's way.
        """
        request, place = self._request, self._predict_path(slot, seed)
        if place and cached and cached.is_at(place):
            return
        if place and not cached and not request.again and request.target.makes_files:
            refuse_made_before(request, identity, slot, place, self._context)
        if not (place or cached or request.again or request.target.force):
            refuse_repeated(identity, slot, self._facts(seed), self._context)
        slot.refuse_existing(self._facts(seed))
        if request.sidecar and place and not request.target.force:
            sidecar = sidecar_path(place)
            if os.path.lexists(sidecar):
                raise WouldOverwrite(
                    f"{request.target.short_path(sidecar)} exists, and --sidecar would write it",
                    hint=PAYING_HINT,
                )

    def _insert(
        self, slot: OutputSlot, given: dict[str, Any], seed: int | None, earlier: RequestRow | None
    ) -> PlannedJob:
        request, context = self._request, self._context
        draft = build_draft(
            request,
            slot,
            self._files,
            given=given,
            seed=seed,
            ledger=context.ledger,
        )
        if earlier and earlier.state == "saved":
            context.ledger.tags.change(earlier.id, request.tags)
            return PlannedJob(slot, draft, inserted=(earlier, False))
        if not slot.target.makes_files:
            self._run_lock = self._run_lock or context.ledger.run_lock()
            draft = replace(draft, claim=self._run_lock.name)
        inserted = insert_or_join(draft, slot, context, again=request.again)
        return PlannedJob(slot, draft, inserted=inserted)

    def _with_given_seed(self, given: dict[str, Any], seed: int | None) -> dict[str, Any]:
        """GIVEN with the seed of one job, if the user gave one; a drawn one makes no difference."""
        field = self._request.model.seed_field
        return self._request.with_seed(given, seed) if field and field.name in given else given


def look_all(plans: Sequence[Plan]) -> bool:
    """Look at all PLANS of one command; tell if it means a new run, and goes on with none."""
    are_whole = [plan.look() for plan in plans]  # each of them has to be looked at
    return all(are_whole)
