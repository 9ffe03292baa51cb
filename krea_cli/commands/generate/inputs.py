"""The options of one `generate`, and the requests that they make."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from krea_cli.catalog.prices import estimate_price
from krea_cli.catalog.request.inputs import MAX_TEXT_CHARACTERS, RequestInputs
from krea_cli.commands.implied_output import find_implied_output
from krea_cli.commands.preset_lookup import take_preset
from krea_cli.commands.request_options import (
    RequestOptions,
    as_utf8,
    conversion_hint,
    model_name,
    read_text_file,
)
from krea_cli.commands.variants import compose_variants, read_vary
from krea_cli.errors import KreaError, UsageError
from krea_cli.flows.files.content_type import extension_problem, kind_of_extension
from krea_cli.flows.files.naming import (
    add_suffix,
    escape_braces,
    placeholders,
    read_typed_path,
)
from krea_cli.flows.files.target import Target, TargetKind, parse_target
from krea_cli.flows.generate.request import GenerateRequest
from krea_cli.text import new_name, shell_line, wide_encoding

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model
    from krea_cli.catalog.request.prepare import PreparedRequest
    from krea_cli.commands.session import Session
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
    report: Callable[[KreaError], None],
) -> list[GenerateRequest]:
    """Build the request to each model of OPTIONS; everything is checked, nothing is sent.

    REPORT takes what is wrong for one of several models.
    Raises `UsageError`, `UnknownModel`, `InvalidRequest`.
    """
    names = model_names(options)
    if options.like and options.preset:
        raise UsageError("--like and --preset exclude each other", hint="give only one of them")
    preset = take_preset(session, options.preset)
    recipe = None if options.like is None else _read_base_recipe(session, options.like)
    vary = read_vary(session, options, session.env.current_dir)
    inputs = RequestInputs(
        prompt=_read_prompt(session, options),
        base=recipe.base if recipe else {},
        preset=preset.fields,
        # What was filled in for one model counts for no other one.
        filled=recipe.filled if recipe and not options.model else {},
        **options.request_inputs(session),
    )
    default, composer = recipe.model if recipe else preset.model, session.composer()
    requests: dict[str, list[GenerateRequest]] = {}
    for name in names:
        try:
            model = composer.model(model_name(session, name or default))
            if model.id in requests:  # of two names for one model
                continue
            requests[model.id] = []
            prepared = compose_variants(composer, model, inputs, vary)
            _refuse_wrong_extension(session, target, prepared[0][0].model)
            _check_options(options, target, prepared[0][0].model, variants=len(prepared))
        except UsageError as error:
            if len(names) == 1:
                raise
            report(error)
            continue
        requests[model.id] = [
            _make_request(session, options, target, *each, number=number, of=len(prepared))
            for number, each in enumerate(prepared)
        ]
    if len(requests) > 1:
        _refuse_one_name(target, len(requests))
    return [each for group in requests.values() for each in group]


def _make_request(
    session: "Session",
    options: GenerateOptions,
    target: Target,
    prepared: "PreparedRequest",
    variant: "Variant | None",
    *,
    number: int,
    of: int,
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
        webhook=options.webhook,
        tags=options.read_tags(),
        profile=options.profile,
        timeout=session.timeout_seconds(options.timeout, prepared.model.kind),
        variant=variant,
        jobs_before=number * options.count,
        jobs_in_all=of * options.count,
    )


def parse_output(session: "Session", options: GenerateOptions) -> Target:
    """The target that -o or the settings mean; no bytes for a terminal. Raises `UsageError`."""
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


def _refuse_wrong_extension(session: "Session", target: Target, model: "Model") -> None:
    """Refuse a name that no result of MODEL can have: most likely -m is missing."""
    if target.kind not in (TargetKind.EXACT, TargetKind.TEMPLATE):
        return
    if problem := extension_problem(target.text, model.id, model.result_kind):
        stem, _, ext = target.text.rpartition(".")
        if target.kind is TargetKind.EXACT:
            stem = escape_braces(stem)
        kind = kind_of_extension(ext)
        models = f"krea models --kind {kind} lists models for -m; or " if kind else ""
        if kind:
            from krea_cli.catalog.wishes import suggest_models

            others = suggest_models(session.catalog_cache.load(), kind)
            problem += f"; {kind} models are {', '.join(others)}" if others else ""
        raise UsageError(
            f"-o {target.text}: {problem}", hint=f"{models}-o {shell_line(stem + '.{ext}')}"
        )


def _read_base_recipe(session: "Session", like: str) -> "BaseRecipe":
    """Read the recipe of the file or job LIKE, and say which request it is. Raises `UsageError`."""
    from krea_cli.commands.named_jobs import tell_of_request
    from krea_cli.flows.recipe.provenance import read_base_recipe, require_provenance

    ledger = session.account_ledger_if_logged_in()
    try:
        provenance = require_provenance(like, ledger, cwd=session.env.current_dir)
    except UsageError:
        if ledger is None:
            _ = session.token  # without one the ledger was not asked: NoToken says so
        raise
    base = read_base_recipe(provenance, ledger)
    tell_of_request(session, like, provenance)
    if base.is_changed:
        session.output.warn(
            f"{like} is not the file that was saved there: this is the recipe of that one"
        )
    return base


def _read_prompt(session: "Session", options: GenerateOptions) -> str | None:
    """Read the prompt: as typed, from stdin for `-`, or from a file, without its last newline.

    Raises `UsageError` when it is given twice or cannot be read.
    """
    prompt, file = options.prompt, options.prompt_file
    if file is None and prompt != "-":
        return None if prompt is None else as_utf8(prompt, "the prompt")
    if file is not None and prompt is not None:
        raise UsageError("a prompt and --prompt-file were both given", hint="give only one of them")
    text = _read_stdin(session) if file in (None, "-") else _read_file(session, str(file))
    return text.removesuffix("\n").removesuffix("\r")


def _read_file(session: "Session", file: str) -> str:
    try:
        return read_text_file(session, file)
    except (OSError, ValueError) as failure:
        reason = getattr(failure, "strerror", None) or str(failure)
        hint = "--prompt-file takes a text file"
        if isinstance(failure, UnicodeDecodeError):
            reason = "it is not UTF-8 text"
            encoding = wide_encoding(bytes(failure.object)) or "WINDOWS-1252"
            files = f"< {shell_line(file)} > {shell_line(new_name(file))}"
            hint = f"iconv -f {encoding} -t UTF-8 {files}"
        raise UsageError(f"the prompt cannot be read from {file}: {reason}", hint=hint) from failure


def _read_stdin(session: "Session") -> str:
    if session.env.stdin.isatty():
        session.output.say("type the prompt; Ctrl-D on a line of its own ends it")
    try:
        with session.clock.interruptible():
            text = session.env.stdin.read(MAX_TEXT_CHARACTERS + 1)
    except UnicodeDecodeError as failure:
        hint = conversion_hint(bytes(failure.object))
        raise UsageError("the prompt on stdin is not UTF-8 text", hint=hint) from failure
    if len(text) > MAX_TEXT_CHARACTERS:
        raise UsageError("the prompt on stdin is larger than 10 MB", hint="a prompt is a text")
    return as_utf8(text, "the prompt")
