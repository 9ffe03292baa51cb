"""Take paid results that only sidecars know into the ledger, so that a batch may move them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.api.jobs import parse_time
from krea_cli.errors import KreaError
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.item_store import FoundResult, ItemStore
from krea_cli.flows.batch.run.item_request import item_request
from krea_cli.flows.batch.run.options import RunOptions
from krea_cli.flows.files.content_type import content_type
from krea_cli.flows.generate.draft import RequestFiles, build_draft
from krea_cli.flows.recipe.recipe import Recipe
from krea_cli.flows.recipe.sidecar import read_sidecar_of
from krea_cli.local.ledger.rows import POSSIBLY_PAID_STATES, FileRow, RequestDraft

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger

HEAD_BYTES = 4096  # of a file, that tell its type
PREVIEW = "-preview"


def adopt_results(items: ItemStore, options: RunOptions, ledger: "AccountLedger") -> None:
    """Record the results of ITEMS that were found under other names as saved in LEDGER.

    Nothing was sent from here: they count for no budget. Each is recorded at once or not at all,
    and its files stay where they are. Raises KreaError, LedgerUnusable.
    """
    if not items.found:
        return
    done = set[str]()
    for item in items:
        found = items.find_result(item)
        if found is not None and item.fingerprint not in done:
            done.add(item.fingerprint)
            _adopt(item, found, options, ledger)


def _adopt(item: Item, found: FoundResult, options: RunOptions, ledger: "AccountLedger") -> None:
    recipe = read_sidecar_of(Path(found.paths[0]))
    if recipe is None or recipe.job_id != found.job_id:
        raise _changed_error(found.paths[0])
    draft = _draft(item, recipe, options, ledger)
    created, completed = parse_time(recipe.created_at), parse_time(recipe.completed_at)
    files = list(_file_rows(found, at=completed or created or 0.0))
    with ledger.transaction():
        before = ledger.items.find_latest(item.fingerprint)
        is_begun = before is not None and before.state in POSSIBLY_PAID_STATES
        if is_begun or ledger.ownership.find_owner(found.job_id):
            raise KreaError(
                f"another krea has begun line {item.line}", hint="run the same command again"
            )
        if before is not None:
            ledger.requests.discard(before.id)  # a request that was never sent
        row = ledger.requests.insert(draft)
        ledger.requests.change_state(
            row.id,
            ("checked",),
            "saved",
            job_id=found.job_id,
            created_at=row.created_at if created is None else created,
            server_created_at=created,
            completed_at=completed,
            status="completed",
            charged="yes",
        )
        ledger.files.move(found.job_id, files, (), target=None)


def _draft(
    item: Item, recipe: Recipe, options: RunOptions, ledger: "AccountLedger"
) -> RequestDraft:
    """Build the draft of the request that RECIPE tells of, for ITEM."""
    request = item_request(item, options)
    draft = build_draft(
        request,
        request.slot(item.n),
        RequestFiles(item.file_hashes),
        given=item.given,
        seed=recipe.seed,
        ledger=ledger,
    )
    return replace(
        draft,
        body=recipe.request,
        sources={name: dict(source) for name, source in recipe.sources.items()},
        price=recipe.price,
        cost=None,
        priced_at=None,
        webhook=None,
        sidecar=True,
        embed=False,  # nobody knows
        item_fingerprint=item.fingerprint,
        batch=options.label,
    )


def _file_rows(found: FoundResult, *, at: float) -> Iterator[FileRow]:
    """Make the records of the files FOUND: each content is one result, previews are the last.

    Raises KreaError if a file has changed since it was found.
    """
    stems = {path: Path(path).stem for path in found.paths}
    has_others = not all(PREVIEW in stem for stem in stems.values())
    previews = {path: has_others and PREVIEW in stem for path, stem in stems.items()}
    numbers: dict[str, int] = {}
    for path in sorted(found.paths, key=previews.__getitem__):
        recipe = read_sidecar_of(Path(path))
        if recipe is None or recipe.sha256 is None:
            raise _changed_error(path)
        try:
            with open(path, "rb") as file:
                head = file.read(HEAD_BYTES)
            status = Path(path).stat()
        except OSError as failure:
            raise _changed_error(path) from failure
        yield FileRow(
            index=numbers.setdefault(recipe.sha256, len(numbers) + 1),
            url="",
            path=path,
            sha256=recipe.sha256,
            size=status.st_size,
            type=content_type(head, None).mime,
            at=at,
            preview=previews[path],
            modified=status.st_mtime_ns,
        )


def _changed_error(path: str) -> KreaError:
    return KreaError(
        f"{path} was changed since it was checked; nothing was sent",
        hint="run the same command again",
    )
