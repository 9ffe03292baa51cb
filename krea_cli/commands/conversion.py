"""--convert: refuse what cannot be converted, before anything is paid."""

from typing import TYPE_CHECKING

from krea_cli.errors import KreaError, UsageError

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model
    from krea_cli.flows.files.target import Target


class NoPillow(KreaError):
    """The library that converts pictures is missing, or lacks a format."""

    code = "no_pillow"


def refuse_conversion(*, convert: bool, no_original: bool, name: str | None) -> None:
    """Refuse --convert for a NAME of -o in a format that cannot be made here.

    Raises `UsageError`, and `NoPillow` with the command that installs it.
    """
    if no_original and not convert:
        raise UsageError("--no-original is for --convert", hint="--convert --no-original")
    if not convert:
        return
    from krea_cli.flows.files.originals import conversion_problem, writable_type
    from krea_cli.flows.recipe.convert_image import missing_support

    if name and (problem := conversion_problem(name)):
        raise UsageError(problem, hint="-o with another extension")
    if reason := missing_support(writable_type(name or "")):
        from krea_cli.commands.installing import extra_hint

        raise NoPillow(f"{reason}; nothing was sent", hint=extra_hint("pillow", "sandbox"))


def refuse_stream(target: "Target", *, convert: bool) -> None:
    """Refuse --convert for a target that keeps no file. Raises `UsageError`."""
    if convert and not target.makes_files:
        message = "--convert makes files, and -o names none"
        raise UsageError(message, hint="-o FILE, or no --convert")


def refuse_other_kinds(model: "Model", *, convert: bool) -> None:
    """Refuse --convert for a model that makes no pictures. Raises `UsageError`."""
    if convert and not model.makes_pictures:
        message = f"--convert is for pictures, and {model.id} makes {model.result_kind}"
        raise UsageError(message, hint="the same command without --convert")
