"""`krea doctor`: check the set-up."""

from typing import TYPE_CHECKING, Annotated

import typer

from krea_cli.options import Json, Profile, Quiet, TokenFile, Verbose

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

Repair = Annotated[
    bool,
    typer.Option(
        "--repair",
        help="Set a damaged ledger aside, so that a new one is made; sum up anew for caps.",
    ),
]


def doctor(
    context: typer.Context,
    repair: Repair = False,
    profile: Profile = None,
    token_file: TokenFile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Check the set-up, and suggest how to fix problems.

    Checks versions, folders, settings, token, network, service, catalog, ledger and terminal. Tells
    which files are kept here, and how large they are. Exits with 1 if something is wrong.

    Examples:

    \b
      krea doctor
      krea doctor --json
      krea doctor --repair
    """
    from krea_cli.commands.doctor.checks import run_checks
    from krea_cli.errors import KreaError

    session: Session = context.obj
    if repair:
        _repair_ledger(session)
    problems = []
    for finding in run_checks(session):
        hint = f" ({finding.hint})" if finding.hint else ""
        text = f"{finding.name:<10} {finding.text}{hint}"
        session.output.print_state(finding.state, text, vars(finding))
        if finding.state == "wrong":
            problems.append(finding)
    if problems:
        names = ", ".join(dict.fromkeys(finding.name for finding in problems))
        raise KreaError(f"something is wrong with: {names}", hint=problems[0].hint)


def _repair_ledger(session: "Session") -> None:
    from krea_cli.local.ledger.repair import examine_ledger, mend_sums, set_ledger_aside

    health = examine_ledger(session.env.state_dir, session.host)
    if health.problem is None and health.wrong_sums:
        mend_sums(session.env.state_dir, session.host)
        session.output.say("the sums for caps are those of the requests again")
        return
    if health.problem is None:
        session.output.say("the ledger is not damaged: there is nothing to repair")
        return
    aside = set_ledger_aside(session.env.state_dir, session.host, now=session.clock.now())
    session.output.warn(
        f"the damaged ledger is now {aside}; what it held in doubt is forgotten:"
        " look at krea.ai before you send a request again"
    )
