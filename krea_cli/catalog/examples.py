"""Example requests of the project's own: the least that a model accepts, made from its fields."""

from typing import Any

from krea_cli.catalog.model import Field, Model

PROMPTS = {
    "image": "a serene mountain landscape at sunset",
    "video": "a paper boat drifts down a rainy street",
    "3d": "a small clay teapot with a bamboo handle",
    "audio": "slow piano and soft rain on a tin roof",
    "enhance": "fine detail, natural light",
}
FILES = (("video", "clip.mp4"), ("audio", "sound.mp3"), ("", "picture.png"))


def sample(model: Model) -> dict[str, Any]:
    """A small valid body: the prompt, the required fields, and what a 3D model needs to begin."""
    body: dict[str, Any] = {}
    for field in model.fields:
        if field.name == "prompt" and (field.required or model.kind != "enhance"):
            body["prompt"] = PROMPTS.get(model.kind, PROMPTS["image"])
        elif field.name == "input_mode" and "text" in field.choices:
            body["input_mode"] = "text"
        elif field.required:
            body[field.name] = _value(field, 0)
    return body


def _value(field: Field, place: int) -> Any:
    """A value for FIELD; PLACE tells the elements of an array apart."""
    if field.choices:
        return "1:1" if "1:1" in field.choices else field.choices[0]
    if field.variants:
        return _value(field.variants[0], place)
    if "array" in field.types:
        count = min(max(1, field.min_items or 1), 100)
        return [_value(field.items or Field("text"), place + i) for i in range(count)]
    if "object" in field.types:
        return {inner.name: _value(inner, place) for inner in field.properties if inner.required}
    if "number" in field.types or "integer" in field.types:
        return _number(field, place)
    if "boolean" in field.types:
        return False
    return _text(field, place)


def _number(field: Field, place: int) -> int:
    wanted = 1024 if field.name in ("width", "height") else place
    least = field.minimum if field.minimum is not None else wanted
    if field.above is not None and least <= field.above:
        least = field.above + 1
    most = field.maximum if field.maximum is not None else max(wanted, least)
    return int(min(max(wanted, least), most))


def _text(field: Field, place: int) -> str:
    if field.is_media:
        return f"https://example.com/{next(file for word, file in FILES if word in field.name)}"
    if field.format == "uuid":
        return f"00000000-0000-4000-8000-{place:012d}"
    return f"{field.name}_{place + 1}"
