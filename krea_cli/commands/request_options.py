"""The options of a request: what `generate` and `batch` both take."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any, Self

from typer import BadParameter, Option

from krea_cli.catalog.request.inputs import read_text
from krea_cli.dollars import to_micros
from krea_cli.errors import UsageError
from krea_cli.options import parse_nonempty, parse_webhook_url
from krea_cli.text import wide_encoding

if TYPE_CHECKING:
    import typer

    from krea_cli.commands.session import Session

# Of a dry run, which needs no token.
UNKNOWN_WITHOUT_TOKEN = "without a token, nothing is known of earlier requests"

ALL_VARIANTS = 0  # the value of --vary all


def parse_vary(text: str) -> int:
    """Parse the number of variants; 0 for all."""
    from krea_cli.flows.generate.vary import MAX_VARIANTS

    if text == "all":
        return ALL_VARIANTS
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MAX_VARIANTS):
        raise BadParameter(f"{text!r} is not all or a number from 1 to {MAX_VARIANTS}")
    return int(text)


Texts = list[str] | None
ModelName = Annotated[
    str | None,
    Option(
        "--model",
        "-m",
        parser=parse_nonempty,
        metavar="NAME",
        help="The model: an id, its last part, or an alias.",
    ),
]
PresetName = Annotated[
    str | None,
    Option(
        "--preset",
        parser=parse_nonempty,
        metavar="PRESET",
        help="A model and values of fields; options go before them. See krea preset.",
    ),
]
Inputs = Annotated[
    Texts,
    Option(
        "--input",
        "-i",
        metavar="KEY=VALUE",
        help="Any field of the model, such as steps=30; @FILE takes it from a file.",
    ),
]
# A zero too many should not buy ten thousand pictures.
Count = Annotated[
    int,
    Option(
        "--count",
        "-n",
        metavar="COUNT",
        min=1,
        max=1000,
        help="Number of jobs, each with a seed of its own.",
    ),
]
VaryOption = Annotated[
    int | None,
    Option(
        "--vary",
        parser=parse_vary,
        metavar="N|all",
        help="Make N variants of each prompt with {a|b} or __name__, or every combination.",
    ),
]
VarySeed = Annotated[
    int | None,
    Option("--vary-seed", metavar="NUMBER", help="Draw other variants; 0 if not given."),
]
Images = Annotated[
    Texts, Option("--image", metavar="FILE", help="A picture to start from: file or address.")
]
Videos = Annotated[
    Texts, Option("--video", metavar="FILE", help="A clip to start from: file or address.")
]
Audios = Annotated[
    Texts, Option("--audio", metavar="FILE", help="A sound to start from: file or address.")
]
Styles = Annotated[
    Texts,
    Option(
        "--style",
        metavar="ID[=S]",
        help="A style of Krea by its id, with strength S; 1 if not given.",
    ),
]
Seed = Annotated[
    int | None, Option("--seed", metavar="NUMBER", help="The first seed; drawn if not given.")
]
Width = Annotated[
    int | None, Option("--width", metavar="PIXELS", help="Width of the picture or clip.")
]
Height = Annotated[
    int | None, Option("--height", metavar="PIXELS", help="Height of the picture or clip.")
]
AspectRatio = Annotated[
    str | None, Option("--aspect-ratio", metavar="W:H", help="Width to height, such as 16:9.")
]
Resolution = Annotated[
    str | None,
    Option("--resolution", metavar="SIZE", help="Size of the picture or clip, such as 2K or 720p."),
]
Duration = Annotated[
    str | None, Option("--duration", metavar="SECONDS", help="Length of the clip or sound.")
]
Webhook = Annotated[
    str | None,
    Option(
        "--webhook",
        parser=parse_webhook_url,
        metavar="URL",
        help="An address that Krea calls when the job has ended.",
    ),
]
Tags = Annotated[
    Texts,
    Option(
        "--tag",
        metavar="NAME[=VALUE]",
        help="Tag the request, to search for it and add up its cost.",
    ),
]
NoCheck = Annotated[bool, Option("--no-check", help="Send the fields as they are, unchecked.")]


@dataclass(frozen=True, kw_only=True)
class RequestOptions:
    """The options that `generate` and `batch` share, as typed.

    timeout: seconds
    vary: number of variants; `ALL_VARIANTS` for every combination
    max_cost: millionths of a dollar
    assume_price: millionths of a dollar; as the setting says where the option is not given
    """

    model: str | None
    preset: str | None
    output: str | None
    inputs: list[str] | None
    count: int
    vary: int | None
    vary_seed: int | None
    images: list[str] | None
    videos: list[str] | None
    audios: list[str] | None
    styles: list[str] | None
    seed: int | None
    width: int | None
    height: int | None
    aspect_ratio: str | None
    resolution: str | None
    duration: str | None
    timeout: float | None
    max_cost: int | None
    assume_price: int | None
    webhook: str | None
    yes: bool
    tags: list[str] | None
    dry_run: bool
    force: bool
    no_check: bool
    sidecar: bool
    embed: bool
    convert: bool
    no_original: bool
    profile: str | None

    @classmethod
    def of(cls, context: "typer.Context") -> Self:
        """The options of the command that runs in CONTEXT.

        A test holds that each field is a parameter of the command, of the same type.
        """
        return cls.read(context, context.params)

    @classmethod
    def read(cls, context: "typer.Context", parameters: Mapping[str, Any]) -> Self:
        """The options among PARAMETERS, by name, with the settings that CONTEXT adds."""
        values = {field.name: parameters[field.name] for field in fields(cls)}
        values["assume_price"] = find_assumed_price(context.obj, values["assume_price"])
        return cls(**values)

    def read_tags(self) -> dict[str, str]:
        """Read the tags: value by name, empty for a bare name. Raises `UsageError`."""
        from krea_cli.local.tags import parse_tag

        tags: dict[str, str] = {}
        for text in self.tags or ():
            try:
                name, value = parse_tag(as_utf8(text, f"--tag {text}"))
            except ValueError as expected:
                raise UsageError(
                    f"--tag {text} is not {expected}", hint="--tag draft, or --tag client=acme"
                ) from expected
            if tags.setdefault(name, value) != value:
                raise UsageError(f"--tag gives {name} twice", hint="give only one of them")
        return tags

    def request_inputs(self, session: "Session") -> dict[str, Any]:
        """The arguments for `RequestInputs`, by name. Raises `UsageError` for text not in UTF-8."""

        def media_type(path: str) -> str:
            from krea_cli.flows.transfer import upload  # most requests have no file

            return upload.media_type(path).mime

        return {
            "inputs": tuple(as_utf8(text, f"-i {text}") for text in self.inputs or ()),
            "images": tuple(self.images or ()),
            "videos": tuple(self.videos or ()),
            "audios": tuple(self.audios or ()),
            "styles": tuple(self.styles or ()),
            "seed": self.seed,
            "width": self.width,
            "height": self.height,
            "aspect_ratio": self.aspect_ratio,
            "resolution": self.resolution,
            "duration": self.duration,
            "check": not self.no_check,
            "read_text": lambda path: read_text_file(session, path),
            "media_type": media_type,
        }


def find_assumed_price(session: "Session", option: int | None) -> int | None:
    """The price to assume, in millionths of a dollar: the OPTION, else the setting; or None."""
    setting = session.config.get("price.assume") if option is None else None
    return option if setting is None else to_micros(float(setting))


def model_name(session: "Session", option: str | None) -> str | None:
    """The model that the user named: -m, KREA_MODEL, krea.toml, the setting; None without any."""
    if name := option or session.env.get("KREA_MODEL") or session.project.take("model.default"):
        return name
    setting = session.config.get("model.default")
    return str(setting) if setting else None


def read_text_file(session: "Session", path: str) -> str:
    """Read the text of a file. Raises OSError or ValueError."""
    # A FIFO may keep us waiting for its writer.
    with session.clock.interruptible():
        return read_text(path)


def as_utf8(text: str, name: str) -> str:
    """TEXT as the user meant it: without a UTF-8 locale its bytes arrive as lone surrogates.

    Raises `UsageError`, with the NAME of the text, for other bytes; a file name may have them.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        if "=@" in text:
            return text
        from locale import getencoding

        for encoding in ("utf-8", getencoding()):
            with suppress(UnicodeError, LookupError):
                return os.fsencode(text).decode(encoding)
        printable = name[:40].encode("ascii", "backslashreplace").decode()
        raise UsageError(
            f"{printable} is not UTF-8 text", hint=conversion_hint(os.fsencode(text))
        ) from None
    return text


def conversion_hint(data: bytes) -> str:
    """Return the filter for DATA in another encoding, as a hint."""
    encoding = wide_encoding(data) or "WINDOWS-1252"
    return f"iconv -f {encoding} -t UTF-8 converts it; or set LANG to a UTF-8 locale"
