"""`krea cancel`."""

from typing import TYPE_CHECKING

import typer

from krea_cli.options import Ids, Json, Profile, Quiet, TokenFile, Verbose

if TYPE_CHECKING:
    from krea_cli.commands.session import Session


def cancel(
    context: typer.Context,
    ids: Ids = None,
    profile: Profile = None,
    token_file: TokenFile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Stop jobs that still run; cancelled jobs are not billed.

    A job that has ended is left alone: its results stay where they are.

    Examples:

    \b
      krea cancel 0f6f7a52-8e55-4b0c-9d2c-0a3c5e3f6f11
      krea generate --no-wait "a" | krea cancel
    """
    from krea_cli.commands.exit_status import Ending
    from krea_cli.flows.jobs.cancel import Cancelling
    from krea_cli.flows.jobs.job_ids import mentions
    from krea_cli.flows.jobs.ledger_view import Recall

    session: Session = context.obj
    meant = mentions(ids, session.env.stdin, session.clock, command="cancel")
    recall = Recall(session.account_ledger_or_none(), session.output.tell)
    cancelling = Cancelling(session.api, recall, session.clock, session.output.tell)
    with Ending(session.output) as ending:
        for stopped in cancelling.stopped(meant):
            if stopped.job_id is None:
                session.output.record(stopped.record)
            else:
                session.output.line(f"{stopped.job_id}\t{stopped.status}", stopped.record)
            if stopped.error:
                ending.failed(stopped.error)
