"""Find the model of a name, and search models by words. An unclear name is an error."""

import re
from dataclasses import dataclass

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.model import Model
from krea_cli.catalog.openapi.document import ROUTE_PREFIX
from krea_cli.errors import UnknownModel
from krea_cli.text import excerpt, shell_line

MAX_LISTED_MODELS = 8
SIMILARITY_CUTOFF = 0.7  # of difflib, from 0 to 1: below it, "sora" is like "astra"


@dataclass(frozen=True)
class ResolvedModel:
    """The model of a name.

    alias: the name as typed, if it was an alias or a part of a name
    is_partial: true for a part of a name; a newer catalog may fit it to another model
    is_prefix: true for the beginning of a name; it may be another name, mistyped
    """

    model_id: str
    alias: str | None = None
    is_partial: bool = False
    is_prefix: bool = False


def resolve_model(catalog: Catalog, text: str) -> ResolvedModel:
    """Find the model that TEXT names.

    Tried in this order: an exact id, exact last segments, an alias, a unique prefix of segments.
    The forms are `flux-1-dev`, `bfl/flux-1-dev`, `image/bfl/flux-1-dev` and the whole route.
    Raises `UnknownModel` with the models that fit, or with similar names.
    """
    name = _normalize(text)
    if not name:
        raise UnknownModel("no model is named", hint="krea models lists all of them")
    matches = exact_matches(catalog, text)
    if not matches and (model_id := catalog.aliases.get(name)):
        return ResolvedModel(model_id, alias=name)
    if len(matches) == 1:
        return ResolvedModel(matches[0])
    starts = [each for each in catalog.ids if f"/{name}" in f"/{_path(catalog, each)}"]
    matches = matches or starts or _titled(catalog, text)
    if len(matches) == 1:
        return ResolvedModel(matches[0], alias=name, is_partial=True, is_prefix=bool(starts))
    raise _ambiguous_error(text, matches) if matches else _unknown_error(catalog, text, name)


def exact_matches(catalog: Catalog, text: str) -> list[str]:
    """Return the ids of models whose id, route or last segments equal TEXT."""
    name = _normalize(text)
    if name in catalog.ids:
        return [name]
    paths = {model_id: _path(catalog, model_id) for model_id in catalog.ids}
    whole = [model_id for model_id, path in paths.items() if path == name]
    return whole or [model_id for model_id, path in paths.items() if path.endswith("/" + name)]


def _normalize(text: str) -> str:
    return text.strip().lower().strip("/").removeprefix("generate/")


def _titled(catalog: Catalog, text: str) -> list[str]:
    """Return the ids of models with the title TEXT, as `krea models` prints it."""
    title = " ".join(text.split()).casefold()
    return [each for each in catalog.ids if catalog.title(each).casefold() == title]


def _squash(text: str) -> str:
    return re.sub("[^a-z0-9]", "", text.lower())


def _path(catalog: Catalog, model_id: str) -> str:
    return catalog.route(model_id).removeprefix(ROUTE_PREFIX)


def _ambiguous_error(text: str, matches: list[str]) -> UnknownModel:
    listed = ", ".join(matches[:MAX_LISTED_MODELS])
    rest = len(matches) - MAX_LISTED_MODELS
    more = f" and {rest} more" if rest > 0 else ""
    last_segment = excerpt(text.strip().strip("/").split("/")[-1], limit=60)
    return UnknownModel(
        f"{excerpt(text, limit=120)!r} fits {len(matches)} models: {listed}{more}",
        hint=shell_line("krea", "models", last_segment),
    )


def _unknown_error(catalog: Catalog, text: str, name: str) -> UnknownModel:
    from difflib import get_close_matches

    ids_by_name = {model_id: model_id for model_id in catalog.ids}
    for model_id in catalog.ids:
        ids_by_name |= dict.fromkeys(
            (model_id.partition("/")[2], model_id.rsplit("/", 1)[-1]), model_id
        )
    ids_by_name |= catalog.aliases
    # Signs are left out most often: krea2, flux1dev.
    squashed = _squash(name)
    starting = [each for each in ids_by_name if squashed and _squash(each).startswith(squashed)]
    names = get_close_matches(name[:100], ids_by_name, n=3, cutoff=SIMILARITY_CUTOFF)
    similar = list(dict.fromkeys(ids_by_name[each] for each in [*starting[:3], *names]))
    message = f"there is no model called {excerpt(text, limit=120)!r}"
    if not similar:
        return UnknownModel(message, hint="krea models lists all of them; --refresh asks the API")
    hint = shell_line("krea", "models", similar[0])
    return UnknownModel(f"{message}; close to it: {', '.join(similar)}", hint=hint)


def search_models(catalog: Catalog, query: str, *, kind: str | None = None) -> tuple[Model, ...]:
    """Return the model that QUERY names exactly, else all with its words in route or title.

    An alias counts only if no model has the words: a search for "flux" should list them all.
    """
    exact = exact_matches(catalog, query)
    ids = exact if len(exact) == 1 else ids_with_words(catalog, query)
    if not ids:
        try:
            ids = [resolve_model(catalog, query).model_id]
        except UnknownModel:
            return ()
    return catalog.read(each for each in ids if kind in (None, catalog.kind(each)))


def ids_with_words(catalog: Catalog, query: str) -> list[str]:
    """Return the ids of models with each word of QUERY at the start of a word in route or title."""
    # At the start: "text" is no part of "kontext".
    patterns = [rf"(?<![a-z0-9]){re.escape(word)}" for word in query.lower().split()]
    texts = {each: f"{catalog.route(each)} {catalog.title(each)}".lower() for each in catalog.ids}
    return [
        model_id
        for model_id, text in texts.items()
        if all(re.search(pattern, text) for pattern in patterns)
    ]
