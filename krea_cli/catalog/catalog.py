"""The catalogue: every model of an OpenAPI document, each read when it is asked for."""

from collections.abc import Iterable
from typing import Any

from krea_cli.catalog.model import Model
from krea_cli.catalog.openapi.document import PREFIX, UnreadableDocument, operations, safe_route
from krea_cli.catalog.openapi.json_schema import Budget
from krea_cli.catalog.openapi.reader import read_model


class Catalog:
    """The models of one document.

    `source` says where it came from ("snapshot" or the API's address), `fetched_at` when, in
    seconds since 1970 (None for the snapshot); `dropped` names what could not be used, and why.
    """

    def __init__(
        self, document: dict[str, Any], *, source: str, fetched_at: float | None = None
    ) -> None:
        self._document = document
        self._operations, self._dropped = operations(document)
        self._routes = _ids(self._operations)
        self._ids = tuple(self._routes)
        self._models: dict[str, Model] = {}
        self._budget = Budget()
        self.source = source
        self.fetched_at = fetched_at

    @classmethod
    def of(
        cls, document: dict[str, Any], *, source: str, fetched_at: float | None = None
    ) -> "Catalog":
        """The catalogue of a parsed DOCUMENT."""
        return cls(document, source=source, fetched_at=fetched_at)

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id, such as "bfl/flux-1-dev"; "image/…" where two kinds share one."""
        return self._ids

    @property
    def dropped(self) -> tuple[str, ...]:
        """What the document offered and could not be used, each with the reason."""
        return self._dropped

    def route(self, model_id: str) -> str:
        """The route of MODEL_ID."""
        return self._routes[model_id]

    def model(self, model_id: str) -> Model:
        """The model MODEL_ID, read now. Raises KeyError, or `UnreadableDocument`."""
        if model_id not in self._models:
            route = self._routes[model_id]
            self._models[model_id] = read_model(
                route, self._operations[route], self._document, name=model_id, budget=self._budget
            )
        return self._models[model_id]

    def models(self, kind: str | None = None) -> tuple[Model, ...]:
        """All models, or those of one KIND. What cannot be read joins `dropped`."""
        found = []
        for model_id, route in self._routes.items():
            if kind is not None and route.split("/")[2] != kind:
                continue
            try:
                found.append(self.model(model_id))
            except UnreadableDocument as error:
                reason = f"{route}: {error.message}"
                if reason not in self._dropped:
                    self._dropped = (*self._dropped, reason)
        return tuple(found)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds there are: image, video, …"""
        return tuple(dict.fromkeys(route.split("/")[2] for route in self._routes.values()))

    @property
    def default(self) -> str | None:
        """The model meant when none is named, if the document or this program names one."""
        stated = self._document.get("x-krea-default")
        wanted = stated if isinstance(stated, str) else _embedded_names()["default"]
        return wanted if wanted in self._routes else None

    @property
    def aliases(self) -> dict[str, str]:
        """Short names, each valid only while its target exists."""
        stated = self._document.get("x-krea-aliases")
        named = stated if isinstance(stated, dict) else _embedded_names()["aliases"]
        return {
            alias: target
            for alias, target in named.items()
            if isinstance(target, str)
            and target in self._routes
            and safe_route(PREFIX + "x/" + alias)
        }


def _ids(routes: Iterable[str]) -> dict[str, str]:
    """Id -> route. The kind is left out of the id where that leaves it unique."""
    short: dict[str, list[str]] = {}
    for route in routes:
        parts = route.split("/", 3)
        short.setdefault(parts[3] if len(parts) > 3 else parts[2], []).append(route)
    return {
        name if len(several) == 1 else route.removeprefix(PREFIX): route
        for name, several in short.items()
        for route in several
    }


def _embedded_names() -> dict[str, Any]:
    import json
    from pathlib import Path

    file = Path(__file__).with_name("aliases.json")
    names: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return names
