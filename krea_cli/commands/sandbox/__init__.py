"""`krea sandbox`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

# The table in sandbox/faults.py says what each does; a test holds the two together.
FAULTS = """\
Go wrong on purpose; repeatable. KIND, and if wanted behind colons its probability (0.2), how
often at most (x1) and its length (2s): late:x1:2s. KIND is for a submit one of reset-before,
reset-after, late, slow-submit, 401, 402, 402-plan, 403, 410, 422, 429, 429-after, 500, 503,
503-after, 524, 524-before, garbage, empty-body, deprecated; for jobs fresh-404, list-lag,
list-empty, strangers, odd-status, poll-500, poll-reset; for downloads cut, slow, download-403,
download-404, download-500, no-length. After reset-after, 524, garbage and empty-body there is a
job, after late there will be one, after reset-before and 524-before there is none."""

Command = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[-- COMMAND]...", help="Run this against the sandbox; without it, serve."
    ),
]
Speed = Annotated[
    float, typer.Option("--speed", metavar="N", help="Jobs run N times faster than in reality.")
]
Seconds = Annotated[
    float | None,
    typer.Option("--seconds", metavar="N", help="What a job takes, instead of the model's time."),
]
Seed = Annotated[
    int | None, typer.Option("--seed", metavar="N", help="Make ids, times and faults repeatable.")
]
Concurrency = Annotated[
    int, typer.Option("--concurrency", metavar="N", help="Jobs that run at once; others wait.")
]
Backlog = Annotated[
    int | None,
    typer.Option("--backlog", metavar="N", help="Jobs that may wait; beyond, 429. Default: any."),
]
Openapi = Annotated[
    Path | None,
    typer.Option("--openapi", metavar="FILE", help="Serve the models of this document."),
]
Fault = Annotated[
    list[str] | None, typer.Option("--fault", metavar="KIND", help=" ".join(FAULTS.split()))
]
Port = Annotated[int, typer.Option("--port", metavar="N", help="Of the API; 0 is any.")]


def sandbox(
    context: typer.Context,
    command: Command = None,
    speed: Speed = 1.0,
    seconds: Seconds = None,
    seed: Seed = None,
    concurrency: Concurrency = 12,
    backlog: Backlog = None,
    openapi: Openapi = None,
    fault: Fault = None,
    port: Port = 0,
) -> None:
    """Rehearse free of charge against an embedded Krea.

    With a COMMAND, runs it with the sandbox's address and token, a ledger and
    a cache of its own, and exits with its code. Without one, serves on the
    loopback interface until Ctrl-C, and prints two lines for other terminals.

    The word fail, nsfw, ip_detected, violence, personal_info, empty, cancel,
    two or map in square brackets, in the prompt, ends its job that way.

    Examples:

    \b
      krea sandbox -- krea generate "a red fox in snow" -o fox.png
      krea sandbox --speed 50 -- ./make-catalogue.sh
      krea sandbox --fault 429:0.2 --fault reset-after:x1 -- ./make-catalogue.sh
    """
    from krea_cli.commands.sandbox.rehearse import rehearse, serve, started

    session: Session = context.obj
    running = started(
        document=openapi,
        speed=speed,
        seconds=seconds,
        seed=seed,
        concurrency=concurrency,
        backlog=backlog,
        faults=tuple(fault or ()),
        port=port,
    )
    with running:
        if not command:
            serve(running, session)
        else:
            raise typer.Exit(rehearse(running, command, session.env))
