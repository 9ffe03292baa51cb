"""Models side by side, for `krea models compare`."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from krea_cli.catalog.model import Model
from krea_cli.catalog.price_ranges import price_bounds, price_range
from krea_cli.catalog.wishes import list_inputs
from krea_cli.commands.models.model_card import describe_option
from krea_cli.commands.models.records import to_full_record
from krea_cli.commands.models.usual_times import read_usual_times, usual_time
from krea_cli.dollars import format_dollars, to_micros
from krea_cli.errors import UsageError
from krea_cli.terminal.window import window_columns

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

MIN_CELL_CHARACTERS = 16
GAP = "  "
NOTHING, UNKNOWN = "-", "?"


def compare(session: "Session", names: Sequence[str], default_id: str | None) -> None:
    """Print the models NAMES side by side. Raises `UsageError`, `UnknownModel`."""
    if len(names) < 2:
        raise UsageError(
            "krea models compare takes two or more models",
            hint="krea models compare krea-2/large flux-1-dev",
        )
    composer = session.composer()
    models = list({model.id: model for model in map(composer.model, names)}.values())
    record = {"models": [to_full_record(model, default_id=default_id) for model in models]}
    times = read_usual_times(session, models)
    rows = [("", *(model.id for model in models)), *_facts(models, times), *_fields(models)]
    columns = window_columns(session.env) if session.output.is_stdout_terminal else None
    session.output.print_line(_render(rows, columns), record)


def _facts(models: Sequence[Model], times: Mapping[str, float]) -> list[tuple[str, ...]]:
    rows = {
        "title": [model.title for model in models],
        "kind": [model.kind for model in models],
        "takes": [", ".join(list_inputs(model)) for model in models],
        "usually": [usual_time(model, times.get(model.id)) or UNKNOWN for model in models],
        "price": [price_range(model).replace("unknown", UNKNOWN) for model in models],
        "a job costs": list(map(_job_price, models)),
        "ends on": [model.sunset or NOTHING for model in models],
    }
    needed = [name for name in rows if name != "ends on" or any(model.sunset for model in models)]
    return [(name, *rows[name]) for name in needed]


def _job_price(model: Model) -> str:
    bounds = price_bounds(model)
    if bounds is None:
        return UNKNOWN
    low = format_dollars(to_micros(bounds.low))
    if bounds.high is None:
        return f"{low} or more"
    high = format_dollars(to_micros(bounds.high))
    return low if low == high else f"{low} to {high}"


def _fields(models: Sequence[Model]) -> list[tuple[str, ...]]:
    names = dict.fromkeys(field.name for model in models for field in model.fields)
    rows = []
    for name in names:
        fields = [(model, model.field(name)) for model in models]
        cells = [
            (describe_option(model, field).removeprefix(f"{name}: ")) if field else NOTHING
            for model, field in fields
        ]
        rows.append((name, *cells))
    return rows


def _render(rows: Sequence[Sequence[str]], columns: int | None) -> str:
    """Lay out ROWS for a window of COLUMNS; None: tab-separated.

    A window without room for columns has a line for each cell.
    """
    if columns is None:
        return "\n".join("\t".join(row) for row in rows)
    label = max(len(row[0]) for row in rows)
    room = (columns - 1 - label) // (len(rows[0]) - 1) - len(GAP)
    if room < MIN_CELL_CHARACTERS:
        return "\n".join(_stack(rows, columns))
    widths = [min(room, max(map(len, cells))) for cells in list(zip(*rows, strict=True))[1:]]
    lines: list[str] = []
    for head, *cells in rows:
        wrapped = [wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
        for number in range(max(map(len, wrapped))):
            parts = [head.ljust(label) if number == 0 else " " * label]
            for texts, width in zip(wrapped, widths, strict=True):
                parts.append((texts[number] if number < len(texts) else "").ljust(width))
            lines.append(GAP.join(parts).rstrip())
    return "\n".join(lines)


def _stack(rows: Sequence[Sequence[str]], columns: int) -> list[str]:
    """Return a heading for each row, and a line for each of its cells."""
    (_, *ids), *others = rows
    lines: list[str] = []
    for head, *cells in others:
        lines.append(head)
        for model_id, cell in zip(ids, cells, strict=True):
            text = f"{model_id}: {cell}"
            lines += wrap(text, columns - 1, initial_indent="  ", subsequent_indent="    ")
    return lines
