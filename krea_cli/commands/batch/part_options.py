"""The options of `batch` that choose a part of the list."""

from typing import Annotated

from typer import Option

from krea_cli.options import parse_nonempty

Lines = Annotated[
    str | None,
    Option(
        "--lines",
        parser=parse_nonempty,
        metavar="LINES",
        help="Only these lines of FILE, such as 3,9-12.",
    ),
]
First = Annotated[
    int | None,
    Option("--first", metavar="N", min=1, help="Only the first N lines, of those chosen."),
]
Filters = Annotated[
    list[str] | None,
    Option(
        "--filter",
        metavar="WORDS",
        help="Only what has all these words; or FIELD=VALUE. Of several, all must fit.",
    ),
]
OnlyFailed = Annotated[
    bool, Option("--only-failed", help="Only what failed before; it is submitted again.")
]
