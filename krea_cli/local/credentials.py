"""Tokens: find them, store them as logins, and mask them for display."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from krea_cli.errors import KreaError, NoToken
from krea_cli.local.private_file import hold_folder, write_private_file
from krea_cli.text import shell_line

TOKEN_VARIABLES = ("KREA_API_KEY", "KREA_API_TOKEN")
DEFAULT_PROFILE = "default"
TOKEN_PAGE_URL = "https://www.krea.ai/settings/api-tokens"
# Copying a token from a page, a chat or a shell script adds these.
_INVISIBLE_CHARACTERS = "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
# As in an .env file, among other lines, or in a line for a shell's start-up file.
_ASSIGNMENT_PATTERN = (
    r"(?im)^[ \t]*(?:export[ \t]+|set[ \t]+|\$env:)?(KREA_\w*|API_?KEY|TOKEN)[ \t]*=(.*)$"
)
_COMMENT_PATTERN = r"\s+#.*$"
_QUOTES = "\"'`‘’‚“”„«»"

ReadVariable = Callable[[str], str | None]


@dataclass(frozen=True)
class Token:
    """A token ready for the header.

    source: the variable, file or login that it came from, for messages
    profile: name of the stored login; None for any other source
    """

    value: str = field(repr=False)
    source: str
    profile: str | None = None


class Login(TypedDict):
    """A stored login: its token, and the only address that the token is sent to."""

    token: str
    base: str


def find_token(
    read_variable: ReadVariable,
    *,
    folder: Path,
    token_file: str | None,
    profile: str | None,
    base: str,
) -> Token:
    """Find the token for BASE.

    Order: --profile, --token-file, KREA_API_KEY, KREA_API_TOKEN, the stored login of the default
    profile. READ_VARIABLE returns None for an empty variable. A stored token is only for its own
    base. Raises NoToken, also for a token that no header can carry.
    """
    if profile is not None:
        return _load_token(folder, profile, base)
    if token_file is not None:
        return Token(clean_token(_read_token_file(token_file), token_file), token_file)
    for name in TOKEN_VARIABLES:
        if text := read_variable(name):
            return Token(clean_token(text, name), name)
    return _load_token(folder, DEFAULT_PROFILE, base)


def clean_token(text: str, source: str) -> str:
    """Strip spaces, invisible characters, quotes, "Bearer " and "KREA_API_KEY=" from a token.

    Raises NoToken if no header can carry it. The error names SOURCE, never the token.
    """
    text = re.sub(_INVISIBLE_CHARACTERS, "", text)
    assigned = _find_assigned(text)
    token = _strip_quotes(text if assigned is None else assigned)
    token = _strip_quotes(re.sub(r"(?i)^bearer\s+", "", token))
    problem = None
    if not token or token.lower() == "bearer":
        problem = "is empty"
    elif re.search(r"\s", token):
        problem = "has a space or a line break inside"
    elif not token.isascii() or not token.isprintable() or set('{}"') & set(token):
        problem = "has a character that cannot be in a token"
    if problem:
        raise NoToken(
            f"the token from {source} {problem}", hint=f"copy it again from {TOKEN_PAGE_URL}"
        )
    return token


def _find_assigned(text: str) -> str | None:
    """Return what the last line of TEXT assigns, KREA_API_KEY before others; None without one."""
    assigned = {name.upper(): value for name, value in re.findall(_ASSIGNMENT_PATTERN, text)}
    if not assigned:
        return None
    value = assigned.get(TOKEN_VARIABLES[0], next(reversed(assigned.values())))
    return re.sub(_COMMENT_PATTERN, "", value)


def _strip_quotes(text: str) -> str:
    # `strip` takes every space of Unicode.
    while (inner := text.strip().strip(_QUOTES)) != text:
        text = inner
    return text


def account_of(token: str) -> str:
    """Return the account's id in the ledger: 16 hex digits, a hash of the key's id before ":"."""
    import hashlib

    return hashlib.sha256(token.partition(":")[0].encode()).hexdigest()[:16]


def mask_token(token: str) -> str:
    """Return the part of a token for display: the first four characters of its key id."""
    key_id = token.partition(":")[0]
    return f"{key_id[:4]}…" if len(key_id) >= 12 else "…"


def describe_token_conflict(read_variable: ReadVariable) -> str | None:
    """Return a sentence if both variables are set and differ, else None."""
    first, second = (read_variable(name) for name in TOKEN_VARIABLES)
    if not first or not second or first.strip() == second.strip():
        return None
    used, unused = TOKEN_VARIABLES
    return f"{used} and {unused} are both set and differ: {used} is used"


def credentials_path(folder: Path) -> Path:
    """Return the path of the stored logins in the settings' FOLDER."""
    return folder / "credentials.json"


