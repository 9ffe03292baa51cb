"""Turns an answer that is no success into the KreaError that says what to do.

One table per question: a submit must know whether a job can have been made, a reader whether to
ask again. Bodies are read in bodies.py.
"""

import re
from http import HTTPStatus

from krea_cli.api.error_body import Said, read_error
from krea_cli.api.moderation import reason_in, refused
from krea_cli.api.response import Reply, read_date
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
from krea_cli.text import excerpt

# Answers of a server that understood and said no. Every other 4xx (408, 409, 425, a gateway's
# 499) leaves open whether somebody behind it went on.
REFUSALS = frozenset({400, 404, 405, 406, 410, 411, 413, 414, 415, 417, 422, 426, 428, 431, 451})
ROUTE = re.compile(r"[a-z0-9]+(/[A-Za-z0-9._-]+)+")
BALANCE_WORDS = re.compile(r"\b(balance|credits?|funds?|top[ -]?up)\b", re.IGNORECASE)
PLAN_WORDS = re.compile(r"\b(plans?|upgrade|subscription|tier)\b", re.IGNORECASE)


def submit_failure(reply: Reply, route: str, *, now: float | None = None) -> KreaError:
    """What REPLY, no success, says about a submit to ROUTE. NOW is this machine's clock."""
    said = read_error(reply)
    status = reply.status
    if status == 429:
        return busy(reply, said, now=now)
    if status == 503 and (said.own or "retry-after" in reply.headers):
        return busy(reply, said, now=now)
    if status in {401, 402, 403}:
        return _refusal_by_account(status, said)
    if status == 410:
        return _retired(said, route)
    if status in REFUSALS:
        return _refused(status, said, route)
    return Unanswered(_seen(status, said))


def read_failure(reply: Reply, what: str, *, now: float | None = None) -> KreaError:
    """What REPLY, no success, says about reading WHAT ("job 1f0c…", "the list of jobs")."""
    said = read_error(reply)
    status = reply.status
    if status in {401, 402, 403}:
        return _refusal_by_account(status, said)
    if status == 404:
        return NotFound(
            f"{what} was not found: it does not exist, or belongs to another account",
            hint="krea auth status shows which token asks",
        )
    if status in {408, 409, 425, 429} or status >= 500:
        return busy(reply, said, now=now)
    if 400 <= status < 500:
        return RequestRefused(f"the service refused to give {what}: {_seen(status, said)}")
    return Unanswered(
        f"no answer about {what}: {_seen(status, said)}",
        hint="krea config get api.base shows the address that is asked",
        charged="no",
    )


def busy(reply: Reply, said: Said, *, now: float | None) -> Busy:
    """A Busy with the pause that the server asked for."""
    pause = retry_after(reply, now=now)
    if reply.status == 429:
        crowded = "concurren" in f"{said.text} {' '.join(said.codes)}".lower()
        what = "all job slots of the account are taken" if crowded else "too many requests"
        return Busy(f"{what} ({_seen(429, said)})", retry_after=pause)
    return Busy(
        f"the service is not available now ({_seen(reply.status, said)})", retry_after=pause
    )


def retry_after(reply: Reply, *, now: float | None = None) -> float | None:
    """The Retry-After header in seconds: a number, or a date against the server's own clock."""
    text = reply.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,20}(\.[0-9]{1,9})?", text):
        return float(text)
    until = read_date(text) if text else None
    # The answer's own Date spares us the difference between two clocks.
    since = reply.server_time if reply.server_time is not None else now
    return max(0.0, until - since) if until is not None and since is not None else None


def _refusal_by_account(status: int, said: Said) -> KreaError:
    if status == 401:
        words = f" ({said.text})" if said.text.lower() not in {"", "unauthorized"} else ""
        return TokenRefused(f"the service does not accept the token{words}")
    # A code such as "insufficient_credits" says more than a sentence that mentions plans as well.
    words = " ".join((said.text, *said.codes)).replace("_", " ")
    # A 403 may require anything, a role in the workspace for one.
    planned = PLAN_WORDS.search(words) or (status == 402 and re.search(r"(?i)\brequires?\b", words))
    if planned and not BALANCE_WORDS.search(words):
        return PlanRequired(f"the plan does not include this: {said.text}")
    if status == 402:
        told = f": {said.text}" if said.text else ""
        return BalanceEmpty(f"the API balance does not suffice{told}")
    if (reason := _moderation(said)) is not None:
        return refused("the request", reason, said.text)
    return TokenRefused(f"the token may not do this: {_seen(403, said)}")


def _retired(said: Said, route: str) -> ModelRetired:
    model = route.removeprefix("/generate/")
    since = excerpt(str(said.data.get("sunset_date", "")), limit=40)
    message = said.data.get("message")
    words = f": {excerpt(message)}" if isinstance(message, str) and message.strip() else ""
    failure = ModelRetired(f"{model} was retired{f' on {since}' if since else ''}{words}")
    named = said.data.get("replacement")
    name = (
        named.strip().removeprefix("/").removeprefix("generate/") if isinstance(named, str) else ""
    )
    if ROUTE.fullmatch(name):
        failure.replacement = name
        failure.details = {"replacement": name}
        failure.hint = f"krea generate -m {name} …"
    else:
        failure.hint = "krea models --refresh, then krea models, for what there is now"
    return failure


def _refused(status: int, said: Said, route: str) -> KreaError:
    if (reason := _moderation(said)) is not None:
        return refused("the request", reason, said.text)
    if status == 404:
        return RequestRefused(
            f"the service has no route {route}: {_seen(status, said)}",
            hint="krea models --refresh, then krea models, for what there is now",
        )
    hint = "krea models --refresh reads what the model takes now; then the same command again"
    if re.search(r"asset url|input file", said.text, re.IGNORECASE):
        hint = (
            "give a local file instead of the address: krea uploads it where the service reads it"
        )
    return RequestRefused(f"the service refused the request: {_seen(status, said)}", hint=hint)


def _moderation(said: Said) -> str | None:
    """Why moderation refused; None when it was not moderation that did."""
    # A complaint about a field may well name one called "moderation".
    complaint = re.search(r"unrecogni[sz]ed|unknown|expected|invalid", said.text, re.IGNORECASE)
    return reason_in(said.codes, None if complaint else said.text)


def _seen(status: int, said: Said) -> str:
    try:
        title = HTTPStatus(status).phrase
    except ValueError:
        title = ""
    words = said.text or title
    return f"HTTP {status}: {words}" if words else f"HTTP {status}"
