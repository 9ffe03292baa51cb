"""The request of an item, and the files that it uploads."""

from collections.abc import Collection

from krea_cli.catalog.local_files import find_local_files
from krea_cli.errors import UsageError
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run.options import RunOptions
from krea_cli.flows.context import FlowContext
from krea_cli.flows.files.target import parse_target
from krea_cli.flows.generate.draft import RequestFiles
from krea_cli.flows.generate.request import GenerateRequest
from krea_cli.flows.transfer.upload import hash_files, upload_files


def item_request(item: Item, options: RunOptions) -> GenerateRequest:
    """The request of ITEM."""
    return GenerateRequest(
        model=options.model(item.model),
        body=item.body,
        given=item.given,
        old_names=item.old_names,
        occurrence=item.occurrence,
        prompt=item.prompt,
        price=item.price,
        target=parse_target(item.target, cwd=options.cwd, force=options.force),
        cost=item.cost,
        count=item.count,
        sidecar=options.sidecar,
        embed=options.embed,
        convert=options.convert,
        original=options.original,
        webhook=options.webhook,
        profile=options.profile,
        tags=item.tags,
    )


def upload_item_files(
    item: Item, context: FlowContext, *, uploaded_now: Collection[str] = ()
) -> RequestFiles:
    """Upload the files of ITEM, each content once; UPLOADED_NOW are hashes of new uploads.

    Raises `UsageError` for a file that has changed since the check.
    """
    if not item.file_hashes:
        return RequestFiles()
    files = find_local_files(item.body)
    current = hash_files(files)
    changed = [path for path, sha256 in current.items() if item.file_hashes[path] != sha256]
    if changed:
        raise UsageError(
            f"{changed[0]} was changed since it was checked; nothing was sent",
            hint="run the same command again: it is another item now",
        )
    urls = upload_files(files, context, uploaded_now=uploaded_now)
    return RequestFiles(item.file_hashes, urls)
