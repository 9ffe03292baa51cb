"""Job ids, checked before they enter a path."""

import re

from krea_cli.errors import UsageError

JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def is_job_id(text: str) -> bool:
    """True for what may stand in a path as a job's id."""
    return JOB_ID.fullmatch(text) is not None


def check_job_id(text: str) -> str:
    """TEXT without the white space around it, if it can be a job's id; else UsageError."""
    stripped = text.strip()
    if is_job_id(stripped):
        return stripped
    shown = ascii(stripped[:80])
    raise UsageError(
        f"{shown} is not a job id: 1 to 64 letters, digits, - or _ are expected",
        hint="an id looks like 550e8400-e29b-41d4-a716-446655440000; krea generate prints it",
    )
