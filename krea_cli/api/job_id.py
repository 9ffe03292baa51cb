"""Check job ids before they enter a path."""

import re

from krea_cli.errors import UsageError

UUID_PATTERN = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
JOB_ID_PATTERN = r"[A-Za-z0-9_-]{1,64}"
NULLS = ("null", "None")  # as jq and Python write a missing id


def is_job_id(text: str) -> bool:
    """Return True if TEXT may stand in a path as a job id."""
    return re.fullmatch(JOB_ID_PATTERN, text) is not None


def is_uuid(text: str) -> bool:
    """Return True if TEXT has the form of the service's own ids."""
    return re.fullmatch(UUID_PATTERN, text.strip()) is not None


def check_job_id(text: str) -> str:
    """Return TEXT without surrounding white space. Raises `UsageError` if it is not a job id."""
    job_id = text.strip()
    if job_id in NULLS:
        raise UsageError(
            f"{job_id} is not a job id: a record without a job has none",
            hint="its request was not submitted; leave it out: jq -r '.job_id // empty'",
        )
    if is_job_id(job_id):
        return job_id
    raise UsageError(
        f"{job_id[:80]!a} is not a job id: 1 to 64 letters, digits, - or _ are expected",
        hint="an id looks like 550e8400-e29b-41d4-a716-446655440000; krea generate prints it",
    )


def read_job_id(text: str) -> str:
    """Return the job id that a person typed as TEXT. Raises `UsageError` if it is none.

    Ids of the service are UUIDs in lower case; some programs show them in upper case.
    """
    job_id = check_job_id(text)
    return job_id.lower() if is_uuid(job_id) else job_id
