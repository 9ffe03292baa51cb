"""The convenience options: fields like any other, and what a model has instead of them."""

from krea_cli.catalog.model import Model
from krea_cli.catalog.request.builder import Gathering
from krea_cli.catalog.request.parse_value import DECIMAL
from krea_cli.catalog.request.sizes import equal_ratio, nearest_ratio, offers, pixels_for, ratio_of


def take_flags(gathering: Gathering) -> None:
    """Put --seed, --width, --height, --aspect-ratio, --resolution, --duration and --style in."""
    _seed(gathering)
    _pixels(gathering)
    _aspect_ratio(gathering)
    _resolution(gathering)
    _duration(gathering)
    for style in gathering.wishes.styles:
        _style(gathering, style)


def _seed(gathering: Gathering) -> None:
    seed = gathering.wishes.seed
    if seed is None:
        return
    if gathering.lacks("seed"):
        gathering.lacking("seed", "this model takes no seed; leave --seed away")
    else:
        gathering.put("seed", seed, by="--seed")


def _pixels(gathering: Gathering) -> None:
    asked = {"width": gathering.wishes.width, "height": gathering.wishes.height}
    missing = []
    for name, value in asked.items():
        if value is None:
            continue
        if gathering.lacks(name):
            missing.append(name)
        else:
            gathering.put(name, value, by=f"--{name}")
    if missing:
        message, hint = _instead_of_pixels(gathering.model, asked["width"], asked["height"])
        gathering.lacking(" and ".join(missing), message, hint)


def _instead_of_pixels(
    model: Model, width: int | None, height: int | None
) -> tuple[str, str | None]:
    message = f"this model takes no width and height; {offers(model)}"
    ratio = model.field("aspect_ratio")
    if ratio is not None and width and height and width > 0 and height > 0:
        near = nearest_ratio(ratio, width / height)
        if near is not None:
            return f"{message}; {near} is the nearest ratio", f"--aspect-ratio {near}"
    if model.field("target_width") is not None:
        return message, f"-i target_width={width or '…'} -i target_height={height or '…'}"
    return message, None


def _aspect_ratio(gathering: Gathering) -> None:
    text, model = gathering.wishes.aspect_ratio, gathering.model
    if text is None:
        return
    field, ratio = model.field("aspect_ratio"), ratio_of(text)
    if gathering.lacks("aspect_ratio"):
        pixels = pixels_for(model, ratio) if ratio else None
        size = f"--width {pixels[0]} --height {pixels[1]}" if pixels else None
        told = f": {size} is about {text}" if size else ""
        if ratio and not pixels and model.field("width"):
            told = f", whose bounds leave no room for {text}"
        gathering.lacking(
            "aspect_ratio", f"this model takes no aspect ratio; {offers(model)}{told}", size
        )
    elif gathering.wishes.check and field and ratio and text not in (field.choices or (text,)):
        equal = equal_ratio(field, ratio)
        near = equal or nearest_ratio(field, ratio)
        word = "is the same" if equal else "is nearest"
        listed = ", ".join(str(choice) for choice in field.choices)
        hint = f"--aspect-ratio {near}" if near else None
        told = f"; {near} {word}" if near else ""
        gathering.problem("aspect_ratio", f"{text!r} is none of {listed}{told}", hint)
    else:
        gathering.put_text("aspect_ratio", text, by="--aspect-ratio")


def _resolution(gathering: Gathering) -> None:
    text = gathering.wishes.resolution
    if text is None:
        return
    if gathering.lacks("resolution"):
        told = offers(gathering.model)
        gathering.lacking("resolution", f"this model takes no resolution; {told}")
    else:
        gathering.put_text("resolution", text, by="--resolution")


def _duration(gathering: Gathering) -> None:
    wanted, model = gathering.wishes.duration, gathering.model
    if wanted is None:
        return
    text = str(wanted).removesuffix("s").removesuffix(".0")
    if not gathering.lacks("duration"):
        gathering.put_text("duration", text, by="--duration")
        return
    close = [field.name for field in model.fields if "length_ms" in field.name]
    if close and DECIMAL.fullmatch(text):
        hint = f"-i {close[0]}={round(float(text) * 1000)}"
        gathering.lacking("duration", f"this model has {close[0]} instead: {hint}", hint)
        return
    other = next((field.name for field in model.fields if field.name == "num_frames"), None)
    told = f"; it has {other}" if other else ""
    gathering.lacking("duration", f"this model takes no duration{told}")


def _style(gathering: Gathering, text: str) -> None:
    model = gathering.model
    if gathering.lacks("styles"):
        pictures = [
            name for name in ("style_images", "image_style_references") if model.field(name)
        ]
        told = f"; it takes pictures as styles: {' or '.join(pictures)}" if pictures else ""
        hint = "--image FILE" if pictures else None
        gathering.lacking("styles", f"this model takes no styles{told}", hint)
        return
    style, separator, strength = text.rpartition("=")
    if not separator:
        style, strength = text, "1"
    try:
        value = float(strength)
    except ValueError:
        gathering.problem("styles", f"--style {text!r}: the strength behind = is not a number")
        return
    if not style or value != value or abs(value) > 1e6:
        gathering.problem("styles", f"--style {text!r}: written as ID or ID=STRENGTH")
        return
    element = {"id": style, "strength": int(value) if value.is_integer() else value}
    gathering.append("styles", [element], by="--style")
