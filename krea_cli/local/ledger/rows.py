"""What a ledger holds, as frozen rows, and what makes two requests the same."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

# The states of a request: checked (nothing sent), sending, submitted, refused, unknown (in doubt),
# unfound (in doubt, and the list shows nothing), forgotten (by the user's word), completed, saved,
# failed, cancelled. These may still cost money or be fetched:
IN_DOUBT = ("unknown", "unfound")
UNDER_WAY = ("sending", "submitted", *IN_DOUBT, "completed")
UNFINISHED = ("checked", *UNDER_WAY)
# What a request ended with that was not billed.
FAILED = ("refused", "failed", "cancelled")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A request before it is in the ledger.

    `body` is what is sent, `given` what the user gave (it alone makes the identity); both hold
    only JSON values, `sha256:…` in `given` for a local file, whose place and address `sources` has.
    `target`, `part` and `folder` are absolute paths; `index` counts from 1 to `count`, the `-n` of
    the command; `recipe` is the identity of all that is sent but the seed. An item of a batch is
    known by its digest `item`; `batch` names the batch, `claim` the run that is at it. `cost` is
    in millionths of a dollar, None if the price is unknown.
    """

    model: str
    kind: str
    route: str
    body: dict[str, Any]
    given: dict[str, Any]
    profile: str | None = None
    target: str | None = None
    part: str | None = None
    index: int = 1
    price: str | None = None
    seed: int | None = None
    prompt: str | None = None
    webhook: str | None = None
    folder: str | None = None
    sources: dict[str, dict[str, str]] = field(default_factory=dict)
    recipe: str | None = None
    sidecar: bool = False
    embed: bool = False
    count: int = 1
    replaces: int | None = None
    item: str | None = None
    batch: str | None = None
    claim: str | None = None
    cost: int | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One request as the ledger knows it. Times are seconds since 1970.

    `server_created_at` and `completed_at` are the service's clock, the other times are ours.
    `charged` is "no", "yes" or "unknown"; `error` is a sentence.
    """

    id: int
    created_at: float
    profile: str | None
    model: str
    kind: str
    route: str
    body: dict[str, Any] = field(repr=False)
    given: dict[str, Any] = field(repr=False)
    identity: str = field(repr=False)
    target: str | None
    part: str | None
    index: int
    state: str
    sent_at: float | None
    gave_up_at: float | None
    answered_at: float | None
    server_created_at: float | None
    job_id: str | None
    status: str | None
    type: str | None
    adopted: bool
    backlogged: bool
    completed_at: float | None
    price: str | None
    error: str | None
    charged: str
    seed: int | None
    prompt: str | None
    webhook: str | None
    folder: str | None = None
    sources: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    recipe: str | None = field(default=None, repr=False)
    sidecar: bool = False
    embed: bool = False
    count: int = 1
    replaces: int | None = None
    item: str | None = None
    batch: str | None = None
    claim: str | None = None
    cost: int | None = None

    def draft(self, *, replaces: int) -> Draft:
        """The same request once more, to be sent in place of the one that it REPLACES."""
        kept = {column.name: getattr(self, column.name) for column in fields(Draft)}
        return Draft(**kept | {"part": None, "replaces": replaces, "claim": None})


@dataclass(frozen=True, kw_only=True)
class FileRow:
    """One file on disk: the result it came from, where it is, what is in it."""

    index: int
    url: str
    path: str
    sha256: str
    size: int
    type: str | None
    at: float
    preview: bool = False


COLUMNS = ", ".join(f'"{column.name}"' for column in fields(Row))
TREES = ("body", "given", "sources")  # kept as JSON
SWITCHES = ("adopted", "backlogged", "sidecar", "embed")


def stored(draft: Draft) -> dict[str, Any]:
    """What the database holds of DRAFT, by column."""
    return {
        **{column.name: getattr(draft, column.name) for column in fields(Draft)},
        **{name: json.dumps(getattr(draft, name)) for name in TREES},
        "identity": identity(draft.model, draft.given),
    }


def row_from(values: Sequence[Any]) -> Row:
    """The request that the database holds as VALUES, in the order of `COLUMNS`."""
    named = _named(Row, values)
    named |= {name: json.loads(named[name]) for name in TREES}
    named |= {name: bool(named[name]) for name in SWITCHES}
    return Row(**named)


def file_from(values: Sequence[Any]) -> FileRow:
    """The file that the database holds as VALUES, in the order of the fields."""
    named = _named(FileRow, values)
    return FileRow(**named | {"preview": bool(named["preview"])})


def identity(model: str, given: dict[str, Any]) -> str:
    """What makes two requests the same: sha256 (hex) of the model and the given input.

    The order of keys does not count, and 1.0 is 1.
    """
    import hashlib

    content = json.dumps([model, _normal(given)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def _named(kind: type[Row] | type[FileRow], values: Sequence[Any]) -> dict[str, Any]:
    # Text that is no UTF-8 (a path) was stored as bytes.
    texts = (os.fsdecode(value) if isinstance(value, bytes) else value for value in values)
    return {column.name: value for column, value in zip(fields(kind), texts, strict=True)}


def _normal(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {str(key): _normal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(item) for item in value]
    return value
