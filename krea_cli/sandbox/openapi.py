"""The models of a sandbox: the generate routes of an OpenAPI document."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from krea_cli.sandbox.json_schema import SchemaProblem, find_problems
from krea_cli.sandbox.settings import SNAPSHOT, SandboxError

# Seconds of a job on the real service, for models whose document names no time.
DEFAULT_SECONDS = {"image": 7.0, "enhance": 20.0, "video": 60.0, "audio": 10.0, "3d": 40.0}
JOB_TYPES = {"bfl": "flux", "krea": "k1"}  # types of the providers with one of their own
OTHER_SECONDS = 30.0  # for a kind that is not listed


@dataclass(frozen=True)
class Route:
    """A model.

    path: path of its endpoint, /generate/KIND/…
    kind: image, enhance, video, audio or 3d
    job_type: the service's internal name, in the `type` of its jobs
    schema: JSON Schema of a request
    typical_seconds: usual time of a job
    aliases: old field name -> today's name
    """

    path: str
    kind: str
    job_type: str
    schema: dict[str, Any]
    typical_seconds: float
    aliases: Mapping[str, str] = field(default_factory=dict)

    def with_todays_names(self, body: dict[str, Any]) -> dict[str, Any]:
        """Copy BODY with today's names for the old names of fields that it uses."""
        return {self._todays_name(name, body): value for name, value in body.items()}

    def _todays_name(self, name: str, body: dict[str, Any]) -> str:
        today = self.aliases.get(name, name)
        return name if name in self.fields or today in body else today

    @property
    def fields(self) -> dict[str, Any]:
        """The schema's properties by name, those of all its forms if it has several."""
        fields: dict[str, Any] = {}
        for form in (*self.schema.get("oneOf", []), *self.schema.get("anyOf", []), self.schema):
            fields.update(form.get("properties", {}))
        return fields

    def default(self, name: str) -> Any:
        """The schema's default for the field NAME, None without."""
        field = self.fields.get(name)
        return field.get("default") if isinstance(field, dict) else None


@dataclass(frozen=True)
class ServedDocument:
    """The OpenAPI document that the sandbox serves.

    content: its bytes as they are served
    etag: ETag of CONTENT, with quotes
    root: the document as a dict
    routes: its models by path
    """

    content: bytes
    etag: str
    root: dict[str, Any]
    routes: dict[str, Route]

    @classmethod
    def read(
        cls, path: Path, *, speed: float = 1.0, seconds: float | None = None
    ) -> "ServedDocument":
        """Read the document at PATH. Raises SandboxError for anything else.

        If SPEED or SECONDS change the times of jobs, the served document has the changed times.
        """
        try:
            # The embedded document may be in a zip file, together with this module.
            read_packaged_file = globals()["__loader__"].get_data
            content = read_packaged_file(str(path)) if path == SNAPSHOT else path.read_bytes()
            root = json.loads(content)
            routes = {
                name: _read_route(name, operations["post"])
                for name, operations in root["paths"].items()
                if name.startswith("/generate/") and "post" in operations
            }
        except OSError as failure:
            raise SandboxError(f"cannot read {path}: {failure.strerror}") from failure
        except (ValueError, KeyError, TypeError, AttributeError) as failure:
            raise SandboxError(f"{path} is not an OpenAPI document") from failure
        if not routes:
            raise SandboxError(f"{path} has no /generate/ routes")
        if speed != 1.0 or seconds is not None:
            for route in routes.values():
                operation = root["paths"][route.path]["post"]
                typical = route.typical_seconds if seconds is None else seconds
                operation["x-krea-typical-seconds"] = typical / speed
            content = json.dumps(root).encode()
        etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        return cls(content, etag, root, routes)

    def find_problems(self, route: Route, body: Any) -> list[SchemaProblem]:
        """Everything in BODY that ROUTE's schema forbids."""
        return find_problems(route.schema, body, root=self.root)


def _read_route(path: str, operation: dict[str, Any]) -> Route:
    kind = path.split("/")[2]
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    seconds = _typical_seconds(operation, kind)
    return Route(path, kind, _job_type(path, kind), schema, seconds, _aliases(operation))


def _job_type(path: str, kind: str) -> str:
    """The internal type of the jobs of a model: coarse, so that several models share one."""
    if kind == "video":
        return "videoV2"
    if kind in ("image", "enhance"):
        return JOB_TYPES.get(path.split("/")[3], "externalImage")
    return f"external{kind.capitalize()}"


def _aliases(operation: dict[str, Any]) -> dict[str, str]:
    """Old field name -> today's name, as the document declares them."""
    pairs = operation.get("x-krea-deprecated-field-aliases")
    return {
        pair["from"]: pair["to"]
        for pair in (pairs if isinstance(pairs, list) else [])
        if isinstance(pair, dict)
        and isinstance(pair.get("from"), str)
        and isinstance(pair.get("to"), str)
    }


def _typical_seconds(operation: dict[str, Any], kind: str) -> float:
    seconds = operation.get("x-krea-typical-seconds")
    if isinstance(seconds, int | float) and seconds > 0:
        return float(seconds)
    # The document of May 2026 has a table in its prose: | ~3 | ~7 seconds |
    match = re.search(r"~\s*(\d{1,5}(?:\.\d+)?) (second|minute)", operation.get("description", ""))
    if match:
        return float(match[1]) * (60 if match[2] == "minute" else 1)
    return DEFAULT_SECONDS.get(kind, OTHER_SECONDS)
