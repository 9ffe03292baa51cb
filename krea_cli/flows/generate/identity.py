"""Identify a request by its input and by its body."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from krea_cli.catalog.request.normal_form import normalize_texts, spell_out_defaults
from krea_cli.local.ledger.request_identity import RequestIdentity, request_fingerprint

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model

# In the input of a drawn variant, beside its prompt as typed. No field is called so.
VARIANT_KEY = "{|}"


def identify(
    model: "Model",
    *,
    body: dict[str, Any],
    given: dict[str, Any],
    old_names: Mapping[str, str],
    seed: int | None,
    as_typed: bool = False,
) -> RequestIdentity:
    """Identify the request of BODY to MODEL.

    body: the fields to send, with local files as `sha256:…`
    given: the fields that the user gave, under today's names
    old_names: today's name -> the old name that the user wrote
    seed: the number that was given as its seed; None if one is drawn
    as_typed: make the fingerprint with the names that were typed, as batches do

    A variant is known by its prompt as typed, its number and its seeds, whatever words it drew.
    """
    # Names as typed: a request stays the same if the catalog renames a field.
    typed = {old_names.get(name, name): value for name, value in given.items()}
    field = model.seed_field
    if field is not None and isinstance(body.get(field.name), int):
        body = {name: value for name, value in body.items() if name != field.name}
    if VARIANT_KEY in given and seed is None:
        body = body | {name: given[name] for name in ("prompt", VARIANT_KEY)}
    sent = spell_out_defaults(model, normalize_texts(body))
    raw = typed if as_typed else given
    normal = normalize_texts(typed)
    given_digest = request_fingerprint(model.id, normal)
    fingerprint = given_digest if raw == normal else request_fingerprint(model.id, raw)
    sent_digest = request_fingerprint(model.id, sent)
    return RequestIdentity(fingerprint, given_digest, sent_digest, seed, model.id, raw)


def given_seed(model: "Model", body: dict[str, Any]) -> int | None:
    """The number in the seed field of BODY; None if it has none."""
    value = body.get(model.seed_field.name) if model.seed_field else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
