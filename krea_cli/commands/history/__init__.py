"""krea history"""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from krea_cli.options import Json, Profile, Quiet, TokenFile, Verbose, filled

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.flows.recipe.provenance import Origin
    from krea_cli.local.ledger.history import Query
    from krea_cli.local.ledger.rows import FileRow, Row

# What can only be meant as a path or an id, so that it is no word to be looked for.
NO_WORD = r"(/|\.{1,2}/|#\d+$|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$)"

What = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[TEXT, ID or FILE]...",
        help="Words to look for; or one job id, request number, or file.",
    ),
]
ModelName = Annotated[
    str | None,
    typer.Option("--model", "-m", parser=filled, metavar="NAME", help="Of models called so."),
]
Status = Annotated[
    str | None,
    typer.Option("--status", metavar="STATUS", help="Such as saved, failed, unknown, processing."),
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help="Made since then: 7d, 12h, or 2026-11-01."),
]
Unfinished = Annotated[
    bool, typer.Option("--unfinished", help="What is not over: running, not saved, in doubt.")
]
Limit = Annotated[
    int | None, typer.Option("--limit", metavar="COUNT", min=1, help="So many, the newest.")
]


def history(
    context: typer.Context,
    what: What = None,
    model: ModelName = None,
    status: Status = None,
    since: Since = None,
    unfinished: Unfinished = False,
    limit: Limit = None,
    profile: Profile = None,
    token_file: TokenFile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Look up what was asked for, and how a file was made.

    Lists the requests of the ledger, newest first. With the id of a job, the number of a request
    or a file, tells its whole recipe, and the command that makes it again. A file is known by its
    content, wherever it is now; one that the ledger does not know, by its sidecar or metadata.

    Examples:

    \b
      krea history fox --since 7d
      krea history --unfinished
      krea history out.png
    """
    from krea_cli.local.ledger.history import Query

    session: Session = context.obj
    query = Query(
        words=what or (),
        model=model,
        status=status.lower() if status else None,
        since=_moment(since, session.clock.now()),
        unfinished=unfinished,
    )
    alone = what and len(what) == 1 and query == Query(words=what)
    if what and alone and (found := _origin(session, what[0])):
        _tell(session, found)
    else:
        _list(session, query, limit)


def _origin(session: "Session", text: str) -> "Origin | None":
    """What TEXT names; None where it is a word to look for."""
    from krea_cli.flows.recipe.provenance import known_origin, origin

    account_ledger, cwd = session.account_ledger_if_known(), session.env.current_dir
    if re.match(NO_WORD, text) or (cwd / text).is_file():
        return known_origin(text, account_ledger, cwd=cwd)
    return origin(text, account_ledger, cwd=cwd)


def _tell(session: "Session", found: "Origin") -> None:
    from krea_cli.commands.history.story import Story

    story = Story(session, found)
    if found.changed:
        session.output.warn("the file is not what was saved there: this is the story of that one")
    session.output.line(story.text(), story.record())


def _list(session: "Session", query: "Query", limit: int | None) -> None:
    from itertools import chain, islice

    from krea_cli.commands.history.story import COLUMNS, cells, told

    past, cwd = session.account_ledger.history, session.env.current_dir
    rows = islice(past.search(query), limit)
    known = ((row, _files(session, row)) for row in rows)
    first = next(known, None)
    if first is None:
        session.output.say("nothing in the ledger fits")
        return
    all_known = chain([first], known)
    session.output.table(
        COLUMNS,
        (cells(row, files, cwd) for row, files in all_known),
        (told(row, files) for row, files in all_known),
    )


def _files(session: "Session", row: "Row") -> "list[FileRow]":
    return session.account_ledger.history.files(row.job_id) if row.job_id else []


def _moment(text: str | None, now: float) -> float | None:
    """The moment that TEXT names: so long ago, or a date in the time of this machine."""
    from datetime import datetime

    from krea_cli.errors import UsageError
    from krea_cli.local.config import age

    if text is None:
        return None
    try:
        return now - age(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError) as failure:
        raise UsageError(
            f"--since {text} is neither a time such as 7d or 12h, nor a date",
            hint="krea history --since 2026-11-01",
        ) from failure
