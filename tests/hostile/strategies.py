"""Jobs and error responses of a hostile service, made by hypothesis.

Each body is a plausible one with a few places replaced: so it gets past the first check. Whole
batches are drawn at once, because a command costs more than a body.
"""

import json
import re
from copy import deepcopy
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.hostile.inputs import (
    ADDRESSES,
    ERROR_CODES,
    ERROR_PAGES,
    FIELD_NAMES,
    HEADER_PAIRS,
    HTTP_STATUSES,
    JOB_PLACES,
    JOB_STATUSES,
    NUMBERS,
    RAW_JSON,
    TEXTS,
)

SCALARS = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(NUMBERS),
    st.sampled_from([f"<raw {index}>" for index in range(len(RAW_JSON))]),
    st.sampled_from([None, True, False, [], {}, [[]], [{}], [None]]),
    st.text(max_size=8),
    st.integers(),
    st.floats(),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(FIELD_NAMES), inner, max_size=3),
    ),
    max_leaves=6,
)


def _any_of(*pools: list[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(*(st.sampled_from(pool) for pool in pools), TREES)


_address = st.sampled_from(ADDRESSES)
_entry = st.one_of(
    _address,
    _address,
    st.fixed_dictionaries({"type": _any_of(["model", "preview"]), "url": _address}),
    TREES,
)
_urls = st.one_of(
    _entry,
    st.lists(_entry, max_size=3),
    st.dictionaries(
        st.sampled_from(FIELD_NAMES), st.one_of(_entry, st.lists(_entry, max_size=2)), max_size=3
    ),
)
_error = st.one_of(
    st.fixed_dictionaries(
        {}, optional={"code": _any_of(ERROR_CODES), "message": _any_of(ERROR_CODES, TEXTS)}
    ),
    _any_of(ERROR_CODES),
)
Body = TypeVar("Body")


class Batch(list[Body]):
    """Many bodies with a short repr, for the output of a failed test."""

    def __repr__(self) -> str:
        return f"<{len(self)} bodies>"


Row = list[int]
POOLS = st.fixed_dictionaries(
    {
        "trees": st.lists(TREES, min_size=12, max_size=12),
        "urls": st.lists(_urls, min_size=10, max_size=10),
        "errors": st.lists(_error, min_size=6, max_size=6),
    }
)
_number = st.integers(0, 2**32 - 1)


def _change(job: dict[str, Any], number: int, pools: dict[str, list[Any]]) -> None:
    """Replace or remove a place of JOB; NUMBER decides the place and the value."""
    (*outer, last), source = JOB_PLACES[number % len(JOB_PLACES)]
    number //= len(JOB_PLACES)
    inner = job.get("result") if outer else job
    if not isinstance(inner, dict):
        return
    values = pools[source] if isinstance(source, str) else source
    # Every third time a value of any kind, every eighth time none at all.
    values = pools["trees"] if number % 3 == 0 else values
    if number % 8 == 0:
        inner.pop(last, None)
    else:
        # A copy: a value that contains itself would have no end.
        inner[last] = deepcopy(values[number // 24 % len(values)])


def _make_job(name: str, numbers: Row, pools: dict[str, list[Any]]) -> dict[str, Any]:
    first, *changes = numbers
    ends = ["completed", "completed", "completed", "failed", *JOB_STATUSES]
    job: dict[str, Any] = {
        "job_id": name,
        "status": ends[first % len(ends)],
        "created_at": "2027-01-15T08:00:00.000Z",
        "completed_at": None,
        "result": {"urls": ["http://127.0.0.1:9/files/a.png"]},
    }
    for number in changes:
        _change(job, number, pools)
    return job


def job_batches(count: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Draw COUNT jobs, job-0, job-1 and so on, each with up to three places changed."""
    numbers = st.lists(_number, min_size=2, max_size=4)
    rows = st.lists(numbers, min_size=count, max_size=count)
    return st.composite(lambda draw: _make_jobs(draw(rows), draw(POOLS)))()


def _make_jobs(rows: list[Row], pools: dict[str, list[Any]]) -> Batch[dict[str, Any]]:
    return Batch(_make_job(f"job-{n}", row, pools) for n, row in enumerate(rows))


# Error bodies in the shapes that the service was seen to use, with odd values.
_issue = st.fixed_dictionaries(
    {}, optional={"path": TREES, "loc": TREES, "message": TREES, "msg": TREES, "code": TREES}
)
_error_bodies = st.fixed_dictionaries(
    {},
    optional={
        "error": st.one_of(_error, TREES),
        "message": _any_of(["Invalid asset URL", "upgrade your plan", "concurrent", "balance"]),
        "detail": st.one_of(st.lists(_issue, max_size=3), TREES),
        "errors": st.one_of(st.lists(_issue, max_size=3), TREES),
        "validationErrors": st.dictionaries(st.sampled_from(FIELD_NAMES), TREES, max_size=2),
        "sunset_date": TREES,
        "replacement": _any_of(
            ["/generate/image/a/b", "image/a/b", "image/../b", "image/a/b -o x"]
        ),
        "code": TREES,
        "job_id": TREES,
    },
)


def encode_body(body: Any) -> bytes:
    """Encode BODY as JSON, with RAW_JSON in place of its names; bytes stay unchanged."""
    if isinstance(body, bytes):
        return body
    text = json.dumps(body)
    return re.sub(r'"<raw (\d+)>"', lambda match: RAW_JSON[int(match[1])], text).encode()


Answer = tuple[int, bytes, list[tuple[bytes, bytes]]]


def _make_answer(number: int, bodies: list[Any]) -> Answer:
    """Make an answer of status, body and headers; NUMBER chooses them."""
    status = HTTP_STATUSES[number % len(HTTP_STATUSES)] if number % 3 else 100 + number % 500
    number //= len(HTTP_STATUSES)
    body = bodies[number % len(bodies)]
    number //= len(bodies)
    indexes = [number % len(HEADER_PAIRS), number // 7 % len(HEADER_PAIRS)][: number % 3]
    headers = [
        (name.encode(), value.encode("utf-8", "surrogatepass"))
        for name, value in (HEADER_PAIRS[index] for index in indexes)
    ]
    return status, encode_body(body), headers


def answer_batches(count: int) -> st.SearchStrategy[list[Answer]]:
    """Draw COUNT answers, most of them errors."""
    bodies = st.lists(st.one_of(_error_bodies, _error_bodies, TREES), min_size=30, max_size=30)
    numbers = st.lists(st.integers(0, 2**64 - 1), min_size=count, max_size=count)
    return st.composite(lambda draw: _make_answers(draw(numbers), [*draw(bodies), *ERROR_PAGES]))()


def _make_answers(numbers: Row, bodies: list[Any]) -> Batch[Answer]:
    return Batch(_make_answer(number, bodies) for number in numbers)
