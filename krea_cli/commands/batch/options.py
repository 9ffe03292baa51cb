"""BatchOptions: the command line of one `batch`."""

from dataclasses import dataclass

from krea_cli.commands.batch.stop_options import DeadlineOption, MaxFailures
from krea_cli.commands.request_options import RequestOptions
from krea_cli.flows.batch.check.part import PartOptions, parse_filters, parse_lines


@dataclass(frozen=True, kw_only=True)
class BatchOptions(RequestOptions):
    """The options of one `batch`, as typed."""

    file: str
    format: str | None
    sweeps: list[str] | None
    jobs: int | None
    fail_fast: bool
    max_failures: MaxFailures | None
    retries: int
    retry_failed: bool
    deadline: DeadlineOption | None
    check: bool
    prune: bool
    to: str | None
    lines: str | None
    first: int | None
    filters: list[str] | None
    only_failed: bool
    shard: str | None
    report: str | None
    allow_outside: bool

    @property
    def part(self) -> PartOptions:
        """The part of the list that is meant. Raises `UsageError`."""
        return PartOptions(
            parse_lines(self.lines), self.first, parse_filters(self.filters), self.only_failed
        )

    @property
    def retries_failed(self) -> bool:
        """True if items that failed before are sent again."""
        return self.retry_failed or self.only_failed
