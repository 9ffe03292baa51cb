"""`krea recover`: requests whose answer was lost."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from krea_cli.api.data_url import display_url
from krea_cli.api.job_id import read_job_id
from krea_cli.commands.other_work import tell_of_other_work
from krea_cli.commands.request_options import find_assumed_price
from krea_cli.errors import InDoubt, KreaError, UsageError
from krea_cli.options import (
    AssumePrice,
    Json,
    Profile,
    Quiet,
    TokenFile,
    Verbose,
    Yes,
    parse_seconds,
)
from krea_cli.terminal import formats
from krea_cli.text import one_line

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.flows.submit.doubt import Doubt
    from krea_cli.flows.submit.recover import Decision, Recovery

MAX_PROMPT_CHARACTERS = 100

Adopt = Annotated[
    list[str] | None,
    typer.Option("--adopt", metavar="ROW=JOB", help="Take JOB as the job of request ROW."),
]
Resubmit = Annotated[
    list[str] | None,
    typer.Option("--resubmit", metavar="ROW", help="Send request ROW again, and pay again."),
]
Forget = Annotated[
    list[str] | None,
    typer.Option("--forget", metavar="ROW", help="Stop looking for the job of request ROW."),
]
Older = Annotated[
    float | None,
    typer.Option(
        "--older",
        parser=parse_seconds,
        metavar="TIME",
        help="With `all`: the requests sent longer ago than TIME, such as 15m.",
    ),
]


def recover(
    context: typer.Context,
    adopt: Adopt = None,
    resubmit: Resubmit = None,
    forget: Forget = None,
    older: Older = None,
    assume_price: AssumePrice = None,
    yes: Yes = False,
    profile: Profile = None,
    token_file: TokenFile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Find the jobs of requests whose answer was lost.

    Searches the service's list of jobs and takes those that are certain. Shows the other requests
    with the jobs that may be theirs, and exits with 9 if there are any. Sends nothing by itself:
    --resubmit is your permission to send a request again, and perhaps to pay for it twice.

    ROW is the number shown by krea recover, or `all` together with --older.

    Examples:

    \b
      krea recover
      krea recover --adopt 12=550e8400-e29b-41d4-a716-446655440000
      krea recover --resubmit all --older 15m
      krea recover --forget 12
    """
    session: Session = context.obj
    adoptions = [_parse_adoption(session, text) for text in adopt or ()]
    assumed_price = find_assumed_price(session, assume_price)
    recovery = _create_recovery(
        session, resubmits=bool(resubmit), assumed_price=assumed_price, yes=yes
    )
    if not (adopt or resubmit or forget or older is not None):
        _reconcile(session, recovery)
        return
    resubmit_ids = _parse_row_ids(session, recovery, "--resubmit", resubmit, older)
    forget_ids = _parse_row_ids(session, recovery, "--forget", forget, older)
    if older is not None and "all" not in [*(resubmit or ()), *(forget or ())]:
        raise UsageError(
            "--older says which requests `all` means", hint="add --forget all, or --resubmit all"
        )
    spared = "all" in (resubmit or ())
    decisions = recovery.decisions(adoptions, forget_ids, resubmit_ids, spare_candidates=spared)
    _carry_out(session, decisions)


def _create_recovery(
    session: "Session", *, resubmits: bool, assumed_price: int | None, yes: bool
) -> "Recovery":
    from krea_cli.commands.budget import load_budget, reprice
    from krea_cli.commands.confirm import confirm_rows
    from krea_cli.flows.submit.recover import Recovery

    timeout = session.timeout_seconds(None, None)
    until = None if timeout is None else session.clock.monotonic() + timeout
    budget = load_budget(session, assumed_price=assumed_price) if resubmits else None
    flow_context = session.flow_context(budget=budget)
    return Recovery(
        flow_context,
        until=until,
        reprice=partial(reprice, session),
        confirm=partial(confirm_rows, session, yes=yes, assumed_price=assumed_price),
    )


def _reconcile(session: "Session", recovery: "Recovery") -> None:
    with session.output.progress():
        doubts = recovery.reconcile()
    for doubt in doubts:
        session.output.print_line(_describe(doubt), doubt.record())
    open_doubts = [doubt for doubt in doubts if doubt.open]
    if not doubts:
        session.output.say("nothing is in doubt")
    if len(open_doubts) < len(doubts):
        session.output.hint("krea download --missing saves what was found")
    tell_of_other_work(session)
    if open_doubts:
        raise _in_doubt_error(open_doubts, session.clock.now())