def load_logins(folder: Path) -> dict[str, Login]:
    """Load the stored logins by profile. Raises KreaError if the file is damaged."""
    path = credentials_path(folder)
    damaged = KreaError(
        f"{path} is damaged: it does not hold stored logins",
        hint=f"{shell_line('rm', str(path))}; krea auth login",
    )
    try:
        logins = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except OSError as failure:
        raise KreaError(
            f"{path} cannot be read: {failure.strerror}",
            hint="set KREA_CONFIG_DIR to a folder that you can read",
        ) from failure
    except ValueError as failure:
        raise damaged from failure
    if not isinstance(logins, dict) or not all(map(_is_login, logins.values())):
        raise damaged
    return logins


def store_login(folder: Path, profile: str, *, token: str, base: str) -> Path:
    """Store TOKEN as PROFILE, for BASE only, and return the file's path. Raises KreaError."""
    with hold_folder(credentials_path(folder)):
        logins = load_logins(folder)
        logins[profile] = {"token": token, "base": base}
        return _write_logins(folder, logins)


def remove_login(folder: Path, profile: str) -> bool:
    """Remove the login PROFILE; return False if there was none. Raises KreaError."""
    with hold_folder(credentials_path(folder)):
        logins = load_logins(folder)
        if profile not in logins:
            return False
        del logins[profile]
        _write_logins(folder, logins)
    return True


def _load_token(folder: Path, profile: str, base: str) -> Token:
    logins = load_logins(folder)
    if profile not in logins:
        if profile == DEFAULT_PROFILE:
            raise NoToken(
                "there is no token: no variable holds one and no login is stored",
                hint=f"{NoToken.hint}; {TOKEN_PAGE_URL} makes a token",
            )
        profiles = ", ".join(sorted(logins)) or "none"
        raise NoToken(
            f"no login is stored as {profile} (stored: {profiles})",
            hint=_login_command(profile),
        )
    login = logins[profile]
    if login["base"].rstrip("/") != base.rstrip("/"):
        raise NoToken(
            f"the stored login {profile} is for {login['base']} and is not sent to {base}",
            hint=f"{_login_command(profile)} stores one for {base}"
            if profile != DEFAULT_PROFILE
            else f"export KREA_API_KEY=… with a token for {base}",
        )
    source = f"stored login {profile}"
    return Token(clean_token(login["token"], source), source, profile)


def _login_command(profile: str) -> str:
    return shell_line("krea", "auth", "login", "--profile", profile)


def _read_token_file(token_file: str) -> str:
    try:
        return Path(os.path.expanduser(token_file)).read_text(encoding="utf-8")
    except OSError as failure:
        raise NoToken(
            f"the token file {token_file} cannot be read: {failure.strerror}",
            hint="--token-file FILE takes a file that holds the token and nothing else",
        ) from failure
    except UnicodeDecodeError as failure:
        raise NoToken(f"the token file {token_file} is not text") from failure


def _write_logins(folder: Path, logins: dict[str, Login]) -> Path:
    path = credentials_path(folder)
    write_private_file(path, json.dumps(logins, indent=2) + "\n")
    return path


def _is_login(login: object) -> bool:
    return isinstance(login, dict) and all(
        isinstance(login.get(name), str) for name in ("token", "base")
    )
