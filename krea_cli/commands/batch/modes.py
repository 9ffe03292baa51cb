"""Refuse options of `batch` that do not go together."""

from krea_cli.commands.batch.options import BatchOptions
from krea_cli.errors import UsageError


def refuse_other_modes(options: BatchOptions) -> None:
    """Refuse options that do not go together. Raises `UsageError`."""
    if options.to is not None and not options.prune:
        raise UsageError("--to is for --prune", hint="krea batch FILE --prune --to FOLDER")
    modes = {"--dry-run": options.dry_run, "--check": options.check, "--prune": options.prune}
    given = [name for name, is_given in modes.items() if is_given]
    if len(given) > 1:
        raise UsageError(f"{given[0]} and {given[1]} were both given", hint="give only one of them")
    if options.prune and (part := _find_part(options)):
        raise UsageError(
            f"--prune looks at the whole list, and {part} names a part of it",
            hint=f"the same command without {part}",
        )


def _find_part(options: BatchOptions) -> str | None:
    """Return the option that chooses a part of the list, if there is one."""
    given = {
        "--lines": options.lines,
        "--first": options.first,
        "--filter": options.filters,
        "--only-failed": options.only_failed,
        "--shard": options.shard,
    }
    return next((name for name, value in given.items() if value), None)
