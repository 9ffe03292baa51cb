"""The table of models, and the lines below it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from krea_cli.catalog.model import Model
from krea_cli.catalog.price_ranges import price_range
from krea_cli.catalog.wishes import list_inputs
from krea_cli.commands.models.records import to_record
from krea_cli.commands.models.usual_times import read_usual_times, usual_time
from krea_cli.terminal import formats

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

COLUMNS = ("model", "kind", "takes", "usually", "price", "title")
OPTIONAL_COLUMNS = ("title", "usually", "takes", "kind")  # in a narrow window, dropped so
UNKNOWN = "?"
DEFAULT_MARK, ABOUT_MARK = " *", "~"


def print_models(session: "Session", models: Sequence[Model], default_id: str | None) -> None:
    """Print a row for each of MODELS; a person is told the marks and the age of the prices."""
    is_for_person = session.output.is_stdout_terminal
    times: dict[str, float] = {}
    if is_for_person and not session.output.json:
        times = read_usual_times(session, models)
    rows = (
        to_row(
            model,
            default_id if is_for_person else None,
            short=is_for_person,
            seconds_here=times.get(model.id),
        )
        for model in models
    )
    records = (to_record(model, default_id=default_id) for model in models)
    session.output.print_table(COLUMNS, rows, records, optional=OPTIONAL_COLUMNS)
    if is_for_person and models:
        _tell_marks(session, models, default_id)
    _tell_age(session, models)


def to_row(
    model: Model, default_id: str | None, *, short: bool, seconds_here: float | None = None
) -> tuple[str, ...]:
    """Return MODEL as a row of the table, with a mark at the model DEFAULT_ID.

    short: True for prices that fit a narrow window: ~$0.049-0.08575/s
    seconds_here: the usual time by this ledger; None if unknown
    """
    price = price_range(model)
    if price == "unknown":
        price = UNKNOWN
    elif short:
        mark = ABOUT_MARK if "about " in price else ""  # of either end
        price = mark + price.replace("about ", "").replace(" to ", "-")
    return (
        model.id + (DEFAULT_MARK if model.id == default_id else ""),
        model.kind,
        ", ".join(list_inputs(model)),
        usual_time(model, seconds_here) or UNKNOWN,
        price,
        f"{model.title} (deprecated)" if model.deprecated else model.title,
    )


def _tell_marks(session: "Session", models: Sequence[Model], default_id: str | None) -> None:
    """Tell in one line what the marks in the table mean."""
    prices = [price_range(model) for model in models]
    marks = ["* the default"] if any(model.id == default_id for model in models) else []
    if any("about " in price for price in prices):
        marks.append(f"{ABOUT_MARK} an old or uncertain price")
    if "unknown" in prices or any(model.typical_seconds is None for model in models):
        marks.append(f"{UNKNOWN} the service publishes none")
    if marks:
        session.output.say("; ".join(marks))


def _tell_age(session: "Session", models: Sequence[Model]) -> None:
    """Tell the age of the oldest price of MODELS, if it is older than a day.

    A pipe hears of a cached catalog only: the dates of the embedded prices are in --json.
    """
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
