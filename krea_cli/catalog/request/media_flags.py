"""Put --image, --video and --audio into the fields of the model that take them."""

from typing import Any

from krea_cli.catalog.local_files import LocalFile, find_local_files, is_address
from krea_cli.catalog.model import Field, Model
from krea_cli.catalog.request.builder import RequestBuilder
from krea_cli.errors import UsageError

# The first of these that the model has is used; without any, the only field with the word.
PREFERRED_FIELDS = {
    "image": (
        "image_url",
        "image_urls",
        "start_image",
        "reference_images",
        "style_images",
        "image_style_references",
    ),
    "video": ("video_url", "start_video", "init_video", "reference_videos", "video_reference"),
    "audio": ("audio_url", "start_audio", "reference_audios"),
}
UNLIMITED_FILES = 10_000  # for an array without a maximum


def apply_media_flags(builder: RequestBuilder) -> None:
    """Put the pictures, clips and sounds of the inputs into fields, with a note for each flag."""
    inputs = builder.inputs
    for word, files in (
        ("image", inputs.images),
        ("video", inputs.videos),
        ("audio", inputs.audios),
    ):
        if files:
            _apply_flag(builder, word, files)


def _apply_flag(builder: RequestBuilder, word: str, files: tuple[str, ...]) -> None:
    flag = f"--{word}"
    fields = media_fields(builder.model, word)
    if not fields:
        takes = ", ".join(field.name for field in builder.model.fields if field.takes_media)
        others = f"; with -i it takes {takes}" if takes else ""
        builder.report_missing_field(None, f"{flag}: this model takes no {word}{others}")
        return
    field = next((field for field in fields if _capacity(field) >= len(files)), None)
    if field is None:
        largest = max(fields, key=_capacity)
        room = "one" if _capacity(largest) == 1 else f"at most {_capacity(largest)}"
        message = f"takes {room}; {flag} was given {len(files)} times"
        builder.report_problem(largest.name, message)
        return
    values = [_value(builder, field, file) for file in files]
    for file in find_local_files(values):
        _check_media_kind(builder, file, word)
    if field.is_list:
        builder.append(field.name, values, source=flag)
    else:
        builder.set_value(field.name, values[0], source=flag)
    builder.notes.append(f"{flag} goes to {field.name}")


def media_fields(model: Model, word: str) -> list[Field]:
    """Return the fields of MODEL that take an image, video or audio, the preferred one first."""
    fields = [model.field(name) for name in PREFERRED_FIELDS[word]]
    preferred = [field for field in fields if field is not None and field.takes_media]
    if preferred:
        return preferred
    others = [field for field in model.fields if word in field.name and field.takes_media]
    return others if len(others) == 1 else []


def _capacity(field: Field) -> int:
    if not field.is_list:
        return 1
    return UNLIMITED_FILES if field.max_items is None else field.max_items


def _value(builder: RequestBuilder, field: Field, text: str) -> Any:
    element = field.items if field.is_list and field.items is not None else field
    # A leading @, as for -i, is no part of a name unless there is a file of that name.
    path = text[1:] if text.startswith("@") and not builder.inputs.is_file(text) else text
    file = text if is_address(text) else LocalFile(path)
    inner = None if element.is_media else element.media_property()
    return file if inner is None else {inner.name: file}


def _check_media_kind(builder: RequestBuilder, file: LocalFile, word: str) -> None:
    """Report a picture after --video and the like: such a slip may cost more money."""
    if not builder.inputs.check:
        return
    try:
        mime = builder.inputs.media_type(file.path)
    except UsageError:
        return  # reported by `check_local_files`
    kind = mime.partition("/")[0]
    # MP4 and WebM may hold nothing but sound.
    if kind in PREFERRED_FIELDS and kind != word and (kind, word) != ("video", "audio"):
        builder.report_problem(None, f"--{word} {file.path}: the file is {mime}")


def check_local_files(builder: RequestBuilder, files: list[LocalFile]) -> None:
    """Report each of FILES that does not exist or cannot be uploaded."""
    for file in files:
        if not builder.inputs.is_file(file.path):
            builder.report_problem(None, f"{file.path!r} is neither a file nor an address")
            continue
        try:
            builder.inputs.media_type(file.path)
        except UsageError as error:
            builder.report_problem(None, error.message, error.hint)
