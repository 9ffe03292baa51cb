"""--shard: find the share that the user or the cluster gives to this machine."""

from collections.abc import Callable

from krea_cli.errors import UsageError
from krea_cli.flows.batch.check.shard import SHARD_HINT, Shard, parse_shard

SLURM_PREFIX = "SLURM_ARRAY_TASK_"


def find_shard(text: str | None, get: Callable[[str], str | None]) -> Shard:
    """Find the share that --shard TEXT names; GET reads a variable. Raises `UsageError`."""
    if text is None:
        return Shard()
    if text.strip().lower() != "auto":
        return parse_shard(text)
    if get(f"{SLURM_PREFIX}ID") is not None:
        return _slurm_shard(get)
    if get("JOB_COMPLETION_INDEX") is not None:
        return _kubernetes_shard(get)
    raise UsageError(
        "--shard auto: this is neither a Slurm array nor a Kubernetes job", hint=SHARD_HINT
    )


def _slurm_shard(get: Callable[[str], str | None]) -> Shard:
    """The place of this task in a whole array from 0 or 1.

    Any other may be a part of one that is run again: its tasks had other shares then.
    """
    number, low, high, step, count = (
        _number(get, SLURM_PREFIX + name) for name in ("ID", "MIN", "MAX", "STEP", "COUNT")
    )
    step = max(1, step)
    whole = low in (0, 1) and count > 1 and count == (high - low) // step + 1
    if not whole or (number - low) % step or not low <= number <= high:
        raise UsageError(
            f"--shard auto: task {number} of {low}-{high} does not say how many shares there are",
            hint="sbatch --array=1-N takes a whole array; else --shard I/N as it was before",
        )
    return Shard((number - low) // step + 1, count)


def _kubernetes_shard(get: Callable[[str], str | None]) -> Shard:
    if get("JOB_COMPLETIONS") is None:
        raise UsageError(
            "--shard auto: Kubernetes says which share this is, and not of how many",
            hint="set JOB_COMPLETIONS in the manifest's env to the number of spec.completions",
        )
    number, count = _number(get, "JOB_COMPLETION_INDEX") + 1, _number(get, "JOB_COMPLETIONS")
    return parse_shard(f"{number}/{count}")


def _number(get: Callable[[str], str | None], name: str) -> int:
    text = get(name) or ""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"--shard auto: {name} is {text[:20]!r}, not a number", hint=SHARD_HINT)
    return int(text)
