"""Reads what an error answer says, in all the shapes that the service was seen to use.

Source: the contract of 2026-11, section 4: `error` as text or object, `message`, `detail` as
text or list, lists of issues under five names, HTML pages of gateways, plain text, nothing.
"""

import re
from dataclasses import dataclass
from typing import Any

from krea_cli.api.response import Reply
from krea_cli.text import excerpt

ISSUE_LISTS = ("details", "errors", "issues", "validationErrors", "validation_errors", "detail")
MOST_ISSUES = 8


@dataclass(frozen=True)
class Said:
    """An error answer: its sentence (maybe empty), its codes in lower case, its JSON object."""

    text: str
    codes: frozenset[str]
    data: dict[str, Any]
    own: bool  # the declared {"error": …}; a gateway's JSON has "message" alone


def read_error(reply: Reply) -> Said:
    """What REPLY says about why it is an error. Never raises."""
    try:
        data = reply.json()
    except ValueError:
        return Said(_page_text(reply.content), frozenset(), {}, own=False)
    if isinstance(data, str):
        return Said(excerpt(data), frozenset(), {}, own=False)
    if not isinstance(data, dict):
        return Said("", frozenset(), {}, own=False)
    text = _sentence(data)
    return Said(text, frozenset(_codes(data)), data, own=bool(data.get("error")))


def _sentence(data: dict[str, Any]) -> str:
    nested = data.get("error")
    inner = _inner(data)
    words = _first_text(data.get("message"), inner.get("message"), data.get("detail"), nested)
    words = words or _first_text(inner.get("error"), inner.get("code"), data.get("reason"))
    # {"error": "Forbidden", "message": "no access"}: both, where the first is no mere code.
    title = nested if isinstance(nested, str) else ""
    if title and title != words and " " in title.strip():
        words = f"{title}: {words}"
    issues = [*_issues(data), *_issues(inner)]
    listed = "; ".join(issues[:MOST_ISSUES])
    if len(issues) > MOST_ISSUES:
        listed += f"; and {len(issues) - MOST_ISSUES} more"
    return excerpt(f"{words}: {listed}" if words and listed else words or listed)


def _first_text(*values: Any) -> str:
    return next((value for value in values if isinstance(value, str) and value.strip()), "")


def _issues(data: dict[str, Any]) -> list[str]:
    found: dict[str, None] = {}  # a body may carry the same list under two names
    for name in ISSUE_LISTS:
        entries = data.get(name)
        if isinstance(entries, dict) and name != "detail":
            entries = [_named(key, value) for key, value in entries.items()]
        if isinstance(entries, list):
            found |= dict.fromkeys(filter(None, map(_issue, entries)))
    return list(found)


def _named(key: str, value: Any) -> Any:
    if isinstance(value, list):
        value = ", ".join(item for item in value if isinstance(item, str))
    return value | {"path": key} if isinstance(value, dict) else {"path": key, "message": value}


def _issue(entry: Any) -> str:
    if isinstance(entry, str):
        return entry.strip()
    if not isinstance(entry, dict):
        return ""
    said = _first_text(*(entry.get(name) for name in ("message", "msg", "error", "type", "code")))
    where = next((entry[name] for name in ("path", "loc", "field") if entry.get(name)), "")
    if isinstance(where, list):
        # FastAPI starts with "body", which is no field of anybody's.
        steps = [str(step) for step in where if isinstance(step, str | int)]
        where = ".".join(steps[1:] if steps[:1] == ["body"] else steps)
    return f"{where}: {said}" if isinstance(where, str) and where and said else said


def _inner(data: dict[str, Any]) -> dict[str, Any]:
    nested = (data.get("error"), data.get("detail"))
    return next((value for value in nested if isinstance(value, dict)), {})


def _codes(data: dict[str, Any]) -> list[str]:
    values = [
        place.get(name)
        for place in (data, _inner(data))
        for name in ("code", "error", "reason", "type")
    ]
    # One word is a code; more are a sentence, which may name a code without being one.
    return [value.lower() for value in values if isinstance(value, str) and len(value.split()) == 1]


def _page_text(content: bytes) -> str:
    text = content[:20_000].decode("utf-8", "replace")
    if "<" not in text[:1000]:
        return excerpt(text)
    found = re.search(r"<title[^>]{0,200}>([^<]{1,500})", text, re.IGNORECASE)
    if not found:
        return ""
    import html

    return excerpt(html.unescape(found[1]), limit=200)
