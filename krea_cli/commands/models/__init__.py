"""`krea models`: list the models, search them, or show one."""

from typing import TYPE_CHECKING, Annotated

import typer

from krea_cli.options import Json, Quiet, Verbose
from krea_cli.text import shell_line

if TYPE_CHECKING:
    from krea_cli.catalog.diff import CatalogDiff
    from krea_cli.catalog.model import Model
    from krea_cli.commands.session import Session

COLUMNS = ("model", "kind", "usually", "price", "title")
OPTIONAL_COLUMNS = ("title", "usually", "kind")  # in a narrow window, dropped in this order
MAX_CHANGES = 40
MAX_OTHERS = 8


def models(
    context: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUERY or ID]...", help="A model, or words to search for."),
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="Only image, video, 3d, …")
    ] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask the service, and print what changed.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """List the models, search them, or show one.

    The name of a model shows its fields, its price and its usual time. Other words are searched
    for in ids and titles. No token is needed.

    Examples:

    \b
      krea models
      krea models --kind video
      krea models flux pro
      krea models krea-2/large
      krea models --refresh
    """
    session: Session = context.obj
    changes = session.refresh_catalog() if refresh else None
    words = " ".join(query or ())
    matches = _find_models(session, words, kind)
    if note := session.catalog_cache.warning:
        session.output.warn(note)
    _print_models(session, matches, as_card=bool(words) and len(matches) == 1)
    if words and len(matches) == 1:
        _note_others(session, words, matches[0])
    if changes is not None:
        # In the end: a hundred lines of models would push it out of the window.
        _report_changes(session, changes)


def _print_models(session: "Session", matches: "tuple[Model, ...]", *, as_card: bool) -> None:
    from krea_cli.commands.models import model_card

    if as_card:
        [model] = matches
        text = model_card.card_text(model, session.clock.now())
        session.output.print_line(text, model_card.full_record(model))
        return
    rows, records = map(model_card.to_row, matches), map(model_card.to_record, matches)
    session.output.print_table(COLUMNS, rows, records, optional=OPTIONAL_COLUMNS)
    _tell_age(session, matches)


def _note_others(session: "Session", words: str, model: "Model") -> None:
    """Name the other models with these WORDS, if MODEL was shown for the end of its id."""
    from krea_cli.catalog.resolve import ids_with_words

    found = ids_with_words(session.catalog_cache.load(), words)
    others = [each for each in found if each != model.id and words.lower() != model.id]
    if others:
        more = f" and {len(others) - MAX_OTHERS} more" if len(others) > MAX_OTHERS else ""
        session.output.say(f"also with these words: {', '.join(others[:MAX_OTHERS])}{more}")


def _find_models(session: "Session", words: str, kind: str | None) -> "tuple[Model, ...]":
    """Return the models that match. Raises `UsageError` if even a fresh catalog has none."""
    from krea_cli.catalog.resolve import search_models
    from krea_cli.errors import UsageError

    catalog = session.catalog_cache.load()
    if kind is not None and kind not in catalog.kinds:
        kinds = ", ".join(catalog.kinds)
        raise UsageError(f"there is no kind {kind!r}; there are {kinds}", hint="krea models")
    if not words:
        return catalog.models(kind)
    if matches := search_models(catalog, words, kind=kind):
        return matches
    model_id = session.composer().resolve(words).model_id  # may refresh the catalog
    model = session.catalog_cache.load().model(model_id)
    if kind not in (None, model.kind):
        message = f"{model.id} is of the kind {model.kind}, not {kind}"
        raise UsageError(message, hint=shell_line("krea", "models", model.id))
    return (model,)


def _tell_age(session: "Session", models: "tuple[Model, ...]") -> None:
    """Tell the age of the oldest price of MODELS, if it is older than a day.

    A pipe hears of a cached catalog only: the dates of the embedded prices are in --json.
    """
    from krea_cli.terminal import formats

    now, fetched_at = session.clock.now(), session.catalog_cache.load().fetched_at
    is_cache_old = fetched_at is not None and session.catalog_cache.is_old(now)
    if not (is_cache_old or session.output.is_stdout_terminal):
        return
    times = [model.priced_at for model in models if model.priced_at is not None]
    if times and (age := formats.age(now - min(times))):
        which = "the prices are" if len(set(times)) == 1 else "the oldest of these prices is"
        advice = "krea models --refresh asks for today's"
        if session.catalog_changes is not None:
            advice = "the service has no newer ones"
        session.output.say(f"{which} {age}; {advice}")


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
