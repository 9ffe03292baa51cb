"""The rows of the ledger as frozen dataclasses."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, get_args

from krea_cli.local.ledger.database import CorruptLedger
from krea_cli.local.ledger.request_identity import RequestIdentity, request_fingerprint

# The states of a request: checked (nothing sent), sending, submitted, refused, unknown (in doubt),
# unfound (in doubt, and the list shows nothing), forgotten (by the user's word), completed, saved,
# failed, cancelled.
IN_DOUBT_STATES = ("unknown", "unfound")
UNDER_WAY_STATES = ("sending", "submitted", *IN_DOUBT_STATES, "completed")  # may still cost
UNFINISHED_STATES = ("checked", *UNDER_WAY_STATES)
POSSIBLY_PAID_STATES = (*UNDER_WAY_STATES, "saved")
FAILED_STATES = ("refused", "failed", "cancelled")  # over, and not billed
EMPTY = "(state = 'completed' AND error IS NOT NULL)"  # no result came, and none is to be saved

STATES = (*UNFINISHED_STATES, "saved", "forgotten", *FAILED_STATES)
WORDS = {"state": STATES, "charged": ("no", "yes", "unknown")}
PATH_FIELDS = ("target", "part", "folder", "path")
JSON_COLUMNS = ("body", "given", "sources")
BOOLEAN_COLUMNS = ("adopted", "backlogged", "sidecar", "embed", "convert", "original")
# Released columns whose names hide that they hold hashes.
COLUMN_BY_FIELD = {"fingerprint": "identity", "body_hash": "recipe", "item_fingerprint": "item"}


@dataclass(frozen=True, kw_only=True)
class RequestDraft:
    """A request before it is inserted into the ledger.

    body: the JSON object to send
    given: the user's input, from which the fingerprint is made; local files as "sha256:…"
    target: key of the output slot, an absolute path
    part: absolute path of the reserved part file
    index: number of the job, from 1 to `count`
    count: number of jobs that the command asked for
    folder: absolute path of the working folder
    sources: local files by "sha256:…", each {"path": absolute path, "url": uploaded address}
    body_hash: sha256 of everything sent except the seed
    replaces: id of the row in doubt that is sent again
    item_fingerprint: fingerprint of a batch's item
    batch: label of the batch
    claim: name of the run that works on the item
    cost: highest price, in millionths of a dollar; None if unknown
    given_digest, sent_digest, chosen_seed: see `RequestIdentity`
    occurrence: number of a batch's item among equal ones, from 1
    tags: value by name, empty for a bare name; None is no tag
    retry: how often the item was sent again by itself since the user last asked for it
    priced_at: the time that the price is of, in seconds since 1970; None if unknown
    convert: pictures become what their names say
    original: a picture that is converted stays beside the result
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
    body_hash: str | None = None
    sidecar: bool = False
    embed: bool = False
    count: int = 1
    replaces: int | None = None
    item_fingerprint: str | None = None
    batch: str | None = None
    claim: str | None = None
    cost: int | None = None
    priced_at: float | None = None
    given_digest: str | None = None
    sent_digest: str | None = None
    chosen_seed: int | None = None
    occurrence: int = 1
    tags: Mapping[str, str | None] = field(default_factory=dict)
    retry: int = 0
    convert: bool = False
    original: bool = True

    @property
    def identity(self) -> RequestIdentity:
        """The hashes by which this request is found again."""
        digests = (self.given_digest, self.sent_digest, self.chosen_seed)
        fingerprint = request_fingerprint(self.model, self.given)
        return RequestIdentity(fingerprint, *digests, self.model, self.given)


@dataclass(frozen=True, kw_only=True)
class RequestRow:
    """One request as the ledger knows it: a draft and its history.

    Times are seconds since 1970.

    fingerprint: `request_fingerprint` of `model` and `given`
    server_created_at: time of the job, by the service's clock
    completed_at: end of the job, by the service's clock; all other times are by ours
    status: last status of the job
    adopted: True if the job was found in the list of jobs, not in the answer
    backlogged: True if the job stood in a queue
    error: a sentence
    charged: "no", "yes" or "unknown"
    erased_at: time when its text and recipe were erased
    """

    id: int
    created_at: float
    profile: str | None
    model: str
    kind: str
    route: str
    body: dict[str, Any] = field(repr=False)
    given: dict[str, Any] = field(repr=False)
    fingerprint: str = field(repr=False)
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
    body_hash: str | None = field(default=None, repr=False)
    sidecar: bool = False
    embed: bool = False
    count: int = 1
    replaces: int | None = None
    item_fingerprint: str | None = None
    batch: str | None = None
    claim: str | None = None
    cost: int | None = None
    given_digest: str | None = field(default=None, repr=False)
    sent_digest: str | None = field(default=None, repr=False)
    chosen_seed: int | None = None
    occurrence: int = 1
    priced_at: float | None = None
    tags: dict[str, str] = field(default_factory=dict)
    retry: int = 0
    convert: bool = False
    original: bool = True
    erased_at: float | None = None

    def to_draft(self, *, replaces: int) -> RequestDraft:
        """Draft this request once more, to be sent in place of the row REPLACES."""
        values = {column.name: getattr(self, column.name) for column in fields(RequestDraft)}
        return RequestDraft(**values | {"part": None, "replaces": replaces, "claim": None})


