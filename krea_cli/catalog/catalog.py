"""The catalog: every model of an OpenAPI document, each read when it is asked for."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from krea_cli.catalog.model import Model
from krea_cli.catalog.openapi.document import (
    ROUTE_PREFIX,
    UnreadableDocument,
    is_safe_route,
    operations,
)
from krea_cli.catalog.openapi.json_schema import StepLimit
from krea_cli.catalog.openapi.reader import read_model, read_title


class Catalog:
    """The models of one parsed document.

    source: "snapshot" or the address of the API
    fetched_at: seconds since 1970; None for the snapshot
    """

    def __init__(
        self, document: dict[str, Any], *, source: str, fetched_at: float | None = None
    ) -> None:
        self._document = document
        self._operations, self._dropped = operations(document)
        self._routes = _routes_by_id(self._operations)
        self._models: dict[str, Model] = {}
        self._step_limit = StepLimit()
        self.source = source
        self.fetched_at = fetched_at
        self.ids = tuple(self._routes)

    @property
    def dropped(self) -> tuple[str, ...]:
        """Unusable routes of the document, each with the reason: "ROUTE: REASON"."""
        return self._dropped

    def route(self, model_id: str) -> str:
        """Return the route of MODEL_ID. Raises KeyError."""
        return self._routes[model_id]

    def kind(self, model_id: str) -> str:
        """Return the kind of MODEL_ID. Raises KeyError."""
        return self._routes[model_id].split("/")[2]

    def title(self, model_id: str) -> str:
        """Return the title of MODEL_ID; none of its fields is read. Raises KeyError."""
        return read_title(self._operations[self._routes[model_id]], model_id)

    def model(self, model_id: str) -> Model:
        """Return the model MODEL_ID, read at its first use. Raises KeyError, `UnreadableDocument`.

        An id is "bfl/flux-1-dev", or "image/bfl/flux-1-dev" if two kinds share it.
        """
        if model_id not in self._models:
            route = self._routes[model_id]
            self._models[model_id] = read_model(
                route,
                self._operations[route],
                self._document,
                name=model_id,
                step_limit=self._step_limit,
                fetched_at=self.fetched_at,
            )
        return self._models[model_id]

    def models(self, kind: str | None = None) -> tuple[Model, ...]:
        """Return all models, or those of one KIND. Unreadable ones are added to `dropped`."""
        return self.read(model_id for model_id in self.ids if kind in (None, self.kind(model_id)))

    def read(self, ids: Iterable[str]) -> tuple[Model, ...]:
        """Return the models of IDS. Unreadable ones are added to `dropped`. Raises KeyError."""
        models = []
        for model_id in ids:
            try:
                models.append(self.model(model_id))
            except UnreadableDocument as error:
                reason = f"{self.route(model_id)}: {error.message}"
                if reason not in self._dropped:
                    self._dropped = (*self._dropped, reason)
        return tuple(models)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of all models: image, video, …"""
        return tuple(dict.fromkeys(map(self.kind, self.ids)))

    @property
    def default_id(self) -> str | None:
        """The model for requests that name none: the document's choice, else krea's own."""
        stated = self._document.get("x-krea-default")
        default = stated if isinstance(stated, str) else _embedded_names()["default"]
        return default if default in self._routes else None

    @property
    def aliases(self) -> dict[str, str]:
        """Short name -> id: the document's aliases, else krea's own, if their models exist."""
        stated = self._document.get("x-krea-aliases")
        aliases = stated if isinstance(stated, dict) else _embedded_names()["aliases"]
        return {
            alias: model_id
            for alias, model_id in aliases.items()
            if isinstance(model_id, str)
            and model_id in self._routes
            and is_safe_route(ROUTE_PREFIX + "x/" + alias)
        }

    @property
    def retired(self) -> dict[str, dict[str, str]]:
        """Id -> kind, sunset date, perhaps a replacement: models that the service has dropped.

        No document lists them; source: docs.krea.ai/developers/deprecations. One that is in the
        catalog is left out.
        """
        retired: dict[str, dict[str, str]] = _embedded_names()["retired"]
        return {name: facts for name, facts in retired.items() if name not in self._routes}


def _routes_by_id(routes: Iterable[str]) -> dict[str, str]:
    """Map ids to routes. An id contains the kind only if it is not unique without."""
    routes_by_name: dict[str, list[str]] = {}
    for route in routes:
        parts = route.split("/", 3)
        routes_by_name.setdefault(parts[3] if len(parts) > 3 else parts[2], []).append(route)
    return {
        name if len(same_name) == 1 else route.removeprefix(ROUTE_PREFIX): route
        for name, same_name in routes_by_name.items()
        for route in same_name
    }


def read_packaged_file(path: Path) -> bytes:
    """Read a file of the package, which may be in a zip file (zipapp, shiv, pex)."""
    content: bytes = globals()["__loader__"].get_data(str(path))
    return content


def _embedded_names() -> dict[str, Any]:
    import json

    names: dict[str, Any] = json.loads(read_packaged_file(Path(__file__).with_name("aliases.json")))
    return names
