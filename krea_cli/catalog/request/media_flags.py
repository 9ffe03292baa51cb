"""--image, --video and --audio: which field of the model takes them."""

from typing import Any

from krea_cli.catalog.local_files import LocalFile, is_address, local_files
from krea_cli.catalog.model import Field, Model
from krea_cli.catalog.request.builder import Gathering
from krea_cli.errors import UsageError

# The first of these that the model has; others whose name carries the word come after.
ORDER = {
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


def attach_media(gathering: Gathering) -> None:
    """Put the pictures, clips and sounds of the wishes into the fields that take them."""
    wishes = gathering.wishes
    for word, files in (
        ("image", wishes.images),
        ("video", wishes.videos),
        ("audio", wishes.audios),
    ):
        if files:
            _attach(gathering, word, files)


def _attach(gathering: Gathering, word: str, files: tuple[str, ...]) -> None:
    flag = f"--{word}"
    there = candidates(gathering.model, word)
    if not there:
        gathering.lacking(None, f"{flag}: this model takes no {word}{_media(gathering.model)}")
        return
    field = next((field for field in there if _room(field) >= len(files)), None)
    if field is None:
        most = max(there, key=_room)
        room = "one" if _room(most) == 1 else f"at most {_room(most)}"
        gathering.problem(most.name, f"takes {room}; {flag} was given {len(files)} times")
        return
    values = [_value(gathering, field, file, flag) for file in files]
    for file in local_files(values):
        _check_kind(gathering, file, word)
    if field.is_list:
        gathering.append(field.name, values, by=flag)
    else:
        gathering.put(field.name, values[0], by=flag)
    gathering.notes.append(f"{flag} goes to {field.name}")


def candidates(model: Model, word: str) -> list[Field]:
    """The fields of MODEL that take an image, video or audio, in the order they are tried."""
    named = [model.field(name) for name in ORDER[word]]
    found = [field for field in named if field is not None and field.takes_media]
    if found:
        return found
    others = [field for field in model.fields if word in field.name and field.takes_media]
    return others if len(others) == 1 else []


def _room(field: Field) -> int:
    if not field.is_list:
        return 1
    return 10_000 if field.max_items is None else field.max_items


def _media(model: Model) -> str:
    names = [field.name for field in model.fields if field.takes_media]
    return f"; with -i it takes {', '.join(names)}" if names else ""


def _value(gathering: Gathering, field: Field, text: str, flag: str) -> Any:
    element = field.items if field.is_list and field.items is not None else field
    file = _file(gathering, text, field.name, flag)
    place = None if element.is_media else element.media_property()
    return file if place is None else {place.name: file}


def _file(gathering: Gathering, text: str, name: str, flag: str) -> "LocalFile | str":
    if is_address(text):
        return text
    path = text
    if text.startswith("@") and not gathering.wishes.is_file(text):
        path = text[1:]
    return LocalFile(path)


def _check_kind(gathering: Gathering, file: LocalFile, word: str) -> None:
    """A picture behind --video is a slip, and may cost more than what was meant."""
    if not gathering.wishes.check:
        return
    try:
        mime = gathering.wishes.media_type(file.path)
    except UsageError:
        return  # told by `check_files`
    kind = mime.partition("/")[0]
    # MP4 and WebM may hold nothing but sound.
    if kind in ORDER and kind != word and (kind, word) != ("video", "audio"):
        gathering.problem(None, f"--{word} {file.path}: the file is {mime}")


def check_files(gathering: Gathering, files: list[LocalFile]) -> None:
    """A problem for each of FILES that is not there, is none, or is not taken by the service."""
    for file in files:
        if not gathering.wishes.is_file(file.path):
            gathering.problem(None, f"{file.path!r} is neither a file nor an address")
            continue
        try:
            gathering.wishes.media_type(file.path)
        except UsageError as error:
            gathering.problem(None, error.message, error.hint)
