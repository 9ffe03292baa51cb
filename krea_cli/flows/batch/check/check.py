"""Check a batch: every line of it, before the first cent is spent."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, BinaryIO

from krea_cli.catalog.local_files import local_files
from krea_cli.catalog.request.prepare import Prepared
from krea_cli.errors import InvalidRequest, Problem, UsageError
from krea_cli.flows.batch.check.existing_files import Evidence
from krea_cli.flows.batch.check.expand import Variant, variants
from krea_cli.flows.batch.check.lines import Line
from krea_cli.flows.batch.check.media_cache import Media
from krea_cli.flows.batch.check.options import Brief
from krea_cli.flows.batch.check.output_template import SPECIAL, Template, Values
from krea_cli.flows.batch.check.paths import Place, Places
from krea_cli.flows.batch.check.price_cache import Pricing
from krea_cli.flows.batch.check.problems import Problems
from krea_cli.flows.batch.check.read_lines import read_lines
from krea_cli.flows.batch.check.requests import Requests
from krea_cli.flows.batch.check.sweep import MOST
from krea_cli.flows.batch.check.uniqueness import Register
from krea_cli.flows.batch.item import KEY_DIGITS, Item
from krea_cli.flows.batch.item_store import Roster

if TYPE_CHECKING:
    from krea_cli.flows.generate.compose import Composer
    from krea_cli.local.ledger.account_ledger import AccountLedger

PICTURED = ("image", "enhance")  # kinds of models whose results may be pictures
MOST_OF_A_LINE = 1000
NO_FIELD = "there is no such field"


def check(
    file: BinaryIO,
    brief: Brief,
    composer: "Composer",
    *,
    ledger: "AccountLedger | None",
    base: str,
    anonymous: bool = False,
) -> Roster:
    """The items of the batch in FILE, which is read once, all checked; close it in the end.

    BOOK is None where there is no ledger, as for the ANONYMOUS, who have no token; BASE is the
    API's address. Raises `InvalidBatch` with every problem of every line, `UsageError` for more
    than a million items.
    """
    with ExitStack() as failing:
        roster = failing.enter_context(closing(Roster()))
        _Check(brief, composer, Evidence(ledger, base), roster).fill(file, anonymous=anonymous)
        failing.pop_all()
    return roster


class _Check:
    def __init__(
        self, brief: Brief, composer: "Composer", evidence: Evidence, roster: Roster
    ) -> None:
        self._brief = brief
        self._evidence = evidence
        self._media = Media()
        self._requests = Requests(composer, brief.defaults, self._media)
        self._places = Places(brief.output, cwd=brief.cwd, allow_outside=brief.allow_outside)
        self._pricing = Pricing(brief.assume_price)
        self._register = Register()
        self._problems = Problems()
        self._roster = roster
        self._index = 0
        self._taken = 0
        self._list = None if brief.piped else os.path.realpath(brief.cwd / brief.name)

    def fill(self, file: BinaryIO, *, anonymous: bool) -> None:
        """Put the items of FILE into the roster, if nothing is wrong with any."""
        shard = self._brief.shard
        for entry in read_lines(file, self._brief.format, self._problems):
            for item in self._items(entry):
                # After a problem nothing is run: the rest is only looked at for more of them.
                if not self._problems and shard.has(item.digest):
                    self._roster.add(item)
        self._placeholders()
        self._problems.end(self._brief.name, taken=self._taken, anonymous=anonymous)

    def _items(self, entry: Line) -> Iterator[Item]:
        template, count = self._template(entry), self._count(entry)
        if not self._model_is_named(entry) or template is None or count is None:
            return
        total = count * len(self._brief.sweep)
        if self._index + total > MOST:
            more = f"line {entry.line} of {self._brief.name} is beyond {MOST:,} items"
            raise UsageError(more, hint="split the file")
        n = 0
        for swept in self._brief.sweep:
            prepared = self._prepared(entry, swept)
            if prepared is None:
                self._index += count
                n += count
                continue
            if entry.output and template.fields:
                self._unknown(entry, prepared, template)
            for variant in self._variants(entry, prepared, count):
                n += 1
                self._index += 1
                item = self._item(entry, prepared, variant, template, n=n, count=total)
                if item is not None:
                    yield item

    def _prepared(self, entry: Line, swept: Mapping[str, str]) -> Prepared | None:
        try:
            prepared = self._requests.prepared(entry, swept)
        except InvalidRequest as error:
            for problem in error.problems:
                self._problems.add(entry.line, self._with_headings(entry, problem))
            return None
        except UsageError as error:
            self._problems.say(entry.line, error.message)
            return None
        model = prepared.model
        if model.id not in self._roster.models:
            self._roster.models[model.id] = model
        if self._brief.embed and model.kind not in PICTURED:
            told = f"--embed writes into pictures, and {model.id} makes {model.kind}"
            self._problems.say(entry.line, told)
        return prepared

    def _with_headings(self, entry: Line, problem: Problem) -> Problem:
        """PROBLEM, with where the name comes from if it is a heading that is no field."""
        if problem.field not in entry.cells or not problem.message.startswith(NO_FIELD):
            return problem
        told = f"{problem.message}; the first line of a table (line 1) names the fields"
        return Problem(problem.field, told, problem.hint)

    def _variants(self, entry: Line, prepared: Prepared, count: int) -> Iterator[Variant]:
        try:
            prints = self._media.prints(local_files(prepared.body))
            yield from variants(prepared, count, prints)
        except InvalidRequest as error:
            for problem in error.problems:
                self._problems.add(entry.line, problem)
        except UsageError as error:
            self._problems.say(entry.line, error.message)

    def _item(
        self,
        entry: Line,
        prepared: Prepared,
        variant: Variant,
        template: Template,
        *,
        n: int,
        count: int,
    ) -> Item | None:
        model, body, line = prepared.model, variant.body, entry.line
        digest = self._register.digest(variant.identity)
        values = Values(model, body, digest, line, self._index, n)
        try:
            place = self._place(template, values)
            judgement = self._evidence.judge(digest, place)
        except UsageError as error:
            self._problems.say(line, error.message, field="output" if entry.output else None)
            return None
        if judgement.taken and not self._brief.force:
            self._tell_taken(line, judgement.taken, paid=judgement.paid)
        price, prompt = self._pricing.price(model, body), body.get("prompt")
        return Item(
            line=line,
            index=self._index,
            n=n if place.name is None else place.n,
            count=count,
            model=model.id,
            kind=model.kind,
            route=model.route,
            body=body,
            given=variant.given,
            prompt=prompt if isinstance(prompt, str) else None,
            identity=variant.identity,
            digest=digest,
            target=place.text,
            price=str(price),
            cost=self._pricing.cost(price),
            prints=dict(variant.prints),
            found=judgement.found,
        )

    def _tell_taken(self, line: int, file: str, *, paid: bool) -> None:
        if paid:
            told = f"{file} exists; --force puts there what was made for this item before"
        else:
            told = f"{file} exists, and is not known as what this item made"
            self._taken += 1
        self._problems.say(line, told)

    def _place(self, template: Template, values: Values) -> Place:
        """The place of an item. Raises `UsageError` where it has none, or another's."""
        place = self._places.place(template, values, values.line)
        holder = self._register.holder(place)
        if holder is not None and template.default:
            values.digits = 2 * KEY_DIGITS
            place = self._places.place(template, values, values.line)
            holder = self._register.holder(place)
        if holder == values.line:
            raise UsageError(f"several items would be {place.shown}; {{key}} tells them apart")
        if holder is not None:
            raise UsageError(f"would be {place.shown}, and so would line {holder}")
        if (crossed := self._register.crossed(place)) is not None:
            raise UsageError(f"{place.shown}: one is a file where line {crossed} needs a folder")
        if self._list and place.is_file(self._list):
            raise UsageError(f"{place.shown} is this list itself")
        self._register.take(place, values.line)
        return place

    def _template(self, entry: Line) -> Template | None:
        output = entry.output
        if output is not None and not (isinstance(output, str) and output.strip()):
            self._problems.say(entry.line, "is no name of a file", field="output")
            return None
        try:
            return self._places.template(output.strip() if output else None)
        except UsageError as error:
            self._problems.say(entry.line, error.message, field="output")
            return None

    def _count(self, entry: Line) -> int | None:
        given = entry.count
        if given is None:
            return self._brief.defaults.count
        written = isinstance(given, str) and re.fullmatch("[0-9]{1,9}", given.strip())
        count = int(given) if isinstance(given, str) and written else given
        if type(count) is int and 1 <= count <= MOST_OF_A_LINE:
            return count
        shown = repr(given[:40]) if isinstance(given, str) else json.dumps(given)[:40]
        told = f"{shown} is not a whole number from 1 to {MOST_OF_A_LINE}"
        self._problems.say(entry.line, told, field="count")
        return None

    def _model_is_named(self, entry: Line) -> bool:
        named = isinstance(entry.model, str) and entry.model.strip()
        if entry.model is not None and not named:
            self._problems.say(entry.line, "is no name of a model", field="model")
        elif entry.model is not None and "model" in self._brief.sweep.names:
            self._problems.say(entry.line, "given by the line and by --sweep", field="model")
        else:
            return True
        return False

    def _unknown(self, entry: Line, prepared: Prepared, template: Template) -> None:
        # That of -o may be a field of another line's model: told at the end, if it is of none.
        known = {field.name for field in prepared.model.fields}
        for name in sorted(template.fields - known):
            told = f"unknown placeholder {{{name}}}: the model has no such field"
            self._problems.say(entry.line, told, field="output")

    def _placeholders(self) -> None:
        """A field of none of the models is no placeholder, as far as the models are known."""
        models = self._roster.models.values()
        known = {field.name for model in models for field in model.fields}
        unknown = sorted(self._brief.output.fields - known) if models else []
        for name in unknown:
            listed = " ".join(f"{{{each}}}" for each in SPECIAL)
            told = f"-o has an unknown placeholder {{{name}}}; known are {listed} and the fields"
            self._problems.add(None, Problem(None, told))
