"""What a hostile service may answer: jobs, errors and OpenAPI routes, made by hypothesis.

Each body is a plausible one with a few places replaced, so that it gets past the first check and
deep into the program. Whole batches are drawn at once: a command costs more than a body.
"""

import json
import re
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.hostile.inputs import (
    ADDRESSES,
    CODES,
    NAMED,
    NAMES,
    NUMBERS,
    PAGES,
    PLACES,
    RAW,
    STATUS,
    STATUSES,
    TEXTS,
)

SCALARS = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(NUMBERS),
    st.sampled_from([f"<raw {index}>" for index in range(len(RAW))]),
    st.sampled_from([None, True, False, [], {}, [[]], [{}], [None]]),
    st.text(max_size=8),
    st.integers(),
    st.floats(),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
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
        st.sampled_from(NAMES), st.one_of(_entry, st.lists(_entry, max_size=2)), max_size=3
    ),
)
_error = st.one_of(
    st.fixed_dictionaries({}, optional={"code": _any_of(CODES), "message": _any_of(CODES, TEXTS)}),
    _any_of(CODES),
)
Body = TypeVar("Body")


class Batch(list[Body]):
    """Many bodies, which a failure does not print: its own sentence names what is wrong."""

    def __repr__(self) -> str:
        return f"<{len(self)} bodies>"


Numbers = list[int]
POOLS = st.fixed_dictionaries(
    {
        "trees": st.lists(TREES, min_size=12, max_size=12),
        "urls": st.lists(_urls, min_size=10, max_size=10),
        "errors": st.lists(_error, min_size=6, max_size=6),
    }
)
_number = st.integers(0, 2**32 - 1)


def _change(job: dict[str, Any], number: int, pools: dict[str, list[Any]]) -> None:
    """Replace a place of JOB, or leave it away: which and by what stands in NUMBER."""
    (*outer, last), source = PLACES[number % len(PLACES)]
    number //= len(PLACES)
    inner = job.get("result") if outer else job
    if not isinstance(inner, dict):
        return
    values = pools[source] if isinstance(source, str) else source
    # Every third time some other kind of thing; every eighth time nothing at all.
    values = pools["trees"] if number % 3 == 0 else values
    if number % 8 == 0:
        inner.pop(last, None)
    else:
        inner[last] = values[number // 24 % len(values)]


def _job(name: str, numbers: Numbers, pools: dict[str, list[Any]]) -> dict[str, Any]:
    first, *changes = numbers
    ends = ["completed", "completed", "completed", "failed", *STATUSES]
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


def batches(count: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    """COUNT jobs, called job-0, job-1 and so on, each with up to three places changed."""
    numbers = st.lists(_number, min_size=2, max_size=4)
    rows = st.lists(numbers, min_size=count, max_size=count)
    return st.composite(lambda draw: _jobs(draw(rows), draw(POOLS)))()


def _jobs(rows: list[Numbers], pools: dict[str, list[Any]]) -> Batch[dict[str, Any]]:
    return Batch(_job(f"job-{n}", row, pools) for n, row in enumerate(rows))


# Objects of no shape, and bodies in the shapes that the service was seen to use.
_issue = st.fixed_dictionaries(
    {}, optional={"path": TREES, "loc": TREES, "message": TREES, "msg": TREES, "code": TREES}
)
_said = st.fixed_dictionaries(
    {},
    optional={
        "error": st.one_of(_error, TREES),
        "message": _any_of(["Invalid asset URL", "upgrade your plan", "concurrent", "balance"]),
        "detail": st.one_of(st.lists(_issue, max_size=3), TREES),
        "errors": st.one_of(st.lists(_issue, max_size=3), TREES),
        "validationErrors": st.dictionaries(st.sampled_from(NAMES), TREES, max_size=2),
        "sunset_date": TREES,
        "replacement": _any_of(
            ["/generate/image/a/b", "image/a/b", "image/../b", "image/a/b -o x"]
        ),
        "code": TREES,
        "job_id": TREES,
    },
)


def encoded(body: Any) -> bytes:
    """BODY as JSON text, with the raw pieces where their names stand; bytes stay what they are."""
    if isinstance(body, bytes):
        return body
    text = json.dumps(body)
    return re.sub(r'"<raw (\d+)>"', lambda found: RAW[int(found[1])], text).encode()


Answer = tuple[int, bytes, list[tuple[bytes, bytes]]]


def _answer(number: int, bodies: list[Any]) -> Answer:
    """An answer: its status, its body out of BODIES, its headers, as NUMBER says."""
    status = STATUS[number % len(STATUS)] if number % 3 else 100 + number % 500
    number //= len(STATUS)
    body = bodies[number % len(bodies)]
    number //= len(bodies)
    chosen = [NAMED[number % len(NAMED)], NAMED[number // 7 % len(NAMED)]][: number % 3]
    sent = [(name.encode(), value.encode("utf-8", "surrogatepass")) for name, value in chosen]
    return status, encoded(body), sent


def answers(count: int) -> st.SearchStrategy[list[Answer]]:
    """COUNT answers, most of them errors."""
    made = st.lists(st.one_of(_said, _said, TREES), min_size=30, max_size=30)
    numbers = st.lists(st.integers(0, 2**64 - 1), min_size=count, max_size=count)
    return st.composite(lambda draw: _answers(draw(numbers), [*draw(made), *PAGES]))()


def _answers(numbers: Numbers, bodies: list[Any]) -> Batch[Answer]:
    return Batch(_answer(number, bodies) for number in numbers)
