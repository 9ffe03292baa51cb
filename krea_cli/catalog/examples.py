"""Example requests of krea's own: the smallest that a model accepts, made from its fields."""

from typing import Any

from krea_cli.catalog.model import Field, Model

EXAMPLE_PROMPTS = {
    "image": "a serene mountain landscape at sunset",
    "video": "a paper boat drifts down a rainy street",
    "3d": "a small clay teapot with a bamboo handle",
    "audio": "slow piano and soft rain on a tin roof",
    "enhance": "fine detail, natural light",
}
# A word in the name of a field, and a file for it. The empty word stands for any other name.
EXAMPLE_FILES = (("video", "clip.mp4"), ("audio", "sound.mp3"), ("", "picture.png"))
EXAMPLE_SIDE_PIXELS = 1024
MAX_EXAMPLE_ELEMENTS = 100


def example_body(model: Model) -> dict[str, Any]:
    """Return a small valid body for MODEL: the prompt and the required fields.

    A 3D model that works from pictures by default is told to work from text.
    """
    body: dict[str, Any] = {}
    for field in model.fields:
        if field.name == "prompt" and (field.required or model.kind != "enhance"):
            body["prompt"] = EXAMPLE_PROMPTS.get(model.kind, EXAMPLE_PROMPTS["image"])
        elif field.name == "input_mode" and "text" in field.choices:
            body["input_mode"] = "text"
        elif field.required:
            body[field.name] = _value(field, 0)
    return body


def _value(field: Field, index: int) -> Any:
    """Return a value for FIELD, different for each INDEX in an array."""
    if field.choices:
        return "1:1" if "1:1" in field.choices else field.choices[0]
    if field.variants:
        return _value(field.variants[0], index)
    if "array" in field.types:
        count = min(max(1, field.min_items or 1), MAX_EXAMPLE_ELEMENTS)
        return [_value(field.items or Field("text"), index + i) for i in range(count)]
    if "object" in field.types:
        return {inner.name: _value(inner, index) for inner in field.properties if inner.required}
    if "number" in field.types or "integer" in field.types:
        return _number(field, index)
    if "boolean" in field.types:
        return False
    return _text(field, index)


def _number(field: Field, index: int) -> int:
    wanted = EXAMPLE_SIDE_PIXELS if field.name in ("width", "height") else index
    low = field.minimum if field.minimum is not None else wanted
    if field.above is not None and low <= field.above:
        low = field.above + 1
    high = field.maximum if field.maximum is not None else max(wanted, low)
    return int(min(max(wanted, low), high))


def _text(field: Field, index: int) -> str:
    if field.is_media:
        name = next(file for word, file in EXAMPLE_FILES if word in field.name)
        return f"https://example.com/{name}"
    if field.format == "uuid":
        return f"00000000-0000-4000-8000-{index:012d}"
    return f"{field.name}_{index + 1}"
