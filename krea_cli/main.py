"""Run one command line. The only place that catches every exception."""

import errno
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn, TextIO

from krea_cli import VERSION_OPTIONS, __version__

if TYPE_CHECKING:
    import typer
    from typer._click import Command

    from krea_cli.commands.session import Session
    from krea_cli.env import Env
    from krea_cli.errors import KreaError
    from krea_cli.terminal.output import Output

# Of a disk that is full, a limit of the file's size, a terminal that hung up.
STDOUT_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
STREAM_ENCODING_OPTION = "krea_encoding"  # of `python -X`, handed on by `ensure_utf8_names`
HELP_SETTINGS = {"help_option_names": ["-h", "--help"]}
HELP_LINES = (["-h"], ["--help"])

# In the order of the README. The module of a group has an `app`, any other a function of its name.
COMMANDS = (
    "generate",
    "again",
    "status",
    "jobs",
    "wait",
    "download",
    "batch",
    "cancel",
    "history",
    "spend",
    "recover",
    "verify",
    "models",
    "auth",
    "preset",
    "config",
    "doctor",
    "completion",
    "sandbox",
)


def build_app(name: str | None = None) -> "typer.Typer":
    """Build the command tree, or only the branch NAME: the rest costs time."""
    import typer

    from krea_cli.help.parsers import HelpCommand, HelpGroup

    app = typer.Typer(
        name="krea",
        cls=HelpGroup,
        help=None if name else _read_help(),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # plain help: quick, and square brackets stay what they are
        context_settings=HELP_SETTINGS,
    )

    @app.callback()
    def krea(
        version: bool = typer.Option(False, "--version", "-V", help="Print the version and exit."),
    ) -> None:
        pass  # --version is answered before Typer is imported; here it is for the help

    from krea_cli.commands.color_option import add_color_option

    for each in [name] if name else COMMANDS:
        module = import_module(f"krea_cli.commands.{each}")
        if group := getattr(module, "app", None):
            for command in group.registered_commands:
                command.cls = HelpCommand
                command.callback = add_color_option(command.callback)
            app.add_typer(group, name=each, cls=HelpGroup, context_settings=HELP_SETTINGS)
        else:
            app.command(each, cls=HelpCommand)(add_color_option(getattr(module, each)))
    return app


def _read_help() -> str:
    from krea_cli.help.program_page import HELP

    return HELP


@cache
def _parser(name: str | None) -> "Command":
    from typer.main import get_command

    return get_command(build_app(name))


def main(argv: list[str], env: "Env | None" = None) -> int:
    """Run one command line in ENV and return its exit code. Never raises."""
    if argv and argv[0] in VERSION_OPTIONS:
        return print_text(f"krea {__version__}\n", env.stdout if env else sys.stdout)
    if not argv or argv in HELP_LINES:
        return print_help(env)

    from krea_cli.commands.color_option import find_color
    from krea_cli.commands.own_options import add_login_options
    from krea_cli.commands.session import Session
    from krea_cli.env import Env
    from krea_cli.terminal.output import Output

    env = env or Env()
    # An error in the command line itself must already be printed in the chosen mode.
    options = argv[: argv.index("--")] if "--" in argv else argv
    output = Output(env, json="--json" in options, quiet=False, verbose=False)
    session = Session(env, output, argv)
    output.complete = partial(add_login_options, session)
    env.color = find_color(options)
    output.read_notify = partial(read_notify, session)
    started_at = session.clock.monotonic()
    try:
        code = run_command(argv, session, output)
        if words := output.facts.on_end:
            from krea_cli.commands.on_end import run_on_end

            run_on_end(session, words, code, session.clock.monotonic() - started_at)
        return code
    finally:
        session.close()
        output.close()


def read_notify(session: "Session") -> str | None:
    """Return the setting terminal.notify; None if it is not set, or cannot be read."""
    from krea_cli.errors import KreaError

    with suppress(KreaError):
        value = session.config.get("terminal.notify")
        return None if value is None else str(value)
    return None


def print_help(env: "Env | None") -> int:
    """Print the help of the program and return the exit code."""
    from krea_cli.env import Env
    from krea_cli.help.layout import layout_for
    from krea_cli.help.program_page import program_page

    env = env or Env()
    return print_text(program_page(layout_for(env)), env.stdout)