def _carry_out(session: "Session", decisions: "Iterator[Decision]") -> None:
    from krea_cli.commands.exit_status import ExitStatus
    from krea_cli.flows.jobs.record import job_record

    output, has_jobs = session.output, False
    with ExitStatus(output) as exit_status, output.progress():
        for decision in decisions:
            if decision.row is None:
                exit_status.report(decision.error or KreaError("nothing was decided"))
            elif decision.row.job_id:
                output.print_submitted(job_record(None, decision.row))
                has_jobs = True
            else:
                output.say(f"request {decision.row.id} is {decision.row.state}")
        if has_jobs:
            output.hint("krea download --missing saves the results of jobs that are done")


def _in_doubt_error(doubts: "Sequence[Doubt]", now: float) -> InDoubt:
    """Return the error for DOUBTS, with commands about the first that has candidates."""
    first = next((doubt for doubt in doubts if doubt.candidates), doubts[0])
    row_id, advice = first.row.id, ""
    if first.candidates:
        only = len(first.candidates) == 1
        job, which = (first.candidates[0].job.id, "that job") if only else ("JOB", "one of them")
        advice = f"krea recover --adopt {row_id}={job} takes {which}; "
    elif not first.is_list_read:
        advice = "krea recover later, once the list of jobs can be read; "
    elif first.young(now):
        advice = "krea recover in two minutes: a job may still appear; "
    subject = "1 request is" if len(doubts) == 1 else f"{len(doubts)} requests are"
    advice += f"krea recover --resubmit {row_id} sends it again; --forget {row_id} lets it go"
    return InDoubt(f"{subject} in doubt, and may have been charged", hint=advice)


def _describe(doubt: "Doubt") -> str:
    """Return a request and its candidates as text, a line each."""
    row = doubt.row
    sent = formats.local_time(row.sent_at or row.created_at, milliseconds=True)
    price = f", price {row.price or 'unknown'}"
    state = f"in doubt: {row.error or 'no answer'}" if doubt.open else f"{row.state}: {row.job_id}"
    lines = [f"request {row.id}  {state}", f"  sent {sent} to {row.model}{price}"]
    if row.prompt:
        lines.append(f"  prompt {one_line(row.prompt)[:MAX_PROMPT_CHARACTERS]}")
    if row.target:
        lines.append(f"  for {one_line(row.target)}")
    for candidate in doubt.candidates:
        job = candidate.job
        created_at = "at an unknown time"
        if job.created_at is not None:
            created_at = formats.local_time(job.created_at, milliseconds=True)
        facts = [job.id, f"made {created_at}", job.type, job.status]
        facts += [f"but {reason}" for reason in candidate.against]
        facts += [display_url(output.url) for output in job.outputs[:1]]
        lines.append("  perhaps " + "  ".join(one_line(fact) for fact in facts if fact))
    return "\n".join(lines)


def _parse_adoption(session: "Session", text: str) -> tuple[int, str]:
    """Return the row and the job of ROW=JOB; JOB may be the beginning of a candidate's id."""
    from krea_cli.flows.recipe.selector import choose_by_prefix

    row_word, equals, job_word = text.partition("=")
    if not equals:
        raise UsageError(f"--adopt {text} is not ROW=JOB", hint="krea recover shows both")
    row_id, job_id = _find_row_id(session, row_word), read_job_id(job_word)
    seen = session.account_ledger.ownership.list_remembered_candidates([row_id])
    return row_id, choose_by_prefix(job_id, [job.id for job in seen]) or job_id


def _find_row_id(session: "Session", text: str) -> int:
    """Return the number of the request that TEXT means: 12, #12, last or last~2."""
    from krea_cli.flows.recipe.selector import LAST, ROW, find_request

    word = text.strip()
    if not (re.fullmatch(LAST, word) or re.fullmatch(ROW, word)):
        raise UsageError(f"{text!r} is not the number of a request", hint="krea recover shows them")
    try:
        row = find_request(word, session.account_ledger)
    except UsageError as error:
        error.hint = "krea recover lists those that are in doubt"
        raise
    return row.id if row else 0


def _parse_row_ids(
    session: "Session",
    recovery: "Recovery",
    option: str,
    texts: "Sequence[str] | None",
    older: float | None,
) -> list[int]:
    """Return the row ids in TEXTS; `all` stands for requests sent OLDER seconds ago or earlier."""
    if "all" not in (texts or ()):
        return [_find_row_id(session, text) for text in texts or ()]
    if older is None:
        raise UsageError(
            "`all` needs --older, so that requests under way are left alone",
            hint=f"krea recover {option} all --older 15m",
        )
    return recovery.older(older)
