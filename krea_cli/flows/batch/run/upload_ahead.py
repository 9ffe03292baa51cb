"""Upload the files of the next items of a batch, while the requests before them are sent."""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from krea_cli.clock import Mailbox
from krea_cli.errors import Interrupted, KreaError
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run.item_request import item_request, upload_item_files
from krea_cli.flows.batch.run.options import RunOptions
from krea_cli.flows.batch.run.retries import Retries
from krea_cli.flows.context import FlowContext
from krea_cli.flows.files.publish import has_hash
from krea_cli.flows.generate.draft import RequestFiles
from krea_cli.flows.transfer.upload import upload_file

MAX_LANES = 4
MAX_ITEMS_AHEAD = 8  # enough to keep the lanes busy; a stop makes their uploads useless


@dataclass(frozen=True)
class _Task:
    """ITEM, whose files may be uploaded.

    costs: model and cost of each item that is sent before it, and its own
    """

    item: Item
    costs: tuple[tuple[str, int | None], ...]


class UploadAhead:
    """Threads that upload the files of items before their turn comes.

    Nothing depends on them: what they have not uploaded, or could not, is uploaded in its turn.
    Their uploads are found in the ledger.

    may_send: False once no item is sent any more; called from the threads
    """

    def __init__(
        self,
        options: RunOptions,
        context: FlowContext,
        retries: Retries,
        *,
        may_send: Callable[[], bool],
    ) -> None:
        self._options = options
        self._retries = retries
        self._context = context
        self._clock = context.clock
        self._may_send = may_send
        self._tasks: Mailbox[_Task | Literal["over"]] = context.clock.mailbox()
        self._lanes = 0
        self._last_index = 0  # of the items that were looked at
        self._turn_index = 0  # of the item that was sent last, or is being sent
        self._lock = threading.Lock()
        # All by the hash of a file, until the first item with it is sent.
        self._begun: set[str] = set()  # no other lane need upload it
        self._waiting: dict[str, list[Mailbox[bool]]] = {}  # a lane uploads it; who waits for it
        self._uploaded: set[str] = set()

    def look(self, sent: Item, following: Iterable[Item]) -> None:
        """Upload the files of FOLLOWING, the items after SENT, which is being sent now."""
        costs = [(sent.model, sent.cost)]
        for item in following:
            costs.append((item.model, item.cost))
            if item.index > self._last_index:
                self._last_index = item.index
                is_open = not (item.existing_file or item.shares_payment)
                if item.file_hashes and is_open:
                    self._put(_Task(item, tuple(costs)))

    def upload(self, item: Item) -> RequestFiles:
        """Upload the files of ITEM that are not with the service yet; see `upload_item_files`.

        Waits for those that a lane is uploading.
        """
        if not item.file_hashes:
            return RequestFiles()
        self._turn_index = item.index
        try:
            for sha256 in item.file_hashes.values():
                self._take_over(sha256)
            return upload_item_files(item, self._context, uploaded_now=self._uploaded)
        finally:
            with self._lock:  # the ledger knows them from now on
                self._begun.difference_update(item.file_hashes.values())
                self._uploaded.difference_update(item.file_hashes.values())

    def shut_down(self) -> None:
        """End the lanes."""
        for _ in range(self._lanes):
            self._tasks.put("over")

    def _put(self, task: _Task) -> None:
        self._tasks.put(task)
        if self._lanes < MAX_LANES:
            self._lanes += 1
            self._clock.start_thread(self._work)

    def _work(self) -> None:
        with suppress(Interrupted):
            while (task := self._tasks.get()) != "over":
                if task is not None:
                    self._upload_files(task)

    def _upload_files(self, task: _Task) -> None:
        item = task.item
        try:
            if not (self._may_send() and self._will_be_sent(task)):
                return
            for path, sha256 in item.file_hashes.items():
                if self._begin(sha256):
                    try:
                        self._upload(path, sha256)
                    finally:
                        self._end(sha256)
        except Interrupted:
            raise
        except Exception:  # the item meets it in its turn, if it lasts, and tells of it
            return

    def _will_be_sent(self, task: _Task) -> bool:
        """Tell if an item is to be paid for, as far as anybody knows before its turn."""
        item, options, context = task.item, self._options, self._context
        if item.index <= self._turn_index:
            return False
        state = context.ledger.items.find_state(item.fingerprint)
        if not self._retries.is_unsent(item, state):
            return False
        # A host that shares the folder may have made it. Only the sending thread asks them.
        if context.others is not None and context.others.exist:
            return False
        item_request(item, options).slot(item.n).refuse_existing()
        if context.budget is None:
            return True
        spending, now = context.ledger.spending, context.clock.now()
        _, refusal = context.budget.forecast(task.costs, spending, now=now)
        return refusal is None

    def _upload(self, path: str, sha256: str) -> None:
        if self._context.ledger.uploads.find_url(sha256) is None and has_hash(Path(path), sha256):
            upload_file(path, sha256, self._context, check=lambda: self._check(sha256))
            self._uploaded.add(sha256)

    def _check(self, sha256: str) -> None:
        """Raise an error when nobody needs the file any more."""
        if not (self._may_send() or self._waiting[sha256]):
            raise KreaError("nothing more is sent")

    def _begin(self, sha256: str) -> bool:
        """Take a file for a lane. False if it is not needed, or somebody has it."""
        with self._lock:
            if sha256 in self._begun or not self._may_send():
                return False
            self._begun.add(sha256)
            self._waiting[sha256] = []
        return True

    def _end(self, sha256: str) -> None:
        with self._lock:
            for mailbox in self._waiting.pop(sha256):
                mailbox.put(True)

    def _take_over(self, sha256: str) -> None:
        """Keep the lanes from the file; wait for the one that has it. Raises `Interrupted`."""
        with self._lock:
            self._begun.add(sha256)
            if sha256 not in self._waiting:
                return
            mailbox: Mailbox[bool] = self._clock.mailbox()
            self._waiting[sha256].append(mailbox)
        while mailbox.get() is None:  # at a first Ctrl-C: this item is sent all the same
            pass
