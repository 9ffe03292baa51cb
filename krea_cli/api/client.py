"""Call the Krea API: one method for each endpoint.

Plain types in and out; failures are KreaErrors. Nothing is sent twice here: flows decide on that.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from krea_cli.api.job_id import check_job_id
from krea_cli.api.jobs import parse_job, parse_page
from krea_cli.api.response import Response
from krea_cli.api.types import (
    UNBILLED_STATUSES,
    Asset,
    Job,
    JobsPage,
    Notice,
    OpenapiDocument,
    Submitted,
)
from krea_cli.errors import KreaError, RequestRefused, Unanswered
from krea_cli.text import excerpt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from krea_cli.api.http import HttpClient
    from krea_cli.api.standby import Connection

# Gateways give up at about 100 s; a client that hangs up before them never learns the outcome.
SUBMIT_TIMEOUT_SECONDS = 150.0
UPLOAD_TIMEOUT_SECONDS = 150.0
LIST_NAME = "the list of jobs"

TokenStatus = Literal["ok", "refused", "balance"]


class ApiClient:
    """The endpoints. Every method may be called from any thread.

    A read raises Unreachable, Unanswered or Busy for a transient fault. For any other it raises
    TokenRefused, BalanceEmpty, PlanRequired, NotFound or RequestRefused.
    """

    def __init__(self, http: "HttpClient") -> None:
        self._http = http
        self._posts: set[object] = set()  # that may be billed
        self._made: dict[str, object] = {}  # the post of each job
        self._has_completed = False

    @property
    def charged(self) -> str:
        """The charge of all submits: "yes" once one of their jobs was seen as completed.

        "no" if nothing was sent, or every job was seen to end as one that is not billed.
        """
        if self._has_completed:
            return "yes"
        return "unknown" if self._posts else "no"

    def open_ahead(self, count: int = 1) -> None:
        """Begin to open the connections of COUNT submits; raise nothing."""
        self._http.open_ahead(count)

    def prepare_submit(self) -> None:
        """Load the modules of a `submit`, while its connection is being opened; send nothing.

        Raises Untrusted, ProxyRefused and UsageError.
        """
        self._http.open_ahead()
        self._http.load()

    def connect(self) -> "Connection | None":
        """Open the connection of one `submit`, or take one that stands open; send nothing.

        None where it cannot be had by itself. Raises Unreachable and Untrusted.
        """
        return self._http.connect()

    def submit(
        self,
        route: str,
        body: dict[str, Any],
        *,
        webhook: str | None = None,
        on_leaving: Callable[[], None] | None = None,
        connection: "Connection | None" = None,
    ) -> Submitted:
        """POST BODY to ROUTE ("/generate/image/bfl/flux-1-dev"), once.

        on_leaving: called when the connection stands, right before the first byte is written
        connection: of `connect`

        Raises Unreachable and Untrusted if nothing was sent. Raises Busy, RequestRefused,
        Moderated, TokenRefused, BalanceEmpty and PlanRequired if the service made no job.
        Raises Unanswered if a job may have been made.
        """
        headers = {"X-Webhook-URL": webhook} if webhook else None
        post = object()
        self._posts.add(post)
        try:
            response = self._http.request(
                "POST",
                route,
                json=body,
                headers=headers,
                timeout=SUBMIT_TIMEOUT_SECONDS,
                fresh=True,
                on_leaving=on_leaving,
                connection=connection,
            )
            if not 200 <= response.status < 300:
                from krea_cli.api.status_errors import submit_error  # spared when all goes well

                raise submit_error(response, route)
            submitted = Submitted(parse_job(_parse_json(response)), parse_notice(response))
        except KreaError as error:
            if error.charged == "no":
                self._posts.discard(post)
            raise
        self._made[submitted.job.id] = post
        return submitted

    def get_job(self, job_id: str, *, seconds: float | None = None) -> Job:
        """Read one job, in SECONDS at most. Raises `UsageError` for an impossible id."""
        valid_id = check_job_id(job_id)
        response = self._get(f"/jobs/{valid_id}", what=f"job {valid_id}", seconds=seconds)
        with _never_charged():
            job = parse_job(_parse_json(response))
            if job.id.casefold() != valid_id.casefold():
                raise Unanswered(f"asked for job {valid_id}, the service answered with another")
        self._note_ends([job])
        return job

    def list_jobs(
        self,
        *,
        cursor: str | None = None,
        limit: int = 100,
        status: str | None = None,
        types: "Sequence[str]" = (),
        seconds: float | None = None,
    ) -> JobsPage:
        """Read a page of the account's jobs, newest first: those created before CURSOR.

        limit: 1 to 1,000 jobs
        status: only the jobs that have it now
        types: only jobs of these types
        seconds: the time for the whole answer
        """
        filters = {"cursor": cursor, "status": status, "types": ",".join(types) or None}
        params: dict[str, str | int] = {name: text for name, text in filters.items() if text}
        params["limit"] = limit
        response = self._get("/jobs", what=LIST_NAME, params=params, seconds=seconds)
        with _never_charged():
            page = parse_page(_parse_json(response))
        self._note_ends(page.jobs)
        return page._replace(server_time=response.server_time, proxies=response.proxies)

    def cancel(self, job_id: str) -> None:
        """Ask for a job to be cancelled; only a later `get_job` tells the outcome."""
        valid_id = check_job_id(job_id)
        response = self._http.request("DELETE", f"/jobs/{valid_id}", fresh=True)
        if response.status == 409:
            raise RequestRefused(
                f"the service does not cancel job {valid_id} in its present state",
                hint=f"krea status {valid_id}",
            )
        if not 200 <= response.status < 300:
            raise _read_error(response, f"job {valid_id}")

    def upload(
        self,
        path: "Path",
        mime: str,
        *,
        progress: Callable[[int, int], None],
        seconds: float | None = None,
    ) -> Asset:
        """Send the file at PATH, streamed. Uploads are free.

        progress: called with the number of bytes sent and of all bytes
        seconds: the longest silence, and the time for the answer

        Raises UsageError for a file that is too large or cannot be read.
        """
        from krea_cli.api.assets import upload

        timeout = (
            UPLOAD_TIMEOUT_SECONDS if seconds is None else min(seconds, UPLOAD_TIMEOUT_SECONDS)
        )
        return upload(self._http, path, mime, progress=progress, timeout=timeout, seconds=seconds)

    def fetch_openapi(
        self,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        seconds: float | None = None,
    ) -> OpenapiDocument | None:
        """Fetch the API's own description, without the token; None if it did not change.

        etag, last_modified: those of the last description
        seconds: the time for the whole answer
        """
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in validators.items() if value}
        response = self._http.request(
            "GET", "/openapi.json", headers=headers, authorize=False, seconds=seconds
        )
        if response.status == 304:
            return None
        if response.status != 200:
            raise _read_error(response, "the API's description")
        return OpenapiDocument(
            response.content, response.headers.get("etag"), response.headers.get("last-modified")
        )

    def check_token(self) -> TokenStatus:
        """Check the token by reading one job of the list, which is free.

        "balance" is a good token of an account without balance.
        """
        response = self._http.request("GET", "/jobs", params={"limit": 1})
        if response.status in {401, 403}:
            return "refused"
        if response.status == 402:
            return "balance"
        if response.status != 200:
            raise _read_error(response, LIST_NAME)
        with _never_charged():
            parse_page(_parse_json(response))  # a Wi-Fi login page with status 200 proves nothing
        return "ok"

    def _note_ends(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if job.id not in self._made:
                continue
            if job.status == "completed":
                self._has_completed = True
            elif job.status in UNBILLED_STATUSES:
                self._posts.discard(self._made[job.id])

    def _get(
        self,
        path: str,
        *,
        what: str,
        params: dict[str, Any] | None = None,
        seconds: float | None = None,
    ) -> Response:
        response = self._http.request("GET", path, params=params, seconds=seconds)
        if not 200 <= response.status < 300:
            raise _read_error(response, what)
        return response


def _read_error(response: Response, what: str) -> KreaError:
    from krea_cli.api.status_errors import read_error  # spared when all goes well

    return read_error(response, what)


def _parse_json(response: Response) -> Any:
    try:
        return response.json()
    except ValueError:
        problem = "is not JSON" if response.content.strip() else "is empty"
        raise Unanswered(f"HTTP {response.status}, but the answer {problem}") from None


@contextmanager
def _never_charged() -> Iterator[None]:
    """Mark each `Unanswered` of the block as not charged: reading is free."""
    try:
        yield
    except Unanswered as failure:
        failure.charged = "no"
        raise


def parse_notice(response: Response) -> Notice | None:
    """Parse the Deprecation and Sunset headers; None if they warn of nothing."""
    deprecation, sunset = (
        excerpt(response.headers.get(name, "")) for name in ("deprecation", "sunset")
    )
    deprecated = deprecation.lower() not in {"", "false"}
    return Notice(deprecated, sunset or None) if deprecated or sunset else None
