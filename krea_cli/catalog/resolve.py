"""Which model a name means: never another than the one named; nothing is guessed."""

from dataclasses import dataclass

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.model import Model
from krea_cli.errors import UnknownModel
from krea_cli.text import excerpt

LISTED = 8


@dataclass(frozen=True)
class Resolution:
    """The id that was meant, and the alias or beginning of a name that led there, if one did.

    `begun`: only the beginning was given, which a newer catalogue may have another model for.
    """

    model_id: str
    alias: str | None = None
    begun: bool = False


def resolve(catalog: Catalog, text: str) -> Resolution:
    """The model that TEXT names.

    In this order: an exact id, exact last segments, an alias, a unique prefix of segments. The
    forms `flux-1-dev`, `bfl/flux-1-dev`, `image/bfl/flux-1-dev` and the whole route are taken.
    Raises `UnknownModel` with what fits, or with what is close.
    """
    name = _plain(text)
    if not name:
        raise UnknownModel("no model is named", hint="krea models lists all of them")
    found = exactly(catalog, text)
    if not found and (target := catalog.aliases.get(name)):
        return Resolution(target, alias=name)
    if len(found) == 1:
        return Resolution(found[0])
    found = found or _prefix(catalog, name)
    if len(found) == 1:
        # Told like an alias: half a name may mean more to the catalogue than to its author.
        return Resolution(found[0], alias=name, begun=True)
    raise _ambiguous(text, found) if found else _unknown(catalog, text, name)


def exactly(catalog: Catalog, text: str) -> list[str]:
    """The models whose id, route or last segments TEXT is; several only by last segments."""
    name = _plain(text)
    if name in catalog.ids:
        return [name]
    whole = [found for found in catalog.ids if name == _full(catalog, found)]
    return whole or [found for found in catalog.ids if _full(catalog, found).endswith("/" + name)]


def _plain(text: str) -> str:
    return text.strip().strip("/").removeprefix("generate/")


def _full(catalog: Catalog, model_id: str) -> str:
    return catalog.route(model_id).removeprefix("/generate/")


def _prefix(catalog: Catalog, name: str) -> list[str]:
    return [found for found in catalog.ids if ("/" + name) in ("/" + _full(catalog, found))]


def _ambiguous(text: str, found: list[str]) -> UnknownModel:
    listed = ", ".join(found[:LISTED])
    more = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
    return UnknownModel(
        f"{excerpt(text, limit=120)!r} fits {len(found)} models: {listed}{more}",
        hint=f"krea models {_word(text)}",
    )


def _unknown(catalog: Catalog, text: str, name: str) -> UnknownModel:
    from difflib import get_close_matches

    known = {found: found for found in catalog.ids}
    known |= {found.rsplit("/", 1)[-1]: found for found in catalog.ids}
    known |= dict(catalog.aliases)
    close = get_close_matches(name[:100].lower(), known, n=3, cutoff=0.6)
    meant = list(dict.fromkeys(known[match] for match in close))
    message = f"there is no model called {excerpt(text, limit=120)!r}"
    if not meant:
        return UnknownModel(message, hint="krea models lists all of them; --refresh asks the API")
    hint = f"krea models {meant[0]}"
    return UnknownModel(f"{message}; close to it: {', '.join(meant)}", hint=hint)


def _word(text: str) -> str:
    return excerpt(text.strip().strip("/").split("/")[-1], limit=60)


def search(catalog: Catalog, query: str, *, kind: str | None = None) -> tuple[Model, ...]:
    """The one model that QUERY names exactly, else those whose id, title or kind hold its words.

    An alias counts only where no model holds the words: who looks for "flux" wants them all.
    """
    named = exactly(catalog, query)
    found = tuple(map(catalog.model, named)) if len(named) == 1 else _holding(catalog, query)
    if not found:
        try:
            found = (catalog.model(resolve(catalog, query).model_id),)
        except UnknownModel:
            return ()
    return tuple(model for model in found if kind in (None, model.kind))


def _holding(catalog: Catalog, query: str) -> tuple[Model, ...]:
    words = query.lower().split()
    texts = ((model, f"{model.route} {model.title}".lower()) for model in catalog.models())
    return tuple(model for model, text in texts if all(word in text for word in words))
