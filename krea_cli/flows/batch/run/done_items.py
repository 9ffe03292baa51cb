"""Find items that are done, without reading their files."""

from contextlib import suppress

from krea_cli.errors import KreaError
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run.item_request import item_request
from krea_cli.flows.batch.run.messages import AlreadyDone
from krea_cli.flows.batch.run.options import RunOptions
from krea_cli.flows.context import FlowContext
from krea_cli.flows.files.existing_results import find_untouched_results


class DoneItems:
    """Judges by the ledger, and by size and time of the files.

    A look takes a part of a millisecond, so that no thread is needed for it.
    """

    def __init__(self, options: RunOptions, context: FlowContext) -> None:
        self._options = options
        self._ledger = context.ledger
        # --force moves files; --sidecar and --embed write them.
        self._needs_more = options.force or options.sidecar or options.embed

    def find(self, item: Item) -> AlreadyDone | None:
        """Return the end of ITEM, if its files are as they were saved; None if more is needed."""
        if not self._needs_more:
            with suppress(KreaError):  # the submit thread meets it again, and tells it
                return self._find(item)
        return None

    def _find(self, item: Item) -> AlreadyDone | None:
        row = self._ledger.items.find_latest(item.fingerprint)
        if row is None or row.state != "saved":
            return None
        slot = item_request(item, self._options).slot(item.n)
        saved = find_untouched_results(row, slot, self._ledger)
        return AlreadyDone(item, row, saved) if saved else None
