"""The API port: jobs, generate, assets, the OpenAPI document, and counters for tests."""

from dataclasses import asdict
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from krea_cli.sandbox.http_server import Handler, RequestBody
from krea_cli.sandbox.jobs import STATUSES, SandboxJob, iso_time
from krea_cli.sandbox.submit_handler import (
    SERVER_ERROR,
    UNAUTHORIZED,
    answer_submit,
    retired_answer,
)
from krea_cli.sandbox.uploads import UploadRefused

NO_JOB = {"message": "Job not found or unauthorized"}
NO_ASSET = {"error": "Asset not found"}
NO_ROUTE = {"error": "Not Found"}


class InvalidQuery(Exception):
    """A wrong query parameter; the message is the sentence of the answer 400."""


class ApiHandler(Handler):
    """The endpoints of the API. All but the document and /_sandbox/… need a token."""

    def do_GET(self) -> None:  # noqa: N802
        """Send jobs, assets, the OpenAPI document, /_sandbox/stats or /_sandbox/jobs."""
        url = urlsplit(self.path)
        steps = url.path.strip("/").split("/")
        if steps == ["openapi.json"]:
            self._send_document()
            return
        # A sandbox with a token of its own shows its records to nobody else.
        is_open = steps[0] == "_sandbox" and self.state.settings.token is None
        if not is_open and not self._require_token():
            return
        match steps:
            case ["_sandbox", "stats"]:
                self.answer_json(200, asdict(self.state.stats))
            case ["_sandbox", "jobs"]:
                self.answer_json(200, [self._full_record(job) for job in self.state.jobs.all()])
            case ["jobs"]:
                self._send_jobs(url.query)
            case ["jobs", job_id]:
                self._send_job(job_id)
            case ["assets"]:
                self._send_assets(url.query)
            case ["assets", asset_id]:
                self._send_asset(asset_id)
            case _:
                self.answer_json(404, NO_ROUTE)

    def do_POST(self) -> None:  # noqa: N802
        """Take a submit to /generate/…, or an upload to /assets."""
        path = urlsplit(self.path).path
        route = self.state.document.routes.get(path)
        if route:
            answer_submit(self, route, authorized=self._is_authorized())
        elif path == "/assets" and self._require_token():
            self._receive_upload()
        elif path != "/assets":
            self._answer_unknown_route()

    def do_DELETE(self) -> None:  # noqa: N802
        """Cancel or remove a job; remove an asset."""
        match urlsplit(self.path).path.strip("/").split("/"):
            case ["jobs", job_id] if self._require_token():
                self.state.count("deletes")
                job = self.state.jobs.get(job_id)
                if job is None:
                    self.answer_json(404, NO_JOB)
                    return
                self.state.delete_job(job)
                self.answer(200, b"", media_type="")
            case ["assets", asset_id] if self._require_token():
                asset = self.state.uploads.get(asset_id)
                if asset is None:
                    self.answer_json(404, NO_ASSET)
                    return
                self.state.uploads.delete(asset)
                self.answer_json(200, {"success": True, "message": "Asset deleted"})
            case ["jobs" | "assets", _]:
                pass  # answered with 401
            case _:
                self._answer_unknown_route()

    def do_PUT(self) -> None:  # noqa: N802
        """Refuse a method that the service does not have."""
        self._answer_unknown_route()

    do_HEAD = do_OPTIONS = do_PATCH = do_TRACE = do_PUT  # noqa: N815

    def _answer_unknown_route(self) -> None:
        """Answer for a retired model with its replacement, for all else with 404, both as JSON."""
        if not self._require_token():
            return
        self.read_body()
        if body := retired_answer(self.state.document, urlsplit(self.path).path):
            self.answer_json(410, body)
        else:
            self.answer_json(404, NO_ROUTE)

    def _is_authorized(self) -> bool:
        """Accept the token of the settings; without one, any token except `bad`."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        wanted = self.state.settings.token
        is_known = token.strip() == wanted if wanted else token.strip() not in ("", "bad")
        return scheme == "Bearer" and is_known

    def _require_token(self) -> bool:
        """Return True with a good token; otherwise answer 401 and return False."""
        if self._is_authorized():
            return True
        self.read_body()
        self.answer_json(401, UNAUTHORIZED)
        return False

    def _send_document(self) -> None:
        document = self.state.document
        self.state.count("documents")
        headers = {"ETag": document.etag}
        if document.etag in self.headers.get("If-None-Match", ""):
            self.answer(304, b"", media_type="", headers=headers)
        else:
            self.answer(200, document.content, headers=headers)

    def _answer_poll_fault(self, kind: str) -> bool:
        """Count a read of jobs, and return True if a fault answered it."""
        self.state.count_poll(kind)
        fault = self.state.faults.strike("poll-500", "poll-reset")
        if fault and fault.kind == "poll-reset":
            self.reset_connection()
        elif fault:
            self.answer_json(500, SERVER_ERROR)
        return fault is not None

    def _send_job(self, job_id: str) -> None:
        if self._answer_poll_fault("single"):
            return
        job = self.state.jobs.get(job_id)
        if job is None:
            self.answer_json(404, NO_JOB)
            return
        self.answer_json(200, self.state.describe(job))

    def _send_jobs(self, query: str) -> None:
        if self._answer_poll_fault("list"):
            return
        try:
            limit, before, fields = _parse_page(query)
            status, types = _parse_filters(fields)
        except InvalidQuery as refusal:
            self.answer_json(400, {"error": str(refusal)})
            return
        now = self.state.now()
        matches = []  # one more than the page holds, to know if there is a next one
        for job in self.state.jobs.newest_first(before):
            if status and job.status(now) != status:
                continue
            if types and job.route.job_type not in types:
                continue
            matches.append(job)
            if len(matches) > limit:
                break
        with_result = not self.state.faults.strike("list-empty")
        items = [self.state.describe(job, with_result=with_result) for job in matches[:limit]]
        cursor = iso_time(matches[limit - 1].created_at) if len(matches) > limit else None
        self.answer_json(200, {"items": items, "next_cursor": cursor})

    def _receive_upload(self) -> None:
        content_type = self.headers.get("Content-Type", "")
        try:
            asset = self.state.uploads.receive(RequestBody(self), content_type, self.state.now())
        except UploadRefused as refusal:
            self.answer_json(400, {"error": str(refusal)})
            return
        self.state.count("uploads")
        self.answer_json(200, asset.describe(self.state.file_url(asset.path)))

    def _send_assets(self, query: str) -> None:
        try:
            limit, before, _ = _parse_page(query)
        except InvalidQuery as refusal:
            self.answer_json(400, {"error": str(refusal)})
            return
        assets = [
            asset
            for asset in self.state.uploads.all()
            if before is None or asset.created_at < before
        ]
        items = [asset.describe(self.state.file_url(asset.path)) for asset in assets[:limit]]
        cursor = iso_time(assets[limit - 1].created_at) if len(assets) > limit else None
        self.answer_json(200, {"items": items, "next_cursor": cursor})

    def _send_asset(self, asset_id: str) -> None:
        asset = self.state.uploads.get(asset_id)
        if asset is None:
            self.answer_json(404, NO_ASSET)
            return
        self.answer_json(200, asset.describe(self.state.file_url(asset.path)))

    def _full_record(self, job: SandboxJob) -> dict[str, object]:
        """A job with the fields that no client sees, such as the time of its end."""
        return {
            "job_id": job.id,
            "route": job.route.path,
            "type": job.route.job_type,
            "stranger": job.is_stranger,
            "status": job.status(self.state.now()),
            "created_at": job.created_at,
            "started_at": job.starts_at,
            "ended_at": job.ended_at,
        }


def _parse_page(query: str) -> tuple[int, float | None, dict[str, str]]:
    """Limit, cursor in seconds since 1970 or None, and the other parameters of a QUERY."""
    fields = {name: values[-1] for name, values in parse_qs(query).items()}
    limit = fields.pop("limit", "100")
    if not (limit.isascii() and limit.isdecimal()) or not 1 <= int(limit) <= 1000:
        raise InvalidQuery("limit must be an integer from 1 to 1000")
    before = None
    if cursor := fields.pop("cursor", ""):
        try:
            moment = datetime.fromisoformat(cursor)
        except ValueError as failure:
            raise InvalidQuery("cursor must be an ISO 8601 date-time") from failure
        before = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return int(limit), before, fields


def _parse_filters(fields: dict[str, str]) -> tuple[str | None, frozenset[str]]:
    """The status, None for any, and the job types, empty for any."""
    status = fields.get("status")
    if status is not None and status not in STATUSES:
        raise InvalidQuery(f"status must be one of {', '.join(STATUSES)}")
    types = fields.get("types", "")
    return status, frozenset(name for name in types.split(",") if name)
