"""Run one `generate`: show the request, or submit it and save what it makes."""

import os
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from krea_cli.commands.budget import load_budget, tell_catalog_changes
from krea_cli.commands.confirm import confirm_jobs
from krea_cli.commands.exit_status import ExitStatus
from krea_cli.commands.generate.inputs import (
    GenerateOptions,
    build_requests,
    model_names,
    parse_output,
)
from krea_cli.commands.result_line import describe_result
from krea_cli.commands.totals import GenerateTotals
from krea_cli.errors import KreaError, LeftToHost, ModelRetired, UsageError
from krea_cli.flows.files.naming import escape_braces
from krea_cli.flows.files.target import TargetKind
from krea_cli.text import shell_line

MANY_JOBS = 10  # beyond it, the prices of today are worth a request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typer import Context

    from krea_cli.commands.session import Session
    from krea_cli.flows.context import FlowContext
    from krea_cli.flows.files.target import Target
    from krea_cli.flows.generate.generate import Generate
    from krea_cli.flows.generate.request import GenerateRequest
    from krea_cli.flows.recipe.provenance import BaseRecipe
    from krea_cli.local.ledger.budget import Budget


def run(context: "Context", options: GenerateOptions, *, repeat: str | None = None) -> None:
    """Run the command; CONTEXT is Typer's, with the session and the words as typed.

    REPEAT names the request that is made anew.
    """
    session: Session = context.obj
    output = session.output
    target = parse_output(session, options)
    if not options.dry_run:
        # A far handshake takes as long as all that is to be loaded and checked until the POST.
        with suppress(KreaError):  # told when the connection is needed
            session.http.open_ahead()
    budget = load_budget(
        session,
        max_cost=options.max_cost,
        assumed_price=options.assume_price,
        sends_many=_count_at_most(options) > MANY_JOBS and not options.dry_run,
    )
    recipe, is_open = _read_recipe(session, options, repeat)
    with ExitStatus(output) as exit_status:
        requests = build_requests(session, options, target, recipe, exit_status.report)
    if is_open:  # nothing of it may be taken for the new one
        requests = [replace(each, again=True, always_new=True) for each in requests]
    tell_catalog_changes(session, [each.model.id for each in requests])
    if options.dry_run:
        from krea_cli.commands.generate.dry_run import show_requests

        show_requests(session, requests, budget)
        return
    _run_requests(context, options, requests, budget)


def _run_requests(
    context: "Context",
    options: GenerateOptions,
    requests: "Sequence[GenerateRequest]",
    budget: "Budget | None",
) -> None:
    """Submit REQUESTS, and save what they make."""
    session: Session = context.obj
    output = session.output
    from krea_cli.flows.generate.generate import Generate

    flow_context = session.flow_context(budget=budget)
    _warn_of_formats(requests, flow_context)
    confirm = confirm_jobs(session, requests, yes=options.yes, max_cost=options.max_cost)
    generate = Generate(requests, flow_context, deadline=session.deadline, confirm=confirm)
    with ExitStatus(output) as exit_status, output.progress():
        try:
            if options.no_wait:
                _submit(session, generate)
            else:
                _make(session, generate, exit_status)
        finally:
            # Told even when a signal ends the waiting for others: it may be about money.
            for failure in generate.failures:
                _suggest_host(failure, session)
                if isinstance(failure, ModelRetired) and failure.replacement:
                    from krea_cli.commands.generate.retry_command import with_model

                    failure.hint = with_model(context, failure.replacement)
                exit_status.report(failure)


def _submit(session: "Session", generate: "Generate") -> None:
    from krea_cli.flows.jobs.record import job_record

    for row in generate.submitted(session.result_saver()):
        session.output.print_submitted(job_record(None, row))


def _make(session: "Session", generate: "Generate", exit_status: ExitStatus) -> None:
    """Print each result as it is saved; at the end the sum, even after a signal."""
    totals = GenerateTotals(session, generate)
    describe = partial(describe_result, shows_seed=generate.count > 1)
    try:
        for outcome in generate.outcomes(session.result_saver()):
            totals.add(outcome)
            session.output.print_files(outcome.record(), describe)
            if outcome.error:
                _suggest_host(outcome.error, session)
                exit_status.report(outcome.error)
    finally:
        totals.print()


def _count_at_most(options: GenerateOptions) -> int:
    """Count the jobs that OPTIONS may make, before anything is read."""
    variants = 1 if options.vary is None else options.vary or MANY_JOBS + 1
    return options.count * len(model_names(options)) * variants


def _read_recipe(
    session: "Session", options: GenerateOptions, repeat: str | None
) -> "tuple[BaseRecipe | None, bool]":
    """Read the recipe to start from; tell if the request that is to be made anew is not over."""
    if repeat is None and options.like is None:
        return None, False
    if repeat is not None:
        from krea_cli.commands.generate.repeated_recipe import read_recipe_to_repeat

        yes = options.yes or options.dry_run
        return read_recipe_to_repeat(session, repeat, yes=yes)
    if options.preset:
        raise UsageError("--like and --preset exclude each other", hint="give only one of them")
    from krea_cli.commands.named_jobs import read_named_recipe

    recipe, _ = read_named_recipe(session, str(options.like))
    return recipe, False


def _warn_of_formats(requests: "Sequence[GenerateRequest]", context: "FlowContext") -> None:
    """Warn before REQUESTS are sent of pictures with the extension of another format, or none."""
    from krea_cli.flows.events import WarningNote
    from krea_cli.flows.files.originals import writable_type

    if requests and (warning := _bare_name_warning(requests[0].target)):
        context.tell(WarningNote(warning))
    for request in requests:
        model, target = request.model, request.target
        if request.convert or not target.makes_files or not writable_type(target.text):
            continue
        from krea_cli.flows.generate import expected_format as formats

        kind = formats.expected_type(model, request.body, context.account_ledger)
        if kind is not None and formats.misnamed(target.text, kind):
            context.tell(WarningNote(formats.misnamed_warning(model, target.text, kind)))


def _bare_name_warning(target: "Target") -> str | None:
    """Return a warning if TARGET is a new file without an extension: a folder may be meant."""
    name = os.path.basename(target.text)
    if target.kind is not TargetKind.EXACT or "." in name:
        return None
    if os.path.lexists(target.cwd / target.text):
        return None
    text = escape_braces(target.text)
    folder, named = shell_line("-o", f"{text}/"), shell_line("-o", text + ".{ext}")
    return (
        f"{target.text} becomes a file without an extension: {folder} saves into a folder of that"
        f" name, {named} adds the extension that fits"
    )


def _suggest_host(error: KreaError, session: "Session") -> None:
    """Name in the hint of ERROR the command that goes on with a request of another host."""
    if isinstance(error, LeftToHost):
        error.suggest(shell_line("krea", *session.argv))