@dataclass(frozen=True, kw_only=True)
class FileRow:
    """One saved file.

    index: number of the result in its job, from 1
    url: address of the result
    path: absolute path
    sha256: hash of the content, in hex
    size: bytes
    type: content type
    at: time of saving, in seconds since 1970
    modified: time of the file itself, in nanoseconds since 1970; None if it was not recorded
    """

    index: int
    url: str
    path: str
    sha256: str
    size: int
    type: str | None
    at: float
    preview: bool = False
    modified: int | None = None


FILE_COLUMNS = ", ".join(f'"{column.name}"' for column in fields(FileRow))
MIN_TIME, MAX_TIME = -62_135_596_800.0, 253_402_300_800.0  # the years 1 and 10000
TAG_END = "\x1e"  # which no tag holds
TAGS = (
    "(SELECT group_concat(name || '=' || value, char(30)) FROM tags WHERE request_id = requests.id)"
)
REQUEST_COLUMNS = ", ".join(
    TAGS if column.name == "tags" else f'"{COLUMN_BY_FIELD.get(column.name, column.name)}"'
    for column in fields(RequestRow)
)


def _types(kind: type[RequestRow] | type[FileRow]) -> tuple[tuple[str, tuple[type, ...]], ...]:
    """The types of each field, without what is in a dict."""
    types = {
        column.name: dict if str(column.type).startswith("dict[") else column.type
        for column in fields(kind)
    }
    # One type after the other: `isinstance` with a union takes several times as long.
    return tuple((name, get_args(each) or (each,)) for name, each in types.items())


# For a hundred thousand rows: worked out once.
REQUEST_TYPES, FILE_TYPES = _types(RequestRow), _types(FileRow)
REQUEST_FIELDS, FILE_FIELDS = ([name for name, _ in types] for types in (REQUEST_TYPES, FILE_TYPES))


def to_columns(draft: RequestDraft) -> dict[str, Any]:
    """Return the values of DRAFT by column, as the database stores them."""
    values = {column.name: getattr(draft, column.name) for column in fields(RequestDraft)}
    values |= {name: json.dumps(values[name]) for name in JSON_COLUMNS}
    del values["tags"]  # in a table of their own
    values["fingerprint"] = request_fingerprint(draft.model, draft.given)
    return {COLUMN_BY_FIELD.get(name, name): value for name, value in values.items()}


def parse_request_row(values: Sequence[Any]) -> RequestRow:
    """Parse a row of the database, whose VALUES are in the order of `REQUEST_COLUMNS`.

    Raises CorruptLedger.
    """
    named = _by_field(REQUEST_FIELDS, values)
    try:
        named |= {name: json.loads(named[name]) for name in JSON_COLUMNS}
        named |= {name: bool(named[name]) for name in BOOLEAN_COLUMNS}
        named["tags"] = _parse_tags(named["tags"])
        _check_types(REQUEST_TYPES, named)
        if not all(isinstance(source, dict) for source in named["sources"].values()):
            raise ValueError(named["sources"])
    except (TypeError, ValueError, RecursionError) as failure:
        text = f"the ledger is damaged: request {named['id']} cannot be read"
        raise CorruptLedger(text) from failure
    return RequestRow(**named)


def parse_file_row(values: Sequence[Any]) -> FileRow:
    """Parse a row of the table of files, whose VALUES are in the order of the fields.

    Raises CorruptLedger.
    """
    named = _by_field(FILE_FIELDS, values)
    named |= {"preview": bool(named["preview"])}
    try:
        _check_types(FILE_TYPES, named)
    except TypeError as failure:
        text = f"the ledger is damaged: the file {named['path']} cannot be read from it"
        raise CorruptLedger(text) from failure
    return FileRow(**named)


def _parse_tags(text: str | None) -> dict[str, str]:
    """Read the column of `TAGS`. Raises ValueError."""
    if not text:
        return {}
    pairs = (tag.partition("=") for tag in text.split(TAG_END))
    return {name: value for name, _, value in pairs}


def _by_field(names: list[str], values: Sequence[Any]) -> dict[str, Any]:
    # Text that is no UTF-8 (a path) was stored as bytes.
    texts = [os.fsdecode(value) if type(value) is bytes else value for value in values]
    return dict(zip(names, texts, strict=True))


def _check_types(types: tuple[tuple[str, tuple[type, ...]], ...], named: dict[str, Any]) -> None:
    for name, kinds in types:
        value = named[name]
        is_odd_time = type(value) is float and not MIN_TIME <= value < MAX_TIME
        if is_odd_time or not isinstance(value, kinds):
            raise TypeError(name)
    for name in PATH_FIELDS:
        if "\0" in (named.get(name) or ""):
            raise TypeError(name)
    for name, words in WORDS.items():
        if name in named and named[name] not in words:
            raise TypeError(name)
