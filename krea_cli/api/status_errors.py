"""Turn a response that is no success into the error for it.

A submit must know whether a job can have been made; a reader, whether to ask again.
"""

import re
from http import HTTPStatus

from krea_cli.api.error_body import ErrorBody, parse_error_body
from krea_cli.api.moderation import find_reason, moderation_error
from krea_cli.api.response import Response, parse_http_date
from krea_cli.errors import (
    BalanceEmpty,
    Busy,
    KreaError,
    ModelRetired,
    NotFound,
    PlanRequired,
    RequestRefused,
    TokenRefused,
    Unanswered,
)
from krea_cli.text import excerpt, shell_line

# The server understood and said no. Every other 4xx (408, 409, 425, a gateway's 499) leaves open
# whether a server behind it went on.
REFUSAL_STATUSES = frozenset(
    {400, 404, 405, 406, 410, 411, 413, 414, 415, 417, 422, 426, 428, 431, 451}
)
ACCOUNT_STATUSES = frozenset({401, 402, 403})
MODEL_ROUTE_PATTERN = r"[a-z0-9]+(/[A-Za-z0-9._-]+)+"
BALANCE_PATTERN = r"(?i)\b(balance|credits?|funds?|top[ -]?up)\b"
PLAN_PATTERN = r"(?i)\b(plans?|upgrade|subscription|tier)\b"
REQUIRES_PATTERN = r"(?i)\brequires?\b"
REFRESH_HINT = "krea models --refresh; krea models then shows which models there are"


def submit_error(response: Response, route: str, *, now: float | None = None) -> KreaError:
    """Return the error for RESPONSE, no success, to a submit to ROUTE.

    now: this machine's clock, in seconds since 1970
    """
    body, status = parse_error_body(response), response.status
    # A Retry-After asks for patience and proves nothing: proxies add one to answers of their own.
    if status == 429 and body.data:
        return busy_error(response, body, now=now)
    if status == 503 and body.has_error_key:
        busy = busy_error(response, body, now=now)
        busy.proves_no_job, busy.proxies = False, response.proxies
        return busy
    if status in ACCOUNT_STATUSES:
        return _account_error(status, body)
    if status == 410:
        return _retired_error(body, route)
    if status in REFUSAL_STATUSES:
        return _refused_error(status, body, route)
    return Unanswered(_describe(status, body))


def read_error(response: Response, what: str, *, now: float | None = None) -> KreaError:
    """Return the error for RESPONSE, no success, to reading WHAT ("job 1f0c…").

    now: this machine's clock, in seconds since 1970
    """
    body, status = parse_error_body(response), response.status
    if status in ACCOUNT_STATUSES:
        return _account_error(status, body)
    if status == 404:
        return NotFound(
            f"{what} was not found: it does not exist, or belongs to another account",
            hint="krea jobs lists the jobs of the account; krea auth status, whose jobs they are",
        )
    if status in {408, 409, 425, 429} or status >= 500:
        busy = busy_error(response, body, now=now)
        busy.hint = "run the same command again later"  # few commands that read have a --timeout
        return busy
    if 400 <= status < 500:
        return RequestRefused(f"the service refused to give {what}: {_describe(status, body)}")
    return Unanswered(
        f"no answer about {what}: {_describe(status, body)}",
        hint="krea config get api.base shows the address in use",
        charged="no",
    )


def busy_error(response: Response, body: ErrorBody, *, now: float | None) -> Busy:
    """Return a Busy with the pause of the Retry-After header.

    now: this machine's clock, in seconds since 1970
    """
    pause = retry_after_seconds(response, now=now)
    description = _describe(response.status, body)
    if response.status != 429:
        return Busy(f"the service is not available now ({description})", retry_after=pause)
    is_full = "concurren" in f"{body.message} {' '.join(body.codes)}".lower()
    cause = "all job slots of the account are taken" if is_full else "too many requests"
    return Busy(f"{cause} ({description})", retry_after=pause)


def retry_after_seconds(response: Response, *, now: float | None = None) -> float | None:
    """Read the Retry-After header: a number, or a date. Return None without a readable one.

    now: this machine's clock in seconds since 1970, used without a Date header
    """
    text = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,20}(\.[0-9]{1,9})?", text):
        return float(text)
    until = parse_http_date(text) if text else None
    # The response's own Date leaves out the difference between two clocks.
    since = response.server_time if response.server_time is not None else now
    return max(0.0, until - since) if until is not None and since is not None else None


def _account_error(status: int, body: ErrorBody) -> KreaError:
    if status == 401:
        is_told = body.message.lower() not in {"", "unauthorized"}
        words = f" ({body.message})" if is_told else ""
        return TokenRefused(f"the service does not accept the token{words}")
    # A code such as "insufficient_credits" says more than a sentence that mentions plans as well.
    text = " ".join((body.message, *body.codes)).replace("_", " ")
    # A 403 may require anything, a role in the workspace for one.
    needs_plan = re.search(PLAN_PATTERN, text) or (
        status == 402 and re.search(REQUIRES_PATTERN, text)
    )
    if needs_plan and not re.search(BALANCE_PATTERN, text):
        return PlanRequired(f"the plan does not include this: {body.message}")
    if status == 402:
        words = f": {body.message}" if body.message else ""
        return BalanceEmpty(f"the API balance is too low{words}")
    if (reason := _moderation_reason(body)) is not None:
        return moderation_error("the request", reason, body.message)
    return TokenRefused(f"the token may not do this: {_describe(403, body)}")


def _retired_error(body: ErrorBody, route: str) -> ModelRetired:
    model = route.removeprefix("/generate/")
    date = excerpt(str(body.data.get("sunset_date", "")), limit=40)
    message = body.data.get("message")
    words = f": {excerpt(message)}" if isinstance(message, str) and message.strip() else ""
    error = ModelRetired(f"{model} was retired{f' on {date}' if date else ''}{words}")
    name = body.data.get("replacement")
    name = name.strip().removeprefix("/").removeprefix("generate/") if isinstance(name, str) else ""
    error.hint = REFRESH_HINT
    if re.fullmatch(MODEL_ROUTE_PATTERN, name):
        error.replacement = name
        error.details = {"replacement": name}
        error.hint = f"{shell_line('krea', 'generate', '-m', name)} …"
    return error


def _refused_error(status: int, body: ErrorBody, route: str) -> KreaError:
    if (reason := _moderation_reason(body)) is not None:
        return moderation_error("the request", reason, body.message)
    if status == 404:
        return RequestRefused(
            f"the service has no route {route}: {_describe(status, body)}", hint=REFRESH_HINT
        )
    hint = "krea models --refresh fetches the current fields; then the same command again"
    if re.search(r"asset url|input file", body.message, re.IGNORECASE):
        hint = "give a local file instead of the address: krea then uploads it to the service"
    return RequestRefused(f"the service refused the request: {_describe(status, body)}", hint=hint)


def _moderation_reason(body: ErrorBody) -> str | None:
    # A complaint about a field may well name one called "moderation".
    complaint = r"unrecogni[sz]ed|unknown|expected|invalid"
    is_complaint = re.search(complaint, body.message, re.IGNORECASE)
    return find_reason(body.codes, None if is_complaint else body.message)


def _describe(status: int, body: ErrorBody) -> str:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    words = body.message or phrase
    return f"HTTP {status}: {words}" if words else f"HTTP {status}"
