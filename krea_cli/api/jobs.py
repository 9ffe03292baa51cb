"""Reads jobs, in every shape that the service was seen to give them.

Source: the contract of 2026-11, section 3. What cannot be read is left out rather than raised,
save for the id: without one there is no job.
"""

from collections.abc import Iterator
from typing import Any

from krea_cli.api.job_id import is_job_id
from krea_cli.api.types import Job, JobError, JobsPage, Output
from krea_cli.errors import EmptyResult, JobCancelled, JobFailed, KreaError, Unanswered
from krea_cli.text import excerpt

MILLISECONDS_FROM = 1e11  # a number of seconds that large would be the year 5138
FARTHEST = 5e10  # seconds from 1970: the years 385 to 3554, all that dates here can be


def parse_job(data: Any) -> Job:
    """The job in DATA, the JSON of one answer or list item. Raises Unanswered if it is none."""
    if not isinstance(data, dict):
        raise Unanswered("the answer describes no job")
    name = data.get("job_id", data.get("id"))
    if not isinstance(name, str) or not is_job_id(name):
        told = f": {excerpt(str(name), limit=100)}" if name is not None else ""
        raise Unanswered(f"the answer names no job id{told}")
    result = data.get("result")
    result = result if isinstance(result, dict) else {}
    return Job(
        id=name,
        status=_status(data.get("status")),
        created_at=parse_time(data.get("created_at")),
        completed_at=parse_time(data.get("completed_at")),
        type=_text(data.get("type")),
        outputs=_outputs(data, result),
        error=_error(data.get("error")) or _error(result.get("error")),
        style_id=_text(result.get("style_id")),
        raw=data,
    )


def parse_page(data: Any) -> JobsPage:
    """One page of the list; items that are no jobs are left out. Raises Unanswered for no list."""
    items = data.get("items") if isinstance(data, dict) else data
    if not isinstance(items, list):
        raise Unanswered("the answer holds no list of jobs", charged="no")
    cursor = None
    if isinstance(data, dict):
        cursor = data.get("next_cursor", data.get("nextCursor"))
    jobs = tuple(_readable(items))
    return JobsPage(jobs, cursor if isinstance(cursor, str) and cursor else None)


def parse_time(value: Any) -> float | None:
    """ISO 8601 text, or a number of seconds or milliseconds, in seconds since 1970; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _moment(value)
    if not isinstance(value, str):
        return None
    from datetime import UTC, datetime

    try:
        moment = datetime.fromisoformat(value.strip())
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return _writable(aware.timestamp())
    except (ValueError, OverflowError):
        return None


def format_cursor(seconds: float) -> str:
    """SECONDS since 1970 as the list's cursor: ISO 8601 in UTC with milliseconds and a Z."""
    from datetime import UTC, datetime

    # Rounded here: isoformat cuts off, and a cursor that is too early hides a job.
    moment = datetime.fromtimestamp(round(seconds, 3), UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def job_failure(job: Job) -> KreaError | None:
    """What went wrong with a job that ended; None for one that runs or has a result."""
    if job.status == "completed":
        if job.outputs or job.style_id:
            return None
        return _moderated(job, charged="unknown") or EmptyResult(
            f"job {job.id} completed without any result, often the sign of a silent refusal",
            hint="krea.ai/app/api shows whether it was charged; "
            "change the prompt or the inputs before the next krea generate",
            job_id=job.id,
        )
    if job.status == "cancelled":
        return JobCancelled(f"job {job.id} was cancelled{_because(job)}", job_id=job.id)
    if job.status != "failed":
        return None
    return _moderated(job, charged="no") or JobFailed(
        f"job {job.id} failed{_because(job) or ' without saying why'}",
        hint="failed jobs are not billed; krea generate makes a new job",
        job_id=job.id,
    )


def _moderated(job: Job, *, charged: str) -> KreaError | None:
    """The failure of JOB if its error says that moderation refused."""
    if job.error is None:
        return None
    # Here: most jobs end well, and a glance at one does without.
    from krea_cli.api.moderation import UNNAMED, reason_in, refused

    reason = reason_in([job.error.code], job.error.message)
    if reason is None:
        return None
    said = _because(job).removeprefix(": ") if reason == UNNAMED else job.error.message
    return refused(f"job {job.id}", reason, said, job_id=job.id, charged=charged)


def _because(job: Job) -> str:
    if job.error is None:
        return ""
    code, message = job.error.code, job.error.message
    if code and message and code != message:
        return f": {message} ({code})"
    return f": {message or code}"


def _readable(items: list[Any]) -> Iterator[Job]:
    for item in items:
        try:
            yield parse_job(item)
        except Unanswered:
            continue


def _status(value: Any) -> str:
    text = _text(value)
    if text is None:
        return "unknown"
    lowered = text.lower()
    return "cancelled" if lowered == "canceled" else lowered


def _text(value: Any) -> str | None:
    return (excerpt(value, limit=200) or None) if isinstance(value, str) else None


def _moment(value: float) -> float | None:
    if not abs(value) < 1e15:  # false for nan as well
        return None
    return _writable(value / 1000 if abs(value) > MILLISECONDS_FROM else float(value))


def _writable(seconds: float) -> float | None:
    return seconds if abs(seconds) < FARTHEST else None


def _error(value: Any) -> JobError | None:
    if isinstance(value, str):
        message = excerpt(value)
        return JobError(None, message) if message else None
    if not isinstance(value, dict):
        return None
    code = _text(value.get("code")) or _text(value.get("type"))
    said = value.get("message", value.get("error"))
    message = excerpt(said) if isinstance(said, str) else ""
    return JobError(code, message or None) if code or message else None


def _outputs(data: dict[str, Any], result: dict[str, Any]) -> tuple[Output, ...]:
    for place in (result.get("urls"), result.get("video_url"), data.get("urls")):
        found = {output.url: output for output in _addresses(place)}
        if found:
            return tuple(found.values())
    return ()


def _addresses(value: Any, name: str | None = None) -> Iterator[Output]:
    """A string, a list of strings or {type, url}, or a map of name to any of these."""
    if isinstance(value, str):
        if value.strip():
            yield Output(value.strip(), name=name)
    elif isinstance(value, list):
        for item in value:
            yield from _entry(item, name)
    elif isinstance(value, dict):
        if isinstance(value.get("url"), str) and "type" in value:
            yield from _entry(value, name)
            return
        for key, item in value.items():
            for single in item if isinstance(item, list) else [item]:
                yield from _entry(single, _text(key))


def _entry(item: Any, name: str | None) -> Iterator[Output]:
    if isinstance(item, str) and item.strip():
        yield Output(item.strip(), name=name)
    elif isinstance(item, dict):
        url = item.get("url")
        if isinstance(url, str) and url.strip():
            yield Output(url.strip(), kind=_text(item.get("type")), name=name)