def print_text(text: str, stream: "TextIO | None") -> int:
    """Write TEXT to STREAM and return the exit code. None: the shell closed stdout."""
    try:
        if stream is not None:
            stream.write(text)
            stream.flush()
    except BrokenPipeError:
        return 0
    except OSError as failure:
        sys.stderr.write(f"error: standard output could not be written: {failure.strerror}\n")
        return 1
    return 0


def run_command(argv: list[str], session: "Session", output: "Output") -> int:
    """Run the command and return its exit code; print the exception that ended it."""
    import typer

    from krea_cli.errors import Interrupted, KreaError

    try:
        name = argv[0] if argv and argv[0] in COMMANDS else None
        code = _parser(name)(args=argv, prog_name="krea", obj=session, standalone_mode=False)
        return code if isinstance(code, int) else 0
    except KreaError as error:
        output.print_error(error)
        return error.exit_code
    except SystemExit as failure:
        # Typer exits with 1 when the reader of its help has closed the pipe: it has read enough.
        if failure.code != 1:
            raise
        return 0
    except (KeyboardInterrupt, typer.Abort):
        interrupted = Interrupted(2)
        output.print_error(interrupted)
        return interrupted.exit_code
    except Exception as failure:
        if type(failure).__name__ == "NoArgsIsHelpError":  # a group without a command
            return run_command([*argv, "--help"], session, output)
        from krea_cli.commands.environment_errors import import_error
        from krea_cli.commands.usage_errors import usage_error

        krea_error = (
            usage_error(failure, argv) or help_not_written(failure) or import_error(failure)
        )
        if krea_error:
            output.print_error(krea_error)
            return krea_error.exit_code
        output.print_bug(failure)
        return 1


def help_not_written(failure: Exception) -> "KreaError | None":
    """Return the error for a stdout that did not take Typer's help; else None."""
    from krea_cli.terminal.stream import stdout_error

    if not isinstance(failure, OSError) or failure.filename:
        return None
    return stdout_error(failure) if failure.errno in STDOUT_ERRORS else None


def install_signal_handlers(env: "Env") -> None:
    """Let INT, TERM and HUP interrupt the current wait instead of killing the process."""
    import signal

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A signal that was ignored at the start (nohup, a background job) stays ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, _: env.clock.stop(number))


def run() -> NoReturn:
    """Run the command line of this process."""
    ensure_utf8_names()
    argv = sys.argv[1:]
    if sys.stdout is not None:  # None: the shell closed it
        from krea_cli.terminal.stream import with_whole_writes

        sys.stdout = with_whole_writes(sys.stdout)
    if argv and argv[0] in VERSION_OPTIONS:
        exit_now(main(argv))
    try:
        from krea_cli.env import Env

        env = Env()
        install_signal_handlers(env)
        code = main(argv, env)
    except KeyboardInterrupt:
        code = 130
    exit_now(code)


def ensure_utf8_names() -> None:
    """Start this process anew in Python's UTF-8 mode where file names have another encoding.

    A prompt in Japanese must get a file in every locale, and the ledger one spelling of a path.
    The output keeps the encoding of the locale.
    """
    if encoding := sys._xoptions.get(STREAM_ENCODING_OPTION):
        for stream in filter(None, (sys.stdout, sys.stderr)):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding=str(encoding), errors="surrogateescape")
        return
    if sys.getfilesystemencoding() == "utf-8" or sys.flags.utf8_mode or hasattr(sys, "frozen"):
        return
    stream_encoding = getattr(sys.stdout or sys.stderr, "encoding", None) or "ascii"
    options = ["-X", "utf8", "-X", f"{STREAM_ENCODING_OPTION}={stream_encoding}"]
    with suppress(OSError, UnicodeError):
        os.execv(sys.executable, [sys.executable, *options, *_typed_words()[1:]])


def _typed_words() -> "Sequence[str | bytes]":
    """Return the words of this process as they were typed.

    Encoding them again may give other bytes, or fail: EUC-JP is not one encoding everywhere.
    """
    try:
        with open("/proc/self/cmdline", "rb") as file:
            return file.read().removesuffix(b"\0").split(b"\0")
    except OSError:
        return sys.orig_argv


def exit_now(code: int) -> NoReturn:
    """End the process at once, when everything is closed.

    Python's own exit spends 25 ms on taking modules apart. It also aborts if a daemon thread is
    writing to a stream just then.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):  # None if the shell closed it: `>&-`
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
