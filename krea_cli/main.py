"""The front door: the commands, `main(argv, env)`, and the one place that catches everything."""

import errno
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn, TextIO

from krea_cli import __version__

if TYPE_CHECKING:
    import typer

    from krea_cli.commands.session import Session
    from krea_cli.env import Env
    from krea_cli.errors import KreaError
    from krea_cli.terminal.output import Output

VERSION_WORDS = (["--version"], ["-V"])
HELP_NAMES = {"help_option_names": ["-h", "--help"]}


HELP = """Generate images, video, audio and 3D with the Krea API; never pay twice.

Examples:

\b
  krea auth login
  krea generate "a red fox in snow" -o fox.png
  krea generate --no-wait "a red fox" | krea wait | krea download -o pictures/
  krea models flux
  krea sandbox -- krea generate "a red fox in snow" -o fox.png
"""

# In the order of the help. A group's module has an `app`, the others a function of their name.
COMMANDS = (
    "generate",
    "status",
    "wait",
    "download",
    "batch",
    "cancel",
    "history",
    "recover",
    "verify",
    "models",
    "auth",
    "config",
    "doctor",
    "sandbox",
)


def build(argv: Sequence[str] = ()) -> "typer.Typer":
    """The command tree; only the branch that ARGV names, if it names one: the rest costs time."""
    import typer

    app = typer.Typer(
        name="krea",
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # plain help: quick, and square brackets stay what they are
        context_settings=HELP_NAMES,
    )

    @app.callback()
    def krea(
        version: bool = typer.Option(False, "--version", "-V", help="Print the version and exit."),
    ) -> None:
        pass  # `main` answers --version before Typer is imported; here it is for the help

    for name in argv[:1] if argv and argv[0] in COMMANDS else COMMANDS:
        module = import_module(f"krea_cli.commands.{name}")
        if group := getattr(module, "app", None):
            app.add_typer(group, name=name, context_settings=HELP_NAMES)
        else:
            app.command(name)(getattr(module, name))
    return app


def main(argv: list[str], env: "Env | None" = None) -> int:
    """Run one command line in the world ENV and return its exit code. Never raises."""
    if argv[:1] in VERSION_WORDS:
        # Answered before anything is imported: scripts ask for it often.
        return tell_version(env.stdout if env else sys.stdout)

    from krea_cli.commands.session import Session
    from krea_cli.env import Env
    from krea_cli.terminal.output import Output

    env = env or Env()
    # An error in the command line itself must already be told in the mode asked for.
    words = argv[: argv.index("--")] if "--" in argv else argv
    output = Output(env, json="--json" in words, quiet=False, verbose=False)
    session = Session(env, output, argv)
    try:
        return guarded(argv, session, output)
    finally:
        session.close()
        output.close()


def tell_version(stream: "TextIO | None") -> int:
    """Write the version to STREAM, None where the shell closed it, and return the exit code."""
    try:
        if stream is not None:
            stream.write(f"krea {__version__}\n")
            stream.flush()
    except BrokenPipeError:
        return 0
    except OSError as failure:
        sys.stderr.write(f"error: standard output could not be written: {failure.strerror}\n")
        return 1
    return 0


def guarded(argv: list[str], session: "Session", output: "Output") -> int:
    """Turn whatever ends a command into words and an exit code: the only such place."""
    import typer

    from krea_cli.errors import Interrupted, KreaError

    try:
        # `krea` alone is a question, and the help the answer.
        code = build(argv)(
            args=argv or ["--help"], prog_name="krea", obj=session, standalone_mode=False
        )
        return code if isinstance(code, int) else 0
    except KreaError as error:
        output.print_error(error)
        return error.exit_code
    except SystemExit as way_out:
        # Typer's way out (1) when the reader of its help is gone: whoever left has read enough.
        if way_out.code != 1:
            raise
        return 0
    except (KeyboardInterrupt, typer.Abort):
        interrupted = Interrupted(2)
        output.print_error(interrupted)
        return interrupted.exit_code
    except Exception as error:
        from krea_cli.commands.usage_errors import usage_error

        if wrong := usage_error(error) or full_disk(error):
            output.print_error(wrong)
            return wrong.exit_code
        output.print_bug(error)
        return 1


def full_disk(error: Exception) -> "KreaError | None":
    """Typer writes its help by itself, so a full disk behind stdout shows up here."""
    from krea_cli.errors import KreaError

    if not isinstance(error, OSError) or error.errno != errno.ENOSPC or error.filename:
        return None
    return KreaError("standard output could not be written: no space left", hint="make room")


def watch_signals(env: "Env") -> None:
    """Let INT, TERM and HUP end the wait under way instead of the process."""
    import signal

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Whoever started us with a signal ignored (nohup, a background job) means it.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, _: env.clock.stop(number))


def run() -> NoReturn:
    """The installed command."""
    argv = sys.argv[1:]
    if argv[:1] in VERSION_WORDS:
        leave(main(argv))
    try:
        from krea_cli.env import Env

        env = Env()
        watch_signals(env)
        code = main(argv, env)
    except KeyboardInterrupt:
        code = 130
    leave(code)


def leave(code: int) -> NoReturn:
    """End the process now; whatever had to be closed is closed.

    Python's own end takes 25 ms to dismantle modules one by one, and aborts when one of our
    daemon threads, which may sit in a socket, is just then writing to a stream.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):  # None where the shell closed it: `>&-`
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
