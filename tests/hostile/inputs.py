"""Texts, numbers, addresses and pages known to break programs, and the places in a job."""

from typing import Any

# Written into the JSON text as they are, in place of the string "<raw N>".
RAW_JSON = [
    *("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e-999", "-0", "1" * 400, "9" * 4400),
    *("9223372036854775808", "-9223372036854775809", "1e308", "0.1e-400", "1E+400"),
    *("[" * depth + "]" * depth for depth in (45, 300, 700, 800, 850, 880, 900, 920, 940, 960)),
    *("[" * depth + "]" * depth for depth in (980, 1000, 5000)),
    '{"a":' * 890 + "{}" + "}" * 890,
    '"\\ud800"',
    '{"url":"a","url":"b"}',
]
TEXTS = [
    *("", " ", "\n", "\x00", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b2J", "\u202egpj.exe"),
    *("\u2066x\u2069", "\u200b", "\ufeff", "\ud800", "\udfff\ud800", "\U000e0041", "a\rerror: b"),
    *(
        "a\u2028error: b",
        "x\nerror: forged\n  charged: no",
        "٣",
        "²",
        "½",
        "①",
        "İ",
        "ß",
        "a" * 3000,
    ),
    *(
        "{slug}",
        "{",
        "%s",
        "[bold]x[/bold]",
        "../../x",
        "-rf",
        "~",
        "é" * 300,
        "👩‍👩‍👧‍👦",
        "null",
        "0",
    ),
]
NUMBERS = [0, -1, 1, 2**31, 2**53, 2**63, 2**64, 10**40, -(10**18), 0.5, -0.0, 1e15, 1e300, 1e-300]
FIELD_NAMES = [
    *("job_id", "status", "result", "urls", "url", "type", "error", "code", "message", "detail"),
    *("msg", "loc", "path", "errors", "details", "issues", "reason", "a\u202eb", "", "replacement"),
]
JOB_STATUSES = [
    *("completed", "failed", "cancelled", "canceled", "COMPLETED", " completed", "processing"),
    *("queued", "backlogged", "scheduled", "sampling", "intermediate-complete", "done", "success"),
    *("completed!", "complete", "error", "expired", "finished", "unknown", "failed?", "ended"),
]
TIMES = [
    *("2026-11-22T12:00:00.000Z", "2026-11-22", "12:00", "0001-01-01T00:00:00+14:00"),
    *("9999-12-31T23:59:59-14:00", "2026-11-22T12:00:00+99:99", "2026-W47-7", "20261122T120000"),
    *("3554-06-10", "3555-01-01", "0385-07-26", "2026-02-30", "2026-11-22T24:00:00Z"),
    *(-1, 0, 1_800_000_000, 1_800_000_000_000, 5e10, -5e10, 1e11, 9e14, 1e15, 2**63, 1e300),
]
ADDRESSES = [
    *("http://127.0.0.1:9/files/a.png", "http://127.0.0.1:9/files/b", "http://127.0.0.1:9/files/"),
    *("file:///etc/passwd", "javascript:alert(1)", "data:image/png;base64,AAAA", "ftp://a/b"),
    *("http://169.254.169.254/latest", "https://169.254.169.254/", "https://10.0.0.1/x", "//a/b"),
    *("/files/a.png", "a.png", "https://", "https:///x", "https://[::1", "https://[::1]/x", "://"),
    *("https://a:b@c/x", "https://a:99999/x", "https://a:-1/x", "https://a:x/x", "https://ä.de/x"),
    *("https://xn--/x", "https://\u202eab/x", "https://a\x00b/x", "https://a b/x", "https://./x"),
    *(
        "http://localhost:9/x",
        "http://[::ffff:127.0.0.1]/x",
        "https://0x7f.1/x",
        "https://１２７.0.0.1",
    ),
    *(
        "https://" + "a" * 70 + ".b/x",
        "https://a/" + "b" * 9000,
        "https://a/%00%ff%2e%2e",
        "?",
        "#",
    ),
    *(
        "http://127.0.0.1:9/files/c.png?x=" + "y" * 300,
        "HTTP://127.0.0.1:9/files/d.mp4",
        "https://\ud800/",
    ),
]
ERROR_CODES = [
    *("nsfw", "violence", "internal", "a moderation", "personal_info", "Content policy", "x y")
]
# A place in a job, and the values for it: some of those above, or the name of a pool that is drawn
# anew for each batch.
JOB_PLACES: list[tuple[tuple[str, ...], str | list[Any]]] = [
    (("job_id",), ["x/../y", "ä", "a" * 65, "A B", "job-0"]),
    (("status",), JOB_STATUSES),
    (("status",), JOB_STATUSES),
    (("created_at",), TIMES),
    (("completed_at",), TIMES),
    (("type",), TEXTS),
    (("result",), "trees"),
    (("result", "urls"), "urls"),
    (("result", "urls"), "urls"),
    (("result", "style_id"), "trees"),
    (("result", "video_url"), "urls"),
    (("result", "error"), "errors"),
    (("error",), "errors"),
    (("urls",), "urls"),
    (("prompt",), TEXTS),
    (("seed",), NUMBERS),
    (("model",), TEXTS),
    (("charged",), "trees"),
    (("files",), "trees"),
]
ERROR_PAGES = [
    *(
        b"",
        b" ",
        b"\x00" * 50,
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf{}",
        b"{",
        b"[1,",
        b'"',
        b"null",
        b"0",
    ),
    b"<html><title>\x1b[31m502 &lt;b&gt; &#x202e; Bad Gateway</title>" + b"x" * 5000,
    *(
        b"<title" + b" " * 30_000,
        b"<" * 30_000,
        b"<title>" * 3000,
        b"&#99999999999;<title>&#xd800;</title>",
    ),
    *(
        b"\x1b]52;c;AAAA\x07",
        "\u202eevil".encode(),
        b"a\nerror: forged\n  charged: no\n",
        b"\x80" * 9000,
    ),
    *(
        b"{" * 30_000,
        b'{"error":' * 20_000,
        b"A" * 100_000,
        b'{"error":{"message":"' + b"m" * 90_000,
    ),
]
_TIME_HEADERS = [
    *("0", "1", "-1", "1.5", "1e9", "9" * 30, "٣", "²", "soon", "", "1, 2", "NaN", "inf", "0x10"),
    *(
        "Sun, 22 Nov 2026 12:00:00 GMT",
        "Sun, 99 Nov 9999 99:99:99 GMT",
        "Mon, 01 Jan 0001 00:00:00 +9999",
    ),
    *("Fri, 31 Dec 9999 23:59:59 -1200", "true", "@1", "Sun Nov 22 12:00:00 2026", "a b c d e f g"),
]
_HEADER_VALUES = _TIME_HEADERS + TEXTS
HEADERS = {
    "retry-after": _HEADER_VALUES,
    "date": _HEADER_VALUES,
    "deprecation": _HEADER_VALUES,
    "sunset": _HEADER_VALUES,
    "link": ['<https://a/b>; rel="sunset"', "<" * 900, "\x1b[1m", '<>; rel="deprecation"'],
    "content-type": [
        "text/html",
        "application/json; charset=utf-7",
        "image/png; charset=\x00",
        ";;;",
        "x" * 900,
    ],
    "location": ADDRESSES,
    "etag": _HEADER_VALUES,
    "last-modified": _HEADER_VALUES,
    "content-encoding": ["gzip", "br", "deflate, gzip", "identity", "x", ""],
    "content-range": ["bytes 0-1/2", "bytes 9-/*", "bytes ٣-٤/٥", f"bytes 0-{'9' * 5000}/*"],
    "set-cookie": ["a=b", "=", "a=b; expires=never; domain=..", "\x00"],
}
HTTP_STATUSES = [
    *(200, 200, 201, 204, 206, 301, 302, 304, 307, 400, 400, 401, 402, 403, 404, 405, 408, 409),
    *(
        410,
        413,
        415,
        416,
        418,
        422,
        422,
        425,
        426,
        429,
        451,
        499,
        500,
        501,
        502,
        503,
        504,
        520,
        524,
    ),
]
HEADER_PAIRS = [(name, value) for name, values in HEADERS.items() for value in values]
