"""The choice between colours and none: --color, NO_COLOR, FORCE_COLOR, the terminal."""

from krea_cli.env import Env

DUMB_TERMINALS = ("dumb", "unknown")


def shows_colours(env: Env, *, is_terminal: bool) -> bool:
    """Tell if text for a person gets colours.

    --color goes before NO_COLOR, which goes before FORCE_COLOR. Without any of them, a terminal
    shows colours unless it is a dumb one.
    """
    if env.color is not None:
        return env.color == "always"
    if env.get("NO_COLOR"):
        return False
    if forced := env.get("FORCE_COLOR"):
        return forced not in ("0", "false")
    return is_terminal and env.get("TERM") not in DUMB_TERMINALS
