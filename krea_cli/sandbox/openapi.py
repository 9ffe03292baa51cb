"""The models as the sandbox sees them: the generate routes of an OpenAPI document."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from krea_cli.sandbox.json_schema import Problem, problems
from krea_cli.sandbox.settings import SandboxError

# Used where a document names no time: seconds that such a job takes on the real service.
USUAL_SECONDS = {"image": 7.0, "enhance": 20.0, "video": 60.0, "audio": 10.0, "3d": 40.0}


@dataclass(frozen=True)
class Route:
    """One model: its path, kind, internal job type, request schema and typical seconds."""

    path: str
    kind: str
    type: str
    schema: dict[str, Any]
    typical: float

    @property
    def fields(self) -> dict[str, Any]:
        """The schema's properties; those of all its forms where it has several."""
        found: dict[str, Any] = {}
        for form in (*self.schema.get("oneOf", []), *self.schema.get("anyOf", []), self.schema):
            found.update(form.get("properties", {}))
        return found

    def default(self, name: str) -> Any:
        """The default that the schema gives the field NAME, else None."""
        field = self.fields.get(name)
        return field.get("default") if isinstance(field, dict) else None


@dataclass(frozen=True)
class Document:
    """An OpenAPI document: its bytes as served, their ETag, and its generate routes by path."""

    content: bytes
    etag: str
    root: dict[str, Any]
    routes: dict[str, Route]

    @classmethod
    def read(cls, path: Path, *, speed: float = 1.0, seconds: float | None = None) -> "Document":
        """Read the document at PATH; raises SandboxError when it is none.

        Where jobs take other times than in reality, the document served says so.
        """
        try:
            content = path.read_bytes()
            root = json.loads(content)
            routes = {
                name: _route(name, operations["post"])
                for name, operations in root["paths"].items()
                if name.startswith("/generate/") and "post" in operations
            }
        except OSError as failure:
            raise SandboxError(f"cannot read {path}: {failure.strerror}") from failure
        except (ValueError, KeyError, TypeError, AttributeError) as failure:
            raise SandboxError(f"{path} is no OpenAPI document") from failure
        if not routes:
            raise SandboxError(f"{path} has no /generate/ routes")
        if speed != 1.0 or seconds is not None:
            for route in routes.values():
                operation = root["paths"][route.path]["post"]
                typical = route.typical if seconds is None else seconds
                operation["x-krea-typical-seconds"] = typical / speed
            content = json.dumps(root).encode()
        etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        return cls(content, etag, root, routes)

    def problems(self, route: Route, body: Any) -> list[Problem]:
        """Everything that ROUTE's schema forbids in BODY."""
        return problems(route.schema, body, root=self.root)


def _route(path: str, operation: dict[str, Any]) -> Route:
    kind = path.split("/")[2]
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    return Route(path, kind, _type(path), schema, _typical(operation, kind))


def _type(path: str) -> str:
    """The internal job type: one per model, and no name that the client could guess."""
    words: list[str] = re.findall(r"[A-Za-z0-9]+", path.removeprefix("/generate/"))
    return words[0] + "".join(word.capitalize() for word in words[1:])


def _typical(operation: dict[str, Any], kind: str) -> float:
    seconds = operation.get("x-krea-typical-seconds")
    if isinstance(seconds, int | float) and seconds > 0:
        return float(seconds)
    # The May document has a table in its prose: | ~3 | ~7 seconds |
    found = re.search(r"~\s*(\d{1,5}(?:\.\d+)?) (second|minute)", operation.get("description", ""))
    if found:
        return float(found[1]) * (60 if found[2] == "minute" else 1)
    return USUAL_SECONDS.get(kind, 30.0)
