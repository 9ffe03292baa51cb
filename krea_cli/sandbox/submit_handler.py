"""POST /generate/…: check a request, make its job and answer, or inject a fault on the way."""

import json
from typing import Any

from krea_cli.sandbox.faults import SUBMIT_FAULTS, InjectedFault
from krea_cli.sandbox.http_server import Handler
from krea_cli.sandbox.jobs import SandboxJob
from krea_cli.sandbox.json_schema import value_type
from krea_cli.sandbox.openapi import Route, ServedDocument

UNAUTHORIZED = {"message": "Unauthorized"}  # the live service has `message` here, not `error`
TOO_MANY_JOBS = {
    "error": "You have reached the maximum number of concurrent jobs.",
    "code": "CONCURRENCY_LIMIT_REACHED",
}
OUT_OF_BALANCE = (
    "Your API balance is separate from your workspace compute balance. "
    "Please top up your API balance to continue using the API."
)
SERVER_ERROR = dict.fromkeys(("error", "message"), "Internal Server Error")
UNAVAILABLE = dict.fromkeys(("error", "message"), "Service temporarily unavailable")
# Answers instead of a job, by the kind of fault: status and JSON body.
REFUSALS: dict[str, tuple[int, dict[str, Any]]] = {
    "401": (401, UNAUTHORIZED),
    "402": (402, {"message": OUT_OF_BALANCE}),
    "402-plan": (402, {"message": "This model requires the Pro plan or higher."}),
    "403": (403, {"error": "Forbidden"}),
    "422": (422, {"error": "Input file rejected"}),
    "429": (429, TOO_MANY_JOBS),
    "429-after": (429, TOO_MANY_JOBS),
    "500": (500, SERVER_ERROR),
    "503": (503, UNAVAILABLE),
}
SUNSET_DATE = "2026-06-30"
# Models that the service has dropped: the date, and today's model if the service names one.
RETIRED_ROUTES = {
    "/generate/image/bytedance/seedream-3": ("2026-05-13", "image/bytedance/seedream-5-lite"),
    "/generate/video/bytedance/seedance-1.0-lite": ("2026-04-27", None),
    "/generate/video/openai/sora-2": ("2026-04-27", None),
}
DEPRECATION_HEADERS = {
    "Deprecation": "true",
    "Sunset": "Sun, 31 Jan 2027 00:00:00 GMT",
    "Link": '<https://docs.krea.ai/developers/deprecations>; rel="deprecation"; type="text/html"',
}


def answer_submit(handler: Handler, route: Route, *, authorized: bool) -> None:
    """Answer a POST to ROUTE, with 401 unless AUTHORIZED.

    Reads the body first: a client meets an injected reset while it waits for the answer.
    """
    state = handler.state
    content = handler.read_body()
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = content.decode(errors="replace")  # no JSON: a text, such as a form
    state.count_post(route.path, body)
    if not authorized:
        handler.answer_json(401, UNAUTHORIZED)
        return
    state.pause_before_submit()
    if state.faults.strike("strangers"):
        state.make_stranger(route)
    if slow := state.faults.strike("slow-submit"):
        state.stopping.wait(slow.seconds)
    fault = state.faults.strike(*SUBMIT_FAULTS)
    if fault and _answer_refusal(handler, route, fault):
        return
    if not isinstance(body, dict):
        received = value_type(body) if content else "undefined"
        handler.answer_json(422, {"error": f"Expected object, received {received}"})
        return
    body = route.with_todays_names(body)
    if _answer_invalid(handler, route, body):
        return
    delay_seconds = fault.seconds if fault and fault.kind == "late" else 0.0
    job = state.make_job(route, body, delay_seconds=delay_seconds)
    if job is None:
        handler.answer_json(429, TOO_MANY_JOBS)
        return
    if webhook := handler.headers.get("X-Webhook-URL"):
        state.webhooks.add(job, webhook)
    _answer_job(handler, job, fault)


def _answer_refusal(handler: Handler, route: Route, fault: InjectedFault) -> bool:
    """Answer for a FAULT without a job; return False for a fault with one."""
    retry_after = {"Retry-After": f"{fault.seconds:g}"}
    if fault.kind in REFUSALS:
        status, body = REFUSALS[fault.kind]
        headers = retry_after if fault.kind.endswith("-after") else None
        handler.answer_json(status, body, headers=headers)
    elif fault.kind == "410":
        handler.answer_json(410, _retired_body(handler.state.document, route.kind, route.path))
    elif fault.kind == "503-after":
        handler.answer_page(503, "503 Service Unavailable", headers=retry_after)
    elif fault.kind == "524-before":
        handler.answer_page(524, "524: A timeout occurred")
    elif fault.kind == "reset-before":
        handler.reset_connection()
    else:
        return False
    return True


def retired_answer(document: ServedDocument, path: str) -> dict[str, Any] | None:
    """Return the body of the 410 for a retired route PATH that DOCUMENT lacks; None for another."""
    if path not in RETIRED_ROUTES:
        return None
    date, replacement = RETIRED_ROUTES[path]
    body = _retired_body(document, path.split("/")[2], path) | {"sunset_date": date}
    return body | ({"replacement": replacement} if replacement else {})


def _retired_body(document: ServedDocument, kind: str, path: str) -> dict[str, str]:
    """The documented body of a 410 for PATH, with another model of the same KIND as replacement."""
    routes = document.routes.values()
    others = (other.path for other in routes if other.kind == kind and other.path != path)
    return {
        "error": "model_unavailable",
        "reason": "deprecated",
        "message": "This model is no longer available.",
        "sunset_date": SUNSET_DATE,
        "replacement": next(others, path).removeprefix("/generate/"),
        "migration_url": "https://docs.krea.ai/developers/deprecations",
    }


def _answer_invalid(handler: Handler, route: Route, body: dict[str, Any]) -> bool:
    """Refuse with 422 a BODY that the schema forbids; return False for a valid one."""
    problems = handler.state.document.find_problems(route, body)
    if unknown := [problem for problem in problems if problem.unknown_key]:
        keys = ", ".join(f'"{problem.path}"' for problem in unknown)
        handler.answer_json(422, {"error": f"Unrecognized keys: {keys}"})
    elif problems:
        handler.answer_json(422, {"error": "; ".join(map(str, problems))})
    return bool(problems)


def _answer_job(handler: Handler, job: SandboxJob, fault: InjectedFault | None) -> None:
    """Answer with the new JOB, unless FAULT loses the answer."""
    match fault.kind if fault else "":
        case "reset-after" | "late":
            handler.reset_connection()
        case "524":
            handler.answer_page(524, "524: A timeout occurred")
        case "garbage":
            handler.answer(200, b'{"job_id": "' + b"\xff\xfe\x00" * 7)
        case "empty-body":
            handler.answer(200, b"")
        case _:
            record = handler.state.describe(job, with_result=False)
            del record["type"]  # the answer to a submit does not have it
            record["completed_at"] = None
            is_deprecated = handler.state.faults.strike("deprecated")
            handler.answer_json(200, record, headers=DEPRECATION_HEADERS if is_deprecated else None)
