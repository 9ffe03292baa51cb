"""Tokens: where they are looked for, how they are kept, and what of them may be shown."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from krea_cli.errors import KreaError, NoToken
from krea_cli.local.private_file import write_private

VARIABLES = ("KREA_API_KEY", "KREA_API_TOKEN")
DEFAULT_PROFILE = "default"
TOKEN_PAGE = "https://www.krea.ai/settings/api-tokens"
# What comes along when a token is copied from a page, a chat or a shell script.
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_QUOTES = "\"'`‘’‚“”„«»"

Get = Callable[[str], str | None]


@dataclass(frozen=True)
class Token:
    """A token ready for the header, and where it came from; `profile` only for stored ones."""

    value: str = field(repr=False)
    source: str
    profile: str | None = None


def find_token(
    get: Get, *, folder: Path, token_file: str | None, profile: str | None, base: str
) -> Token:
    """The token for BASE: --profile, --token-file, KREA_API_KEY, KREA_API_TOKEN, stored login.

    GET reads a variable and gives None for an empty one. A stored token is only for the base
    that it was stored for. Raises NoToken, for one that no header can carry too.
    """
    if profile is not None:
        return _stored_token(folder, profile, base)
    if token_file is not None:
        return Token(clean_token(_content(token_file), token_file), token_file)
    for name in VARIABLES:
        if text := get(name):
            return Token(clean_token(text, name), name)
    return _stored_token(folder, DEFAULT_PROFILE, base)


def clean_token(text: str, source: str) -> str:
    """TEXT without what copying added: spaces, invisible characters, quotes, "Bearer ".

    Raises NoToken, which names SOURCE and never the token, when no header can carry it.
    """
    token = _stripped(_INVISIBLE.sub("", text))
    token = _stripped(re.sub(r"(?i)^bearer\s+", "", token))
    problem = None
    if not token or token.lower() == "bearer":
        problem = "is empty"
    elif re.search(r"\s", token):
        problem = "has a space or a line break inside"
    elif not token.isascii() or not token.isprintable():
        problem = "has a character that cannot be in a token"
    if problem:
        raise NoToken(f"the token from {source} {problem}", hint=f"copy it again from {TOKEN_PAGE}")
    return token


def _stripped(text: str) -> str:
    # `strip` alone takes every space that Unicode has.
    while (inner := text.strip().strip(_QUOTES)) != text:
        text = inner
    return text


def account_of(token: str) -> str:
    """16 hex digits that stand for the account: a hash of the key's id, the part before ":"."""
    import hashlib

    return hashlib.sha256(token.partition(":")[0].encode()).hexdigest()[:16]


def masked(token: str) -> str:
    """What may be shown of a token: the first four characters of its key id."""
    key_id = token.partition(":")[0]
    return f"{key_id[:4]}…" if len(key_id) >= 12 else "…"


def disagreement(get: Get) -> str | None:
    """A sentence when both variables are set and differ: one of them goes unused."""
    first, second = (get(name) for name in VARIABLES)
    if not first or not second or first.strip() == second.strip():
        return None
    return f"{VARIABLES[0]} and {VARIABLES[1]} are both set and differ: {VARIABLES[0]} is used"


def credentials_path(folder: Path) -> Path:
    """Where logins are kept, within the settings' FOLDER."""
    return folder / "credentials.json"


def stored(folder: Path) -> dict[str, dict[str, Any]]:
    """The stored logins: profile -> {"token", "base"}. Raises KreaError for a broken file."""
    path = credentials_path(folder)
    try:
        logins = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as failure:
        raise KreaError(
            f"{path} cannot be read: {failure.strerror}",
            hint="set KREA_CONFIG_DIR to a folder that you can read",
        ) from failure
    except ValueError as failure:
        raise _broken(path) from failure
    if not isinstance(logins, dict) or not all(map(_is_login, logins.values())):
        raise _broken(path)
    return logins


def store(folder: Path, profile: str, *, token: str, base: str) -> Path:
    """Keep TOKEN as PROFILE, for BASE only; where it is kept. Raises KreaError."""
    logins = stored(folder) | {profile: {"token": token, "base": base}}
    return _write(folder, logins)


def remove(folder: Path, profile: str) -> bool:
    """Forget the login PROFILE; False when there was none. Raises KreaError."""
    logins = stored(folder)
    if profile not in logins:
        return False
    del logins[profile]
    _write(folder, logins)
    return True


def _stored_token(folder: Path, profile: str, base: str) -> Token:
    logins = stored(folder)
    if profile not in logins:
        if profile == DEFAULT_PROFILE:
            raise NoToken("there is no token: no variable holds one and no login is stored")
        known = ", ".join(sorted(logins)) or "none"
        raise NoToken(
            f"no login is stored as {profile} (stored: {known})",
            hint=f"krea auth login --profile {profile}",
        )
    login = logins[profile]
    if login["base"].rstrip("/") != base.rstrip("/"):
        raise NoToken(
            f"the stored login {profile} is for {login['base']} and is not sent to {base}",
            hint=f"export KREA_API_KEY=… with a token for {base}",
        )
    source = f"stored login {profile}"
    return Token(clean_token(login["token"], source), source, profile)


def _content(token_file: str) -> str:
    try:
        return Path(os.path.expanduser(token_file)).read_text(encoding="utf-8")
    except OSError as failure:
        raise NoToken(
            f"the token file {token_file} cannot be read: {failure.strerror}",
            hint="--token-file FILE wants a file that holds the token and nothing else",
        ) from failure
    except UnicodeDecodeError as failure:
        raise NoToken(f"the token file {token_file} is no text") from failure


def _write(folder: Path, logins: dict[str, dict[str, Any]]) -> Path:
    path = credentials_path(folder)
    write_private(path, json.dumps(logins, indent=2) + "\n")
    return path


def _is_login(login: object) -> bool:
    return isinstance(login, dict) and all(
        isinstance(login.get(name), str) for name in ("token", "base")
    )


def _broken(path: Path) -> KreaError:
    return KreaError(
        f"{path} is damaged: it does not hold stored logins",
        hint=f"rm {path}; krea auth login",
    )
