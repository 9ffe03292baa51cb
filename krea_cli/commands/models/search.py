"""Find the models that the words and options of `krea models` mean."""

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from krea_cli.catalog.resolve import exact_matches, resolve_model
from krea_cli.catalog.wishes import (
    INPUTS,
    SORTS,
    Wish,
    field_name,
    find_models,
    has_in_name,
    read_words,
    sort_models,
)
from krea_cli.dollars import MICROS_PER_DOLLAR
from krea_cli.errors import UnknownModel, UsageError
from krea_cli.text import excerpt, shell_line

if TYPE_CHECKING:
    from krea_cli.catalog.catalog import Catalog
    from krea_cli.catalog.model import Model
    from krea_cli.commands.session import Session

MAX_WORD_CHARACTERS = 60
# Wishes that no model has as a word, and the options that come nearest.
INSTEAD = {
    "cheap": ("--sort", "price"),
    "cheapest": ("--sort", "price"),
    "fast": ("--sort", "time"),
    "fastest": ("--sort", "time"),
    "quick": ("--sort", "time"),
    "lipsync": ("--kind", "video", "--takes", "audio"),
    "talking": ("--kind", "video", "--takes", "audio"),
    "animate": ("--kind", "video", "--takes", "image"),
    "inpaint": ("--kind", "image", "--takes", "image"),
    "edit": ("--kind", "image", "--takes", "image"),
    "logo": ("--kind", "image"),
    "vector": ("--kind", "image"),
    "svg": ("--kind", "image"),
}


def read_wish(
    catalog: "Catalog",
    *,
    kind: str | None,
    takes: str | None,
    fields: list[str] | None,
    max_price: int | None,
) -> Wish:
    """Read the options as a wish without words; MAX_PRICE is in millionths of a dollar.

    Raises `UsageError` for a value that none has.
    """
    if kind is not None and kind not in catalog.kinds:
        kinds = ", ".join(catalog.kinds)
        raise UsageError(f"there is no kind {kind!r}; there are {kinds}", hint="krea models")
    if takes is not None and takes not in INPUTS:
        raise UsageError(
            f"--takes {takes}: a model takes {', '.join(INPUTS)}", hint="krea models --takes image"
        )
    for name in fields or ():
        _require_field(catalog, name)
    dollars = None if max_price is None else Decimal(max_price) / MICROS_PER_DOLLAR
    return Wish(kind=kind, takes=takes, fields=tuple(fields or ()), max_price=dollars)


def _require_field(catalog: "Catalog", name: str) -> None:
    names = {field.name for model in catalog.models() for field in model.fields}
    if field_name(name) in names:
        return
    from difflib import get_close_matches

    similar = get_close_matches(field_name(name), names, n=1)
    message = f"no model has a field {excerpt(name, limit=MAX_WORD_CHARACTERS)!r}"
    if similar:
        hint = shell_line("krea", "models", "--with", similar[0])
        raise UsageError(f"{message}; did you mean {similar[0]}?", hint=hint)
    raise UsageError(message, hint="krea models MODEL shows the fields of a model")


def find_named(catalog: "Catalog", text: str) -> "Model | None":
    """Return the model whose name is TEXT: its id, the end of its id, its title or an alias.

    An alias counts only if no model has the words in its name: "flux" is a word of many.
    """
    exact = exact_matches(catalog, text)
    if len(exact) != 1:
        try:
            resolution = resolve_model(catalog, text)
        except UnknownModel:
            return None
        if resolution.is_prefix or find_others(catalog, text, resolution.model_id):
            return None
        exact = [resolution.model_id]
    found = catalog.read(exact)
    return found[0] if found else None


def find_others(catalog: "Catalog", text: str, model_id: str) -> list[str]:
    """Return the ids of all models but MODEL_ID that have the words of TEXT in their names."""
    return [
        model.id for model in catalog.models() if model.id != model_id and has_in_name(model, text)
    ]


