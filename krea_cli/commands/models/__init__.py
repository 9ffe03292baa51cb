"""krea models"""

from typing import TYPE_CHECKING, Annotated

import typer

from krea_cli.options import Json, Quiet, Verbose

if TYPE_CHECKING:
    from krea_cli.catalog.catalog import Catalog
    from krea_cli.catalog.diff import Changes
    from krea_cli.catalog.model import Model
    from krea_cli.commands.session import Session

COLUMNS = ("model", "kind", "usually", "price", "title")
TOLD = 40


def models(
    context: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUERY or ID]...", help="A model, or words to look for."),
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="Only image, video, 3d, …")
    ] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask the service, and say what changed.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """List the models, look for some, or show one.

    A model's name shows its fields: what each takes, the price and the usual time. Anything
    else is looked for in ids and titles. No token is needed.

    Examples:

    \b
      krea models
      krea models --kind video
      krea models flux pro
      krea models krea-2/large
      krea models --refresh
    """
    from krea_cli.commands.models import model_card

    session: Session = context.obj
    if refresh:
        from krea_cli.flows.generate.compose import refreshed

        _tell(session, refreshed(session.store(), session.api_without_token, session.clock))
    catalog = session.store().load()
    wanted = " ".join(query or ())
    found = _found(session, catalog, wanted, kind)
    if session.store().note:
        session.output.warn(str(session.store().note))
    if wanted and len(found) == 1:
        session.output.line(model_card.sheet(found[0]), model_card.full(found[0]))
        return
    rows = [model_card.row(model) for model in found]
    briefs = [model_card.brief(model) for model in found]
    session.output.table(COLUMNS, rows, briefs, spare=True)


def _found(
    session: "Session", catalog: "Catalog", wanted: str, kind: str | None
) -> "tuple[Model, ...]":
    """The models asked for. Raises `UsageError` when there is none, after asking the service."""
    from krea_cli.catalog.resolve import search
    from krea_cli.errors import UsageError
    from krea_cli.flows.generate.compose import Composer

    if kind is not None and kind not in catalog.kinds:
        kinds = ", ".join(catalog.kinds)
        raise UsageError(f"there is no kind {kind!r}; there are {kinds}", hint="krea models")
    if not wanted:
        return catalog.models(kind)
    if found := search(catalog, wanted, kind=kind):
        return found
    store, clock = session.store(), session.clock
    composer = Composer(store, session.api_without_token, clock, session.output.tell)
    meant = composer.resolve(wanted)  # may bring another catalogue into the store
    named = store.load().model(meant.model_id)
    if kind not in (None, named.kind):
        message = f"{named.id} is of the kind {named.kind}, not {kind}"
        raise UsageError(message, hint=f"krea models {named.id}")
    return (named,)


def _tell(session: "Session", changes: "Changes") -> None:
    """Say what a refresh brought, and what of the document cannot be used."""
    output = session.output
    for line in changes.lines[:TOLD]:
        output.say(line)
    if len(changes.lines) > TOLD:
        output.say(f"and {len(changes.lines) - TOLD} changes more")
    if not changes:
        output.say("the catalogue is up to date")
    for reason in session.store().load().dropped:
        output.warn(f"left out of the catalogue: {reason}")
