"""Encode JSON bodies and headers, and refuse a bad one before anything is sent."""

import json
from collections.abc import Mapping

from krea_cli.errors import TokenRefused, UsageError


def encode_json(data: object) -> bytes:
    """Encode DATA as UTF-8 JSON. Raises `UsageError` for values without a form in JSON."""
    try:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode()
    except UnicodeEncodeError:
        raise UsageError(
            "the request holds bytes that are not UTF-8 text; nothing was sent",
            hint="write the prompt as UTF-8, or read it with --prompt-file",
        ) from None
    except ValueError:
        raise UsageError("the request holds nan or inf, which JSON cannot express") from None


def check_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return HEADERS if each value is printable ASCII. Raises `UsageError`."""
    for name, value in headers.items():
        if not all(" " <= character <= "~" for character in value):
            raise UsageError(
                f"the value of {name} holds a line break or a letter beyond ASCII; nothing was sent"
            )
    return dict(headers)


def authorization_value(token: str) -> str:
    """Build the Authorization header for TOKEN. Raises `TokenRefused` if it cannot stand there."""
    if not token or not all("!" <= character <= "~" for character in token):
        raise TokenRefused(
            "the token holds a space, a line break or a letter beyond ASCII, which no header can"
            " carry; nothing was sent",
            hint="krea auth login stores it again, without what pasting adds",
        )
    return f"Bearer {token}"
