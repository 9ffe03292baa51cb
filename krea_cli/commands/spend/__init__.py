"""`krea spend`: the cost of earlier requests."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, cast

import typer

from krea_cli.options import Json, Profile, Quiet, Verbose

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.commands.spend.table import SpendTable
    from krea_cli.local.ledger.spend_report import Grouping, SpendReport

GROUPINGS = ("day", "model", "batch", "profile", "tag")


def parse_grouping(text: str) -> str:
    """Return TEXT if spending can be grouped by it."""
    if text not in GROUPINGS:
        raise typer.BadParameter(f"{text!r} is none of {', '.join(GROUPINGS)}")
    return text


Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="TIME",
        show_default="today",
        help="From this time on: 30d, 12h, yesterday, monday, or 2026-11-01.",
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        parser=parse_grouping,
        metavar="GROUP",
        help="A line for each day, model, batch, profile or tag, then the sum.",
    ),
]
Csv = Annotated[bool, typer.Option("--csv", help="A table with headings, for spreadsheets.")]


def spend(
    context: typer.Context,
    since: Since = None,
    by: By = None,
    csv: Csv = False,
    profile: Profile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show what requests have cost, today or since a time.

    Adds up what the ledger of this machine holds, of all logins, or of one with --profile. Needs no
    token and no network. Days begin at midnight here. "Paid" has all paid jobs, also those of an
    unsure price, and a line below says how many. "Under way" is what running jobs may cost. "In
    doubt" is what requests without a clear answer may have cost. "Given back" is what failed and
    cancelled jobs did not cost. "Unknown" counts requests without a known price. At last it tells
    what was paid more than a day ago and not saved, and the command for it.

    Examples:

    \b
      krea spend
      krea spend --since 30d --by model
      krea spend --since 2026-11-01 --by day --csv
    """
    from krea_cli.commands.moments import parse_moment
    from krea_cli.commands.spend.table import SpendTable

    session: Session = context.obj
    output = session.output
    if csv and output.json:
        from krea_cli.errors import UsageError

        raise UsageError("--csv and --json exclude each other", hint="give only one of them")
    start = parse_moment(since or "today", session.clock.now(), whole_days=True)
    report = _open_report(context, start)
    # Typer knows a parser's result as text.
    grouping = cast("Grouping | None", by)
    table = SpendTable(report, grouping, since=start, cwd=session.env.current_dir)
    if csv:
        output.print_line(table.csv())
    else:
        table.print(output)
    for sentence in _remarks(session, report, table, start):
        output.say(sentence)


def _open_report(context: typer.Context, since: float) -> "SpendReport":
    """Open the ledger for reading; an empty one where there is none yet.

    Raises UsageError for a profile that nobody knows.
    """
    from krea_cli.commands.account_profiles import name_accounts
    from krea_cli.local.ledger.ledger import Ledger

    session: Session = context.obj
    if Ledger.exists_in(session.env.state_dir, session.host):
        ledger = session.ledger
    else:
        ledger = Ledger.in_memory()
        context.call_on_close(ledger.close)
    boot_id = session.clock.boot()[0]
    for account in ledger.list_accounts(session.base):
        ledger.for_account(session.base, account).settle_unsent(boot_id)
    profiles = name_accounts(session, ledger)
    profile = session.profile
    report = ledger.spend_report(session.base, since, profiles=profiles, profile=profile)
    if profile is not None and not (profile in profiles.values() or report.has_profile()):
        from krea_cli.errors import UsageError

        raise UsageError(
            f"no login is stored as {profile}, and no request was sent with it",
            hint="krea spend --by profile, without --profile, lists them",
        )
    return report


def _remarks(
    session: "Session", report: "SpendReport", table: "SpendTable", since: float
) -> Iterator[str]:
    """Yield a sentence for each reason why the sums are not the whole truth.

    At last, jobs paid long ago and not saved.
    """
    from krea_cli.commands.spend.unsure import describe_unsure
    from krea_cli.commands.unsaved_jobs import describe_unsaved_jobs
    from krea_cli.local.ledger.spend_report import day_of

    yield from describe_unsure(table.total)
    if table.counts_twice:
        yield "a request with several tags counts in each of their lines, and once in the sum"
    pruned = report.pruned_before()
    if pruned is not None and pruned > since:
        yield f"requests before {day_of(pruned)} may be forgotten, by the setting history.keep"
    own, _ = session.host.locate_ledger(session.env.state_dir)
    if any(path.name != own.name for path in own.parent.glob("ledger*.sqlite3")):
        yield "other machines have ledgers in the same folder: each tells its own spending"
    yield from describe_unsaved_jobs(session)
