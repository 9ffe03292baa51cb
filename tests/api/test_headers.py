"""Retry-After, Deprecation and Sunset headers."""

import pytest

from krea_cli.api.client import parse_notice
from krea_cli.api.status_errors import retry_after_seconds
from krea_cli.api.types import Notice
from tests.api.test_status_errors import make_response


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": " 2.5 "}, 2.5),
        ({"retry_after": "-1"}, None),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "1" * 40}, None),
        (
            {
                "retry_after": "Sun, 22 Nov 2026 12:00:30 GMT",
                "date": "Sun, 22 Nov 2026 12:00:00 GMT",
            },
            30.0,
        ),
        ({"retry_after": "Sun, 22 Nov 2026 12:00:00 GMT"}, 20.0),
        (
            {
                "retry_after": "Sun, 22 Nov 2026 11:00:00 GMT",
                "date": "Sun, 22 Nov 2026 12:00:00 GMT",
            },
            0.0,
        ),
    ],
)
def test_how_long_the_server_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    """A number of seconds counts, or a date by the server's own clock if it is known."""
    assert retry_after_seconds(make_response(429, **headers), now=1795348780.0) == seconds


@pytest.mark.parametrize(
    ("headers", "notice"),
    [
        ({}, None),
        ({"deprecation": "false"}, None),
        ({"link": '<https://a>; rel="next"'}, None),
        ({"deprecation": "true"}, Notice(deprecated=True)),
        (
            {
                "deprecation": "true",
                "sunset": "Tue, 01 Dec 2026 00:00:00 GMT",
                "link": '<https://a/b>; rel="next", <https://a/c>; rel="deprecation"; type="t"',
            },
            Notice(True, "Tue, 01 Dec 2026 00:00:00 GMT"),
        ),
        ({"sunset": "\x1b[1mX"}, Notice(False, "X")),
    ],
)
def test_headers_that_warn(headers: dict[str, str], notice: Notice | None) -> None:
    """Deprecation and Sunset make a notice; a Link beside them is ignored."""
    assert parse_notice(make_response(200, **headers)) == notice
