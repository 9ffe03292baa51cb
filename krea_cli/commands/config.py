"""`krea config`: get, set, unset, list and edit the settings; the path of their file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from krea_cli.options import Json, Quiet, Verbose

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

HELP = """Read and change the settings.

Examples:

\b
  krea config list
  krea config get model.default
  krea config set model.default krea/krea-2/large
  krea config unset api.base
  krea config edit
"""
app = typer.Typer(help=HELP, no_args_is_help=True)

Key = Annotated[str, typer.Argument(metavar="KEY", help="A setting, such as model.default.")]
ValueArgument = Annotated[str, typer.Argument(metavar="VALUE", help="The new value.")]


@app.command()
def get(
    context: typer.Context,
    key: Key,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print one setting; print nothing if it is not set.

    Examples:

    \b
      krea config get model.default
    """
    session: Session = context.obj
    session.config.get(key)
    value = session.config.list().get(key)
    record = {"key": key, "value": value}
    if value is None:
        session.output.print_record(record)
    else:
        session.output.print_line(_as_text(value), record)


@app.command("set")
def set_(
    context: typer.Context,
    key: Key,
    value: ValueArgument,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Change one setting; keep the comments in the file.

    Examples:

    \b
      krea config set model.default krea/krea-2/large
      krea config set account.shared true
      krea config set timeout.image 5m
      krea config set budget.day 20
      krea config set history.keep 1y
    """
    session: Session = context.obj
    if key == "model.default" and value.strip():
        # Every later command would fail for it, far from here.
        session.composer().resolve(value)
    session.config = session.config.set(key, value)
    _tell_change(session, key)


@app.command()
def unset(
    context: typer.Context,
    key: Key,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Go back to the default of one setting.

    Examples:

    \b
      krea config unset api.base
    """
    session: Session = context.obj
    config = session.config.unset(key)
    session.output.say(f"{key} is not set, in {config.path}")


@app.command("list")
def list_(
    context: typer.Context,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """List every setting in force, with its origin and purpose.

    A value comes from the environment, from a file, or is the default.

    Examples:

    \b
      krea config list
      krea config list --json
    """
    from krea_cli.local.in_force import list_in_force
    from krea_cli.local.settings import SETTINGS

    session: Session = context.obj
    config, project = session.config, session.project.file
    default_model = session.catalog_cache.load().default_id
    settings = list(list_in_force(config, project, session.env.get, default_model))
    rows = [
        (each.key, _as_text(each.value), _shorten(session, each.source), SETTINGS[each.key].help)
        for each in settings
    ]
    records = [
        {
            "key": each.key,
            "value": each.value,
            "origin": each.origin,
            "source": None if each.source is None else str(each.source),
            "help": SETTINGS[each.key].help,
        }
        for each in settings
    ]
    session.output.print_table(("setting", "value", "from", "what for"), rows, records)
    for problem in config.find_problems():
        session.output.warn(problem)
    for problem in project.problems:
        session.output.warn(f"{session.project.shown}: {problem}")


@app.command()
def edit(context: typer.Context, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Open the settings in an editor: $VISUAL, $EDITOR, or vi.

    A text that cannot be used is not saved. Then krea says what is wrong, and asks if you want to
    edit it again.

    Examples:

    \b
      krea config edit
    """
    from krea_cli.commands.settings_editor import UNCHANGED, edit_settings

    session: Session = context.obj
    edited = edit_settings(session)
    if edited is None:
        session.output.say(UNCHANGED)
        return
    before, session.config = edited
    after = session.config.list()
    changed = [key for key in before | after if before.get(key) != after.get(key)]
    for key in changed:
        if key in after:
            _tell_change(session, key)
        else:
            session.output.say(f"{key} is not set, in {session.config.path}")
    if not changed:
        session.output.say(f"{session.config.path} was saved")


@app.command()
def path(
    context: typer.Context,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print the path of the settings file, even if there is none.

    Examples:

    \b
      krea config path
    """
    from krea_cli.local.config import settings_path

    session: Session = context.obj
    file = str(settings_path(session.env.config_dir))
    session.output.print_line(file, {"path": file})


def _tell_change(session: "Session", key: str) -> None:
    """Say the value of KEY, and its consequences."""
    from krea_cli.commands.parallel import PARALLEL_SETTING, parallel_note

    value_text = _as_text(session.config.list()[key])
    session.output.say(f"{key} is {value_text}, in {session.config.path}")
    if key == PARALLEL_SETTING and (note := parallel_note(int(value_text))):
        session.output.warn(note)
    if key == "history.keep":
        session.output.say(f"older requests deleted from the ledger: {session.prune_history()}")


def _as_text(value: object) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shorten(session: "Session", source: "str | Path | None") -> str:
    """Return SOURCE for people."""
    if isinstance(source, Path):
        return session.project.shorten(source)
    return "default" if source is None else source
