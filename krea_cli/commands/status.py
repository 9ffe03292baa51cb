"""krea status"""

from typing import TYPE_CHECKING

import typer

from krea_cli.options import Ids, Json, Profile, Quiet, TokenFile, Verbose

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.flows.jobs.status import Sight

COLUMNS = ("id", "status", "model", "age")


def status(
    context: typer.Context,
    ids: Ids = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    profile: Profile = None,
    token_file: TokenFile = None,
) -> None:
    """Show where jobs stand now, without waiting.

    Takes ids, or ids and job records from stdin. Exits with 0 when every job could be read,
    whatever became of it.

    Examples:

    \b
      krea status 550e8400-e29b-41d4-a716-446655440000
      krea generate --no-wait "a red fox" | krea status --json
    """
    from krea_cli.commands.exit_status import Ending
    from krea_cli.flows.jobs.job_ids import mentions
    from krea_cli.flows.jobs.status import Sight

    session: Session = context.obj
    output, clock = session.output, session.clock
    named = mentions(ids, session.env.stdin, clock, command="status")
    glance = session.glance()
    with Ending(output) as ending:
        for group in glance.groups(named):
            seen = [sight for sight in group if isinstance(sight, Sight) and sight.record]
            rows = [_row(sight, clock.now()) for sight in seen]
            output.table(COLUMNS, rows, [sight.record for sight in seen if sight.record])
            for each in group:
                if error := each.error if isinstance(each, Sight) else each:
                    ending.failed(error)


def _row(sight: "Sight", now: float) -> tuple[str | None, ...]:
    from krea_cli.terminal import formats

    job, record = sight.job, sight.record or {}
    created = job.created_at if job else None
    age = formats.duration(max(0.0, now - created)) if created is not None else None
    return (sight.job_id, job.status if job else None, record.get("model"), age)
