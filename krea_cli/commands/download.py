"""`krea download`: save the results of jobs."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from krea_cli.options import (
    Convert,
    Embed,
    Force,
    Ids,
    Json,
    NoLedger,
    NoOriginal,
    OnEnd,
    OutputOption,
    Profile,
    Quiet,
    Sidecar,
    Timeout,
    TokenFile,
    Verbose,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from krea_cli.commands.session import Session
    from krea_cli.flows.download.collect import JobOutcome
    from krea_cli.flows.download.download import Download
    from krea_cli.flows.download.save import ResultSaver
    from krea_cli.flows.files.target import Target
    from krea_cli.flows.jobs.job_ids import JobMention

Missing = Annotated[
    bool, typer.Option("--missing", help="Every finished job whose results were never saved.")
]


def download(
    context: typer.Context,
    ids: Ids = None,
    output: OutputOption = None,
    force: Force = False,
    timeout: Timeout = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    on_end: OnEnd = None,
    profile: Profile = None,
    token_file: TokenFile = None,
    no_ledger: NoLedger = False,
    missing: Missing = False,
    sidecar: Sidecar = False,
    embed: Embed = False,
    convert: Convert = False,
    no_original: NoOriginal = False,
) -> None:
    """Wait for jobs if necessary, and save their results.

    Takes ids, or ids and job records from stdin, and acts on each line as it comes. Without -o
    the results go to the place given to generate, else here. --missing saves each unsaved job.

    Examples:

    \b
      krea download 550e8400-e29b-41d4-a716-446655440000 -o fox.png
      krea generate --no-wait "a" | krea download -o "pics/{job_id}.{ext}"
      krea download --missing
    """
    from krea_cli.commands.conversion import refuse_conversion, refuse_stream
    from krea_cli.commands.exit_status import ExitStatus
    from krea_cli.commands.result_line import describe_result
    from krea_cli.commands.totals import DownloadTotals
    from krea_cli.flows.download.download import Download

    session: Session = context.obj
    refuse_conversion(convert=convert, no_original=no_original, name=output)
    target = _parse_output(session, output, ids, force=force)
    refuse_stream(target, convert=convert)
    jobs = _read_mentions(session, ids, output, missing=missing)
    with ExitStatus(session.output) as exit_status, session.output.progress():
        flow = Download(
            _result_saver(session, target, ids or ()),
            target,
            several=not ids or len(ids) > 1 or ids == ["-"],
            typical=session.typical_seconds,
            timeout_for=partial(session.timeout_seconds, timeout),
            refuse=exit_status.report,
            sidecar=sidecar,
            embed=embed,
            convert=convert,
            original=not no_original,
        )
        totals = DownloadTotals(session)
        for outcome in flow.outcomes(jobs) if jobs else _save_missing(session, flow):
            totals.add(outcome)
            if not target.to_stdout:
                session.output.print_files(outcome.record(), describe_result)
            if outcome.error:
                exit_status.report(outcome.error)
        totals.print()


def _save_missing(session: "Session", flow: "Download") -> "Iterator[JobOutcome]":
    from krea_cli.commands.other_work import tell_of_other_work

    yield from flow.missing(session.status_reader())
    tell_of_other_work(session)


def _parse_output(
    session: "Session", output: str | None, ids: list[str] | None, *, force: bool
) -> "Target":
    """Return the target that -o means. Raises `UsageError` for several results to stdout."""
    from krea_cli.commands.implied_output import find_implied_output
    from krea_cli.flows.download.download import expect_one
    from krea_cli.flows.files.naming import read_typed_path
    from krea_cli.flows.files.target import parse_target

    if output is None and (implied := find_implied_output(session)):
        return implied.target(session.env.current_dir, force=force)
    output = output and read_typed_path(output, is_option=True)
    target = parse_target(output, cwd=session.env.current_dir, force=force)
    if target.to_stdout:
        session.output.require_binary_stdout()
    if target.takes_one:
        expect_one(ids, target)
    return target


def _result_saver(session: "Session", target: "Target", ids: "Sequence[str]") -> "ResultSaver":
    """Return a saver; with --force it overwrites no only copy of another of the jobs IDS."""
    saver = session.result_saver()
    ledger = saver.context.account_ledger
    if not target.force or len(ids) < 2 or ledger is None:
        return saver
    from dataclasses import replace

    from krea_cli.commands.named_jobs import find_named_job
    from krea_cli.flows.files.kept_files import KeptFiles

    job_ids = {find_named_job(session, word) for word in ids if word != "-"}
    return replace(saver, kept_files=KeptFiles(ledger, lambda owner: owner.job_id in job_ids))


def _read_mentions(
    session: "Session", ids: list[str] | None, output: str | None, *, missing: bool
) -> "Iterator[JobMention] | None":
    """Return the jobs named on the command line or stdin, or None for those of the ledger."""
    from krea_cli.commands.named_jobs import read_named_jobs
    from krea_cli.errors import UsageError

    if not missing:
        return read_named_jobs(session, ids, command="download")
    if ids:
        raise UsageError(
            "--missing finds the ids itself", hint="give the ids or --missing, not both"
        )
    if output is not None:
        raise UsageError(
            "--missing saves each result to the place first asked for, and -o names another",
            hint="krea history --unfinished lists them; krea download ID -o PATH",
        )
    return None
