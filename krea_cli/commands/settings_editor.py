"""`krea config edit`: the settings file in the user's own editor."""

from typing import TYPE_CHECKING

from krea_cli.commands.editor import edit_text
from krea_cli.errors import KreaError, UsageError
from krea_cli.local.config import Config, read_settings, replace_settings, settings_path

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

NEW_FILE = "# The settings of krea; krea config list says what each is for.\n"
UNCHANGED = "the settings are as they were"


def edit_settings(session: "Session") -> tuple[dict[str, object], Config] | None:
    """Let the user edit the settings until they can be used, or are given up.

    Returns the values as they were and the new settings; None for an unchanged text.
    Raises `UsageError` for a text that cannot be used, and without a terminal.
    """
    if not (session.env.stdin.isatty() and session.env.stderr.isatty()):
        raise UsageError(
            "krea config edit needs a terminal", hint="krea config set KEY VALUE changes a setting"
        )
    path = settings_path(session.env.config_dir)
    text = read_settings(path) or NEW_FILE
    while True:
        before = read_settings(path)
        text = edit_text(session, text, noun="text", file=path.name, end=UNCHANGED)
        if text == (before or NEW_FILE):
            return None
        try:
            values = _values(before, session)
            _check(session, Config(path, text), values)
            return values, replace_settings(path, before, text)
        except UsageError as error:
            if not session.output.ask(f"{error.message}: edit it again?"):
                message = f"{error.message}; {UNCHANGED}"
                raise UsageError(message, hint="krea config edit") from error


def _values(text: str, session: "Session") -> dict[str, object]:
    """Return the settings of TEXT; none if it cannot be read, which is why it is edited."""
    try:
        return Config(settings_path(session.env.config_dir), text).list()
    except KreaError:
        return {}


def _check(session: "Session", config: Config, before: dict[str, object]) -> None:
    """Raise `UsageError` for the first thing that is wrong with the edited settings CONFIG."""
    for problem in config.find_problems():
        raise UsageError(problem)
    model = config.get("model.default")
    if model and model != before.get("model.default"):
        session.config = config  # the file may be one that nothing else can read
        session.composer().resolve(str(model))
