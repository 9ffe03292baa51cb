"""krea wait"""

from functools import partial
from typing import TYPE_CHECKING

import typer

from krea_cli.options import Ids, Json, Profile, Quiet, Timeout, TokenFile, Verbose

if TYPE_CHECKING:
    from krea_cli.commands.session import Session


def wait(
    context: typer.Context,
    ids: Ids = None,
    timeout: Timeout = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    profile: Profile = None,
    token_file: TokenFile = None,
) -> None:
    """Wait for jobs and print the id of each that completes.

    Takes ids, or ids and job records from stdin, and acts on each line as it comes.
    With --json prints the record of every job, failed ones too.

    Examples:

    \b
      krea wait 550e8400-e29b-41d4-a716-446655440000
      krea generate --no-wait "a red fox" | krea wait | krea download
    """
    from krea_cli.commands.exit_status import Ending
    from krea_cli.flows.jobs.job_ids import mentions
    from krea_cli.flows.jobs.ledger_view import Recall
    from krea_cli.flows.jobs.wait import Outcome, Wait
    from krea_cli.flows.jobs.watch import Watch

    session: Session = context.obj
    output, clock, account_ledger = session.output, session.clock, session.account_ledger_or_none()
    named = mentions(ids, session.env.stdin, clock, command="wait")
    watch = Watch(session.api, account_ledger, clock, output.tell, random=session.env.random)
    limit = partial(session.patience, timeout)
    recall = Recall(account_ledger, output.tell)
    waiting = Wait(watch, recall, clock, output.tell, typical=session.catalog_seconds, limit=limit)
    with Ending(output) as ending, output.progress():
        for outcome in waiting.outcomes(named):
            if not isinstance(outcome, Outcome):
                ending.failed(outcome)
            elif outcome.error is None:
                output.job_id(outcome.record)
            else:
                output.record(outcome.record)
                ending.failed(outcome.error)
