"""`python -m krea_cli.manual.pictures [FOLDER]`: draw the README's pictures into man/pictures/."""

import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from krea_cli.env import Env
from krea_cli.flows import events
from krea_cli.main import main as krea
from krea_cli.terminal import svg

COLUMNS = 110
LINES = 18
JOB = "550e8400-e29b-41d4-a716-446655440000"
MODEL = "bfl/flux-1-dev"
PROMPT = "\x1b[32m$\x1b[0m "


class _Terminal(io.StringIO):
    """What a command writes to when a person looks on."""

    def isatty(self) -> bool:
        return True


def spinner() -> str:
    """A job under way: the id that stays, and the line that moves."""
    env = Env(environ={})
    job = events.Running(JOB, MODEL, "processing", 7.0, env.clock.now() - 4)
    return (
        f'{PROMPT}krea generate "a serene mountain landscape at sunset" -o out.png\n'
        f"seed 1180290321\njob {JOB}\n" + svg.frame([job], elapsed=4, env=env, columns=COLUMNS)
    )


def models() -> str:
    """The first lines of what `krea models` shows of the embedded snapshot."""
    with TemporaryDirectory() as folder:
        env = Env(
            environ={
                **{f"KREA_{name}_DIR": folder for name in ("CONFIG", "STATE", "CACHE")},
                "COLUMNS": str(COLUMNS),
                "TERM": "xterm-256color",
            },
            stdin=_Terminal(),
            stdout=_Terminal(),
            stderr=_Terminal(),
        )
        krea(["models"], env)
        lines = env.stdout.getvalue().splitlines()  # type: ignore[attr-defined]
    return "\n".join([f"{PROMPT}krea models", *lines[:LINES], "\x1b[2m…\x1b[0m"])


def main(arguments: list[str]) -> None:
    """Draw both below the folder named, or the checkout this package lies in."""
    checkout = Path(arguments[0]) if arguments else Path(__file__).parents[2]
    folder = checkout / "man" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    for name, shown in (("spinner", spinner()), ("models", models())):
        drawn = svg.svg(shown, name=name, columns=COLUMNS)
        (folder / f"{name}.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
