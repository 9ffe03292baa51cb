"""Compose a request: the model that was named, its fields checked, before anything is spent."""

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from krea_cli.catalog.request.inputs import RequestInputs
from krea_cli.catalog.request.prepare import PreparedRequest, has_unknown_field, prepare_request
from krea_cli.catalog.resolve import ResolvedModel, resolve_model
from krea_cli.errors import InvalidRequest, KreaError, UnknownModel
from krea_cli.flows.events import Note, Tell, WarningNote
from krea_cli.text import excerpt

if TYPE_CHECKING:
    from krea_cli.catalog.cache import CatalogCache
    from krea_cli.catalog.catalog import Catalog
    from krea_cli.catalog.diff import CatalogDiff
    from krea_cli.catalog.model import Model
    from krea_cli.clock import Clock


MAX_NOTES = 50


class Composer:
    """Reads names and fields by the catalog. Asks the service once before it calls one unknown.

    REFRESH fetches the catalog into CACHE. It raises KreaError if that fails. NAME_ORIGIN gives
    the variable or setting with a name, in words. GONE are the models that a refresh by this
    command removed.
    """

    def __init__(
        self,
        cache: "CatalogCache",
        refresh: "Callable[[], CatalogDiff]",
        clock: "Clock",
        tell: Tell,
        *,
        name_origin: Callable[[str], str | None] = lambda name: None,
        gone: Collection[str] = (),
    ) -> None:
        self._name_origin = name_origin
        self._cache = cache
        self._fetch = refresh
        self._clock = clock
        self._tell = tell
        self._catalog: Catalog = cache.load()
        if cache.warning:
            tell(WarningNote(cache.warning))
        self._refreshed = False
        self._gone = set(gone)
        self._models: dict[tuple[str | None, bool], Model | UnknownModel] = {}
        self._seen_notes: set[str] = set()

    def compose(self, name: str | None, inputs: RequestInputs) -> PreparedRequest:
        """The request for the model NAME (None: the catalog's default), as it will be sent.

        Raises `UnknownModel`, `InvalidRequest` with every problem at once.
        """
        return self.compose_for(name, lambda _: inputs)

    def compose_for(
        self,
        name: str | None,
        make_inputs: Callable[["Model"], RequestInputs],
        *,
        whole_name: bool = False,
    ) -> PreparedRequest:
        """Compose a request from the inputs that MAKE_INPUTS returns. Tell each note once.

        whole_name: refuse the beginning of a name
        """
        model = self.model(name, whole_name=whole_name)
        try:
            prepared = prepare_request(model, make_inputs(model))
        except InvalidRequest as error:
            if not has_unknown_field(error) or not self._refresh():
                raise
            model = self.model(name, whole_name=whole_name)
            prepared = prepare_request(model, make_inputs(model))
        self.note(prepared.notes)
        return prepared

    def model(self, name: str | None, *, whole_name: bool = False) -> "Model":
        """The model NAME (None: the catalog's default), looked up once; its alias is told.

        Raises `UnknownModel`. WHOLE_NAME refuses the beginning of a name.
        """
        key = name, whole_name
        if key not in self._models:
            whole = whole_name and name is not None
            self._models[key] = self._look_up(name or self._catalog.default_id or "", whole=whole)
        result = self._models[key]
        if isinstance(result, UnknownModel):
            raise UnknownModel(result.message, hint=result.hint)
        return result

    def knows_field(self, name: str) -> bool:
        """Tell if any model has a field NAME, or had one before it was renamed."""
        models = self._catalog.models()
        return any(name in model.aliases or model.field(name) is not None for model in models)

    def name_problem(self, path: str, model: "Model") -> str | None:
        """Return the reason why no result of MODEL can be called PATH; None if one can.

        Names models whose results can be.
        """
        from krea_cli.flows.files.content_type import extension_problem, kind_of_extension

        problem = extension_problem(path, model.id, model.result_kind)
        kind = kind_of_extension(path.rpartition(".")[2]) if problem else None
        if not kind:
            return problem
        from krea_cli.catalog.wishes import suggest_models

        others = suggest_models(self._catalog, kind)
        return f"{problem}; {kind} models are {', '.join(others)}" if others else problem

    def _look_up(self, name: str, *, whole: bool) -> "Model | UnknownModel":
        try:
            resolution = self.resolve(name)
        except UnknownModel as error:
            for model_id in self._gone:
                if model_id == name or model_id.endswith(f"/{name}"):
                    error = UnknownModel(
                        f"there is no model called {name!r} any more:"
                        f" {model_id} is gone from the service's catalog",
                        hint=error.hint,
                    )
                    break
            if origin := self._name_origin(name):
                error.message += f"; {origin} names it"
            return error
        if whole and resolution.is_prefix:
            message = f"there is no model called {excerpt(name, limit=120)!r}"
            return UnknownModel(f"{message}; did you mean {resolution.model_id}?")
        if resolution.alias:
            self.note([f"{resolution.alias} is {resolution.model_id}"])
        return self._catalog.model(resolution.model_id)

    def note(self, texts: Iterable[str]) -> None:
        """Tell each of TEXTS once, and at most `MAX_NOTES` of them: a batch has thousands."""
        for text in texts:
            if text in self._seen_notes or len(self._seen_notes) > MAX_NOTES:
                continue
            self._seen_notes.add(text)
            is_last = len(self._seen_notes) > MAX_NOTES
            self._tell(Note("more notes like these are left out" if is_last else text))

    def resolve(self, name: str) -> ResolvedModel:
        """The model that NAME means, in a fresh catalog if the cached one lacks it.

        A part of a name is matched only in a fresh catalog. An older one may lack a model of that
        exact name.
        """
        try:
            resolution = resolve_model(self._catalog, name)
            is_old = resolution.is_partial and self._cache.is_old(self._clock.now())
            if is_old and self._refresh():
                resolution = resolve_model(self._catalog, name)
            return resolution
        except UnknownModel:
            if not self._refresh():
                raise
            return resolve_model(self._catalog, name)

    def _refresh(self) -> bool:
        """Fetch the catalog once per command; False if that brought nothing new."""
        if self._refreshed:
            return False
        self._refreshed = True
        try:
            changes = self._fetch()
            self._gone.update(changes.removed)
        except KreaError as error:
            if error.code == "interrupted":
                raise
            # Offline, or a document that cannot be read: the cached catalog is used.
            return False
        self._catalog = self._cache.load()
        self._models.clear()
        return bool(changes)
