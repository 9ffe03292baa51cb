"""Parse the body of an error response, in all the shapes that the service was seen to use.

Source: the contract of 2026-11, section 4. The shapes: `error` as text or object, `message`,
`detail` as text or list. Also lists of issues under five names, HTML pages, plain text, nothing.
"""

import re
from dataclasses import dataclass
from typing import Any

from krea_cli.api.response import Response
from krea_cli.text import excerpt

ISSUE_LIST_KEYS = (
    "details", "errors", "issues", "validationErrors", "validation_errors", "detail",
)  # fmt: skip
MAX_ISSUES = 8
MAX_PAGE_BYTES = 20_000
MAX_PAGE_TITLE_CHARACTERS = 200


@dataclass(frozen=True)
class ErrorBody:
    """The content of an error response.

    message: one line, maybe empty
    codes: the error codes in it, in lower case
    data: its JSON object, {} without one
    has_error_key: True for the service's own {"error": …}; gateways write "message" alone
    """

    message: str
    codes: frozenset[str]
    data: dict[str, Any]
    has_error_key: bool


def parse_error_body(response: Response) -> ErrorBody:
    """Parse the body of RESPONSE. Never raises."""
    try:
        data = response.json()
    except ValueError:
        return ErrorBody(_page_text(response.content), frozenset(), {}, has_error_key=False)
    if isinstance(data, str):
        return ErrorBody(excerpt(data), frozenset(), {}, has_error_key=False)
    if not isinstance(data, dict):
        return ErrorBody("", frozenset(), {}, has_error_key=False)
    codes = frozenset(_codes(data))
    return ErrorBody(_message(data), codes, data, has_error_key=bool(data.get("error")))


def _message(data: dict[str, Any]) -> str:
    error, nested = data.get("error"), _nested_error(data)
    message = _first_text(data.get("message"), nested.get("message"), data.get("detail"), error)
    message = message or _first_text(nested.get("error"), nested.get("code"), data.get("reason"))
    # {"error": "Forbidden here", "message": "no access"}: both, unless the first is a mere code.
    title = error if isinstance(error, str) else ""
    if title and title != message and " " in title.strip():
        message = f"{title}: {message}"
    issues = [*_issue_messages(data), *_issue_messages(nested)]
    listed = "; ".join(issues[:MAX_ISSUES])
    if len(issues) > MAX_ISSUES:
        listed += f"; and {len(issues) - MAX_ISSUES} more"
    return excerpt(f"{message}: {listed}" if message and listed else message or listed)


def _first_text(*values: Any) -> str:
    return next((value for value in values if isinstance(value, str) and value.strip()), "")


def _issue_messages(data: dict[str, Any]) -> list[str]:
    messages: dict[str, None] = {}  # a body may carry one list under two names
    for key in ISSUE_LIST_KEYS:
        entries = data.get(key)
        if isinstance(entries, dict) and key != "detail":
            entries = [_with_path(path, value) for path, value in entries.items()]
        if isinstance(entries, list):
            messages |= dict.fromkeys(filter(None, map(_issue_message, entries)))
    return list(messages)


def _with_path(path: str, value: Any) -> Any:
    if isinstance(value, list):
        value = ", ".join(item for item in value if isinstance(item, str))
    return value | {"path": path} if isinstance(value, dict) else {"path": path, "message": value}


def _issue_message(entry: Any) -> str:
    if isinstance(entry, str):
        return entry.strip()
    if not isinstance(entry, dict):
        return ""
    text = _first_text(*(entry.get(key) for key in ("message", "msg", "error", "type", "code")))
    path = next((entry[key] for key in ("path", "loc", "field") if entry.get(key)), "")
    if isinstance(path, list):
        # FastAPI starts with "body", which is not a field.
        steps = [str(step) for step in path if isinstance(step, str | int)]
        path = ".".join(steps[1:] if steps[:1] == ["body"] else steps)
    return f"{path}: {text}" if isinstance(path, str) and path and text else text


def _nested_error(data: dict[str, Any]) -> dict[str, Any]:
    values = (data.get("error"), data.get("detail"))
    return next((value for value in values if isinstance(value, dict)), {})


def _codes(data: dict[str, Any]) -> list[str]:
    values = [
        source.get(key)
        for source in (data, _nested_error(data))
        for key in ("code", "error", "reason", "type")
    ]
    # One word is a code; more are a sentence, which may name a code without being one.
    return [value.lower() for value in values if isinstance(value, str) and len(value.split()) == 1]


def _page_text(content: bytes) -> str:
    """Return the text of a plain answer, or the title of an HTML page."""
    text = content[:MAX_PAGE_BYTES].decode("utf-8", "replace")
    if "<" not in text[:1000]:
        return excerpt(text)
    match = re.search(r"<title[^>]{0,200}>([^<]{1,500})", text, re.IGNORECASE)
    if not match:
        return ""
    import html

    return excerpt(html.unescape(match[1]), limit=MAX_PAGE_TITLE_CHARACTERS)