def find_wished(session: "Session", text: str, wish: Wish) -> "tuple[Model, ...]":
    """Return the models with the words of TEXT that fulfil WISH.

    Raises `UsageError` if even a fresh catalog has none.
    """
    catalog = session.catalog_cache.load()
    if models := find_models(catalog, _read(catalog, text, wish)):
        return models
    unknown: UnknownModel | None = None
    if text:
        try:
            session.composer().resolve(text)  # may refresh the catalog
        except UnknownModel as error:
            unknown = error
        catalog = session.catalog_cache.load()
        named = find_named(catalog, text) if wish == Wish() else None
        if models := (named,) if named else find_models(catalog, _read(catalog, text, wish)):
            return models
    raise _nothing_found(catalog, text, wish, unknown)


def _read(catalog: "Catalog", text: str, wish: Wish) -> Wish:
    return read_words(text, wish, catalog.kinds)


def sort(models: "tuple[Model, ...]", by: str) -> "tuple[Model, ...]":
    """Sort MODELS by price, time or name. Raises `UsageError` for anything else."""
    if by not in SORTS:
        raise UsageError(
            f"--sort {by}: models are sorted by {', '.join(SORTS)}",
            hint="krea models --sort price",
        )
    return sort_models(models, by)


def _nothing_found(
    catalog: "Catalog", text: str, wish: Wish, unknown: UnknownModel | None
) -> UsageError:
    """Return the error for a wish without a model; its hint is a wish that has some."""
    whole = _read(catalog, text, wish)
    message = f"there is no model {_describe(whole)}"
    for looser, options in _looser_wishes(whole):
        if models := find_models(catalog, looser):
            command = _command(looser, options)
            return UsageError(message, hint=f"{command} lists {len(models)}")
    if unknown is not None and unknown.hint:
        return UsageError(unknown.message, hint=unknown.hint)
    return UsageError(message, hint="krea models lists all of them; --refresh asks the API")


def _looser_wishes(wish: Wish) -> list[tuple[Wish, tuple[str, ...]]]:
    """Return wishes that ask for less than WISH, and more options for each, the nearest first."""
    wishes: list[tuple[Wish, tuple[str, ...]]] = []
    for word in wish.words:
        if word in INSTEAD:
            rest = replace(wish, words=tuple(each for each in wish.words if each != word))
            options = INSTEAD[word]
            if options[0] == "--sort":
                wishes.append((rest, options))
                continue
            named = dict(zip(options[::2], options[1::2], strict=True))
            kind, takes = named.get("--kind"), named.get("--takes", rest.takes)
            wishes.append((replace(rest, kind=rest.kind or kind, takes=takes), ()))
    if wish.words and wish != Wish(words=wish.words[:1]):
        for word in wish.words:
            rest = replace(wish, words=tuple(each for each in wish.words if each != word))
            wishes.append((rest, ()))
    for changes in ({"max_price": None}, {"fields": ()}, {"takes": None}, {"kind": None}):
        looser = replace(wish, **changes)
        if looser not in (wish, Wish()):
            wishes.append((looser, ("--sort", "price") if "max_price" in changes else ()))
    return wishes


def _command(wish: Wish, options: tuple[str, ...]) -> str:
    words = ["krea", "models", *wish.words]
    words += ["--kind", wish.kind] if wish.kind else []
    words += ["--takes", wish.takes] if wish.takes else []
    for name in wish.fields:
        words += ["--with", field_name(name)]
    words += ["--max-price", f"{wish.max_price:f}"] if wish.max_price is not None else []
    return shell_line(*words, *options)


def _describe(wish: Wish) -> str:
    words = " ".join(wish.words)
    parts = [f"for {excerpt(words, limit=MAX_WORD_CHARACTERS)!r}"] if words else []
    parts += [f"of the kind {wish.kind}"] if wish.kind else []
    parts += [f"that takes {wish.takes}"] if wish.takes else []
    parts += [f"with the field {field_name(name)}" for name in wish.fields]
    parts += [f"for ${wish.max_price:f} or less"] if wish.max_price is not None else []
    return ", ".join(parts)
