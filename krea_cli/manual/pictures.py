"""`python -m krea_cli.manual.pictures [FOLDER]`: draw the README's pictures into man/pictures/."""

import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from krea_cli.env import Env
from krea_cli.flows import events
from krea_cli.main import main as krea
from krea_cli.terminal import svg

PICTURE_COLUMNS = 110
MAX_PICTURE_LINES = 18
EXAMPLE_JOB_ID = "550e8400-e29b-41d4-a716-446655440000"
EXAMPLE_MODEL = "bfl/flux-1-dev"
SHELL_PROMPT = "\x1b[32m$\x1b[0m "


class _Terminal(io.StringIO):
    """A stream that passes for a terminal."""

    def isatty(self) -> bool:
        return True


def spinner_screen() -> str:
    """The screen during a job: its id, and the progress line."""
    env = Env(environ={})
    job = events.Running(EXAMPLE_JOB_ID, EXAMPLE_MODEL, "processing", 7.0, env.clock.now() - 4)
    return (
        f'{SHELL_PROMPT}krea generate "a serene mountain landscape at sunset" -o out.png\n'
        f"seed 1180290321\njob {EXAMPLE_JOB_ID}\n"
        + svg.render_live_view([job], elapsed=4, env=env, columns=PICTURE_COLUMNS)
    )


def models_screen() -> str:
    """The first lines of `krea models`, from the embedded snapshot."""
    with TemporaryDirectory() as folder:
        env = Env(
            environ={
                **{f"KREA_{name}_DIR": folder for name in ("CONFIG", "STATE", "CACHE")},
                "COLUMNS": str(PICTURE_COLUMNS),
                "TERM": "xterm-256color",
            },
            stdin=_Terminal(),
            stdout=_Terminal(),
            stderr=_Terminal(),
        )
        krea(["models"], env)
        lines = env.stdout.getvalue().splitlines()  # type: ignore[attr-defined]
    return "\n".join([f"{SHELL_PROMPT}krea models", *lines[:MAX_PICTURE_LINES], "\x1b[2m…\x1b[0m"])


def main(arguments: list[str]) -> None:
    """Draw both pictures below the folder named, else in the checkout of this package."""
    checkout = Path(arguments[0]) if arguments else Path(__file__).parents[2]
    folder = checkout / "man" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    for name, screen in (("spinner", spinner_screen()), ("models", models_screen())):
        drawn = svg.render_svg(screen, name=name, columns=PICTURE_COLUMNS)
        (folder / f"{name}.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
