"""Parse jobs, in every shape that the service was seen to give them.

Source: the contract of 2026-11, section 3. An unreadable field is left out, and nothing is raised.
The exception is the id: without one there is no job.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from krea_cli.api.job_id import is_job_id
from krea_cli.api.types import Job, JobError, JobOutput, JobsPage
from krea_cli.errors import EmptyResult, JobCancelled, JobFailed, KreaError, Unanswered
from krea_cli.text import excerpt

MIN_MILLISECONDS_TIMESTAMP = 1e11  # as seconds it would be the year 5138
MAX_TIMESTAMP_SECONDS = 5e10  # from 1970: the years 385 to 3554, within the range of dates here
MAX_RAW_TIMESTAMP = 1e15  # in seconds or milliseconds, as the service sent it
MAX_FIELD_CHARACTERS = 200


def parse_job(data: Any) -> Job:
    """Parse DATA, the JSON of one answer or list item. Raises `Unanswered` if it is not a job."""
    if not isinstance(data, dict):
        raise Unanswered("the answer describes no job")
    job_id = data.get("job_id", data.get("id"))
    if not isinstance(job_id, str) or not is_job_id(job_id):
        bad_id = f": {excerpt(str(job_id), limit=100)}" if job_id is not None else ""
        raise Unanswered(f"the answer has no valid job id{bad_id}")
    result = data.get("result")
    result = result if isinstance(result, dict) else {}
    status = (_parse_text(data.get("status")) or "unknown").lower()
    return Job(
        id=job_id,
        status="cancelled" if status == "canceled" else status,
        created_at=parse_time(data.get("created_at")),
        completed_at=parse_time(data.get("completed_at")),
        type=_parse_text(data.get("type")),
        outputs=_parse_outputs(data, result),
        error=_parse_error(data.get("error")) or _parse_error(result.get("error")),
        style_id=_parse_text(result.get("style_id")),
        raw=data,
    )


def parse_page(data: Any) -> JobsPage:
    """Parse one page of the list, without its unreadable items. Raises `Unanswered`."""
    items = data.get("items") if isinstance(data, dict) else data
    if not isinstance(items, list):
        raise Unanswered("the answer holds no list of jobs", charged="no")
    cursor = None
    if isinstance(data, dict):
        cursor = data.get("next_cursor", data.get("nextCursor"))
    jobs = []
    for item in items:
        with suppress(Unanswered):
            jobs.append(parse_job(item))
    return JobsPage(tuple(jobs), cursor if isinstance(cursor, str) and cursor else None)


def parse_time(value: Any) -> float | None:
    """Parse ISO 8601 text, seconds or milliseconds as seconds since 1970; None if impossible."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(value, str):
        from datetime import UTC, datetime

        try:
            moment = datetime.fromisoformat(value.strip())
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds = aware.timestamp()
        except (ValueError, OverflowError):
            return None
    elif is_number and abs(value) < MAX_RAW_TIMESTAMP:  # false for nan as well
        seconds = value / 1000 if abs(value) > MIN_MILLISECONDS_TIMESTAMP else float(value)
    else:
        return None
    return seconds if abs(seconds) < MAX_TIMESTAMP_SECONDS else None


def format_cursor(seconds: float) -> str:
    """Format SECONDS since 1970 as a cursor: ISO 8601 in UTC with milliseconds and a Z."""
    from datetime import UTC, datetime

    # Rounded here: isoformat cuts off, and a cursor that is too early hides a job.
    moment = datetime.fromtimestamp(round(seconds, 3), UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def job_failure(job: Job) -> KreaError | None:
    """Return the error of a JOB that ended badly; None if it runs or has a result."""
    if job.status == "completed":
        if job.outputs or job.style_id:
            return None
        return _moderation_error(job, charged="unknown") or EmptyResult(
            f"job {job.id} completed without any result, often the sign of a silent refusal",
            hint="krea.ai/app/api shows whether it was charged; "
            "change the prompt or the inputs before the next krea generate",
            job_id=job.id,
        )
    if job.status == "cancelled":
        return JobCancelled(f"job {job.id} was cancelled{_reason_suffix(job)}", job_id=job.id)
    if job.status != "failed":
        return None
    return _moderation_error(job, charged="no") or JobFailed(
        f"job {job.id} failed{_reason_suffix(job) or ' without saying why'}",
        hint="failed jobs are not billed; krea generate makes a new job",
        job_id=job.id,
    )


def _moderation_error(job: Job, *, charged: str) -> KreaError | None:
    if job.error is None:
        return None
    # Imported here: most jobs end well, and need none of it.
    from krea_cli.api.moderation import UNKNOWN_REASON, find_reason, moderation_error

    reason = find_reason([job.error.code], job.error.message)
    if reason is None:
        return None
    is_unknown = reason == UNKNOWN_REASON
    words = _reason_suffix(job).removeprefix(": ") if is_unknown else job.error.message
    return moderation_error(f"job {job.id}", reason, words, job_id=job.id, charged=charged)


def _reason_suffix(job: Job) -> str:
    if job.error is None:
        return ""
    code, message = job.error.code, job.error.message
    if code and message and code != message:
        return f": {message} ({code})"
    return f": {message or code}"


def _parse_text(value: Any) -> str | None:
    return (excerpt(value, limit=MAX_FIELD_CHARACTERS) or None) if isinstance(value, str) else None


def _parse_error(value: Any) -> JobError | None:
    if isinstance(value, str):
        message = excerpt(value)
        return JobError(None, message) if message else None
    if not isinstance(value, dict):
        return None
    code = _parse_text(value.get("code")) or _parse_text(value.get("type"))
    words = value.get("message", value.get("error"))
    message = excerpt(words) if isinstance(words, str) else ""
    return JobError(code, message or None) if code or message else None


def _parse_outputs(data: dict[str, Any], result: dict[str, Any]) -> tuple[JobOutput, ...]:
    for value in (result.get("urls"), result.get("video_url"), data.get("urls")):
        outputs = {output.url: output for output in _iter_outputs(value)}
        if outputs:
            return tuple(outputs.values())
    return ()


def _iter_outputs(value: Any) -> Iterator[JobOutput]:
    """Parse a string, a list of strings or {type, url}, or a map of names to any of these."""
    if isinstance(value, dict) and not (isinstance(value.get("url"), str) and "type" in value):
        items = [item if isinstance(item, list) else [item] for item in value.values()]
        entries = [entry for group in items for entry in group]
    else:
        entries = value if isinstance(value, list) else [value]
    for entry in entries:
        is_object = isinstance(entry, dict)
        url = entry.get("url") if is_object else entry
        if isinstance(url, str) and url.strip():
            kind = _parse_text(entry.get("type")) if is_object else None
            yield JobOutput(url.strip(), kind)
