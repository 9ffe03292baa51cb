"""Check a batch: every line of it, before the first cent is spent."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from krea_cli.catalog.local_files import find_local_files
from krea_cli.catalog.request.prepare import PreparedRequest
from krea_cli.errors import UsageError
from krea_cli.flows.batch.check.existing_files import ExistingFiles
from krea_cli.flows.batch.check.expand import ExpandedJob, LineExpansion, expand
from krea_cli.flows.batch.check.line_requests import LineRequests
from krea_cli.flows.batch.check.line_tags import with_tags
from krea_cli.flows.batch.check.lines import Line, parse_count
from krea_cli.flows.batch.check.media_cache import MediaCache
from krea_cli.flows.batch.check.options import CheckOptions
from krea_cli.flows.batch.check.output_template import (
    OutputTemplate,
    PlaceholderValues,
    list_unknown_placeholders,
)
from krea_cli.flows.batch.check.part import Part
from krea_cli.flows.batch.check.paths import OutputPath, OutputPaths
from krea_cli.flows.batch.check.picture_names import PictureNames
from krea_cli.flows.batch.check.price_cache import PriceCache
from krea_cli.flows.batch.check.problems import Problems
from krea_cli.flows.batch.check.read_lines import read_lines
from krea_cli.flows.batch.check.recognize_format import FormatHints
from krea_cli.flows.batch.check.same_requests import SameRequests
from krea_cli.flows.batch.check.settled_lines import SettledLines
from krea_cli.flows.batch.check.shifted_results import ShiftedResults
from krea_cli.flows.batch.check.sweep import MAX_ITEMS
from krea_cli.flows.batch.check.used_names import UsedNames
from krea_cli.flows.batch.check.variant_lines import VariantLines
from krea_cli.flows.batch.item import KEY_DIGITS, Item
from krea_cli.flows.batch.item_store import ItemStore

if TYPE_CHECKING:
    from krea_cli.catalog.catalog import Catalog
    from krea_cli.flows.generate.compose import Composer
    from krea_cli.local.ledger.account_ledger import AccountLedger


def check_batch(
    file: BinaryIO,
    options: CheckOptions,
    composer: "Composer",
    *,
    ledger: "AccountLedger | None",
    existing_files: ExistingFiles,
    anonymous: bool = False,
    earlier_catalogs: "Callable[[], Sequence[Catalog]]" = tuple,
) -> ItemStore:
    """Check the list FILE, reading it once; return its items, to be closed in the end.

    Raises `InvalidBatch` with every problem of every line. Raises `UsageError` for more than a
    million items, and for a part of the list with nothing in it.

    ledger: None if there is none, as for a user without a token
    existing_files: tells which files are results of their items
    anonymous: the user has no token
    earlier_catalogs: loads the catalogs that know the lines of earlier runs, the latest first
    """
    with ExitStack() as on_error:
        store = on_error.enter_context(closing(ItemStore()))
        same_requests = SameRequests(ledger, store, options.shard)
        checker = _Checker(options, composer, existing_files, same_requests, store)
        checker.use_earlier(ledger, earlier_catalogs)
        part = Part(options.part, ledger.items.find_state if ledger else lambda _: None)
        checker.fill_store(file, part, anonymous=anonymous)
        on_error.pop_all()
    return store


class _Checker:
    def __init__(
        self,
        options: CheckOptions,
        composer: "Composer",
        existing_files: ExistingFiles,
        same_requests: SameRequests,
        store: ItemStore,
    ) -> None:
        self._options = options
        self._existing_files = existing_files
        self._same_requests = same_requests
        self._media = MediaCache()
        self._requests = LineRequests(composer, options.defaults, self._media)
        self._paths = OutputPaths(
            options.output, cwd=options.cwd, allow_outside=options.allow_outside
        )
        self._prices = PriceCache(options.assume_price)
        self._used_names = UsedNames()
        self._problems = Problems()
        self._shifted = ShiftedResults(
            existing_files, store, options.shard, force=options.force, embed=options.embed
        )
        self._store = store
        self._index = 0
        self._list_path = None if options.is_stdin else os.path.realpath(options.cwd / options.name)

    def use_earlier(
        self, ledger: "AccountLedger | None", catalogs: "Callable[[], Sequence[Catalog]]"
    ) -> None:
        """Take lines that only earlier CATALOGS know, if the LEDGER has them as settled."""
        requests, media, same = self._requests, self._media, self._same_requests
        self._settled = SettledLines(requests, media, same, ledger, catalogs)
        self._variants = VariantLines(self._options, requests, media, self._problems, ledger)
        self._pictures = PictureNames(requests.name_problem, ledger, convert=self._options.convert)

    def fill_store(self, file: BinaryIO, part: Part, *, anonymous: bool) -> None:
        """Add the items of FILE to the store, and choose those of PART. Raises as `check_batch`."""
        options = self._options
        name = None if options.is_stdin else options.name
        check = partial(self._requests.refuse_unknown_headings, self._problems)
        hints = FormatHints(
            self._requests.knows_field, options.is_format_stated, options.other_words
        )
        lines = read_lines(file, options.format, self._problems, name, check, hints)
        for line in with_tags(lines, options.defaults.tags, self._problems):
            for item in self._check_line(line):
                # After a problem nothing will run: the rest is only checked for more problems.
                is_chosen = part.includes(item, line)
                if options.shard.includes(item.shard_fingerprint):
                    if is_chosen:
                        self._existing_files.read_contents(item, self._problems.add_changed_file)
                    if not self._problems:
                        self._store.add(item, chosen=is_chosen)
        self._variants.refuse_idle()
        self._shifted.finish(self._paths.folders.values(), self._problems)
        for message in list_unknown_placeholders(options.output, self._store.models.values()):
            self._problems.add_message(None, message)
        self._problems.raise_if_any(options.name, anonymous=anonymous)
        part.refuse_missing(options.name)
        self._store.warnings += self._pictures.warnings()

    def _check_line(self, line: Line) -> Iterator[Item]:
        template, count = self._read_template(line), self._read_count(line)
        if not self._has_valid_model(line) or template is None or count is None:
            return
        turns = self._variants.turns(line)
        total = count * turns.count
        if self._index + total > MAX_ITEMS:
            message = f"line {line.number} of {self._options.name} is beyond {MAX_ITEMS:,} items"
            raise UsageError(message, hint="split the file")
        n, expansion = 0, LineExpansion()
        for varied, sweep_values in turns.turns:
            expansion.next_turn()
            prepared = self._prepare(varied, sweep_values, count)
            if prepared is None:
                self._index += count
                n += count
                continue
            if line.output and template.fields:
                self._refuse_unknown_fields(line, prepared, template)
            for job in self._expand(line, prepared, count):
                if expansion.is_repeated(job):
                    continue
                n += 1
                self._index += 1
                item = self._make_item(line, prepared, job, template, n=n, count=total)
                if item is not None:
                    yield item

    def _read_template(self, line: Line) -> OutputTemplate | None:
        output = line.output
        if output is not None and not (isinstance(output, str) and output.strip()):
            self._problems.add_message(line.number, "is not the name of a file", field="output")
            return None
        try:
            return self._paths.line_template(output.strip() if output else None)
        except UsageError as error:
            self._problems.add_message(line.number, error.message, field="output")
            return None

    def _read_count(self, line: Line) -> int | None:
        if line.count is None:
            return self._options.defaults.count
        try:
            return parse_count(line.count)
        except UsageError as error:
            self._problems.add_message(line.number, error.message, field="count")
            return None

    def _has_valid_model(self, line: Line) -> bool:
        if line.model is None:
            return True
        if not (isinstance(line.model, str) and line.model.strip()):
            self._problems.add_message(line.number, "is not the name of a model", field="model")
            return False
        if "model" in self._options.sweep.names:
            message = "given by the line and by --sweep"
            self._problems.add_message(line.number, message, field="model")
            return False
        return True

    def _prepare(
        self, line: Line, sweep_values: Mapping[str, str], count: int
    ) -> PreparedRequest | None:
        try:
            prepared = self._requests.prepare(line, sweep_values)
        except UsageError as error:
            if settled := self._settled.find(line, sweep_values, count):
                self._store.models.setdefault(settled.model.id, settled.model)
                return settled
            self._problems.add_error(line, error)
            return None
        model = self._store.models.setdefault(prepared.model.id, prepared.model)
        if message := self._pictures.kind_problem(model, embed=self._options.embed):
            self._problems.add_message(line.number, message)
        return prepared

    def _refuse_unknown_fields(
        self, line: Line, prepared: PreparedRequest, template: OutputTemplate
    ) -> None:
        # A placeholder of -o may be a field of another line's model: it is checked in the end.
        for name in sorted(template.fields - {field.name for field in prepared.model.fields}):
            message = f"unknown placeholder {{{name}}}: the model has no such field"
            self._problems.add_message(line.number, message, field="output")

    def _expand(self, line: Line, prepared: PreparedRequest, count: int) -> Iterator[ExpandedJob]:
        try:
            file_hashes = self._media.hash_files(find_local_files(prepared.body))
            yield from expand(prepared, count, file_hashes)
        except UsageError as error:
            self._problems.add_error(line, error)

    def _make_item(
        self,
        line: Line,
        prepared: PreparedRequest,
        job: ExpandedJob,
        template: OutputTemplate,
        *,
        n: int,
        count: int,
    ) -> Item | None:
        model, body = prepared.model, job.body
        hashes = self._same_requests.next_item(job.identity)
        values = PlaceholderValues(model, body, hashes.key, line.number, self._index, n)
        try:
            path = self._find_path(template, values)
            self._pictures.check(model, body, path.text, hashes.fingerprint)
            file_check = self._existing_files.check(job.identity, hashes, path, prepared.given)
        except UsageError as error:
            field = "output" if line.output else None
            self._problems.add_message(line.number, error.message, field=field)
            return None
        self._problems.add_lost_file(line, file_check)
        self._shifted.add(line.number, hashes, file_check)
        price, prompt = self._prices.price(model, body), body.get("prompt")
        return Item(
            line=line.number,
            index=self._index,
            n=n if path.name is None else path.n,
            count=count,
            model=model.id,
            kind=model.kind,
            route=model.route,
            body=body,
            given=job.given,
            prompt=prompt if isinstance(prompt, str) else None,
            old_names=dict(job.old_names),
            **hashes.item_fields,
            target=path.text,
            price=str(price),
            cost=self._prices.cost(price),
            about=price.shown_micros if price.is_about else None,
            unclear=price.unclear,
            file_hashes=dict(job.file_hashes),
            existing_file=file_check.own_file,
            tags=line.tags,
        )

    def _find_path(self, template: OutputTemplate, values: PlaceholderValues) -> OutputPath:
        """Find the path of an item. Raises `UsageError` if it has none, or that of another item."""
        path = self._paths.find(template, values, values.line)
        owner = self._used_names.owner(path)
        if owner is not None and template.is_default:
            values.key_digits = 2 * KEY_DIGITS
            path = self._paths.find(template, values, values.line)
            owner = self._used_names.owner(path)
        if owner == values.line:
            raise UsageError(
                f"several items would be saved as {path.typed_path}; {{key}} keeps them apart"
            )
        if owner is not None:
            raise UsageError(path.describe_conflict(owner))
        if (conflict := self._used_names.conflict(path)) is not None:
            raise UsageError(
                f"{path.typed_path}: line {conflict} has a file where this line needs a folder,"
                " or the reverse"
            )
        if self._list_path and path.is_file(self._list_path):
            raise UsageError(f"{path.typed_path} is this list itself")
        self._used_names.add(path, values.line)
        return path
