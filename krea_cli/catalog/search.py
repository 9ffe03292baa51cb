"""Looking for models by words."""

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.model import Model
from krea_cli.catalog.names import exactly, resolve
from krea_cli.errors import UnknownModel


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
