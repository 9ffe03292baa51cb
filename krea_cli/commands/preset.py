"""`krea preset`: save, list, show and delete presets, each a model with values of its fields."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from krea_cli.options import Json, Profile, Quiet, TokenFile, Verbose, parse_nonempty

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.local.presets import Preset

HELP = """Keep a model and values of its fields under a name.

A preset is used with krea generate --preset NAME and krea batch --preset NAME. Options go before
it. It is kept in the settings, or with --project in krea.toml. It holds no files, no addresses
and no options.

Examples:

\b
  krea preset save poster --like fox.png
  krea preset list
  krea preset show poster
  krea preset delete poster
"""
app = typer.Typer(help=HELP, no_args_is_help=True)

Name = Annotated[
    str,
    typer.Argument(metavar="PRESET", help="Its name, of letters, digits, - and _."),
]
Like = Annotated[
    str,
    typer.Option(
        "--like",
        parser=parse_nonempty,
        metavar="FILE|ID",
        help="A file or request with the model and the values.",
    ),
]
InProject = Annotated[bool, typer.Option("--project", help="In krea.toml, not in the settings.")]
Replace = Annotated[bool, typer.Option("--force", help="Replace the preset of that name.")]
# Of a recipe, those that make one picture of many.
LEFT_OUT = ("prompt", "seed")


@app.command()
def save(
    context: typer.Context,
    name: Name,
    like: Like,
    project: InProject = False,
    force: Replace = False,
    profile: Profile = None,
    token_file: TokenFile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Save the model and the values of an earlier request.

    Its prompt, its seed, files and addresses are left out, which is said.

    Examples:

    \b
      krea preset save poster --like fox.png
      krea preset save poster --like last --project
    """
    from krea_cli.commands.named_jobs import read_named_recipe
    from krea_cli.errors import UsageError
    from krea_cli.local.presets import is_preset_name

    session: Session = context.obj
    if not is_preset_name(name):
        raise UsageError(
            f"a preset cannot be called {name!r}", hint="letters, digits, - and _, such as poster"
        )
    existing = session.project.file.presets if project else session.config.presets
    if name in existing and not force:
        raise UsageError(
            f"there is a preset {name} already", hint="--force replaces it; or another name"
        )
    recipe, _ = read_named_recipe(session, like)
    fields, left_out = _plain_values(recipe.base)
    preset = _make_preset(name, recipe.model, fields)
    path = _write(session, name, preset.table(), project=project)
    kept = ", ".join(fields) or "no field"
    session.output.say(f"preset {name}: {preset.model or 'any model'}, {kept}, in {path}")
    if left_out:
        session.output.say(f"left out: {', '.join(left_out)}")
    session.output.print_record(_record(preset, str(path)))


@app.command("list")
def list_(
    context: typer.Context,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """List every preset with its model, its values and its file.

    Of two with one name, that of krea.toml counts.

    Examples:

    \b
      krea preset list
      krea preset list --json
    """
    from krea_cli.commands.preset_lookup import list_presets
    from krea_cli.local.presets import Preset

    session: Session = context.obj
    presets = list_presets(session)
    usable = [each for each in presets.values() if isinstance(each, Preset)]
    rows = [(each.name, each.model or "any", each.source, _describe(each)) for each in usable]
    records = [_record(each, each.source) for each in usable]
    session.output.print_table(("preset", "model", "from", "values"), rows, records)
    for problem in presets.values():
        if not isinstance(problem, Preset):
            session.output.warn(problem)
    if not presets:
        session.output.say("there is no preset; krea preset save NAME --like FILE makes one")


@app.command()
def show(
    context: typer.Context,
    name: Name,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print one preset, a value a line, as krea.toml has it.

    Examples:

    \b
      krea preset show poster
    """
    from krea_cli.commands.preset_lookup import find_preset
    from krea_cli.local.preset_file import format_table

    session: Session = context.obj
    preset = find_preset(session, name)
    text = "\n".join(format_table(name, preset.table()))
    session.output.print_line(text, _record(preset, preset.source))


@app.command()
def delete(
    context: typer.Context,
    name: Name,
    project: InProject = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Delete one preset.

    With --project it is one of krea.toml, else one of the settings.

    Examples:

    \b
      krea preset delete poster
    """
    from krea_cli.errors import UsageError

    session: Session = context.obj
    places = session.config.presets, session.project.file.presets
    own, other = reversed(places) if project else places
    if name not in own:
        option = "" if project else " --project"
        hint = f"krea preset delete {name}{option}" if name in other else "krea preset list"
        where = session.project.shown if project else "the settings"
        raise UsageError(f"there is no preset {name} in {where}", hint=hint)
    path = _write(session, name, None, project=project)
    session.output.say(f"preset {name} deleted from {path}")


def _write(session: "Session", name: str, table: dict[str, object] | None, *, project: bool) -> str:
    """Write a preset into krea.toml, or into the settings; return the path of the file."""
    if not project:
        return str(session.config.change_preset(name, table).path)
    from os.path import relpath

    from krea_cli.local.project import save_project_preset

    folder = session.env.current_dir
    return relpath(save_project_preset(session.project.file, folder, name, table), folder)


def _plain_values(fields: Mapping[str, object]) -> tuple[dict[str, object], list[str]]:
    """Return those of FIELDS that a preset can hold, and the names of the others."""
    from krea_cli.local.presets import find_forbidden

    plain = {
        name: value
        for name, value in fields.items()
        if name not in LEFT_OUT and not find_forbidden(value)
    }
    return plain, [name for name in fields if name not in plain]


def _make_preset(name: str, model: str | None, fields: dict[str, object]) -> "Preset":
    from krea_cli.errors import UsageError
    from krea_cli.local.presets import Preset, parse_preset

    try:
        return parse_preset(name, Preset(name, model, fields).table())
    except ValueError as problem:
        raise UsageError(str(problem), hint="write it into the file by hand") from problem


def _describe(preset: "Preset") -> str:
    from krea_cli.local.preset_file import literal

    return ", ".join(f"{name} = {literal(value)}" for name, value in preset.fields.items())


def _record(preset: "Preset", source: str) -> dict[str, object]:
    return {
        "preset": preset.name,
        "model": preset.model,
        "fields": dict(preset.fields),
        "source": source,
    }
