"""krea recover"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from krea_cli.api.job_id import check_job_id
from krea_cli.errors import InDoubt, KreaError, UsageError
from krea_cli.options import AssumePrice, Json, Profile, Quiet, TokenFile, Verbose, seconds
from krea_cli.terminal import formats
from krea_cli.text import one_line

if TYPE_CHECKING:
    from decimal import Decimal

    from krea_cli.commands.session import Session
    from krea_cli.flows.submit.recover import Decision, Doubt, Recovery
    from krea_cli.local.ledger.budget import Budget

LONGEST_PROMPT = 100  # characters that are shown of one

Adopt = Annotated[
    list[str] | None,
    typer.Option("--adopt", metavar="ROW=JOB", help="JOB is what became of request ROW."),
]
Resubmit = Annotated[
    list[str] | None,
    typer.Option("--resubmit", metavar="ROW", help="Send request ROW again, and pay again."),
]
Forget = Annotated[
    list[str] | None,
    typer.Option("--forget", metavar="ROW", help="Look for the job of request ROW no longer."),
]
Older = Annotated[
    float | None,
    typer.Option(
        "--older",
        parser=seconds,
        metavar="TIME",
        help="What `all` means: the requests sent longer ago than this, such as 15m.",
    ),
]


def recover(
    context: typer.Context,
    adopt: Adopt = None,
    resubmit: Resubmit = None,
    forget: Forget = None,
    older: Older = None,
    assume_price: AssumePrice = None,
    profile: Profile = None,
    token_file: TokenFile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Settle requests whose answer got lost, or decide about them.

    Looks for their jobs in the service's list and takes those that are certain. Shows the others
    with the jobs that they may be, and exits with 9 as long as there are any. Sends nothing by
    itself: --resubmit is your word that a request is to be paid for, perhaps a second time.

    ROW is the number that is shown, or `all` together with --older.

    Examples:

    \b
      krea recover
      krea recover --adopt 12=550e8400-e29b-41d4-a716-446655440000
      krea recover --resubmit all --older 15m
      krea recover --forget 12
    """
    from krea_cli.flows.submit.recover import Recovery

    session: Session = context.obj
    pairs = [_pair(text) for text in adopt or ()]
    until = session.patience(None, None)
    now = session.clock.monotonic()
    flow = session.flow_context(budget=_budget(session, assume_price) if resubmit else None)
    recovery = Recovery(flow, until=None if until is None else now + until)
    if adopt or resubmit or forget or older is not None:
        again = _rows(recovery, resubmit, older)
        gone = _rows(recovery, forget, older)
        if older is not None and "all" not in [*(resubmit or ()), *(forget or ())]:
            raise UsageError(
                "--older says which requests `all` means",
                hint="krea recover --resubmit all --older 15m",
            )
        _decide(session, recovery.decisions(adopt=pairs, forget=gone, resubmit=again))
    else:
        _look(session, recovery)


def _budget(session: "Session", assumed: "Decimal | None") -> "Budget | None":
    """What may be spent on what is sent again: it counts for the day like all else."""
    from krea_cli.commands.budget import budget

    return budget(session, assume=assumed)


def _look(session: "Session", recovery: "Recovery") -> None:
    with session.output.progress():
        doubts = recovery.settle()
    for doubt in doubts:
        session.output.line(_told(doubt), doubt.record())
    left = [doubt for doubt in doubts if doubt.open]
    if not doubts:
        session.output.say("nothing is in doubt")
    if len(left) < len(doubts):
        session.output.hint("krea download --missing saves what was found")
    if left:
        raise _in_doubt(left, session.clock.now())


def _decide(session: "Session", decisions: "Iterator[Decision]") -> None:
    from krea_cli.commands.exit_status import Ending
    from krea_cli.flows.jobs.record import record

    output, made = session.output, False
    with Ending(output) as ending, output.progress():
        for decision in decisions:
            if decision.row is None:
                ending.failed(decision.error or KreaError("nothing was decided"))
            elif decision.row.job_id:
                output.submitted(record(None, decision.row))
                made = True
            else:
                output.say(f"request {decision.row.id} is {decision.row.state}")
        if made:
            output.hint("krea download --missing saves the results of jobs that are done")


def _in_doubt(left: "Sequence[Doubt]", now: float) -> InDoubt:
    """The error for what is LEFT, with what can be typed about the first."""
    first = next((doubt for doubt in left if doubt.candidates), left[0])
    row, taken = first.row.id, ""
    if first.candidates:
        only = len(first.candidates) == 1
        job, which = (first.candidates[0].id, "that job") if only else ("JOB", "one of them")
        taken = f"krea recover --adopt {row}={job} takes {which}; "
    elif first.young(now):
        taken = "krea recover in two minutes: a job may still appear; "
    what = "1 request is" if len(left) == 1 else f"{len(left)} requests are"
    return InDoubt(
        f"{what} in doubt, and may have been charged",
        hint=f"{taken}krea recover --resubmit {row} sends it again; --forget {row} lets it go",
    )


def _told(doubt: "Doubt") -> str:
    """A request and its candidates, for people."""
    row = doubt.row
    sent = formats.moment(row.sent_at or row.created_at, precisely=True)
    price = f", price {row.price or 'unknown'}"
    state = f"in doubt: {row.error or 'no answer'}" if doubt.open else f"{row.state}: {row.job_id}"
    lines = [f"request {row.id}  {state}", f"  sent {sent} to {row.model}{price}"]
    if row.prompt:
        lines.append(f"  prompt {one_line(row.prompt)[:LONGEST_PROMPT]}")
    if row.target:
        lines.append(f"  for {one_line(row.target)}")
    for job in doubt.candidates:
        made = formats.moment(job.created_at, precisely=True) if job.created_at else "some time"
        facts = [job.id, f"made {made}", job.type, job.status]
        facts += [output.url for output in job.outputs[:1]]
        lines.append("  perhaps " + "  ".join(one_line(fact) for fact in facts if fact))
    return "\n".join(lines)


def _pair(text: str) -> tuple[int, str]:
    row, equals, job = text.partition("=")
    if not equals:
        raise UsageError(f"--adopt {text} is not ROW=JOB", hint="krea recover shows both")
    return _row(row), check_job_id(job.strip())


def _row(text: str) -> int:
    number = text.strip().removeprefix("#")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise UsageError(f"{text!r} is not the number of a request", hint="krea recover shows them")
    return int(number)


def _rows(recovery: "Recovery", texts: "Sequence[str] | None", older: float | None) -> list[int]:
    """The requests that are named; `all` are those sent OLDER seconds ago."""
    if "all" not in (texts or ()):
        return [_row(text) for text in texts or ()]
    if older is None:
        raise UsageError(
            "`all` needs --older, so that what is under way is left alone",
            hint="krea recover --resubmit all --older 15m",
        )
    return recovery.older(older)
