"""The settings file: a few known keys in TOML, edited without losing what else is in it."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from krea_cli.errors import KreaError, UsageError
from krea_cli.local.private_file import write_private

Value = str | bool | float
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
AGES = UNITS | {"d": 86_400, "w": 604_800, "y": 31_556_952}
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("a name")
    return value.strip()


def _address(value: Any) -> str:
    wanted = "an https:// address (http:// only for this machine)"
    pattern = r"(https?)://(\[[0-9a-f:]+\]|[^/\s:@?#]+)(?::(\d{1,5}))?(/[^\s?#]*)?"
    found = re.fullmatch(pattern, str(value))
    if not found or (found[1] == "http" and found[2] not in LOOPBACK):
        raise ValueError(wanted)
    if int(found[3] or 0) > 65535:
        raise ValueError("an address whose port is 65535 at most")
    return found[0].rstrip("/")


def _switch(value: Any) -> bool:
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    word = str(value).strip().lower()
    if word not in words:
        raise ValueError("true or false")
    return words[word]


def duration(value: Any) -> float:
    """Read 90, 90s, 15m or 2h as seconds. Raises ValueError with what is wanted."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", str(value).strip())
    if isinstance(value, bool) or not found:
        raise ValueError("a duration (90, 90s, 15m, 2h; 0 is for ever)")
    return float(found[1]) * UNITS[found[2]]


def age(value: Any) -> float:
    """Read 12h, 30d, 8w or 1y as seconds. Raises ValueError with what is wanted."""
    found = re.fullmatch(r"(\d{1,6}(?:\.\d+)?)([smhdwy])", str(value).strip())
    if not found or float(found[1]) == 0:
        raise ValueError("a time such as 12h, 30d, 8w or 1y")
    return float(found[1]) * AGES[found[2]]


def _keeping(value: Any) -> float:
    seconds = age(value)
    if seconds < AGES["d"]:
        raise ValueError("1d or more, such as 30d or 1y")
    return seconds


def _dollars(value: Any) -> float:
    from krea_cli.dollars import amount

    return float(amount("" if isinstance(value, bool) else str(value)))


@dataclass(frozen=True)
class Setting:
    """A known key: what it is for, and how its value is read (raises ValueError: "wanted")."""

    help: str
    read: Callable[[Any], Value]


SETTINGS = {
    "model.default": Setting("the model when -m is not given", _text),
    "api.base": Setting("the API's address when KREA_API_BASE is not set", _address),
    "account.shared": Setting(
        "true when other machines or programs use the account: then a lost answer is never"
        " settled without you",
        _switch,
    ),
    "budget.day": Setting(
        "the most that may be spent from midnight to midnight, in US dollars; without it, there is"
        " no limit",
        _dollars,
    ),
    "history.keep": Setting(
        "how long the ledger keeps what is over, such as 1y (1d at least); without it, for ever."
        " Items of batches stay: a batch would pay for them again",
        _keeping,
    ),
    "timeout.image": Setting("how long to wait for an image", duration),
    "timeout.other": Setting("how long to wait for video, audio, 3D, enhancing", duration),
}


