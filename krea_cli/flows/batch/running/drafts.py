"""From an item of a batch to the request that is put down in the ledger."""

from typing import Any

from krea_cli.catalog.local_files import local_files, replaced
from krea_cli.errors import UsageError
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.running.terms import Terms
from krea_cli.flows.claim import Goal
from krea_cli.flows.recipe import by_content, sources_of
from krea_cli.flows.seeds import seeds
from krea_cli.flows.target import parse_target
from krea_cli.flows.upload import addresses, fingerprints
from krea_cli.flows.world import World
from krea_cli.local.ledger.rows import Draft, identity


def goal_of(item: Item, terms: Terms) -> Goal:
    """Where the results of ITEM go."""
    target = parse_target(item.target, cwd=terms.cwd, force=terms.force)
    return Goal(target, item.n, item.count)


def draft_of(item: Item, goal: Goal, terms: Terms, world: World, *, run: str) -> Draft:
    """The request of ITEM, claimed under the name RUN: media uploaded, its seed drawn.

    Raises `UsageError` for a file that is not what it was when it was checked, and what the
    service says to an upload.
    """
    uploaded = _uploaded(item, world)
    model = terms.model(item.model)
    (seed,) = seeds(model, item.body, 1, world.random)
    body: dict[str, Any] = replaced(item.body, uploaded)
    field = model.seed_field
    seedless = body
    if field is not None and seed is not None:
        body = body | {field.name: seed}
        seedless = {name: value for name, value in item.body.items() if name != field.name}
    recipe = by_content(seedless, item.prints, world.book.uploads)
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


def _uploaded(item: Item, world: World) -> dict[str, str]:
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
        api=world.api,
        book=world.book,
        clock=world.clock,
        tell=world.tell,
        random=world.random,
    )
