"""What was given for one request, field by field, with the problems and remarks on the way."""

from typing import Any

from krea_cli.catalog.model import Field, Model, same
from krea_cli.catalog.request.inputs import Wishes
from krea_cli.catalog.request.parse_value import (
    Unreadable,
    elements_of,
    lenient,
    short,
    value_of,
    with_files,
)
from krea_cli.catalog.request.validate import UnknownField, unknown_field
from krea_cli.errors import Problem


class Gathering:
    """Collects the given values of one request. `given` keeps the order in which they came.

    `typed` are the names that the user wrote for fields that are called something else by now.
    """

    def __init__(self, model: Model, wishes: Wishes) -> None:
        self.model = model
        self.wishes = wishes
        self.given: dict[str, Any] = {}
        self.typed: dict[str, str] = {}
        self.notes: list[str] = []
        self.problems: list[Problem] = list(wishes.problems)
        self._by: dict[str, str] = {}

    def problem(self, name: str | None, message: str, hint: str | None = None) -> None:
        """Note that something is wrong."""
        self.problems.append(Problem(name, message, hint))

    def lacking(self, name: str | None, message: str, hint: str | None = None) -> None:
        """Note that the model has no place for something, as far as this catalogue knows."""
        self.problems.append(UnknownField(name, message, hint))

    def lacks(self, name: str) -> bool:
        """True if the model has no field NAME; never without checks: the server may have it."""
        return self.wishes.check and self.model.field(name) is None

    def put(self, name: str, value: Any, *, by: str) -> None:
        """Set the field NAME to VALUE, given BY an option; another value for it is a problem."""
        if name in self.given and not same(self.given[name], value):
            self.problem(name, f"given twice, by {self._by[name]} and by {by}")
            return
        self.given[name] = value
        self._by[name] = by

    def put_text(self, name: str, text: str, *, by: str) -> None:
        """Set the field NAME to what TEXT means in it."""
        field = self.model.field(name)
        try:
            value = lenient(text) if field is None else value_of(field, text, self.wishes)
            self.put(name, value, by=by)
        except Unreadable as error:
            self.problem(name, str(error))

    def append(self, name: str, elements: list[Any], *, by: str) -> None:
        """Add ELEMENTS to the array NAME."""
        known = self.given.get(name, [])
        self.given[name] = [*(known if isinstance(known, list) else [known]), *elements]
        self._by.setdefault(name, by)

    def inputs(self) -> None:
        """Take the `-i key=value` of the wishes, then their cells and their ready-made fields."""
        for entry in self.wishes.inputs:
            key, separator, text = entry.partition("=")
            if not separator or not key.strip():
                self.problem(None, f"-i {short(entry)}: written as -i key=value")
                continue
            self._input(self.renamed(key.strip()), text)
        for key, text in self.wishes.cells.items():
            name = self.renamed(key)
            self._input(name, self._literal(name, text))
        for key, value in self.wishes.fields.items():
            name = self.renamed(key)
            self.put(name, with_files(self.model.field(name), value), by="the request")

    def renamed(self, key: str) -> str:
        """Today's name of the field KEY; a name that the document renamed is said."""
        today = self.model.aliases.get(key)
        if today is None or self.model.field(key) or not self.model.field(today):
            return key
        self.typed[today] = key
        self.notes.append(f"{key} is now called {today}")
        return today

    def _literal(self, name: str, text: str) -> str:
        """The TEXT of a cell as `-i` would say it: an at sign names a file for media only."""
        if not text.startswith("@"):
            return text
        field = self.model.field(name)
        if field is None:
            literal = not self.wishes.check and not _sounds_like_media(name, text)
        else:
            literal = not field.takes_media
        return f"@{text}" if literal else text

    def _input(self, key: str, text: str) -> None:
        field = self.model.field(key)
        if not self.wishes.check:
            self._unchecked(key, field, text)
        elif field is None and self.model.closed:
            self.problems.append(unknown_field(self.model, key))
        elif field is None:
            self.put(key, lenient(text), by="-i")
        else:
            self._read(field, text)

    def _read(self, field: Field, text: str) -> None:
        try:
            if field.is_list and not (text == "null" and field.nullable):
                self.append(field.name, elements_of(field, text, self.wishes), by="-i")
            elif field.name in self.given:
                self.problem(field.name, f"given twice, by {self._by[field.name]} and by -i")
            else:
                self.put(field.name, value_of(field, text, self.wishes), by="-i")
        except Unreadable as error:
            self.problem(field.name, str(error))

    def _unchecked(self, key: str, field: Field | None, text: str) -> None:
        """Without checks: the schema's reading where it has one, else as JSON, else as text."""
        try:
            if field is not None and field.is_list:
                self.append(key, elements_of(field, text, self.wishes), by="-i")
                return
            reading = field or Field(key, format="uri" if _sounds_like_media(key, text) else None)
            self.put(key, value_of(reading, text, self.wishes), by="-i")
        except Unreadable as error:
            if text.startswith("@") and not text.startswith("@@"):
                self.problem(key, str(error))
            else:
                self.put(key, lenient(text), by="-i")


def _sounds_like_media(key: str, text: str) -> bool:
    """True if @FILE in a field that no schema knows is a file to upload, to go by its name."""
    words = ("image", "video", "audio", "url", "uri", "file")
    return text.startswith("@") and any(word in key.lower() for word in words)
