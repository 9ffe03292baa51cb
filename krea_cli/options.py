"""Arguments and options that several commands share, as Annotated names."""

from typing import Annotated, Any, Literal

import typer


def parse_seconds(text: str) -> float:
    """Parse `90`, `90s`, `15m` or `2h` as seconds; 0 means for ever."""
    from krea_cli.local.settings import parse_duration

    try:
        return parse_duration(text)
    except ValueError as expected:
        raise typer.BadParameter(f"{text!r} is not {expected}") from expected


def parse_micros(text: str) -> int:
    """Parse `7`, `0.50` or `$2` as millionths of a dollar, rounded up."""
    return _parse_dollars(text, round_down=False)


def parse_cap(text: str) -> int:
    """Parse `7`, `0.50` or `$2` as millionths of a dollar, rounded down: a cap does not grow."""
    return _parse_dollars(text, round_down=True)


def _parse_dollars(text: str, *, round_down: bool) -> int:
    from krea_cli.dollars import parse_dollars

    try:
        return parse_dollars(text, round_down=round_down)
    except ValueError as expected:
        raise typer.BadParameter(f"{text!r} is not {expected}") from expected


def parse_nonempty(text: str) -> str:
    """Return TEXT, and refuse an empty one: `-m "$MODEL"` without MODEL means another model."""
    if not text.strip():
        raise typer.BadParameter("it is empty")
    return text


def parse_webhook_url(text: str) -> str:
    """Return the address of a webhook, if a header can carry it."""
    scheme, slashes, rest = text.partition("://")
    if scheme not in ("https", "http") or not slashes or not rest.strip("/"):
        raise typer.BadParameter(f"{text!r} is not an address such as https://example.com/done")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise typer.BadParameter(f"{text!r} has a letter that cannot be in an address")
    return text


# Both set the attribute with the name of PARAMETER while the command line is parsed: no command
# needs to know the modes.
def _set_mode(context: typer.Context, parameter: typer.CallbackParam, value: bool) -> bool:
    output, name = context.obj.output, str(parameter.name)
    setattr(output, name, getattr(output, name) or value)
    return value


def _set_for_session(context: typer.Context, parameter: typer.CallbackParam, value: Any) -> Any:
    setattr(context.obj, str(parameter.name), value)
    return value


def _set_color(context: typer.Context, value: str) -> str:
    context.obj.env.color = None if value == "auto" else value
    return value


def _set_on_end(context: typer.Context, value: str | None) -> str | None:
    if value is None:
        return None
    from shutil import which

    from krea_cli.text import split_shell_line

    try:
        words = split_shell_line(value)
    except ValueError as failure:
        raise typer.BadParameter(f"{value!r} has a quote without an end") from failure
    if not words or not which(words[0], path=context.obj.env.get("PATH")):
        raise typer.BadParameter(f"{value!r} does not begin with a program that can be run")
    context.obj.output.facts.on_end = words
    return value


def _set_deadline(context: typer.Context, value: float | None) -> float | None:
    if value:
        context.obj.deadline = context.obj.clock.monotonic() + value
    return value


Json = Annotated[
    bool,
    typer.Option(
        "--json", callback=_set_mode, help="JSON lines instead of text, for input and output."
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", callback=_set_mode, help="No progress, no remarks.")
]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose", "-v", callback=_set_mode, help="Each request and its time on stderr."
    ),
]
Color = Annotated[
    Literal["auto", "always", "never"],
    typer.Option(
        "--color",
        callback=_set_color,
        metavar="WHEN",
        show_default=False,
        help="Colours: never, or always, which draws tables in a pipe as well; else auto.",
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile",
        callback=_set_for_session,
        parser=parse_nonempty,
        metavar="NAME",
        help="Use the stored login NAME.",
    ),
]
TokenFile = Annotated[
    str | None,
    typer.Option(
        "--token-file",
        callback=_set_for_session,
        parser=parse_nonempty,
        metavar="FILE",
        help="Read the token from FILE.",
    ),
]
NoLedger = Annotated[
    bool,
    typer.Option(
        "--no-ledger",
        callback=_set_for_session,
        help="Keep no record of what is paid for, at your own risk.",
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="TIME", help="Only those since: 7d, 12h, yesterday, monday, 2026-11-01."
    ),
]
Ids = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ID]...",
        help="Job ids or their beginnings, row numbers, last, files; without any, from stdin.",
    ),
]


def _timeout_option(exception: str = "") -> Any:
    help_text = "How long to wait: 90, 90s, 15m; 0 is for ever. Default: 15m for images, else 150m."
    return typer.Option(
        "--timeout",
        parser=parse_seconds,
        callback=_set_deadline,
        metavar="TIME",
        help=help_text + exception,
    )


Timeout = Annotated[float | None, _timeout_option()]
SubmitTimeout = Annotated[
    float | None, _timeout_option(" The request itself is not cut short: up to 4 minutes.")
]
MaxCost = Annotated[
    int | None,
    typer.Option(
        "--max-cost",
        parser=parse_cap,
        metavar="USD",
        help="Stop before a request that could take the total above this.",
    ),
]
AssumePrice = Annotated[
    int | None,
    typer.Option(
        "--assume-price",
        parser=parse_micros,
        metavar="USD",
        help="The price to assume where the price is unknown.",
    ),
]
OutputOption = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="PATH",
        help="A file, a folder, a template such as {slug}-{seed}.{ext}, or - for stdout.",
    ),
]
Sidecar = Annotated[
    bool,
    typer.Option("--sidecar", help="Write model, fields and seed beside each file, as FILE.json."),
]
Embed = Annotated[
    bool,
    typer.Option("--embed", help="Write model, fields and seed into the metadata of each picture."),
]
Convert = Annotated[
    bool,
    typer.Option("--convert", help="Convert a picture to the format that its name says."),
]
NoOriginal = Annotated[
    bool,
    typer.Option("--no-original", help="With --convert: leave no NAME.original.EXT beside it."),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite existing files.")]
OnEnd = Annotated[
    str | None,
    typer.Option(
        "--on-end",
        callback=_set_on_end,
        metavar="COMMAND",
        help="Run COMMAND at the end, without a shell; it gets the sums as JSON on stdin.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Ask no question; the answer is yes.")]
