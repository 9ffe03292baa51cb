"""The job record: printed by `--json`, and read back from stdin."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from krea_cli.api.job_id import read_job_id
from krea_cli.api.types import TERMINAL_STATUSES, UNBILLED_STATUSES, Job, JobOutput
from krea_cli.dollars import to_dollars
from krea_cli.errors import KreaError, UsageError

if TYPE_CHECKING:
    from krea_cli.flows.context import FlowContext
    from krea_cli.local.ledger.rows import FileRow, RequestRow

SCHEMA = 1
# A record with a long prompt and many results is some kilobytes; this is not a record any more.
MAX_LINE_CHARACTERS = 5_000_000


class FileRecord(Protocol):
    """A result on disk, as a download or the ledger tells of it."""

    @property
    def url(self) -> str: ...
    @property
    def path(self) -> object: ...
    @property
    def sha256(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def type(self) -> str | None: ...


@dataclass(frozen=True)
class Reference:
    """A job that was named.

    record: the job record, if a line of stdin was one
    piped: it came from stdin; the job may be a moment old, from the command before the pipe
    """

    job_id: str
    record: dict[str, Any] | None = None
    piped: bool = False

    @property
    def ended(self) -> bool:
        """True when the record itself tells that the job has ended, so that nobody need ask."""
        status = self.record.get("status") if self.record else None
        return isinstance(status, str) and status in TERMINAL_STATUSES


@dataclass(frozen=True)
class JobReport:
    """A job after a command asked for it, waited for it, or cancelled it.

    job_id: empty for a line that names no job
    record: see `job_record`; empty for a job that could not be read
    job: as it was read last; None if it never was
    """

    job_id: str
    record: dict[str, Any]
    error: KreaError | None = None
    job: Job | None = None


def job_record(
    job: Job | None,
    row: "RequestRow | None" = None,
    *,
    job_id: str | None = None,
    files: Sequence[FileRecord] = (),
    error: KreaError | None = None,
) -> dict[str, Any]:
    """Make the record (schema 1) of a job from the service, the ledger and the disk.

    Keys: schema, job_id, status, model, prompt, seed, created_at, completed_at, price, cost,
    priced_at, charged and error. `cost`: the sure price in dollars, a number; 0 for what is not
    charged. `urls`: the addresses without previews. `files`: the paths. `outputs`: url, path,
    sha256, bytes and type of each result. `result`: as the service sent it. Unknown is None.
    """
    job_id = job.id if job else row.job_id if row and row.job_id else job_id
    status = job.status if job else row.status if row else None
    outputs = job.outputs if job else ()
    results = [output for output in outputs if not output.preview]
    charged = error.charged if error else _charged(status)
    return {
        "schema": SCHEMA,
        "job_id": job_id,
        "status": status,
        "model": row.model if row else None,
        "prompt": row.prompt if row else None,
        "seed": row.seed if row else None,
        "created_at": iso_time(
            job.created_at if job else None, row.server_created_at if row else None
        ),
        "completed_at": iso_time(
            job.completed_at if job else None, row.completed_at if row else None
        ),
        "urls": [output.url for output in results or outputs],
        "files": [str(file.path) for file in files],
        "outputs": list(_outputs(outputs, files)),
        "price": row.price if row else None,
        "cost": request_cost(row, charged),
        "priced_at": iso_time(row.priced_at if row else None),
        "charged": charged,
        "error": error.as_dict() | {"job_id": job_id} if error else None,
        "result": job.raw.get("result") if job else None,
    }


def list_current_files(job_id: str, context: "FlowContext") -> "Sequence[FileRow]":
    """List the files that hold the results of a job now, with their bytes as they were saved."""
    if not (files := context.records.files(job_id)):
        return ()
    from krea_cli.flows.files.places import list_current  # most jobs have no file yet

    return list_current(files)


def parse_line(text: str, read_word: Callable[[str], str] = read_job_id) -> Reference:
    """Read one line of stdin: a bare id, or a record (any JSON object with a `job_id`).

    READ_WORD returns the id that a line or a JSON string means. Raises `UsageError` for any other.
    """
    line = text.strip().lstrip("\ufeff")
    if not line.startswith(("{", '"')):
        return Reference(read_word(line), piped=True)
    try:
        read = json.loads(line) if len(line) <= MAX_LINE_CHARACTERS else None
    except (ValueError, RecursionError):
        read = None
    if isinstance(read, str):
        return Reference(read_word(read), piped=True)
    job_id = read.get("job_id") if isinstance(read, dict) else None
    if isinstance(read, dict) and "job_id" in read and job_id is None:
        raise UsageError(
            f"a record of the input has no job: {line[:60]}",
            hint="its request was not submitted; leave it out: jq -c 'select(.job_id)'",
        )
    if not isinstance(job_id, str):
        raise UsageError(
            f"a line of the input is neither a job id nor a job record: {line[:60]}",
            hint='one id per line, or JSON lines with a "job_id"',
        )
    return Reference(read_job_id(job_id), read, piped=True)


def failure_in_record(recorded: dict[str, Any]) -> KreaError | None:
    """Return the failure of a job in a record from stdin, as the error it was; None without one.

    A wait that ended early is not a failure of the job, nor is an unsaved result.
    """
    error = recorded.get("error")
    status = recorded.get("status")
    has_failed = status in ("failed", "cancelled")
    if not isinstance(error, dict):
        if not has_failed:
            return None
        error = {"code": "job_cancelled" if status == "cancelled" else "job_failed"}
    elif not has_failed and error.get("code") not in ("empty_result", "moderated"):
        return None
    message = error.get("message") or f"the job ended as {status}"
    hint = error.get("hint")
    failure = KreaError(
        str(message), hint=str(hint) if hint else None, job_id=str(recorded.get("job_id"))
    )
    kind = _error_classes().get(str(error.get("code")), KreaError)
    failure.code, failure.exit_code = kind.code, kind.exit_code
    charged = error.get("charged")
    failure.charged = charged if charged in ("no", "yes", "unknown") else kind.charged
    failure.details = {name: error.get(name, value) for name, value in kind.details.items()}
    return failure


def _error_classes() -> dict[str, type[KreaError]]:
    """Every class of failure whose exit code stands with the class, by its code."""
    kinds: dict[str, type[KreaError]] = {}
    waiting: list[type[KreaError]] = [KreaError]
    while waiting:
        kind = waiting.pop()
        kinds[kind.code] = kind
        waiting += kind.__subclasses__()
    return kinds


def _outputs(outputs: Sequence[JobOutput], files: Sequence[FileRecord]) -> Iterator[dict[str, Any]]:
    # A fresh address may have replaced the one that the file came from: it then stands alone.
    # Items that share a payment have a file each from one address.
    by_url: dict[str, list[FileRecord]] = {}
    for file in files:
        by_url.setdefault(file.url, []).append(file)
    for output in outputs:
        for each in by_url.pop(output.url, [None]):
            yield _output(output.url, each)
    for url, others in by_url.items():
        yield from (_output(url, file) for file in others)


def _output(url: str, file: FileRecord | None) -> dict[str, Any]:
    return {
        "url": url,
        "path": str(file.path) if file else None,
        "sha256": file.sha256 if file else None,
        "bytes": file.size if file else None,
        "type": file.type if file else None,
    }


def request_cost(row: "RequestRow | None", charged: str) -> float | None:
    """Return the sure cost in dollars of ROW, with its word for CHARGED; None if unknown."""
    if row is None or row.cost is None:
        return None
    return 0.0 if charged == "no" else to_dollars(row.cost)


def _charged(status: str | None) -> str:
    if status == "completed":
        return "yes"
    # Source: the contract, section 5: failed and cancelled jobs are not billed.
    return "no" if status in UNBILLED_STATUSES else "unknown"


def iso_time(*seconds: float | None) -> str | None:
    """The first known time as ISO 8601 with milliseconds and Z."""
    for moment in seconds:
        if moment is not None:
            date = datetime.fromtimestamp(moment, UTC)
            return date.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return None
