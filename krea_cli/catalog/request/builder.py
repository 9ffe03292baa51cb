"""Collect the fields of one request, with the problems and notes on the way."""

from typing import Any

from krea_cli.catalog.model import Field, Model, json_equal
from krea_cli.catalog.request.inputs import RequestInputs
from krea_cli.catalog.request.parse_value import (
    UnreadableValue,
    parse_elements,
    parse_file_references,
    parse_json_or_text,
    parse_value,
    quote_value,
)
from krea_cli.catalog.request.texts import drop_marks
from krea_cli.catalog.request.validate import UnknownField, unknown_field_problem
from krea_cli.errors import Problem
from krea_cli.text import clean

PRESET = "the preset"  # the source of a value
MEDIA_WORDS = ("image", "video", "audio", "url", "uri", "file")


class RequestBuilder:
    """Collects the fields that are given for one request.

    given: the values by field, in the order of the user
    old_names: today's name -> the old name that the user wrote
    notes: sentences for the user
    problems: everything that is wrong so far
    """

    def __init__(self, model: Model, inputs: RequestInputs) -> None:
        self.model = model
        self.inputs = inputs
        self.given: dict[str, Any] = {}
        self.old_names: dict[str, str] = {}
        self.notes: list[str] = []
        self.problems: list[Problem] = list(inputs.problems)
        self._sources: dict[str, str] = {}

    def report_problem(self, name: str | None, message: str, hint: str | None = None) -> None:
        """Add a problem with the field NAME (None: with the whole request)."""
        self.problems.append(Problem(name, message, hint))

    def report_missing_field(self, name: str | None, message: str, hint: str | None = None) -> None:
        """Add the problem that the model has no field NAME, as far as this catalog knows."""
        self.problems.append(UnknownField(name, message, hint))

    def has_no_field(self, name: str) -> bool:
        """Return True if the model has no field NAME. Without checks, the service decides."""
        return self.inputs.check and self.model.field(name) is None

    def is_from_preset(self, name: str) -> bool:
        """Tell if the value of NAME is that of the preset."""
        return self._sources.get(name) == PRESET

    def set_value(self, name: str, value: Any, *, source: str) -> None:
        """Set the field NAME. A different earlier value becomes a problem that names SOURCE."""
        value = drop_marks(value)
        if name in self.given and not json_equal(self.given[name], value):
            self.report_problem(name, f"given twice, by {self._sources[name]} and by {source}")
            return
        self.given[name] = value
        self._sources[name] = source

    def set_text(self, name: str, text: str, *, source: str) -> None:
        """Set the field NAME to the value that TEXT means there."""
        field = self.model.field(name)
        try:
            value = parse_json_or_text(text) if field is None else self._parse(field, text)
            self.set_value(name, value, source=source)
        except UnreadableValue as error:
            self.report_problem(name, str(error))

    def append(self, name: str, elements: list[Any], *, source: str) -> None:
        """Add ELEMENTS to the array NAME."""
        earlier = self.given.get(name, [])
        own = earlier if isinstance(earlier, list) else [earlier]
        self.given[name] = [*own, *drop_marks(elements)]
        self._sources.setdefault(name, source)

    def read_inputs(self) -> None:
        """Set the fields of -i, then those of the cells, then those that are values already."""
        for entry in self.inputs.inputs:
            key, separator, text = entry.partition("=")
            key = clean(key).strip()
            if not separator or not key:
                self.report_problem(None, f"-i {quote_value(entry)}: write it as -i key=value")
                continue
            self._read_input(self.translate_name(key), text)
        for key, text in self.inputs.cells.items():
            name = self.translate_name(key)
            self._read_input(name, self._escape_cell(name, text))
        for key, value in self.inputs.fields.items():
            name = self.translate_name(key)
            if value is None and self._is_absent(name):
                continue
            parsed = parse_file_references(self.model.field(name), value)
            self.set_value(name, parsed, source="the request")

    def _is_absent(self, name: str) -> bool:
        """Tell if null means that NAME is not given, as an empty cell does: libraries write it."""
        field = self.model.field(name)
        is_taken = field is not None and (field.nullable or not field.types)
        return self.inputs.check and not is_taken and (field is None or "null" not in field.types)

    def translate_name(self, key: str) -> str:
        """Return today's name of the field KEY, and add a note if it was renamed."""
        today = self.model.aliases.get(key)
        if today is None or self.model.field(key) or not self.model.field(today):
            return key
        self.old_names[today] = key
        self.notes.append(f"{key} is now called {today}")
        return today

    def _escape_cell(self, name: str, text: str) -> str:
        """Return the TEXT of a cell as for -i: @ stays an @, but for files in media fields."""
        if not text.startswith("@"):
            return text
        field = self.model.field(name)
        if field is None:
            is_text = not self.inputs.check and not _sounds_like_media(name, text)
        else:
            is_text = not field.takes_media
        return f"@{text}" if is_text else text

    def _read_input(self, key: str, text: str) -> None:
        field = self.model.field(key)
        if not self.inputs.check:
            self._read_unchecked(key, field, text)
        elif field is None and self.model.closed:
            self.problems.append(unknown_field_problem(self.model, key))
        elif field is None:
            self.set_value(key, parse_json_or_text(text), source="-i")
        else:
            self._read_checked(field, text)

    def _read_checked(self, field: Field, text: str) -> None:
        name = field.name
        try:
            if field.is_list and not (text == "null" and field.nullable):
                self.append(name, parse_elements(field, text, self.inputs.read_text), source="-i")
            elif name in self.given:
                self.report_problem(name, f"given twice, by {self._sources[name]} and by -i")
            else:
                self.set_value(name, self._parse(field, text), source="-i")
        except UnreadableValue as error:
            self.report_problem(name, str(error))

    def _read_unchecked(self, key: str, field: Field | None, text: str) -> None:
        """Read TEXT by the schema if that works, else as JSON, else as text."""
        try:
            if field is not None and field.is_list:
                self.append(key, parse_elements(field, text, self.inputs.read_text), source="-i")
                return
            media_format = "uri" if _sounds_like_media(key, text) else None
            value = self._parse(field or Field(key, format=media_format), text)
            self.set_value(key, value, source="-i")
        except UnreadableValue as error:
            if text.startswith("@") and not text.startswith("@@"):
                self.report_problem(key, str(error))
            else:
                self.set_value(key, parse_json_or_text(text), source="-i")

    def _parse(self, field: Field, text: str) -> Any:
        return parse_value(field, text, self.inputs.read_text)


def _sounds_like_media(key: str, text: str) -> bool:
    """Tell if @FILE in the unknown field KEY is a file to upload, by the name of the field."""
    return text.startswith("@") and any(word in key.lower() for word in MEDIA_WORDS)