class Config:
    """The settings as they were read. `get` gives typed values: text, True/False, a number."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self._text = text
        self._values = _flat(path, text)

    @classmethod
    def load(cls, folder: Path) -> "Config":
        """Read config.toml in FOLDER; none is an empty one. Raises UsageError if it is no TOML."""
        path = folder / "config.toml"
        try:
            return cls(path, path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls(path, "")
        except OSError as failure:
            raise KreaError(
                f"{path} cannot be read: {failure.strerror}",
                hint="set KREA_CONFIG_DIR to a folder that you can read",
            ) from failure
        except UnicodeDecodeError as failure:
            raise _broken(path, "it is no UTF-8 text") from failure

    def get(self, key: str) -> Value | None:
        """The value of KEY, None when it is not set. Raises UsageError where either is wrong."""
        _known(key)
        if key not in self._values:
            return None
        return _checked(key, self._values[key], f"{self.path}: ")

    def list(self) -> dict[str, Any]:
        """Every key that is set, as it is written, in the order of `SETTINGS`."""
        return {key: self._values[key] for key in SETTINGS if key in self._values}

    def strangers(self) -> tuple[str, ...]:
        """What the file sets and this krea does not know: slips, or settings of another version."""
        if not self._text.strip():
            return ()
        import tomllib

        found = []
        for table, inside in tomllib.loads(self._text).items():
            keys = [f"{table}.{name}" for name in inside] if isinstance(inside, dict) else [table]
            found += [key for key in keys if key not in SETTINGS]
        return tuple(found)

    def set(self, key: str, text: str) -> "Config":
        """Write KEY as TEXT says; the settings as they are then. Raises UsageError, KreaError."""
        value = _checked(key, text)
        # Numbers are kept as they were typed: 15m reads better than 900.0.
        return self._rewritten(key, text.strip() if isinstance(value, float) else value)

    def unset(self, key: str) -> "Config":
        """Take KEY out of the file; the settings as they are then."""
        _known(key)
        return self._rewritten(key, None) if key in self._values else self

    def _rewritten(self, key: str, value: Value | None) -> "Config":
        text = _edited(self._text, key, None if value is None else _literal(value))
        wanted = _flat(self.path, self._text) | {key: value}
        try:
            found = _flat(self.path, text)
        except UsageError:
            found = {}
        if found != {name: item for name, item in wanted.items() if item is not None}:
            raise UsageError(f"{self.path} is written in a way that krea cannot edit: do it there")
        write_private(self.path, text)
        return Config(self.path, text)


def _known(key: str) -> Setting:
    if key in SETTINGS:
        return SETTINGS[key]
    from difflib import get_close_matches

    close = get_close_matches(key, SETTINGS, n=1, cutoff=0.5)
    meant = f"; did you mean {close[0]}?" if close else ""
    raise UsageError(f"there is no setting {key}{meant}", hint="krea config list")


def _checked(key: str, value: Any, where: str = "") -> Value:
    try:
        return _known(key).read(value)
    except ValueError as failure:
        hint = f"krea config unset {key}" if where else "krea config list says what each is for"
        raise UsageError(f"{where}{key} must be {failure}, not {value!r}", hint=hint) from failure


def _flat(path: Path, text: str) -> dict[str, Any]:
    """The known keys of a file; others belong to another version of krea and are left alone."""
    if not text.strip():
        return {}
    import tomllib

    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as failure:
        raise _broken(path, str(failure)) from failure
    found = {}
    for key in SETTINGS:
        table, _, name = key.partition(".")
        inside = tables.get(table)
        if isinstance(inside, dict) and name in inside:
            found[key] = inside[name]
    return found


def _edited(text: str, key: str, literal: str | None) -> str:
    """TEXT with KEY set to LITERAL, or without it; comments and all else stay."""
    table, _, name = key.partition(".")
    lines = text.splitlines()
    section, place = "", None
    for number, line in enumerate(lines):
        if header := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
            section = header[1]
        dotted = section == "" and re.match(rf"\s*{re.escape(key)}\s*=", line)
        if dotted or (section == table and re.match(rf"\s*{name}\s*=", line)):
            setting = f"{key if dotted else name} = {literal}{_comment(line)}"
            lines[number : number + 1] = [] if literal is None else [setting]
            return "\n".join(lines) + "\n"
        if section == table and line.strip():
            place = number + 1
    if literal is None:
        return text
    if place is None:
        lines += [*([""] if lines else []), f"[{table}]"]
        place = len(lines)
    lines.insert(place, f"{name} = {literal}")
    return "\n".join(lines) + "\n"


def _comment(line: str) -> str:
    """What stands behind the value of a line, with the space before it."""
    # Strings first: a # inside one begins no comment.
    found = re.fullmatch(r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|[^"'#])*?(\s*#.*)""", line)
    return found[1] if found else ""


def _literal(value: Value) -> str:
    # JSON's strings are TOML's, for printable text.
    return json.dumps(value, ensure_ascii=False)


def _broken(path: Path, reason: str) -> UsageError:
    return UsageError(f"{path} cannot be read: {reason}", hint=f"correct it, or: rm {path}")
