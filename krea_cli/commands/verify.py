"""krea verify"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from krea_cli.errors import KreaError
from krea_cli.options import Json, Quiet, Verbose

if TYPE_CHECKING:
    from pathlib import Path

    from krea_cli.commands.session import Session
    from krea_cli.flows.batch.verify import Finding, Verification

COLUMNS = ("state", "path", "line", "reason")

File = Annotated[
    str,
    typer.Argument(metavar="FILE", help="A report of krea batch --report; - is stdin."),
]


class NotAsReported(KreaError):
    """Files are missing or changed since the report was written."""

    code = "not_as_reported"


def verify(
    context: typer.Context,
    file: File,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Check the files on disk against the report of a batch.

    Prints each file that is missing, changed or unreadable, and exits with 1 if there is one.
    Items that never got a file (failed, in doubt, not sent) are counted, and are no reason to
    fail: the report says so itself. FILE may be moved together with the folder that it is in;
    of a report on stdin, paths are relative to the current folder.

    Needs neither a token nor the ledger, and sends nothing.

    Examples:

    \b
      krea verify out/report.jsonl
      krea verify --json out/report.jsonl | jq -r .path
    """
    from krea_cli.flows.batch.verify import Verification

    session: Session = context.obj
    verification, cwd = Verification(), session.env.current_dir
    name = "standard input" if file == "-" else file
    with _opened(session, file) as (source, folder):
        lines = _lines(session, source)
        found = verification.findings(lines, name=name, folder=folder, clock=session.clock)
        _tell(session, found, cwd)
    text, record = _totals(verification), _record(verification)
    if not verification.wrong:
        session.output.summary(text, record)
        return
    failure = NotAsReported(text, hint=_hint(verification.first))
    failure.details = record
    raise failure


def _tell(session: "Session", findings: "Iterator[Finding]", cwd: "Path") -> None:
    """Answer with FINDINGS, those before a bad line or a signal too."""
    ended: list[KreaError] = []

    def met() -> "Iterator[dict[str, Any]]":
        try:
            for finding in findings:
                path = finding.path.removeprefix(f"{cwd}/")
                yield finding.record() | {"path": path}
        except KreaError as error:
            ended.append(error)

    records = met()
    session.output.table(
        COLUMNS, ([record[name] for name in COLUMNS] for record in records), records
    )
    if ended:
        raise ended[0]


@contextmanager
def _opened(session: "Session", name: str) -> "Iterator[tuple[Any, Path]]":
    """The report, and the folder that its paths are relative to."""
    import os
    from pathlib import Path

    from krea_cli.errors import UsageError

    cwd, stdin = session.env.current_dir, session.env.stdin
    if name == "-":
        yield getattr(stdin, "buffer", stdin), cwd
        return
    path = Path(os.path.realpath(cwd / name))
    try:
        with session.clock.exposed():  # a FIFO waits for its writer
            source = path.open("rb")
    except OSError as failure:
        raise UsageError(
            f"{name} cannot be read: {failure.strerror}",
            hint="krea batch FILE --report REPORT writes one; then krea verify REPORT",
        ) from failure
    with source:
        yield source, path.parent if path.is_file() else cwd


def _lines(session: "Session", source: Any) -> "Iterator[bytes]":
    from krea_cli.flows.batch.report_entry import LONGEST_LINE

    while True:
        with session.clock.exposed():
            line = source.readline(LONGEST_LINE)
        if not line:
            return
        yield line if isinstance(line, bytes) else line.encode(errors="surrogatepass")


def _totals(verification: "Verification") -> str:
    files, good = verification.files, verification.good
    if good == files:
        text = f"{files} {'file is' if files == 1 else 'files are'} as reported"
    else:
        wrong = ", ".join(f"{count} {state}" for state, count in verification.wrong.items())
        text = f"{good} of {files} files {'is' if good == 1 else 'are'} as reported; {wrong}"
    if without := verification.without:
        items = "1 item has" if without.total() == 1 else f"{without.total()} items have"
        listed = ", ".join(f"{count} {state}" for state, count in sorted(without.items()))
        text += f"; {items} no file ({listed})"
    return text


def _record(verification: "Verification") -> dict[str, object]:
    return {
        "items": verification.items,
        "files": verification.files,
        "good": verification.good,
        "wrong": dict(verification.wrong),
        "without_file": dict(verification.without),
    }


def _hint(first: "Finding | None") -> str | None:
    if first is None or first.job_id is None:
        return None
    force = "" if first.state == "missing" else " --force"
    return f"krea download {first.job_id}{force} saves the first again, and pays nothing"
