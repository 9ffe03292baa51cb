"""A part of a list: some lines, those with some words or values, or those that failed."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from krea_cli.catalog.local_files import LocalFile, leaves
from krea_cli.catalog.request.write_value import write_value
from krea_cli.errors import UsageError
from krea_cli.flows.batch.check.lines import FIELD_PREFIX, TAG_PREFIX, Line
from krea_cli.flows.batch.item import Item
from krea_cli.local.ledger.rows import FAILED_STATES

LINES_HINT = "--lines 3,9-12"
FILTER_HINT = "--filter WORDS, or --filter FIELD=VALUE"

LineRange = tuple[int, int]  # first and last line


@dataclass(frozen=True)
class Filter:
    """A condition on items: WORDS that they hold, or VALUE of the field NAME.

    text: as typed
    words: each is somewhere in the item, whatever its case
    name: of the field; None for words
    value: of the field, whatever its case
    """

    text: str
    words: tuple[str, ...] = ()
    name: str | None = None
    value: str = ""

    def accepts(self, item: Item, line: Line) -> bool:
        """Tell if ITEM, of LINE, fulfils it."""
        if self.name is not None:
            return self.value in map(str.casefold, _values(item, line, self.name))
        text = "\n".join(_texts(item, line)).casefold()
        return all(word in text for word in self.words)

    def is_known(self, item: Item, line: Line) -> bool:
        """Tell if ITEM has the field, set or not."""
        return self.name is None or bool(_values(item, line, self.name))


@dataclass(frozen=True)
class PartOptions:
    """The options that choose a part of a list.

    lines: ranges of lines; empty for all
    first: number of lines to take from the start of what the others choose; None for all
    filters: conditions that all hold
    only_failed: items whose last job failed
    """

    lines: tuple[LineRange, ...] = ()
    first: int | None = None
    filters: tuple[Filter, ...] = ()
    only_failed: bool = False

    @property
    def is_whole(self) -> bool:
        """True without any such option: the whole list is meant."""
        return self == PartOptions()


class Part:
    """Chooses items in the order of the list; FIND_STATE gives the state of an item's request.

    A part with few numbers of lines is refused in the end if one of them has no item.
    """

    def __init__(self, options: PartOptions, find_state: Callable[[str], str | None]) -> None:
        self._options = options
        self._find_state = find_state
        self._last_line = 0
        self._unseen = set(options.lines)  # ranges without an item so far
        self._unknown = set(options.filters)  # filters by fields that no item has so far
        self._chosen_lines = 0
        self._last_chosen_line = 0
        self.count = 0  # of the items in it

    @property
    def is_whole(self) -> bool:
        """True if the whole list is meant."""
        return self._options.is_whole

    def includes(self, item: Item, line: Line) -> bool:
        """Tell if ITEM, the next of the list and of LINE, is in the part."""
        if self.is_whole:
            self.count += 1
            return True
        self._last_line = line.number
        if self._unknown:
            self._unknown -= {each for each in self._unknown if each.is_known(item, line)}
        if not (self._is_in_lines(line.number) and self._is_wanted(item, line)):
            return False
        is_next = line.number != self._last_chosen_line
        if is_next and self._chosen_lines == self._options.first:
            return False
        self._chosen_lines += is_next
        self._last_chosen_line = line.number
        self.count += 1
        return True

    def refuse_missing(self, name: str) -> None:
        """Raise `UsageError` for lines and fields that the list NAME has not, or without a match.

        That nothing has failed is no mistake.
        """
        options = self._options
        for first, last in options.lines:
            if (first, last) in self._unseen or last > self._last_line:
                missing = last if last > self._last_line else first
                raise UsageError(
                    f"{name} has nothing to make on line {missing}; its last is {self._last_line}",
                    hint=f"{LINES_HINT} names lines of the list, counted from 1",
                )
        for unknown in options.filters:
            if unknown in self._unknown:
                raise UsageError(
                    f"--filter {unknown.text}: no line of {name} has a field {unknown.name}",
                    hint="the fields are those of the list and of the model; model is one too",
                )
        if options.filters and not (self.count or options.only_failed):
            texts = " ".join(f"--filter {each.text}" for each in options.filters)
            raise UsageError(f"nothing in {name} fits {texts}", hint=FILTER_HINT)

    def _is_in_lines(self, number: int) -> bool:
        ranges = self._options.lines
        found = [each for each in ranges if each[0] <= number <= each[1]]
        self._unseen.difference_update(found)
        return bool(found) or not ranges

    def _is_wanted(self, item: Item, line: Line) -> bool:
        options = self._options
        if not all(each.accepts(item, line) for each in options.filters):
            return False
        return not options.only_failed or self._find_state(item.fingerprint) in FAILED_STATES


def parse_lines(text: str | None) -> tuple[LineRange, ...]:
    """Parse `3,9-12` as ranges of lines. Raises `UsageError`."""
    if text is None:
        return ()
    ranges = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*([0-9]{1,9})\s*(?:-\s*([0-9]{1,9})\s*)?", part)
        if match is None:
            raise UsageError(f"--lines {text}: {part!r} is no line, and no range", hint=LINES_HINT)
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last:
            message = f"--lines {text}: {part.strip()} does not go up from 1 or more"
            raise UsageError(message, hint=LINES_HINT)
        ranges.append((first, last))
    return tuple(dict.fromkeys(ranges))


def parse_filters(texts: Sequence[str] | None) -> tuple[Filter, ...]:
    """Parse TEXTS, each of words, or FIELD=VALUE. Raises `UsageError` for an empty one."""
    return tuple(_parse_filter(text) for text in texts or ())


def _parse_filter(text: str) -> Filter:
    if match := re.fullmatch(r"([A-Za-z_][\w.-]*)=(.*)", text, re.DOTALL):
        name = match[1].removeprefix(FIELD_PREFIX)
        return Filter(text, name=name, value=match[2].strip().casefold())
    words = tuple(text.casefold().split())
    if not words:
        raise UsageError("--filter is empty", hint=FILTER_HINT)
    return Filter(text, words)


def _values(item: Item, line: Line, name: str) -> list[str]:
    """Return the texts that VALUE of a filter by the field NAME may be."""
    if name == "model":
        parts = item.model.split("/")
        ends = ["/".join(parts[first:]) for first in range(len(parts))]
        return [*ends, *([line.model.strip()] if isinstance(line.model, str) else [])]
    if name == "output":
        return [str(line.output or "")]
    if name.startswith(TAG_PREFIX):
        tag = item.tags.get(name.removeprefix(TAG_PREFIX))
        return [] if tag is None else [tag]
    body = item.body
    current = next((new for new, old in item.old_names.items() if old == name), name)
    if current in body:
        return _written(body[current])
    if name in line.cells:
        return [line.cells[name].strip()]
    return _written(line.values[name]) if name in line.values else []


def _written(value: object) -> list[str]:
    if isinstance(value, LocalFile):
        return [value.path, f"@{value.path}"]
    return [value] if isinstance(value, str) else [write_value(value, None)]


def _texts(item: Item, line: Line) -> Iterator[str]:
    yield item.model
    yield str(line.output or "")
    yield from line.cells.values()
    yield from filter(None, item.tags.values())
    for each in (*leaves(item.body), *leaves(line.values)):
        yield each.path if isinstance(each, LocalFile) else str(each)
