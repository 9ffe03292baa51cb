"""POST /generate/…: checked, carried out, and answered, or spoiled by a fault on the way."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from krea_cli.sandbox.faults import SUBMIT, Fault
from krea_cli.sandbox.jobs import Job
from krea_cli.sandbox.openapi import Route

if TYPE_CHECKING:
    from krea_cli.sandbox.api_handler import ApiHandler

TOO_MANY = {
    "error": "You have reached the maximum number of concurrent jobs.",
    "code": "CONCURRENCY_LIMIT_REACHED",
}
# Answers that come instead of a job, as status and JSON body.
REFUSALS: dict[str, tuple[int, dict[str, Any]]] = {
    "401": (401, {"message": "Unauthorized"}),
    "402": (402, {"error": "You have run out of credits. Top up your API balance."}),
    "402-plan": (402, {"error": "This model requires the Pro plan or higher."}),
    "403": (403, {"error": "Forbidden"}),
    "422": (422, {"error": "Input file rejected"}),
    "429": (429, TOO_MANY),
    "429-after": (429, TOO_MANY),
    "500": (500, {"error": "Internal Server Error"}),
    "503": (503, {"error": "Service temporarily unavailable"}),
}
SUNSET = "2026-06-30"
DEPRECATION = {
    "Deprecation": "true",
    "Sunset": "Sun, 31 Jan 2027 00:00:00 GMT",
    "Link": '<https://docs.krea.ai/developers/deprecations>; rel="deprecation"; type="text/html"',
}


def submit(handler: "ApiHandler", route: Route) -> None:
    """Answer a POST to ROUTE. The body is read first, so that a reset is seen as one."""
    world = handler.world
    content = handler.body()
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    world.count_post(route.path, body)
    if not handler.is_admitted():
        handler.refuse_token()
        return
    if world.faults.strikes("strangers"):
        world.make_stranger(route)
    if slow := world.faults.strikes("slow-submit"):
        world.stopping.wait(slow.seconds)
    fault = world.faults.first(SUBMIT)
    if fault and _refused(handler, route, fault):
        return
    if not isinstance(body, dict):
        handler.answer_json(400, {"error": "The request body is not a JSON object."})
        return
    if _invalid(handler, route, body):
        return
    job = world.make_job(route, body, later=_delay(fault))
    if job is None:
        handler.answer_json(429, TOO_MANY)
        return
    if webhook := handler.headers.get("X-Webhook-URL"):
        world.webhooks.add(job, webhook)
    _answer(handler, job, fault)


def _delay(fault: Fault | None) -> float:
    return fault.seconds if fault and fault.kind == "late" else 0.0


def _refused(handler: "ApiHandler", route: Route, fault: Fault) -> bool:
    """Answer for a FAULT that makes no job; False for the faults that make one."""
    seconds = {"Retry-After": f"{fault.seconds:g}"}
    if fault.kind in REFUSALS:
        status, body = REFUSALS[fault.kind]
        handler.answer_json(
            status, body, headers=seconds if fault.kind.endswith("-after") else None
        )
    elif fault.kind == "410":
        handler.answer_json(410, _retired(handler, route))
    elif fault.kind == "503-after":
        handler.answer_page(503, "503 Service Unavailable", headers=seconds)
    elif fault.kind == "524-before":
        handler.answer_page(524, "524: A timeout occurred")
    elif fault.kind == "reset-before":
        handler.reset()
    else:
        return False
    return True


def _retired(handler: "ApiHandler", route: Route) -> dict[str, str]:
    """The documented body of 410; another model of the same kind stands in as replacement."""
    others = [other for other in handler.world.document.routes.values() if other.kind == route.kind]
    other = next((one for one in others if one is not route), route)
    return {
        "error": "model_unavailable",
        "reason": "deprecated",
        "message": "This model is no longer available.",
        "sunset_date": SUNSET,
        "replacement": other.path.removeprefix("/generate/"),
        "migration_url": "https://docs.krea.ai/developers/deprecations",
    }


def _invalid(handler: "ApiHandler", route: Route, body: dict[str, Any]) -> bool:
    """Refuse a BODY that the schema forbids: unknown keys with 422, all else with 400."""
    found = handler.world.document.problems(route, body)
    if unknown := [problem for problem in found if problem.unknown]:
        keys = ", ".join(f'"{problem.path}"' for problem in unknown)
        handler.answer_json(422, {"error": f"Unrecognized keys: {keys}"})
    elif found:
        handler.answer_json(400, {"error": "; ".join(map(str, found))})
    return bool(found)


def _answer(handler: "ApiHandler", job: Job, fault: Fault | None) -> None:
    """Tell of the new JOB, unless FAULT loses the answer."""
    match fault.kind if fault else "":
        case "reset-after" | "late":
            handler.reset()
        case "524":
            handler.answer_page(524, "524: A timeout occurred")
        case "garbage":
            handler.answer(200, b'{"job_id": "' + b"\xff\xfe\x00" * 7)
        case "empty-body":
            handler.answer(200, b"")
        case _:
            shown = handler.world.describe(job, results=False)
            del shown["type"]  # the answer to a submit does not have it
            handler.answer_json(200, shown | {"completed_at": None}, headers=_warning(handler))


def _warning(handler: "ApiHandler") -> Mapping[str, str] | None:
    return DEPRECATION if handler.world.faults.strikes("deprecated") else None
