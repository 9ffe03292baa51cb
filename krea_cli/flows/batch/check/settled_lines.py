"""Lines that are done or paid: they stay valid under a newer catalog."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from krea_cli.catalog.local_files import find_local_files
from krea_cli.catalog.request.prepare import PreparedRequest
from krea_cli.catalog.resolve import resolve_model
from krea_cli.errors import UsageError
from krea_cli.flows.batch.check.expand import expand
from krea_cli.flows.batch.check.line_requests import LineRequests
from krea_cli.flows.batch.check.lines import Line
from krea_cli.flows.batch.check.media_cache import MediaCache
from krea_cli.flows.batch.check.same_requests import SameRequests
from krea_cli.local.ledger.rows import UNDER_WAY_STATES

if TYPE_CHECKING:
    from krea_cli.catalog.catalog import Catalog
    from krea_cli.local.ledger.account_ledger import AccountLedger


class SettledLines:
    """Finds the requests of refused lines by earlier catalogs; none without a LEDGER."""

    def __init__(
        self,
        requests: LineRequests,
        media: MediaCache,
        same_requests: SameRequests,
        ledger: "AccountLedger | None",
        load_catalogs: "Callable[[], Sequence[Catalog]]",
    ) -> None:
        self._requests = requests
        self._media = media
        self._same_requests = same_requests
        self._ledger = ledger
        self._load_catalogs = load_catalogs
        self._catalogs: Sequence[Catalog] | None = None

    def find(
        self, line: Line, sweep_values: Mapping[str, str], count: int
    ) -> PreparedRequest | None:
        """Return the request of LINE by the latest catalog whose COUNT items are all settled.

        Settled is done, under way or in doubt: nothing of it is sent.
        """
        if self._ledger is None:
            return None
        if self._catalogs is None:
            self._catalogs = self._load_catalogs()
        for catalog in self._catalogs:
            name = self._requests.model_name(line, sweep_values) or catalog.default_id or ""
            try:
                model = catalog.model(resolve_model(catalog, name).model_id)
                prepared = self._requests.prepare_for(model, line, sweep_values)
                hashes = self._media.hash_files(find_local_files(prepared.body))
                jobs = [job.identity for job in expand(prepared, count, hashes)]
            except UsageError:
                continue
            if all(map(self._is_settled, self._same_requests.peek(jobs))):
                return prepared
        return None

    def _is_settled(self, fingerprint: str) -> bool:
        state = self._ledger.items.find_state(fingerprint) if self._ledger else None
        return state == "saved" or state in UNDER_WAY_STATES
