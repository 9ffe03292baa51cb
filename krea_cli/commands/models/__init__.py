"""List the models, find some, show or compare them.

An id, the end of one, a title or an alias shows the card of that model. Other words are a wish: the
models with each of them in the name, kind, fields or choices are listed. After the word compare,
models stand side by side. No token is needed.

Examples:

\b
  krea models
  krea models --takes image --sort price
  krea models video with sound
  krea models 4k --kind image --max-price 0.20
  krea models krea-2/large
  krea models compare krea-2/large z-image
  krea models --refresh
"""

from typing import TYPE_CHECKING, Annotated

import typer

from krea_cli.options import Json, Quiet, Verbose, parse_cap

if TYPE_CHECKING:
    from krea_cli.catalog.diff import CatalogDiff
    from krea_cli.catalog.model import Model
    from krea_cli.catalog.wishes import Wish
    from krea_cli.commands.session import Session

COMPARE = "compare"
MAX_CHANGES = 40
MAX_OTHERS = 8

Takes = Annotated[
    str | None,
    typer.Option(
        "--takes", metavar="INPUT", help="Only those that take text, image, video, audio."
    ),
]
WithFields = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="FIELD", help="Only those with this field."),
]
MaxPrice = Annotated[
    int | None,
    typer.Option(
        "--max-price",
        parser=parse_cap,
        metavar="USD",
        help="Only those whose cheapest job costs no more.",
    ),
]
Sort = Annotated[
    str | None,
    typer.Option("--sort", metavar="BY", help="By price, time or name; unknown ones come last."),
]


def models(
    context: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORD or ID]...", help="A model, or words of a wish."),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="KIND", help="Only image, video, audio, 3d or enhance."),
    ] = None,
    takes: Takes = None,
    fields: WithFields = None,
    max_price: MaxPrice = None,
    sort: Sort = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask the service, and print what changed.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    from krea_cli.catalog.wishes import Wish
    from krea_cli.commands.models import search

    session: Session = context.obj
    changes = session.refresh_catalog() if refresh else None
    wish = search.read_wish(
        session.catalog_cache.load(), kind=kind, takes=takes, fields=fields, max_price=max_price
    )
    # A person who asks for the news alone need not see a hundred models.
    is_news_only = changes is not None and session.output.is_stdout_terminal
    if not is_news_only or query or sort or wish != Wish():
        _answer(session, query or [], wish, sort)
    if changes is not None:
        # In the end: a hundred lines of models would push it out of the window.
        _report_changes(session, changes)


models.__doc__ = __doc__


def _answer(session: "Session", query: list[str], wish: "Wish", sort: str | None) -> None:
    from krea_cli.catalog.wishes import Wish
    from krea_cli.commands.models import listing, search

    default_id, is_plain = _default_id(session), sort is None and wish == Wish()
    words = " ".join(query)
    if query[:1] == [COMPARE] and is_plain:
        from krea_cli.commands.models.comparison import compare

        compare(session, query[1:], default_id)
        return
    named = search.find_named(session.catalog_cache.load(), words) if words and is_plain else None
    found = (named,) if named else search.find_wished(session, words, wish)
    if note := session.catalog_cache.warning:
        session.output.warn(note)
    catalog = session.catalog_cache.load()
    if words and is_plain and (model := search.find_named(catalog, words)):
        _print_card(session, model, default_id)
        _note_others(session, words, search.find_others(catalog, words, model.id))
        return
    listing.print_models(session, search.sort(found, sort) if sort else found, default_id)


def _note_others(session: "Session", words: str, others: list[str]) -> None:
    """Name OTHERS, the models with these WORDS beside the one shown."""
    if others and "/" not in words:
        more = f" and {len(others) - MAX_OTHERS} more" if len(others) > MAX_OTHERS else ""
        session.output.say(f"also with these words: {', '.join(others[:MAX_OTHERS])}{more}")


def _print_card(session: "Session", model: "Model", default_id: str | None) -> None:
    from krea_cli.commands.models.model_card import card_text
    from krea_cli.commands.models.records import to_full_record
    from krea_cli.commands.models.usual_times import read_usual_times
    from krea_cli.terminal.window import window_columns

    text = card_text(
        model,
        session.clock.now(),
        columns=window_columns(session.env) if session.output.is_stdout_terminal else None,
        is_default=model.id == default_id,
        seconds_here=read_usual_times(session, [model]).get(model.id),
    )
    session.output.print_line(text, to_full_record(model, default_id=default_id))


def _default_id(session: "Session") -> str | None:
    """Return the id of the model for requests that name none; None if there is no such model."""
    from krea_cli.catalog.resolve import resolve_model
    from krea_cli.commands.request_options import model_name
    from krea_cli.errors import UnknownModel

    catalog = session.catalog_cache.load()
    name = model_name(session, None)
    try:
        return resolve_model(catalog, name).model_id if name else catalog.default_id
    except UnknownModel:
        return None


def _report_changes(session: "Session", changes: "CatalogDiff") -> None:
    """Print what a refresh changed, and warn of unusable parts of the document."""
    output = session.output
    for line in changes.lines[:MAX_CHANGES]:
        output.say(line)
    if len(changes.lines) > MAX_CHANGES:
        output.say(f"and {len(changes.lines) - MAX_CHANGES} more changes")
    if not changes:
        output.say("the catalog is up to date")
    for reason in session.catalog_cache.load().dropped:
        output.warn(f"left out of the catalog: {reason}")
