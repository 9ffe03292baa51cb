"""The option --color, which every command has behind its own options."""

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import Parameter, signature
from typing import Any, Literal

from krea_cli.options import Color


def add_color_option(function: Callable[..., None]) -> Callable[..., None]:
    """Return FUNCTION, a command, with the option --color behind its own options."""
    own = signature(function)
    if "color" in own.parameters:
        return function

    @wraps(function)
    def run(*arguments: Any, color: str = "auto", **options: Any) -> None:
        function(*arguments, **options)

    color = Parameter("color", Parameter.POSITIONAL_OR_KEYWORD, default="auto", annotation=Color)
    run.__signature__ = own.replace(parameters=[*own.parameters.values(), color])  # type: ignore[attr-defined]
    run.__annotations__ = {**function.__annotations__, "color": Color}
    return run


def find_color(options: Sequence[str]) -> Literal["always", "never"] | None:
    """Return the value of --color in OPTIONS: an error in them is printed with or without."""
    for word, value in zip(options, [*options, ""][1:], strict=True):
        choice = value if word == "--color" else word.removeprefix("--color=")
        if word.startswith("--color") and choice in ("always", "never"):
            return "always" if choice == "always" else "never"
    return None
