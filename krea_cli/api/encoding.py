"""What leaves: JSON bodies and headers, checked while nothing has been sent yet."""

import json
from collections.abc import Mapping

from krea_cli.errors import TokenRefused, UsageError


def encode_json(data: object) -> bytes:
    """DATA as UTF-8 JSON. Raises UsageError for what JSON or Unicode cannot hold."""
    try:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode()
    except UnicodeEncodeError:
        raise UsageError(
            "the request holds bytes that are no text; nothing was sent",
            hint="write the prompt as UTF-8, or read it with --prompt-file",
        ) from None
    except ValueError:
        raise UsageError(
            "the request holds a number that JSON has no word for (nan, inf)"
        ) from None


def check_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """HEADERS, if all can be sent as they are; else UsageError."""
    for name, value in headers.items():
        if not all(" " <= character <= "~" for character in value):
            raise UsageError(
                f"the value of {name} holds a line break or a letter beyond ASCII; nothing was sent"
            )
    return dict(headers)


def bearer(token: str) -> str:
    """The Authorization header for TOKEN. Raises TokenRefused for what no header can carry."""
    if not token or not all("!" <= character <= "~" for character in token):
        raise TokenRefused(
            "the token holds what no header can carry (a space, a line break or a letter beyond "
            "ASCII), so nothing was sent",
            hint="krea auth login stores it anew, cleaned of what pasting adds",
        )
    return f"Bearer {token}"
