"""BatchOptions: the command line of one `batch`."""

from dataclasses import dataclass

from krea_cli.commands.request_options import RequestOptions


@dataclass(frozen=True, kw_only=True)
class BatchOptions(RequestOptions):
    """The options of one `batch`, as typed."""

    file: str
    format: str | None
    sweeps: list[str] | None
    jobs: int | None
    fail_fast: bool
    retry_failed: bool
    check: bool
    shard: str | None
    report: str | None
    allow_outside: bool
