"""The known keys of the settings file, and how their values are written."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from krea_cli.local.base_address import DEFAULT_API_BASE
from krea_cli.local.ledger.host import LEDGER_NAME, parse_ledger_name
from krea_cli.local.ledger.post_locks import MAX_PARALLEL
from krea_cli.local.output_settings import parse_folder, parse_template

Value = str | bool | float
# Above the service's own limits for a job: 3 minutes and 2 hours.
DEFAULT_TIMEOUT_SECONDS = {"image": 15 * 60.0, "other": 150 * 60.0}
SECONDS_BY_UNIT = {"": 1, "s": 1, "m": 60, "h": 3600}
SECONDS_BY_AGE_UNIT = SECONDS_BY_UNIT | {"d": 86_400, "w": 604_800, "y": 31_556_952}
NEVER = "off"
NOTIFICATIONS = ("bell", "off")
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")


def _parse_name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("a name")
    return value.strip()


def _parse_address(value: Any) -> str:
    pattern = r"(https?)://(\[[0-9a-f:]+\]|[^/\s:@?#]+)(?::(\d{1,5}))?(/[^\s?#]*)?"
    match = re.fullmatch(pattern, str(value))
    if not match or (match[1] == "http" and match[2] not in LOOPBACK_HOSTS):
        raise ValueError("an https:// address (http:// only for this machine)")
    if int(match[3] or 0) > 65535:
        raise ValueError("an address whose port is 65535 at most")
    return match[0].rstrip("/")


def _parse_switch(value: Any) -> bool:
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    word = str(value).strip().lower()
    if word not in words:
        raise ValueError("true or false")
    return words[word]


def parse_duration(value: Any) -> float:
    """Parse 90, 90s, 15m or 2h as seconds. Raises ValueError with the expected form."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", str(value).strip())
    if isinstance(value, bool) or not match:
        raise ValueError("a duration (90, 90s, 15m, 2h; 0 is for ever)")
    return float(match[1]) * SECONDS_BY_UNIT[match[2]]


def parse_age(value: Any) -> float:
    """Parse 12h, 30d, 8w or 1y as seconds. Raises ValueError with the expected form."""
    match = re.fullmatch(r"(\d{1,6}(?:\.\d+)?)([smhdwy])", str(value).strip())
    if not match or float(match[1]) == 0:
        raise ValueError("a time such as 12h, 30d, 8w or 1y")
    return float(match[1]) * SECONDS_BY_AGE_UNIT[match[2]]


def _parse_retention(value: Any) -> float:
    seconds = parse_age(value)
    if seconds < SECONDS_BY_AGE_UNIT["d"]:
        raise ValueError("1d or more, such as 30d or 1y")
    return seconds


def _parse_dollars(value: Any) -> float:
    from krea_cli.dollars import parse_dollars, to_dollars

    return to_dollars(parse_dollars("" if isinstance(value, bool) else str(value), round_down=True))


def _parse_assumed_price(value: Any) -> float:
    from krea_cli.dollars import parse_dollars, to_dollars

    return to_dollars(parse_dollars("" if isinstance(value, bool) else str(value)))


def _parse_limit(value: Any) -> float | str:
    """Parse an amount of dollars, or `off`."""
    if value is False or str(value).strip().lower() == NEVER:
        return NEVER
    if value is not True and re.fullmatch(r"\$?0+(\.0*)?", str(value).strip()):
        return 0.0
    try:
        return _parse_dollars(value)
    except ValueError as expected:
        raise ValueError(f"{expected}, or {NEVER}") from expected


def _parse_notification(value: Any) -> str:
    word = "off" if value is False else str(value).strip().lower()
    if word not in NOTIFICATIONS:
        raise ValueError(" or ".join(NOTIFICATIONS))
    return word


def parse_parallel(value: Any) -> int:
    """Parse a number of requests from 1 to 16. Raises ValueError with the expected form."""
    text = str(value).removesuffix(".0")
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:3]) <= MAX_PARALLEL):
        raise ValueError(f"a number from 1 to {MAX_PARALLEL}")
    return int(text)


@dataclass(frozen=True)
class Setting:
    """A known key.

    help: the purpose of the key, for `krea config list`
    parse: returns the typed value, or raises ValueError with the expected form
    default: the value that counts without it, as text; None if there is none
    variable: the variable of the environment that goes before it
    """

    help: str
    parse: Callable[[Any], Value]
    default: str | None = None
    variable: str | None = None


SETTINGS = {
    "model.default": Setting("the model when -m is not given", _parse_name, variable="KREA_MODEL"),
    "api.base": Setting(
        "the API's address when KREA_API_BASE is not set",
        _parse_address,
        DEFAULT_API_BASE,
        "KREA_API_BASE",
    ),
    "account.shared": Setting(
        "true if other machines or programs use the account: krea then never decides about a lost"
        " answer without you",
        _parse_switch,
    ),
    "budget.day": Setting(
        "the most to spend from midnight to midnight, in US dollars; without it, there is no limit",
        _parse_dollars,
    ),
    "budget.month": Setting(
        "the most to spend in a month of the calendar, in US dollars; without it, no limit",
        _parse_dollars,
    ),
    "confirm.above": Setting(
        "ask at the terminal before what may cost more than this, in US dollars (1 without it), or"
        " sends more than 10 jobs of unknown price; 0 always asks, off never does",
        _parse_limit,
        "1",
    ),
    "price.assume": Setting(
        "the price to assume where the price is unknown, in US dollars, as --assume-price does",
        _parse_assumed_price,
    ),
    "history.keep": Setting(
        "how long the ledger keeps requests that are over, such as 1y (1d at least); without it,"
        " for ever. Items of batches stay: a batch would pay for them again",
        _parse_retention,
    ),
    "ledger.name": Setting(
        "which ledger on a network disk is this machine's, where host names change; without it,"
        " the one that is named like the host",
        parse_ledger_name,
        variable=LEDGER_NAME,
    ),
    "submit.parallel": Setting(
        f"how many requests of the account may be under way at once, 1 to {MAX_PARALLEL} (1 without"
        " it); with more, a crash leaves more in doubt",
        parse_parallel,
        "1",
        "KREA_SUBMIT_PARALLEL",
    ),
    "output.folder": Setting(
        "the folder for results without -o: of a batch, of generate, and of download; a relative"
        " one is below the current folder",
        parse_folder,
        ".",
    ),
    "output.template": Setting(
        "the names of results without -o, such as {slug}-{seed}.{ext}, below output.folder",
        parse_template,
    ),
    "vary.folder": Setting(
        "the folder of the words for --vary: of __name__ in name.txt; a relative one is below the"
        " folder of the list, or the current one",
        parse_folder,
        "wildcards",
    ),
    "terminal.notify": Setting(
        "at the end of what took longer than 20 s: bell rings, off does nothing; without it, the"
        " terminal shows a notification",
        _parse_notification,
    ),
    "timeout.image": Setting("how long to wait for an image", parse_duration, "15m"),
    "timeout.other": Setting(
        "how long to wait for video, audio, 3D, enhancing", parse_duration, "150m"
    ),
}
