"""Find the models for a wish: words, a kind, what they take, their fields, their price."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.model import Field, Model
from krea_cli.catalog.price_ranges import price_bounds

MAX_SUGGESTIONS = 3
INPUTS = ("text", "image", "video", "audio")
SORTS = ("price", "time", "name")
# Words for a kind of model, and for an input, where the word itself is not the kind's name.
OTHER_WORDS = {
    "images": "image",
    "picture": "image",
    "pictures": "image",
    "photo": "image",
    "photos": "image",
    "videos": "video",
    "clip": "video",
    "clips": "video",
    "film": "video",
    "movie": "video",
    "upscale": "enhance",
    "upscaler": "enhance",
    "upscaling": "enhance",
    "enlarge": "enhance",
    "mesh": "3d",
}
# Words of people, with what names, kinds and fields say instead.
SYNONYMS = {
    "sound": ("audio",),
    "voice": ("speech", "tts"),
    "speech": ("voice", "tts"),
    "song": ("music",),
    "inpaint": ("mask",),
    "inpainting": ("mask",),
    "lora": ("styles",),
}
FILLERS = frozenset(
    ("a", "an", "and", "for", "from", "model", "models", "of", "that", "takes", "the", "with")
)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Conditions on a model; each must hold.

    words: each is in its id, title, kind, inputs, fields or choices
    kind: its kind
    takes: an input, one of `INPUTS`
    fields: names of fields, as in the document or as an option
    max_price: what its cheapest request may cost at most, in dollars
    """

    words: tuple[str, ...] = ()
    kind: str | None = None
    takes: str | None = None
    fields: tuple[str, ...] = ()
    max_price: Decimal | None = None

    def fits(self, model: Model) -> bool:
        """Tell if MODEL fulfils all conditions. One of unknown price fulfils no maximum."""
        if self.kind not in (None, model.kind):
            return False
        if self.takes is not None and self.takes not in list_inputs(model):
            return False
        if any(model.field(field_name(name)) is None for name in self.fields):
            return False
        if self.max_price is not None:
            bounds = price_bounds(model)
            if bounds is None or bounds.low > self.max_price:
                return False
        return all(_is_named(model, word) or _is_featured(model, word) for word in self.words)


def read_words(text: str, wish: Wish, kinds: Sequence[str]) -> Wish:
    """Return WISH with the words of TEXT.

    The name of a kind is that kind. "image to video" takes images, and makes videos.

    kinds: the kinds of the catalog
    """
    words = [word for word in re.split(r"[\s,]+", text.lower()) if word and word not in FILLERS]
    if len(words) == 1 and re.fullmatch(r"[a-z0-9]+-to-[a-z0-9]+", words[0]):
        words = words[0].split("-")
    media = {word: OTHER_WORDS.get(word, word) for word in words}
    kind_words = [word for word in words if media[word] in kinds]
    if "to" in words:
        before, after = words[: words.index("to")], words[words.index("to") + 1 :]
        words = before + after
        source = next((word for word in before if media[word] in INPUTS), None)
        goal = next((word for word in after if media[word] in kinds), None)
    elif len(kind_words) == 2:
        source, goal = kind_words
        if media[source] not in INPUTS:
            source, goal = goal, source
    else:
        source, goal = None, kind_words[0] if len(kind_words) == 1 else None
    if goal and wish.kind is None:
        words.remove(goal)
        wish = replace(wish, kind=media[goal])
    if source and wish.takes is None and media[source] in INPUTS:
        words.remove(source)
        wish = replace(wish, takes=media[source])
    return replace(wish, words=tuple(words))


def find_models(catalog: Catalog, wish: Wish) -> tuple[Model, ...]:
    """Return the models of CATALOG that fulfil WISH, those with the words in their names first."""
    models = [model for model in catalog.models(wish.kind) if wish.fits(model)]
    if wish.words:
        models.sort(key=lambda model: not all(_is_meant(model, word) for word in wish.words))
    return tuple(models)


def sort_models(models: Iterable[Model], by: str) -> tuple[Model, ...]:
    """Sort MODELS by the lowest price, the usual time, or the id; unknown ones come last."""

    def key(model: Model) -> tuple[bool, Decimal | float, str]:
        bounds = price_bounds(model) if by == "price" else None
        value = {"price": bounds and bounds.low, "time": model.typical_seconds}.get(by)
        return value is None and by != "name", value or 0, model.id

    return tuple(sorted(models, key=key))


def suggest_models(catalog: Catalog, kind: str) -> list[str]:
    """Return the ids of the cheapest models of KIND, three at most.

    Models are left out that need a picture, clip or sound.
    """
    models = [
        model
        for model in catalog.models(kind)
        if not any(field.required and field.takes_media for field in model.fields)
    ]
    return [model.id for model in sort_models(models, "price")[:MAX_SUGGESTIONS]]


def list_inputs(model: Model) -> tuple[str, ...]:
    """Return the inputs of MODEL, of `INPUTS`."""
    media = {_input_of(field) for field in model.fields if field.takes_media}
    if any(field.name == "prompt" for field in model.fields):
        media.add("text")
    return tuple(name for name in INPUTS if name in media)


def field_name(text: str) -> str:
    """Return the name of the field in TEXT, which may be written as an option."""
    return text.strip().lstrip("-").replace("-", "_").lower()


def has_in_name(model: Model, text: str) -> bool:
    """Tell if each word of TEXT begins a word of the id or title of MODEL."""
    return all(_is_named(model, word) for word in text.lower().split())


def _input_of(field: Field) -> str:
    # References and styles that name no kind are pictures.
    return next((word for word in ("video", "audio") if word in field.name), "image")


def _is_named(model: Model, word: str) -> bool:
    # At the start of a word: "text" is no part of "kontext".
    text = f"{model.route} {model.title}".lower()
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}", text) is not None


def _is_meant(model: Model, word: str) -> bool:
    """Tell if WORD, or a synonym, is in the name or kind of MODEL."""
    return any(_is_named(model, each) for each in (word, *SYNONYMS.get(word, ())))


def _is_featured(model: Model, word: str) -> bool:
    """Tell if WORD, or a synonym, is a word of the kind, the inputs, a field or a choice."""
    wanted = {_singular(each) for each in (word.replace("-", "_"), *SYNONYMS.get(word, ()))}
    return not wanted.isdisjoint(_feature_words(model))


def _feature_words(model: Model) -> set[str]:
    words = {model.kind, *list_inputs(model)}
    for field in model.fields:
        words.add(_singular(field.name))
        words.update(map(_singular, field.name.split("_")))
        for choice in field.choices:
            text = str(choice).lower()
            words.add(text)
            words.update(map(_singular, re.split(r"[^a-z0-9:.]+", text)))
    return words


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 else word
