"""Error responses in every shape, and the error and charge of each."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krea_cli.api.client import parse_notice
from krea_cli.api.error_body import parse_error_body
from krea_cli.api.response import Response
from krea_cli.api.status_errors import read_error, submit_error
from krea_cli.errors import (
    BalanceEmpty,
    Busy,
    KreaError,
    ModelRetired,
    Moderated,
    NotFound,
    PlanRequired,
    RequestRefused,
    TokenRefused,
    Unanswered,
)

GENERATE_HINT = "krea generate -m image/bfl/flux-2 …"
REFRESH_HINT = "krea models --refresh; krea models then shows which models there are"
ROUTE = "/generate/image/bfl/flux-1-dev"


def make_response(status: int, body: object = None, **headers: str) -> Response:
    """Make a response with BODY as JSON; bytes are sent as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, names, b"" if body is None else content)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": "bad prompt"}, "bad prompt"),
        ({"error": {"code": "x", "message": "bad prompt"}}, "bad prompt"),
        ({"error": {"code": "x"}}, "x"),
        ({"message": "Unauthorized"}, "Unauthorized"),
        ({"error": "bad_request", "message": "bad prompt"}, "bad prompt"),
        ({"error": "Bad Request", "message": "bad prompt"}, "Bad Request: bad prompt"),
        ({"detail": "bad prompt"}, "bad prompt"),
        (
            {"detail": [{"loc": ["body", "width"], "msg": "too small", "type": "value_error"}]},
            "width: too small",
        ),
        (
            {"error": "Invalid", "details": [{"path": ["styles", 0, "id"], "message": "Required"}]},
            "Invalid: styles.0.id: Required",
        ),
        ({"errors": [{"field": "seed", "error": "no"}, "also bad"]}, "seed: no; also bad"),
        ({"detail": {"code": "x", "message": "bad prompt"}}, "bad prompt"),
        ({"errors": {"seed": ["no", "never"]}}, "seed: no, never"),
        ({"issues": [{"path": "a", "type": "missing"}]}, "a: missing"),
        ({"validationErrors": [{"message": "m"}], "validation_errors": [{"message": "m"}]}, "m"),
        ({"error": {"message": "Bad", "issues": [{"path": ["a"], "message": "b"}]}}, "Bad: a: b"),
        ({"errors": [str(number) for number in range(10)]}, "0; 1; 2; 3; 4; 5; 6; 7; and 2 more"),
        ("just text", "just text"),
        (b"plain\ttext\r\n", "plain text"),
        (b"<html><head><title>524: A timeout &amp; more</title>", "524: A timeout & more"),
        (b"<html><body>nothing</body></html>", ""),
        (b"", ""),
        (b"\xff\xfe\x00", "��"),
        ([], ""),
        (7, ""),
        ({"error": None, "detail": {}, "errors": [None, 3, []]}, ""),
        ({"error": "a\x1b]0;title\x07b\x1b[2Jc\u202e\u200bd"}, "abcd"),
        ({"error": "a\x9d0;title\x9cb\x9b2Jc\x1bMd"}, "abcd"),
        ({"error": "x" * 600}, "x" * 499 + "…"),
    ],
)
def test_error_bodies_in_every_shape(body: object, message: str) -> None:
    """The message is one line of at most 500 characters without control characters."""
    assert parse_error_body(make_response(400, body)).message == message


JSON_BODIES = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "detail", "errors", "path", "loc", "msg", "code"])
            | st.text(),
            inner,
        )
    ),
)


