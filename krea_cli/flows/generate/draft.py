"""Build the draft of a request: the row that is on disk before anything is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from krea_cli.catalog.local_files import has_address, replace_local_files
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.generate.identity import given_seed, identify
from krea_cli.flows.generate.request import GenerateRequest
from krea_cli.flows.recipe.recipe import HASH_PREFIX, list_sources, replace_files_by_hash
from krea_cli.local.ledger.request_identity import RequestIdentity, request_fingerprint
from krea_cli.local.ledger.rows import RequestDraft

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger


@dataclass(frozen=True)
class RequestFiles:
    """The local files of a request, by path.

    hashes: the SHA-256 of each
    addresses: the address of each at the service; empty before the upload
    """

    hashes: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)


def build_draft(
    request: GenerateRequest,
    slot: OutputSlot,
    files: RequestFiles,
    *,
    given: dict[str, Any],
    seed: int | None,
    ledger: "AccountLedger",
) -> RequestDraft:
    """Build the draft of one job of REQUEST at SLOT, with its SEED.

    GIVEN: the fields that make the same command find this request again
    """
    body = replace_local_files(request.body, files.addresses) if files.addresses else request.body
    identity = identify_job(request, files, given=given, seed=seed)
    return RequestDraft(
        model=request.model.id,
        kind=request.model.kind,
        route=request.model.route,
        body=request.with_seed(body, seed),
        given=given,
        profile=request.profile,
        target=slot.key,
        index=slot.n,
        count=slot.count,
        price=request.price,
        cost=request.cost,
        priced_at=request.model.priced_at,
        seed=seed,
        prompt=request.prompt,
        webhook=request.webhook,
        folder=str(request.target.cwd),
        sources=list_sources(files.addresses, files.hashes) if files.hashes else {},
        body_hash=hash_body(request, seed, files, ledger),
        sidecar=request.sidecar,
        embed=request.embed,
        convert=request.convert,
        original=request.original,
        given_digest=identity.given_digest,
        sent_digest=identity.sent_digest,
        chosen_seed=identity.seed,
        occurrence=request.occurrence,
        tags=request.tags,
    )


def identify_job(
    request: GenerateRequest, files: RequestFiles, *, given: dict[str, Any], seed: int | None
) -> RequestIdentity:
    """Identify one job of REQUEST with its SEED.

    GIVEN: the fields that make the same command find this request again
    """
    contents = {path: HASH_PREFIX + sha256 for path, sha256 in files.hashes.items()}
    return identify(
        request.model,
        body=replace_local_files(request.body, contents) if contents else request.body,
        given=given,
        old_names=request.old_names,
        seed=None if given_seed(request.model, request.body) is None else seed,
    )


def hash_body(
    request: GenerateRequest, seed: int | None, files: RequestFiles, ledger: "AccountLedger"
) -> str:
    """Hash the body as it is sent, without a numeric seed, and with local files by content."""
    body = request.body
    if files.hashes or has_address(body):  # of a file that was uploaded earlier, perhaps
        body = replace_files_by_hash(body, files.hashes, ledger.uploads)
    return request_fingerprint(request.model.id, request.without_seed(body, seed))
