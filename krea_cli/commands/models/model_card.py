"""The card of a model: its fields as options, its prices, and commands to try."""

import json
from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from krea_cli.catalog.describe import describe_field
from krea_cli.catalog.examples import EXAMPLE_PROMPTS
from krea_cli.catalog.model import Field, Model
from krea_cli.catalog.price_ranges import price_bounds, price_range, price_table
from krea_cli.catalog.request.defaults import fill_defaults
from krea_cli.catalog.request.inputs import RequestInputs
from krea_cli.catalog.wishes import list_inputs
from krea_cli.commands.models.examples import example_command, second_command
from krea_cli.commands.models.field_options import STYLE_OPTION, field_option
from krea_cli.commands.models.usual_times import usual_time
from krea_cli.dollars import format_dollars, to_micros
from krea_cli.terminal import formats
from krea_cli.text import one_line

MAX_PRICES = 24
MAX_OPTION_CHARACTERS = 32
MIN_VALUE_CHARACTERS = 24
TYPE_NAMES = {"string": "text", "array": "list", "boolean": "true or false"}


def card_text(
    model: Model, now: float, *, columns: int | None, is_default: bool, seconds_here: float | None
) -> str:
    """Return the card of MODEL as text.

    now: seconds since 1970
    columns: of the window; None leaves lines as long as they are
    is_default: True for the model of requests that name none
    seconds_here: the usual time of a job by this ledger; None if unknown
    """
    time = usual_time(model, seconds_here)
    title = f"{model.title} (deprecated)" if model.deprecated else model.title
    facts = [
        model.kind,
        f"takes {_join(list_inputs(model))}" if list_inputs(model) else None,
        f"usually {time}" if time else None,
        _price_fact(model, now),
        f"ends on {model.sunset}" if model.sunset else None,
        "the default" if is_default else None,
    ]
    lines = [
        *_wrap(f"{model.id}  {title}", columns),
        *_wrap(", ".join(fact for fact in facts if fact), columns),
        "",
        *_field_lines(model, columns),
        *_price_lines(model, columns),
        "",
        example_command(model),
        _break_command(second_command(model), columns),
    ]
    return "\n".join(lines)


def _join(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _break_command(command: str, columns: int | None) -> str:
    """Return COMMAND in two lines if it is wider than the window: a shell goes on behind &&."""
    is_wide = columns is not None and len(command) > columns
    return command.replace(" && ", " &&\n  ") if is_wide else command


def _wrap(text: str, columns: int | None) -> list[str]:
    if columns is None or len(text) < columns:
        return [text]
    return wrap(text, max(10, columns - 1), break_long_words=False, break_on_hyphens=False)


def _price_fact(model: Model, now: float) -> str:
    price, bounds = price_range(model), price_bounds(model)
    if price == "unknown" or bounds is None:
        return "price unknown"
    text = f"price {price}"
    if price.endswith("/s") and bounds.high is not None:
        low, high = (format_dollars(to_micros(each)) for each in (bounds.low, bounds.high))
        text += f", {low} a job" if low == high else f", {low} to {high} a job"
    return text + formats.price_age(model.priced_at, now)


def _field_lines(model: Model, columns: int | None) -> list[str]:
    prompt = EXAMPLE_PROMPTS["image"]
    filled, _ = fill_defaults(model, {"prompt": prompt}, RequestInputs(prompt=prompt))
    rows = []
    for field in model.fields:
        is_filled = field.name in filled and field.name != "prompt"
        is_measured = model.kind == "enhance" and field.name in ("width", "height")
        star = " *" if field.required and not (is_filled or is_measured) else ""
        facts = [describe_option(model, field)]
        if is_filled and field.required:
            facts.append(f"{_short_text(filled[field.name])} if left out")
        elif is_measured and field.required:
            facts.append("as the picture has it if left out")
        elif field.has_default and field.default not in (None, "", []):
            facts.append(f"default {_short_text(field.default)}")
        facts += [f"when {name} is {_short_text(value)}" for name, value in field.visible_when]
        facts += ["deprecated"] if field.deprecated else []
        rows.append((field_option(model, field) + star, "; ".join(filter(None, facts))))
    lines = _columns(rows, columns)
    return [*lines, "", "* required"] if any(option.endswith("*") for option, _ in rows) else lines


def _columns(
    rows: list[tuple[str, str]], columns: int | None, *, is_short: bool = False
) -> list[str]:
    """Lay out pairs in two columns; a narrow window has the second below the first.

    is_short: True for values that are never broken into lines
    """
    lengths = [len(option) for option, _ in rows]
    width = max(lengths, default=0)
    if not is_short and columns is not None:
        width = max((each for each in lengths if each <= MAX_OPTION_CHARACTERS), default=0)
    longest = max((len(values) for _, values in rows), default=0) if is_short else 0
    if columns is not None and columns < width + 4 + (longest or MIN_VALUE_CHARACTERS):
        width = 2
    lines: list[str] = []
    for option, values in rows:
        room = max(12, (columns or 0) - width - 5)
        texts = [values] if columns is None else wrap(values, room, break_on_hyphens=False)
        if len(option) > width:
            # An option has no spaces to break at; a price's dimensions have.
            room_of_option = len(option) if columns is None else max(12, columns - 3)
            lines += [f"  {text}" for text in wrap(option, room_of_option)]
        else:
            first, *texts = texts or [""]
            lines.append(f"  {option.ljust(width)}  {first}".rstrip())
        lines += [" " * (width + 4) + text for text in texts]
    return lines


def describe_option(model: Model, field: Field) -> str:
    """Return the values of FIELD of MODEL as they are typed, with its name if that differs."""
    if field.name == "prompt":
        return describe_field(field) or "text"
    option = field_option(model, field)
    if option.endswith(" FILE"):
        limit = describe_field(field).partition(", ")[2] if field.is_list else ""
        return f"{field.name}: a file or an address" + (f", {limit}" if limit else "")
    words = one_line(describe_field(field))
    if option == STYLE_OPTION:
        return "; ".join(filter(None, ("or ID=STRENGTH", words.partition("}, ")[2])))
    if option.endswith("@FILE"):
        words = words.replace("an address or @FILE", "or an address")
    return words or _type_name(field)


def _price_lines(model: Model, columns: int | None) -> list[str]:
    rows = [(one_line(dimensions), price) for dimensions, price in price_table(model)]
    shown = rows[:MAX_PRICES]
    lines = _columns(shown, columns, is_short=True)
    if len(rows) > len(shown):
        lines.append(f"  and {len(rows) - len(shown)} more: krea models {model.id} --json")
    return ["", "prices", *lines] if lines else []


def _type_name(field: Field) -> str:
    return " or ".join(TYPE_NAMES.get(kind, kind) for kind in field.types) or "anything"


def _short_text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return one_line(text)[:60]
