"""The API port: jobs, generate, assets, the document, and what tests may ask about the sandbox."""

from dataclasses import asdict
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from krea_cli.sandbox.http_server import Body, Handler
from krea_cli.sandbox.jobs import STATUSES, Job, iso
from krea_cli.sandbox.submit_handler import submit
from krea_cli.sandbox.uploads import UploadRefused


class QueryRefused(Exception):
    """A query parameter is wrong: the sentence for the answer 400."""


class ApiHandler(Handler):
    """One method per HTTP method; everything but the document needs a token."""

    def do_GET(self) -> None:  # noqa: N802
        """Jobs, assets, the OpenAPI document, and /_sandbox/stats and /_sandbox/jobs."""
        url = urlsplit(self.path)
        match url.path.strip("/").split("/"):
            case ["openapi.json"]:
                self._document()
            case ["_sandbox", "stats"]:
                self.answer_json(200, asdict(self.world.counts))
            case ["_sandbox", "jobs"]:
                self.answer_json(200, [self._inside(job) for job in self.world.jobs.all()])
            case ["jobs"] if self._admitted():
                self._jobs(url.query)
            case ["jobs", job_id] if self._admitted():
                self._job(job_id)
            case ["assets"] if self._admitted():
                self._assets(url.query)
            case ["assets", asset_id] if self._admitted():
                self._asset(asset_id)
            case ["jobs" | "assets", *_]:
                pass  # refused already
            case _:
                self.answer_page(404, "404 Not Found")

    def do_POST(self) -> None:  # noqa: N802
        """A submit to /generate/…, or an upload to /assets."""
        path = urlsplit(self.path).path
        route = self.world.document.routes.get(path)
        if route:
            submit(self, route)
        elif path == "/assets" and self._admitted():
            self._upload()
        elif path != "/assets":
            self.body()
            self.answer_page(404, "404 Not Found")

    def do_DELETE(self) -> None:  # noqa: N802
        """Cancel or remove a job; remove an asset."""
        match urlsplit(self.path).path.strip("/").split("/"):
            case ["jobs", job_id] if self._admitted():
                self.world.count("deletes")
                job = self.world.jobs.get(job_id)
                if job is None:
                    self.answer_json(404, {"message": "Job not found or unauthorized"})
                    return
                self.world.remove(job)
                self.answer(200, b"", media_type="")
            case ["assets", asset_id] if self._admitted():
                asset = self.world.uploads.get(asset_id)
                if asset is None:
                    self.answer_json(404, {"error": "Asset not found"})
                    return
                self.world.uploads.delete(asset)
                self.answer_json(200, {"success": True, "message": "Asset deleted"})
            case ["jobs" | "assets", _]:
                pass  # refused already
            case _:
                self.answer_page(404, "404 Not Found")

    def is_admitted(self) -> bool:
        """True with any token but `bad`."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return scheme == "Bearer" and token.strip() not in ("", "bad")

    def refuse_token(self) -> None:
        """401 as the live service words it: `message`, not `error`."""
        self.answer_json(401, {"message": "Unauthorized"})

    def _admitted(self) -> bool:
        if not self.is_admitted():
            self.body()
            self.refuse_token()
            return False
        return True

    def _document(self) -> None:
        document = self.world.document
        self.world.count("documents")
        headers = {"ETag": document.etag}
        if document.etag in self.headers.get("If-None-Match", ""):
            self.answer(304, b"", media_type="", headers=headers)
        else:
            self.answer(200, document.content, headers=headers)

    def _spoiled(self, kind: str) -> bool:
        """Count a read of jobs, and let a fault answer it instead."""
        self.world.count_poll(kind)
        fault = self.world.faults.strikes("poll-500", "poll-reset")
        if fault and fault.kind == "poll-reset":
            self.reset()
        elif fault:
            self.answer_json(500, {"error": "Internal Server Error"})
        return fault is not None

    def _job(self, job_id: str) -> None:
        if self._spoiled("single"):
            return
        job = self.world.jobs.get(job_id)
        if job is None:
            self.answer_json(404, {"message": "Job not found or unauthorized"})
            return
        self.answer_json(200, self.world.describe(job))

    def _jobs(self, query: str) -> None:
        if self._spoiled("list"):
            return
        try:
            limit, before, fields = _page(query)
            status, types = _choices(fields)
        except QueryRefused as refusal:
            self.answer_json(400, {"error": str(refusal)})
            return
        now = self.world.now()
        found = []
        for job in self.world.jobs.newest_first(before):
            if status and job.status(now) != status:
                continue
            if types and job.route.type not in types:
                continue
            found.append(job)
            if len(found) > limit:
                break
        bare = self.world.faults.strikes("list-empty")
        items = [self.world.describe(job, results=not bare) for job in found[:limit]]
        cursor = iso(found[limit - 1].created_at) if len(found) > limit else None
        self.answer_json(200, {"items": items, "next_cursor": cursor})

    def _upload(self) -> None:
        content_type = self.headers.get("Content-Type", "")
        try:
            asset = self.world.uploads.take(Body(self), content_type, self.world.now())
        except UploadRefused as refusal:
            self.answer_json(400, {"error": str(refusal)})
            return
        self.world.count("uploads")
        self.answer_json(200, asset.describe(self.world.url(asset.path)))

    def _assets(self, query: str) -> None:
        try:
            limit, before, _ = _page(query)
        except QueryRefused as refusal:
            self.answer_json(400, {"error": str(refusal)})
            return
        found = [
            asset
            for asset in self.world.uploads.all()
            if before is None or asset.created_at < before
        ]
        items = [asset.describe(self.world.url(asset.path)) for asset in found[:limit]]
        cursor = iso(found[limit - 1].created_at) if len(found) > limit else None
        self.answer_json(200, {"items": items, "next_cursor": cursor})

    def _asset(self, asset_id: str) -> None:
        asset = self.world.uploads.get(asset_id)
        if asset is None:
            self.answer_json(404, {"error": "Asset not found"})
            return
        self.answer_json(200, asset.describe(self.world.url(asset.path)))

    def _inside(self, job: Job) -> dict[str, object]:
        """What only the sandbox knows of a job: when it ends, say."""
        return {
            "job_id": job.id,
            "route": job.route.path,
            "type": job.route.type,
            "stranger": job.stranger,
            "status": job.status(self.world.now()),
            "created_at": job.created_at,
            "started_at": job.starts_at,
            "ended_at": job.ended_at,
        }


def _page(query: str) -> tuple[int, float | None, dict[str, str]]:
    """Limit, cursor in seconds since 1970, and the other parameters of a list's QUERY."""
    fields = {name: values[-1] for name, values in parse_qs(query).items()}
    limit = fields.pop("limit", "100")
    if not (limit.isascii() and limit.isdecimal()) or not 1 <= int(limit) <= 1000:
        raise QueryRefused("limit must be an integer from 1 to 1000")
    before = None
    if cursor := fields.pop("cursor", ""):
        try:
            moment = datetime.fromisoformat(cursor)
        except ValueError as failure:
            raise QueryRefused("cursor must be an ISO 8601 date-time") from failure
        before = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return int(limit), before, fields


def _choices(fields: dict[str, str]) -> tuple[str | None, frozenset[str]]:
    status = fields.get("status")
    if status is not None and status not in STATUSES:
        raise QueryRefused(f"status must be one of {', '.join(STATUSES)}")
    types = fields.get("types", "")
    return status, frozenset(name for name in types.split(",") if name)
