"""Arguments and options that several commands share, as Annotated names."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from decimal import Decimal
else:
    Decimal = str  # Typer looks at the parser alone, and the import costs every command 1 ms


def seconds(text: str) -> float:
    """Read `90`, `90s`, `15m` or `2h` as seconds; 0 means for ever."""
    from krea_cli.local.config import parse_duration

    try:
        return parse_duration(text)
    except ValueError as wanted:
        raise typer.BadParameter(f"{text!r} is not {wanted}") from wanted


def dollars(text: str) -> "Decimal":
    """Read `7`, `0.50` or `$2` as US dollars."""
    from krea_cli.dollars import amount

    try:
        return amount(text)
    except ValueError as wanted:
        raise typer.BadParameter(f"{text!r} is not {wanted}") from wanted


def filled(text: str) -> str:
    """A value that must not be empty: `-m "$MODEL"` with no MODEL would mean another model."""
    if not text.strip():
        raise typer.BadParameter("it is empty")
    return text


def address(text: str) -> str:
    """The address that Krea is to call, as it can stand in a header."""
    scheme, slashes, rest = text.partition("://")
    if scheme not in ("https", "http") or not slashes or not rest.strip("/"):
        raise typer.BadParameter(f"{text!r} is not an address such as https://example.com/done")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise typer.BadParameter(f"{text!r} has a letter that cannot be in an address")
    return text


# The modes are set while the command line is read, so that commands need not know them.
def _json(context: typer.Context, value: bool) -> bool:
    context.obj.output.json = context.obj.output.json or value
    return value


def _quiet(context: typer.Context, value: bool) -> bool:
    context.obj.output.quiet = context.obj.output.quiet or value
    return value


def _verbose(context: typer.Context, value: bool) -> bool:
    context.obj.output.verbose = context.obj.output.verbose or value
    return value


def _profile(context: typer.Context, value: str | None) -> str | None:
    context.obj.profile = value
    return value


def _token_file(context: typer.Context, value: str | None) -> str | None:
    context.obj.token_file = value
    return value


def _no_ledger(context: typer.Context, value: bool) -> bool:
    context.obj.without_ledger = value
    return value


Json = Annotated[
    bool, typer.Option("--json", callback=_json, help="JSON lines instead of text, on both ends.")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", callback=_quiet, help="No progress, no remarks.")
]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", "-v", callback=_verbose, help="Each request and its time on stderr."),
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile",
        callback=_profile,
        parser=filled,
        metavar="NAME",
        help="Use the stored login NAME.",
    ),
]
TokenFile = Annotated[
    str | None,
    typer.Option(
        "--token-file",
        callback=_token_file,
        parser=filled,
        metavar="FILE",
        help="Read the token from FILE.",
    ),
]
NoLedger = Annotated[
    bool,
    typer.Option(
        "--no-ledger",
        callback=_no_ledger,
        help="Keep no record of what is paid for, at your own risk.",
    ),
]
Ids = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ID]...", help="Job ids; without any, ids or records from stdin."),
]
Timeout = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        parser=seconds,
        metavar="TIME",
        help="How long to wait: 90, 90s, 15m; 0 is for ever. Default: 15m for images, else 150m.",
    ),
]
MaxCost = Annotated[
    Decimal | None,
    typer.Option(
        "--max-cost",
        parser=dollars,
        metavar="USD",
        help="Stop before a request that could take the total above this.",
    ),
]
AssumePrice = Annotated[
    Decimal | None,
    typer.Option(
        "--assume-price",
        parser=dollars,
        metavar="USD",
        help="What to count for a request whose price is unknown.",
    ),
]
OutputPath = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="PATH",
        help="A file, a folder, a template such as {slug}-{seed}.{ext}, or - for stdout.",
    ),
]
Sidecar = Annotated[
    bool, typer.Option("--sidecar", help="Write the recipe beside each file, as FILE.json.")
]
Embed = Annotated[
    bool, typer.Option("--embed", help="Write the recipe into the metadata of each picture.")
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite what stands at the target.")]