@given(
    st.binary() | JSON_BODIES.map(lambda data: json.dumps(data).encode()),
    st.integers(min_value=100, max_value=999),
    st.text(max_size=20),
)
@settings(max_examples=150, deadline=None)
def test_any_response_is_one_short_message(content: bytes, status: int, header: str) -> None:
    """Any response of a gateway gives an error of bounded length, and no traceback."""
    headers = {"retry-after": header, "date": header, "deprecation": header, "link": header}
    answer = Response(status, headers, content)
    for failure in (submit_error(answer, ROUTE, now=0), read_error(answer, "x", now=0)):
        assert isinstance(failure, KreaError)
        assert 0 < len(failure.message) < 700
        assert failure.message.isprintable()
    parse_notice(answer)


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (
            make_response(400, {"error": "no"}),
            RequestRefused,
            "the service refused the request: HTTP 400: no",
        ),
        (
            make_response(422, {"error": "Unrecognized keys: moderation"}),
            RequestRefused,
            "the service refused the request: HTTP 422: Unrecognized keys: moderation",
        ),
        (
            make_response(404, b"<html><title>Not Found</title>"),
            RequestRefused,
            f"the service has no route {ROUTE}: HTTP 404: Not Found",
        ),
        (
            make_response(401, {"message": "Unauthorized"}),
            TokenRefused,
            "the service does not accept the token",
        ),
        (
            make_response(
                402, {"error": "You have run out of credits. Upgrade your plan or top up."}
            ),
            BalanceEmpty,
            "the API balance is too low: "
            "You have run out of credits. Upgrade your plan or top up.",
        ),
        (make_response(402), BalanceEmpty, "the API balance is too low"),
        (
            make_response(402, {"error": "INSUFFICIENT_CREDITS", "message": "Upgrade to go on"}),
            BalanceEmpty,
            "the API balance is too low: Upgrade to go on",
        ),
        (
            make_response(402, {"error": {"code": "plan_required"}}),
            PlanRequired,
            "the plan does not include this: plan_required",
        ),
        (
            make_response(402, {"error": "Insufficient plan"}),
            PlanRequired,
            "the plan does not include this: Insufficient plan",
        ),
        (
            make_response(402, {"error": "This model requires Pro"}),
            PlanRequired,
            "the plan does not include this: This model requires Pro",
        ),
        (
            make_response(403, {"error": "This requires the role of an admin"}),
            TokenRefused,
            "the token may not do this: HTTP 403: This requires the role of an admin",
        ),
        (
            make_response(402, {"error": "This model requires the Pro plan"}),
            PlanRequired,
            "the plan does not include this: This model requires the Pro plan",
        ),
        (
            make_response(403, {"error": "Upgrade to use it"}),
            PlanRequired,
            "the plan does not include this: Upgrade to use it",
        ),
        (
            make_response(403, b"<title>Attention Required! | Cloudflare</title>"),
            TokenRefused,
            "the token may not do this: HTTP 403: Attention Required! | Cloudflare",
        ),
        (
            make_response(400, {"error": {"code": "nsfw", "message": "Flagged"}}),
            Moderated,
            "the request was refused by moderation because of nudity or sex (nsfw): Flagged",
        ),
        (
            make_response(422, {"error": "violence"}),
            Moderated,
            "the request was refused by moderation because of violence (violence)",
        ),
        (
            make_response(429, {"error": "CONCURRENCY_LIMIT_REACHED"}),
            Busy,
            "all job slots of the account are taken (HTTP 429: CONCURRENCY_LIMIT_REACHED)",
        ),
        (
            make_response(429, {"message": "slow down"}),
            Busy,
            "too many requests (HTTP 429: slow down)",
        ),
        (
            make_response(503, {"error": "maintenance"}),
            Busy,
            "the service is not available now (HTTP 503: maintenance)",
        ),
        (make_response(429, b"<title>error 1015</title>"), Unanswered, "HTTP 429: error 1015"),
        (
            make_response(503, b"<html>", retry_after="3"),
            Unanswered,
            "HTTP 503: Service Unavailable",
        ),
        (make_response(503, b"<html>"), Unanswered, "HTTP 503: Service Unavailable"),
        (make_response(503, {"message": "Gateway"}), Unanswered, "HTTP 503: Gateway"),
        (make_response(524, b"<title>A timeout</title>"), Unanswered, "HTTP 524: A timeout"),
        (make_response(500, {"error": "boom"}), Unanswered, "HTTP 500: boom"),
        (make_response(302), Unanswered, "HTTP 302: Found"),
        (make_response(408), Unanswered, "HTTP 408: Request Timeout"),
        (make_response(409, {"error": "twice"}), Unanswered, "HTTP 409: twice"),
        (make_response(425), Unanswered, "HTTP 425: Too Early"),
        (make_response(499), Unanswered, "HTTP 499"),
        (make_response(599), Unanswered, "HTTP 599"),
    ],
)  # fmt: skip
def test_the_error_of_a_submit(answer: Response, kind: type[KreaError], message: str) -> None:
    """Each status and body has its error; only Unanswered leaves the charge unknown."""
    failure = submit_error(answer, ROUTE)
    assert (type(failure), failure.message) == (kind, message)
    assert failure.charged == ("unknown" if kind is Unanswered else "no")
    assert failure.hint or kind is Unanswered


@pytest.mark.parametrize(
    "error", ["Invalid asset URL", "Input file rejected", "image_url: Invalid asset URL"]
)
def test_a_refused_address_leads_to_an_upload(error: str) -> None:
    """The hint for a refused address is to give a local file."""
    hint = submit_error(make_response(422, {"error": error}), ROUTE).hint
    assert hint is not None and hint.startswith("give a local file")


@pytest.mark.parametrize(
    ("fields", "replacement", "hint"),
    [
        ({"replacement": "image/bfl/flux-2"}, "image/bfl/flux-2", GENERATE_HINT),
        ({"replacement": "/generate/image/bfl/flux-2"}, "image/bfl/flux-2", GENERATE_HINT),
        ({"replacement": "a/b; rm -rf ~"}, None, REFRESH_HINT),
        ({}, None, REFRESH_HINT),
    ],
)
def test_a_retired_model_names_its_replacement(
    fields: dict[str, str], replacement: str | None, hint: str
) -> None:
    """The hint is the command to type; a replacement that is no model's name is left out."""
    body = {
        "error": "model_unavailable",
        "reason": "deprecated",
        "message": "Use the new one.",
        "sunset_date": "2026-10-01",
    }
    failure = submit_error(make_response(410, body | fields), ROUTE)
    assert isinstance(failure, ModelRetired)
    assert failure.message == "image/bfl/flux-1-dev was retired on 2026-10-01: Use the new one."
    assert (failure.replacement, failure.hint) == (replacement, hint)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RequestRefused), (401, TokenRefused), (402, BalanceEmpty), (403, TokenRefused),
        (404, NotFound), (408, Busy), (409, Busy), (422, RequestRefused), (425, Busy),
        (429, Busy), (500, Busy), (502, Busy), (503, Busy), (524, Busy), (302, Unanswered),
    ],
)  # fmt: skip
def test_the_error_of_a_read(status: int, kind: type[KreaError]) -> None:
    """Each status has its error; reading is never charged."""
    failure = read_error(make_response(status), "job j")
    assert (type(failure), failure.charged) == (kind, "no")
