"""`krea sandbox`: run a command against an embedded Krea."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

# The kinds are explained in krea_cli/sandbox/faults.py; a test compares the names.
FAULT_HELP = """\
Inject a fault. After KIND may follow, each behind a colon, a probability (0.2), a
maximum number (x1) and a length (2s): late:x1:2s. Kinds for a submit: reset-before, reset-after,
late, slow-submit, 401, 402, 402-plan, 403, 410, 422, 429, 429-after, 500, 503, 503-after, 524,
524-before, garbage, empty-body, deprecated. For jobs: fresh-404, list-lag, list-empty, strangers,
odd-status, poll-500, poll-reset. For downloads: cut, slow, download-403, download-404,
download-500, no-length. After reset-after, 524, garbage and empty-body a job exists; after late
it appears later; after reset-before and 524-before there is none."""

CommandArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[-- COMMAND]...", help="Run COMMAND against the sandbox; without it, serve."
    ),
]
Speed = Annotated[
    float, typer.Option("--speed", metavar="N", help="Jobs run N times faster than in reality.")
]
Seconds = Annotated[
    float | None,
    typer.Option(
        "--seconds", metavar="N", help="Seconds of a job, instead of the model's usual time."
    ),
]
SandboxSeed = Annotated[
    int | None, typer.Option("--seed", metavar="N", help="Make ids, times and faults repeatable.")
]
Concurrency = Annotated[
    int, typer.Option("--concurrency", metavar="N", help="Jobs that run at once; others wait.")
]
Backlog = Annotated[
    int | None,
    typer.Option(
        "--backlog", metavar="N", help="Jobs that may wait; more get a 429. Default: no limit."
    ),
]
Openapi = Annotated[
    Path | None,
    typer.Option("--openapi", metavar="FILE", help="Serve the models of this document."),
]
Fault = Annotated[
    list[str] | None, typer.Option("--fault", metavar="KIND", help=" ".join(FAULT_HELP.split()))
]
Port = Annotated[
    int, typer.Option("--port", metavar="N", help="The port of the API; 0 picks a free one.")
]


def sandbox(
    context: typer.Context,
    command: CommandArgument = None,
    speed: Speed = 1.0,
    seconds: Seconds = None,
    seed: SandboxSeed = None,
    concurrency: Concurrency = 12,
    backlog: Backlog = None,
    openapi: Openapi = None,
    fault: Fault = None,
    port: Port = 0,
) -> None:
    """Run a command against an embedded Krea, free of charge.

    With a COMMAND, runs it and exits with its code. The command has the
    sandbox's address and token, and a ledger and a cache of its own. Without
    one, serves on the loopback interface until Ctrl-C, and prints two lines
    to paste into other terminals.

    Words in brackets in the prompt choose how its job ends: [fail], [nsfw],
    [ip_detected], [violence], [personal_info], [empty], [cancel], [two], [map].

    Examples:

    \b
      krea sandbox -- krea generate "a red fox in snow" -o fox.png
      krea sandbox --speed 50 -- ./make-catalogue.sh
      krea sandbox --fault 429:0.2 --fault cut:x1 -- ./make-catalogue.sh
    """
    from krea_cli.commands.sandbox.rehearse import rehearse, serve, start_sandbox

    session: Session = context.obj
    with start_sandbox(
        document=openapi,
        speed=speed,
        seconds=seconds,
        seed=seed,
        concurrency=concurrency,
        backlog=backlog,
        faults=tuple(fault or ()),
        port=port,
    ) as server:
        if command:
            raise typer.Exit(rehearse(server, command, session))
        serve(server, session)
