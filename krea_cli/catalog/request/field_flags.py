"""Put --seed, --width and the like into fields; without such a field, suggest another."""

import re

from krea_cli.catalog.model import Model
from krea_cli.catalog.request.builder import RequestBuilder
from krea_cli.catalog.request.parse_value import DECIMAL_PATTERN
from krea_cli.catalog.request.sizes import (
    describe_size_fields,
    equal_ratio,
    nearest_ratio,
    parse_ratio,
    pixels_for_ratio,
)

MAX_STRENGTH = 1e6
STYLE_PICTURE_FIELDS = ("style_images", "image_style_references")


def apply_field_flags(builder: RequestBuilder) -> None:
    """Apply --seed, --width, --height, --aspect-ratio, --resolution, --duration and --style."""
    _apply_seed(builder)
    _apply_pixels(builder)
    _apply_aspect_ratio(builder)
    _apply_resolution(builder)
    _apply_duration(builder)
    for style in builder.inputs.styles:
        _apply_style(builder, style)


def _apply_seed(builder: RequestBuilder) -> None:
    seed = builder.inputs.seed
    if seed is None:
        return
    if builder.has_no_field("seed"):
        builder.report_missing_field("seed", "this model takes no seed; leave --seed out")
    else:
        builder.set_value("seed", seed, source="--seed")


def _apply_pixels(builder: RequestBuilder) -> None:
    sides = {"width": builder.inputs.width, "height": builder.inputs.height}
    missing = []
    for name, value in sides.items():
        if value is None:
            continue
        if builder.has_no_field(name):
            missing.append(name)
        else:
            builder.set_value(name, value, source=f"--{name}")
    if missing:
        message, hint = _suggest_instead_of_pixels(builder.model, sides["width"], sides["height"])
        builder.report_missing_field(" and ".join(missing), message, hint)


def _suggest_instead_of_pixels(
    model: Model, width: int | None, height: int | None
) -> tuple[str, str | None]:
    """Return the message for a model without width and height, and a hint."""
    message = f"this model takes no width and height; {describe_size_fields(model)}"
    field = model.field("aspect_ratio")
    if field is not None and width and height and width > 0 and height > 0:
        nearest = nearest_ratio(field, width / height)
        if nearest is not None:
            return f"{message}; {nearest} is the nearest ratio", f"--aspect-ratio {nearest}"
    if model.field("target_width") is not None:
        return message, f"-i target_width={width or '…'} -i target_height={height or '…'}"
    return message, None


def _apply_aspect_ratio(builder: RequestBuilder) -> None:
    text = builder.inputs.aspect_ratio
    if text is None:
        return
    field, ratio = builder.model.field("aspect_ratio"), parse_ratio(text)
    if builder.has_no_field("aspect_ratio"):
        message, hint = _suggest_instead_of_ratio(builder.model, text, ratio)
        builder.report_missing_field("aspect_ratio", message, hint)
    elif builder.inputs.check and field and ratio and text not in (field.choices or (text,)):
        equal = equal_ratio(field, ratio)
        suggestion = equal or nearest_ratio(field, ratio)
        listed = ", ".join(str(choice) for choice in field.choices)
        message = f"{text!r} is none of {listed}"
        if suggestion:
            message += f"; {suggestion} {'is the same' if equal else 'is nearest'}"
        hint = f"--aspect-ratio {suggestion}" if suggestion else None
        builder.report_problem("aspect_ratio", message, hint)
    else:
        builder.set_text("aspect_ratio", text, source="--aspect-ratio")


def _suggest_instead_of_ratio(
    model: Model, text: str, ratio: float | None
) -> tuple[str, str | None]:
    """Return the message for a model without an aspect ratio, and a hint."""
    message = f"this model takes no aspect ratio; {describe_size_fields(model)}"
    if not ratio:
        return message, None
    if pixels := pixels_for_ratio(model, ratio):
        size = f"--width {pixels[0]} --height {pixels[1]}"
        return f"{message}: {size} is about {text}", size
    if model.field("width"):
        message += f", whose bounds leave no room for {text}"
    return message, None


def _apply_resolution(builder: RequestBuilder) -> None:
    text = builder.inputs.resolution
    if text is None:
        return
    if builder.has_no_field("resolution"):
        sizes = describe_size_fields(builder.model)
        builder.report_missing_field("resolution", f"this model takes no resolution; {sizes}")
    else:
        builder.set_text("resolution", text, source="--resolution")


def _apply_duration(builder: RequestBuilder) -> None:
    duration, fields = builder.inputs.duration, builder.model.fields
    if duration is None:
        return
    text = str(duration).removesuffix("s").removesuffix(".0")
    if not builder.has_no_field("duration"):
        builder.set_text("duration", text, source="--duration")
        return
    length_name = next((field.name for field in fields if "length_ms" in field.name), None)
    if length_name and re.fullmatch(DECIMAL_PATTERN, text):
        hint = f"-i {length_name}={round(float(text) * 1000)}"
        message = f"this model has {length_name} instead: {hint}"
        builder.report_missing_field("duration", message, hint)
        return
    frames = "; it has num_frames" if builder.model.field("num_frames") else ""
    builder.report_missing_field("duration", f"this model takes no duration{frames}")


def _apply_style(builder: RequestBuilder, text: str) -> None:
    if builder.has_no_field("styles"):
        names = [name for name in STYLE_PICTURE_FIELDS if builder.model.field(name)]
        pictures = f"; it takes pictures as styles: {' or '.join(names)}" if names else ""
        hint = "--image FILE" if names else None
        builder.report_missing_field("styles", f"this model takes no styles{pictures}", hint)
        return
    style, separator, strength = text.rpartition("=")
    if not separator:
        style, strength = text, "1"
    try:
        value = float(strength)
    except ValueError:
        message = f"--style {text!r}: the strength behind = is not a number"
        builder.report_problem("styles", message)
        return
    if not style or value != value or abs(value) > MAX_STRENGTH:
        builder.report_problem("styles", f"--style {text!r}: write it as ID or ID=STRENGTH")
        return
    element = {"id": style, "strength": int(value) if value.is_integer() else value}
    builder.append("styles", [element], source="--style")
