"""Find the model of a name. An unclear name is an error."""

import re
from dataclasses import dataclass

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.openapi.document import ROUTE_PREFIX
from krea_cli.errors import UnknownModel
from krea_cli.text import excerpt, shell_line

MAX_LISTED_MODELS = 8
MIN_RETIRED_CHARACTERS = 4
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

    message = f"there is no model called {excerpt(text, limit=120)!r}"
    if retired := _find_retired(catalog, name):
        return _retired_error(catalog, retired, message)
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
    if not similar:
        return UnknownModel(message, hint="krea models lists all of them; --refresh asks the API")
    hint = shell_line("krea", "models", similar[0])
    return UnknownModel(f"{message}; close to it: {', '.join(similar)}", hint=hint)


def _find_retired(catalog: Catalog, name: str) -> str | None:
    """Return the id of the retired model that NAME is the id, or begins the last segment, of."""
    for model_id, facts in catalog.retired.items():
        squashed = _squash(name.removeprefix(f"{facts['kind']}/"))
        last_segment = _squash(model_id.split("/")[-1])
        is_begun = len(squashed) >= MIN_RETIRED_CHARACTERS and last_segment.startswith(squashed)
        if is_begun or squashed == _squash(model_id):
            return model_id
    return None


def _retired_error(catalog: Catalog, model_id: str, message: str) -> UnknownModel:
    """Return the error for a retired model, with its replacement or others of its kind."""
    from krea_cli.catalog.wishes import suggest_models

    facts = catalog.retired[model_id]
    message += f": {model_id} was retired on {facts['sunset']}"
    replacement = facts.get("replacement")
    if replacement in catalog.ids:
        hint = shell_line("krea", "models", str(replacement))
        return UnknownModel(f"{message}; {replacement} replaces it", hint=hint)
    kind = facts["kind"]
    others = suggest_models(catalog, kind)
    if not others:
        return UnknownModel(message, hint="krea models lists all of them")
    hint = shell_line("krea", "models", "--kind", kind)
    return UnknownModel(f"{message}; other {kind} models: {', '.join(others)}", hint=hint)
