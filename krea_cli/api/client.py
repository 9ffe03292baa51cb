"""One method per endpoint of the Krea API: plain types in and out, failures as KreaErrors.

Nothing is sent twice here: what may be asked again is for flows to decide.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from krea_cli.api.job_id import check_job_id
from krea_cli.api.jobs import parse_job, parse_page
from krea_cli.api.response import Reply
from krea_cli.api.types import Asset, Document, Job, JobsPage, Notice, Submitted
from krea_cli.errors import KreaError, RequestRefused, Unanswered
from krea_cli.text import excerpt

if TYPE_CHECKING:
    from pathlib import Path

    from krea_cli.api.http import Http

# Gateways give up at about 100 s; who hangs up before them never learns what happened.
SUBMIT_SECONDS = 150.0
UPLOAD_SECONDS = 150.0

TokenCheck = Literal["ok", "refused", "balance"]


class Api:
    """The endpoints. Every method may be called from any thread.

    Methods that read raise Unreachable, Unanswered and Busy for what may pass, and TokenRefused,
    BalanceEmpty, PlanRequired, NotFound and RequestRefused for what will not.
    """

    def __init__(self, http: "Http") -> None:
        self._http = http

    def prepare(self) -> None:
        """Load now what `submit` needs. Raises Unreachable and UsageError; nothing is sent."""
        self._http.prepare()

    def submit(self, route: str, body: dict[str, Any], *, webhook: str | None = None) -> Submitted:
        """POST BODY to ROUTE ("/generate/image/bfl/flux-1-dev"), once.

        Raises Unreachable and Untrusted when nothing was sent; Busy, RequestRefused, Moderated,
        TokenRefused, BalanceEmpty and PlanRequired when the answer is that no job was made;
        Unanswered when a job may have been made.
        """
        headers = {"X-Webhook-URL": webhook} if webhook else None
        reply = self._http.request(
            "POST", route, json=body, headers=headers, timeout=SUBMIT_SECONDS, fresh=True
        )
        if not 200 <= reply.status < 300:
            raise _submit_failure(reply, route)
        job = parse_job(_json(reply))
        return Submitted(job, notice(reply), reply.server_time)

    def job(self, job_id: str) -> Job:
        """One job as it stands now."""
        name = check_job_id(job_id)
        reply = self._read(f"/jobs/{name}", what=f"job {name}")
        with _free():
            job = parse_job(_json(reply))
            if job.id.casefold() != name.casefold():
                raise Unanswered(f"asked for job {name}, the service answered with another")
        return job

    def jobs(
        self,
        *,
        cursor: str | None = None,
        limit: int = 100,
        status: str | None = None,
        types: str | Iterable[str] | None = None,
    ) -> JobsPage:
        """A page of the account's jobs, newest first: those created before CURSOR.

        LIMIT is 1 to 1,000; TYPES are the service's internal names of kinds of jobs.
        """
        kinds = types if isinstance(types, str) or types is None else ",".join(types)
        asked = {"cursor": cursor, "limit": limit, "status": status, "types": kinds}
        params = {name: value for name, value in asked.items() if value is not None}
        reply = self._read("/jobs", what="the list of jobs", params=params)
        with _free():
            page = parse_page(_json(reply))
        return JobsPage(page.jobs, page.next_cursor, reply.server_time)

    def cancel(self, job_id: str) -> None:
        """Ask for a job to be cancelled; only a later `job` tells whether it was."""
        name = check_job_id(job_id)
        reply = self._http.request("DELETE", f"/jobs/{name}", fresh=True)
        if reply.status == 409:
            raise RequestRefused(
                f"the service does not cancel job {name} as it stands now",
                hint=f"krea status {name}",
            )
        if not 200 <= reply.status < 300:
            raise _read_failure(reply, f"job {name}")

    def upload(
        self, path: "Path", mime: str, *, progress: Callable[[int, int], None] | None = None
    ) -> Asset:
        """Send the file at PATH, streamed; PROGRESS is told the bytes sent and all of them.

        Uploads are free. Raises UsageError for a file that is too large or cannot be read.
        """
        from krea_cli.api.assets import upload

        return upload(self._http, path, mime, progress=progress, timeout=UPLOAD_SECONDS)

    def openapi(
        self, *, etag: str | None = None, last_modified: str | None = None
    ) -> Document | None:
        """The API's own description; None when it is still the one with ETAG. Sends no token."""
        known = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in known.items() if value}
        reply = self._http.request("GET", "/openapi.json", headers=headers, authorize=False)
        if reply.status == 304:
            return None
        if reply.status != 200:
            raise _read_failure(reply, "the API's description")
        return Document(
            reply.content, reply.headers.get("etag"), reply.headers.get("last-modified")
        )

    def check_token(self) -> TokenCheck:
        """Ask for one job of the list, which costs nothing, to learn what the token is worth."""
        reply = self._http.request("GET", "/jobs", params={"limit": 1})
        if reply.status in {401, 403}:
            return "refused"
        if reply.status == 402:
            return "balance"
        if reply.status != 200:
            raise _read_failure(reply, "the list of jobs")
        with _free():
            parse_page(_json(reply))  # a page of somebody's Wi-Fi is no proof of anything
        return "ok"

    def _read(self, path: str, *, what: str, params: dict[str, Any] | None = None) -> Reply:
        reply = self._http.request("GET", path, params=params)
        if not 200 <= reply.status < 300:
            raise _read_failure(reply, what)
        return reply


def _submit_failure(reply: Reply, route: str) -> KreaError:
    from krea_cli.api.status_errors import submit_failure  # spared when all goes well

    return submit_failure(reply, route)


def _read_failure(reply: Reply, what: str) -> KreaError:
    from krea_cli.api.status_errors import read_failure

    return read_failure(reply, what)


def _json(reply: Reply) -> Any:
    try:
        return reply.json()
    except ValueError:
        what = "is no JSON" if reply.content.strip() else "is empty"
        raise Unanswered(f"HTTP {reply.status}, but the answer {what}") from None


@contextmanager
def _free() -> Iterator[None]:
    """What is only read is never charged, however badly it is answered."""
    try:
        yield
    except Unanswered as failure:
        failure.charged = "no"
        raise


def notice(reply: Reply) -> Notice | None:
    """What the headers warn of; None when they warn of nothing."""
    told = {
        name: excerpt(reply.headers.get(name, "")) for name in ("deprecation", "sunset", "link")
    }
    deprecated = told["deprecation"].lower() not in {"", "false"}
    if not deprecated and not told["sunset"]:
        return None
    found = re.search(r'<([^<>\s]+)>[^,<]*\brel="?(deprecation|sunset)"?', told["link"])
    return Notice(deprecated, told["sunset"] or None, found[1] if found else None)
