"""The request of a batch's item in the ledgers of other hosts."""

from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.catalog.local_files import replace_local_files
from krea_cli.flows.batch.item import Item, item_fingerprint
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.files.target import parse_target
from krea_cli.flows.generate.identity import given_seed, identify
from krea_cli.flows.recipe.recipe import HASH_PREFIX
from krea_cli.flows.submit.elsewhere import Elsewhere, find_elsewhere

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model
    from krea_cli.local.ledger.other_ledgers import OtherLedgers, OtherRequest
    from krea_cli.local.ledger.request_identity import RequestIdentity


def find_item_elsewhere(
    item: Item, model: "Model", others: "OtherLedgers | None", *, cwd: Path, force: bool = False
) -> Elsewhere | None:
    """Find the request of another host for ITEM of MODEL.

    cwd: the folder that the target of ITEM is relative to
    force: results are put into their place, whatever is there
    """
    if others is None or not others.exist:
        return None
    identity = identify_item(item, model)
    requests = list_elsewhere(
        others, identity, item.occurrence, own_fingerprint=item.own_fingerprint
    )
    target = parse_target(item.target, cwd=cwd, force=force)
    return find_elsewhere(requests, OutputSlot(target=target, n=item.n, count=item.count))


def identify_item(item: Item, model: "Model") -> "RequestIdentity":
    """Return the identity of the request of ITEM of MODEL."""
    contents = {path: HASH_PREFIX + sha256 for path, sha256 in item.file_hashes.items()}
    return identify(
        model,
        body=replace_local_files(item.body, contents) if contents else item.body,
        given=item.given,
        old_names=item.old_names,
        seed=given_seed(model, item.body),
    )


def list_elsewhere(
    others: "OtherLedgers",
    identity: "RequestIdentity",
    occurrence: int,
    *,
    own_fingerprint: str,
) -> "list[OtherRequest]":
    """List what OTHERS have for the item of IDENTITY; see `ItemHashes`."""
    # Older versions counted equal lines by the raw input.
    old = own_fingerprint, item_fingerprint(identity.given_digest or "", occurrence)
    return others.find_item(identity, occurrence, old)
