"""The options of one `generate`, and the requests that they make."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Self

from krea_cli.catalog.prices import estimate_price
from krea_cli.catalog.request.inputs import RequestInputs
from krea_cli.commands.conversion import refuse_conversion, refuse_other_kinds, refuse_stream
from krea_cli.commands.generate.prompt import edit_prompt, read_prompt
from krea_cli.commands.implied_output import find_implied_output
from krea_cli.commands.preset_lookup import take_preset
from krea_cli.commands.request_options import RequestOptions, model_name
from krea_cli.commands.variants import compose_variants, read_vary
from krea_cli.errors import KreaError, UsageError
from krea_cli.flows.files.content_type import kind_of_extension
from krea_cli.flows.files.naming import (
    add_suffix,
    escape_braces,
    placeholders,
    read_typed_path,
)
from krea_cli.flows.files.target import Target, TargetKind, parse_target
from krea_cli.flows.generate.request import GenerateRequest
from krea_cli.text import shell_line

if TYPE_CHECKING:
    import typer

    from krea_cli.catalog.model import Model
    from krea_cli.catalog.request.prepare import PreparedRequest
    from krea_cli.commands.session import Session
    from krea_cli.flows.generate.compose import Composer
    from krea_cli.flows.generate.variant import Variant
    from krea_cli.flows.recipe.provenance import BaseRecipe


@dataclass(frozen=True, kw_only=True)
class GenerateOptions(RequestOptions):
    """The options of one `generate`, as typed."""

    prompt: str | None
    prompt_file: str | None
    no_wait: bool
    again: bool
    like: str | None
    reuse: bool
    any_seed: bool
    edit: bool

    @property
    def edits_must_change(self) -> bool:
        """True if --edit refuses the prompt as it was."""
        return True


@dataclass(frozen=True, kw_only=True)
class RepeatOptions(GenerateOptions):
    """The options of one `again`, as typed; those that only `generate` has are off."""

    @classmethod
    def of(cls, context: "typer.Context") -> Self:
        """The options of the command that runs in CONTEXT."""
        absent = {
            "prompt": None,
            "like": None,
            "again": False,
            "reuse": False,
            "any_seed": False,
            "preset": None,
        }
        return cls.read(context, context.params | absent)

    @property
    def edits_must_change(self) -> bool:
        """False: the new seed is change enough."""
        return False


def model_names(options: GenerateOptions) -> list[str | None]:
    """List the models that -m names, each once; [None] without -m. Raises `UsageError`."""
    if options.model is None:
        return [None]
    names = [name.strip() for name in options.model.split(",")]
    if not all(names):
        hint = shell_line("-m", ",".join(filter(None, names)) or "NAME")
        raise UsageError(f"-m {options.model}: a name between commas is empty", hint=hint)
    return list(dict.fromkeys(names))


def build_requests(
    session: "Session",
    options: GenerateOptions,
    target: Target,
    recipe: "BaseRecipe | None",
    report: Callable[[KreaError], None],
) -> list[GenerateRequest]:
    """Build the request to each model of OPTIONS; everything is checked, nothing is sent.

    RECIPE is where it starts from. REPORT takes what is wrong for one of several models.
    Raises `UsageError`, `UnknownModel`, `InvalidRequest`.
    """
    preset = take_preset(session, options.preset)
    vary = read_vary(session, options, session.env.current_dir)
    names, composer = model_names(options), session.composer()
    default = recipe.model if recipe else preset.model
    for name in names if options.edit else ():  # a text for an unknown model would be lost
        composer.model(model_name(session, name or default))
    inputs = RequestInputs(
        prompt=_read_prompt(session, options, recipe),
        base=recipe.base if recipe else {},
        preset=preset.fields,
        # What was filled in for one model counts for no other one.
        filled=recipe.filled if recipe and not options.model else {},
        **options.request_inputs(session),
    )
    requests: dict[str, list[GenerateRequest]] = {}
    for name in names:
        try:
            model = composer.model(model_name(session, name or default))
            if model.id in requests:  # of two names for one model
                continue
            requests[model.id] = []
            prepared = compose_variants(composer, model, inputs, vary)
            _refuse_wrong_extension(composer, target, prepared[0][0].model)
            _check_options(options, target, prepared[0][0].model, variants=len(prepared))
        except UsageError as error:
            if len(names) == 1:
                raise
            report(error)
            continue
        avoided, of = recipe.avoided_seed if recipe else None, len(prepared)
        make = partial(_make_request, session, options, target, of=of, avoided_seed=avoided)
        requests[model.id] = [make(*each, number=n) for n, each in enumerate(prepared)]
    if len(requests) > 1:
        _refuse_one_name(target, len(requests))
    return [each for group in requests.values() for each in group]


def _read_prompt(
    session: "Session", options: GenerateOptions, recipe: "BaseRecipe | None"
) -> str | None:
    """Read the prompt, and let the user edit it after --edit; None for that of RECIPE."""
    text = read_prompt(session, options.prompt, options.prompt_file)
    if not options.edit:
        return text
    before = recipe.base.get("prompt") if recipe and text is None else text
    before = before if isinstance(before, str) else ""
    return edit_prompt(session, before, must_change=options.edits_must_change)


def _make_request(
    session: "Session",
    options: GenerateOptions,
    target: Target,
    prepared: "PreparedRequest",
    variant: "Variant | None",
    *,
    number: int,
    of: int,
    avoided_seed: int | None,
) -> GenerateRequest:
    """Make the request with NUMBER, from 0, OF several variants."""
    prompt = prepared.body.get("prompt")
    price = estimate_price(prepared.model, prepared.body)
    return GenerateRequest(
        model=prepared.model,
        body=prepared.body,
        given=prepared.given,
        old_names=prepared.old_names,
        prompt=prompt if isinstance(prompt, str) else None,
        price=str(price),
        about=price.shown_micros if price.is_about else None,
        cost=options.assume_price if price.micros is None else price.micros,
        target=target,
        count=options.count,
        again=options.again,
        reuse=options.reuse,
        any_seed=options.any_seed,
        sidecar=options.sidecar,
        embed=options.embed,
        convert=options.convert,
        original=not options.no_original,
        webhook=options.webhook,
        tags=options.read_tags(),
        profile=options.profile,
        timeout=session.timeout_seconds(options.timeout, prepared.model.kind),
        variant=variant,
        jobs_before=number * options.count,
        jobs_in_all=of * options.count,
        avoided_seed=avoided_seed,
    )


def parse_output(session: "Session", options: GenerateOptions) -> Target:
    """The target that -o or the settings mean; no bytes for a terminal.

    Raises `UsageError`, and `NoPillow` where --convert cannot work.
    """
    target = _read_output(session, options)
    convert, no_original = options.convert, options.no_original
    refuse_conversion(convert=convert, no_original=no_original, name=target.text)
    refuse_stream(target, convert=convert)
    return target


def _read_output(session: "Session", options: GenerateOptions) -> Target:
    if options.output is None and (implied := find_implied_output(session)):
        return implied.target(session.env.current_dir, force=options.force)
    output = options.output and read_typed_path(options.output, is_option=True)
    target = parse_target(output, cwd=session.env.current_dir, force=options.force)
    if target.to_stdout:
        session.output.require_binary_stdout()
    return target


def _check_options(
    options: GenerateOptions, target: Target, model: "Model", *, variants: int
) -> None:
    """Refuse options that contradict each other, before anything is paid."""
    refuse_other_kinds(model, convert=options.convert)
    if options.dry_run:
        return
    if target.takes_one and options.count * variants > 1:
        option = "-n" if options.count > 1 else "--vary"
        text = f"-o {target.text} takes one result, and {option} asks for more"
        raise UsageError(text, hint="-o FOLDER/")
    if options.again and options.reuse:
        raise UsageError("--again and --reuse exclude each other", hint="give only one of them")
    if options.any_seed and not options.reuse:
        raise UsageError("--any-seed needs --reuse", hint="--reuse --any-seed")
    if options.sidecar and not target.makes_files:
        raise UsageError(
            "--sidecar writes beside a file, and -o names none", hint="-o FILE, or no --sidecar"
        )
    if options.embed and not model.makes_pictures:
        raise UsageError(
            f"--embed writes into pictures, and {model.id} makes {model.result_kind}",
            hint="--sidecar writes the recipe beside any file",
        )


def _refuse_one_name(target: Target, count: int) -> None:
    """Refuse a place for the result of one model, where COUNT models make one."""
    is_template = target.kind is TargetKind.TEMPLATE
    if target.kind is TargetKind.FOLDER or target.is_absent:
        return
    if is_template and "model" in placeholders(target.text):
        return
    hint = "-o FOLDER/"
    if is_template or target.kind is TargetKind.EXACT:
        text = target.text if is_template else escape_braces(target.text)
        hint += f", or {shell_line('-o', add_suffix(text, '-{model}'))}"
    name = "has no {model}" if is_template else "takes one result"
    raise UsageError(f"-o {target.text} {name}, and -m names {count} models", hint=hint)


def _refuse_wrong_extension(composer: "Composer", target: Target, model: "Model") -> None:
    """Refuse a name that no result of MODEL can have: most likely -m is missing."""
    if target.kind not in (TargetKind.EXACT, TargetKind.TEMPLATE):
        return
    if problem := composer.name_problem(target.text, model):
        stem, _, ext = target.text.rpartition(".")
        if target.kind is TargetKind.EXACT:
            stem = escape_braces(stem)
        kind = kind_of_extension(ext)
        models = f"krea models --kind {kind} lists models for -m; or " if kind else ""
        raise UsageError(
            f"-o {target.text}: {problem}", hint=f"{models}-o {shell_line(stem + '.{ext}')}"
        )
