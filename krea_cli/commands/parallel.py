"""The number of requests that may be under way at once: the setting `submit.parallel`."""

from collections.abc import Callable

from krea_cli.errors import UsageError
from krea_cli.local.config import Config
from krea_cli.local.settings import parse_parallel

PARALLEL_SETTING, PARALLEL_VARIABLE = "submit.parallel", "KREA_SUBMIT_PARALLEL"


def find_parallel(get: Callable[[str], str | None], config: Config) -> int:
    """Return the number from the environment, else from CONFIG, else 1. Raises `UsageError`."""
    text = get(PARALLEL_VARIABLE)
    if not text:
        return int(config.get(PARALLEL_SETTING) or 1)
    try:
        return parse_parallel(text)
    except ValueError as expected:
        raise UsageError(
            f"{PARALLEL_VARIABLE} is {text!r}, not {expected}",
            hint=f"set {PARALLEL_VARIABLE} to a number from 1 to 16, or unset it",
        ) from expected


def parallel_note(count: int) -> str | None:
    """Say in one sentence what is given up with COUNT requests at once; None for one."""
    if count == 1:
        return None
    return (
        f"up to {count} requests leave at once: after a crash or a lost network, as many may be in"
        " doubt, and krea finds fewer of their jobs without you"
    )
