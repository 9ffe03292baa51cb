"""Refuse a request whose result is beside its place, or was paid for as a sidecar there says."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from krea_cli.errors import Interrupted, KreaError, NotFound, WouldOverwrite
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Note, WarningNote
from krea_cli.flows.files.existing_results import find_beside, is_numbered
from krea_cli.flows.files.naming import NameFacts
from krea_cli.flows.files.output_slot import PAYING_HINT, OutputSlot, download_command
from krea_cli.flows.files.places import list_current
from krea_cli.flows.files.target import Target, TargetKind
from krea_cli.flows.generate.identity import identify
from krea_cli.flows.generate.request import GenerateRequest
from krea_cli.flows.recipe.recipe import Recipe
from krea_cli.flows.recipe.sidecar import read_sidecar_of, sidecar_path
from krea_cli.local.ledger.request_identity import RequestIdentity
from krea_cli.local.ledger.rows import RequestRow
from krea_cli.text import shell_line

AGAIN_HINT = "--again makes a new one"


def refuse_made_before(
    request: GenerateRequest,
    identity: RequestIdentity,
    slot: OutputSlot,
    place: Path,
    context: FlowContext,
) -> None:
    """Raise `WouldOverwrite` if the job of REQUEST at SLOT was made before, with IDENTITY.

    place: the absolute path of its first result

    Its result is under a number beside PLACE, which was taken then. Or its result was deleted, and
    the sidecar names its job: with --force that is only said.
    """
    shown = request.target.short_path(place)
    if not request.target.force and (found := _find_shifted(identity, slot, context)):
        job_id, path = found
        hint = f"krea history {job_id} shows it; another name with -o makes a new one"
        if not os.path.lexists(place):
            hint = f"{download_command(job_id, shown, request.profile)} puts it there; {AGAIN_HINT}"
        raise WouldOverwrite(
            f"the result of this request is in {path}, as {shown} was taken then",
            hint=hint,
            job_id=job_id,
        )
    if os.path.lexists(place):
        return
    paid_id = _find_paid(request, identity, place, context)
    if paid_id is None:
        _tell_of_deleted(request, identity, slot, shown, context)
        return
    sidecar = request.target.short_path(sidecar_path(place))
    said = f"{sidecar} says that this request was made as job {paid_id}, and {shown} is gone"
    command = download_command(paid_id, shown, request.profile)
    if request.target.force:
        context.tell(WarningNote(f"{said}: it is made and paid for anew; {command} is free"))
        return
    hint = f"{command} fetches it, and pays nothing; {AGAIN_HINT}"
    raise WouldOverwrite(said, hint=hint, job_id=paid_id)


def _tell_of_deleted(
    request: GenerateRequest,
    identity: RequestIdentity,
    slot: OutputSlot,
    shown: str,
    context: FlowContext,
) -> None:
    """Say that SHOWN was made before, and can be had again for nothing."""
    row = _find_saved(identity, slot, context)
    if row is not None and row.job_id is not None:
        command = download_command(row.job_id, shown, request.profile)
        context.tell(Note(f"{shown} was made before, and is gone: {command} brings it for nothing"))


def refuse_repeated(
    identity: RequestIdentity, slot: OutputSlot, facts: NameFacts, context: FlowContext
) -> None:
    """Raise `WouldOverwrite` if SLOT has the result of the same request, with IDENTITY.

    For a name that FACTS tell but for the extension. For a name that is a folder by now, too.
    """
    target, row = slot.target, _find_saved(identity, slot, context)
    if target.kind is TargetKind.FOLDER and not target.text.endswith("/"):
        _refuse_before_folder(identity, target, context)
    files = context.ledger.history.list_files(row.job_id or "") if row else []
    for file in files:
        ext = os.path.splitext(file.path)[1].removeprefix(".")
        path = target.predict_path(slot.n, slot.count, facts, ext=ext)
        if path is None or file.index != files[0].index or not os.path.lexists(file.path):
            continue
        place, found = target.real_path(path), Path(file.path)
        # Under a number if its name was taken then.
        if found == place or is_numbered(found, place):
            shown, hint = target.short_path(found), PAYING_HINT
            if row and row.job_id and not os.path.lexists(place):
                hint = f"{download_command(row.job_id, path)} puts it there; {AGAIN_HINT}"
            raise WouldOverwrite(f"{shown} exists, and is a result of this request", hint=hint)


def tag_made_before(
    jobs: Iterable[tuple[OutputSlot, RequestIdentity]],
    tags: Mapping[str, str | None],
    context: FlowContext,
) -> None:
    """Change the tags of the requests that were saved at the slots of JOBS before."""
    for slot, identity in jobs if tags else ():
        row = _find_saved(identity, slot, context)
        if row is not None:
            context.ledger.tags.change(row.id, tags)
            context.tell(Note(f"request {row.id} made it, and has the tags now"))


def _refuse_before_folder(identity: RequestIdentity, target: Target, context: FlowContext) -> None:
    """Raise `WouldOverwrite` if the request was made when the folder TARGET was no folder yet."""
    key = replace(target, kind=TargetKind.EXACT).key()
    row = context.ledger.requests.find_saved(identity, key) if key else None
    for file in list_current(context.ledger.history.list_files(row.job_id or "")) if row else ():
        raise WouldOverwrite(
            f"the result of this request is in {target.short_path(Path(file.path))}, as"
            f" {target.text} was taken then",
            hint=f"{shell_line('-o', f'{target.text}/')} makes a new one in the folder",
        )


def _find_saved(
    identity: RequestIdentity, slot: OutputSlot, context: FlowContext
) -> RequestRow | None:
    """Find the saved request with IDENTITY at SLOT."""
    if slot.key is None or not slot.target.makes_files:
        return None
    return context.ledger.requests.find_saved(identity, slot.key)


def _find_shifted(
    identity: RequestIdentity, slot: OutputSlot, context: FlowContext
) -> tuple[str, str] | None:
    """Find the job whose first result is under a number beside its place, and the path."""
    row = _find_saved(identity, slot, context)
    if row is None or row.job_id is None:
        return None
    facts = NameFacts.of_row(row)
    files = context.ledger.history.list_files(row.job_id)
    path = find_beside(files, slot, facts)
    return None if path is None else (row.job_id, path)


def _find_paid(
    request: GenerateRequest, identity: RequestIdentity, place: Path, context: FlowContext
) -> str | None:
    """Find the job of the same request that the sidecar of PLACE names, if it was paid for.

    Of a rehearsal, or of another account, the service knows nothing: that is told.
    """
    recipe = read_sidecar_of(place)
    if recipe is None or recipe.job_id is None:
        return None
    if not _is_same(request, identity, recipe):
        return None
    try:
        job = context.clock.wait_for(partial(context.api.get_job, recipe.job_id))
    except NotFound:
        name = request.target.short_path(sidecar_path(place))
        context.tell(Note(f"{name} names job {recipe.job_id}, which this account does not have"))
        return None
    except Interrupted:
        raise
    except KreaError:
        return recipe.job_id  # it cannot be read now, and may well be paid
    return None if job.status in ("failed", "cancelled") else recipe.job_id


def _is_same(request: GenerateRequest, identity: RequestIdentity, recipe: Recipe) -> bool:
    """Tell if RECIPE is that of a request with IDENTITY."""
    if recipe.model != request.model.id:
        return False
    field = request.model.seed_field
    made = identify(
        request.model,
        body=recipe.request,
        given={name: recipe.request[name] for name in recipe.given},
        old_names=request.old_names,
        seed=recipe.seed if field is not None and field.name in recipe.given else None,
    )
    return made.given_digest == identity.given_digest or (
        (made.sent_digest, made.seed) == (identity.sent_digest, identity.seed)
    )
