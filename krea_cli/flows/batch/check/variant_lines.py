"""The lines that --vary makes of one: a line for each variant of its prompt."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from krea_cli.catalog.local_files import find_local_files
from krea_cli.errors import UsageError
from krea_cli.flows.batch.check.expand import expand
from krea_cli.flows.batch.check.line_requests import LineRequests
from krea_cli.flows.batch.check.lines import Line
from krea_cli.flows.batch.check.media_cache import MediaCache
from krea_cli.flows.batch.check.options import CheckOptions
from krea_cli.flows.batch.check.problems import Problems
from krea_cli.flows.generate.variant import Variant
from krea_cli.flows.generate.vary import parse_template

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger

PROMPT = "prompt"
MAX_VARIED_SWEEP = 1000  # combinations of --sweep, beside --vary
Turn = tuple[Line, Mapping[str, str]]  # and the values of the sweep


@dataclass(frozen=True)
class LineTurns:
    """The turns of one line, and their number."""

    count: int
    turns: Iterable[Turn]


class VariantLines:
    """Makes the turns of a line by OPTIONS, and adds problems of its prompt to PROBLEMS.

    A variant that is paid for in LEDGER keeps its words.
    """

    def __init__(
        self,
        options: CheckOptions,
        requests: LineRequests,
        media: MediaCache,
        problems: Problems,
        ledger: "AccountLedger | None",
    ) -> None:
        self._vary = options.vary
        self._sweep = options.sweep
        self._requests = requests
        self._media = media
        self._problems = problems
        self._items = ledger.items if ledger and ledger.items.has_any() else None
        self._has_choices = False

    def turns(self, line: Line) -> LineTurns:
        """Return the turns of LINE: one for each combination of the sweep and each variant."""
        if self._vary is None:
            return LineTurns(len(self._sweep), ((line, values) for values in self._sweep))
        if len(self._sweep) > MAX_VARIED_SWEEP:
            hint = "sweep fewer values"
            raise UsageError(f"--vary with {len(self._sweep):,} values of --sweep", hint=hint)
        try:
            turns = [turn for values in self._sweep for turn in self._vary_turn(line, values)]
        except UsageError as error:
            self._problems.add_error(line, error)
            turns = []
        return LineTurns(len(turns), turns)

    def refuse_idle(self) -> None:
        """Add a problem if there is nothing to vary in the whole list."""
        if self._vary and not self._has_choices and not self._problems:
            message = "--vary finds no {a|b} and no __name__ in any prompt"
            self._problems.add_message(None, message)

    def _vary_turn(self, line: Line, sweep_values: Mapping[str, str]) -> Iterator[Turn]:
        text = self._requests.prompt(line, sweep_values)
        if self._vary is None or text is None:
            yield line, sweep_values
            return
        template = parse_template(text)
        self._has_choices |= template.has_choices
        values = {name: value for name, value in sweep_values.items() if name != PROMPT}
        for variant in self._vary.variants(template):
            varied = _with_prompt(line, variant)
            recorded = self._find_recorded(varied, values) if variant.mark else None
            if recorded is not None and recorded != variant.prompt:
                self._requests.note(f"line {line.number}: {variant.changed_note(recorded)}")
                varied = _with_prompt(line, replace(variant, prompt=recorded))
            yield varied, values

    def _find_recorded(self, line: Line, sweep_values: Mapping[str, str]) -> str | None:
        """Return the prompt of the paid request of LINE; None without one."""
        if self._items is None:
            return None
        try:
            prepared = self._requests.prepare(line, sweep_values)
            hashes = self._media.hash_files(find_local_files(prepared.body))
            job = next(expand(prepared, 1, hashes))
        except UsageError:  # told when the line is checked
            return None
        return self._items.find_prompt(job.identity.given_digest or "")


def _with_prompt(line: Line, variant: Variant) -> Line:
    cells = {name: text for name, text in line.cells.items() if name != PROMPT}
    values = line.values | {PROMPT: variant.prompt}
    return replace(line, cells=cells, values=values, variant=variant)
