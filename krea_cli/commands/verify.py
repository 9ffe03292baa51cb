"""`krea verify`: the files on disk against the report of a batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from krea_cli.errors import KreaError
from krea_cli.options import Json, Quiet, Verbose

if TYPE_CHECKING:
    from pathlib import Path

    from krea_cli.commands.session import Session
    from krea_cli.flows.batch.verify import FileProblem, Verification

COLUMNS = ("state", "path", "line", "reason")

ReportFile = Annotated[
    str,
    typer.Argument(metavar="FILE", help="A report of krea batch --report; - is stdin."),
]


class NotAsReported(KreaError):
    """Files differ from the report, or are missing."""

    code = "not_as_reported"


def verify(
    context: typer.Context,
    file: ReportFile,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Check the files on disk against the report of a batch.

    Prints each file that is missing, changed or unreadable, and exits with 1 if there is one.
    Items without a file (failed, in doubt, not sent) are counted, but not as failures. FILE may be
    moved together with its folder. With a report on stdin, paths are relative to the current
    folder.

    Needs neither a token nor the ledger, and sends nothing.

    Examples:

    \b
      krea verify out/report.jsonl
      krea verify --json out/report.jsonl | jq -r .path
    """
    from krea_cli.flows.batch.verify import Verification

    session: Session = context.obj
    verification = Verification()
    name = "standard input" if file == "-" else file
    with _open_report(session, file) as (source, folder):
        lines = _read_lines(session, source)
        problems = verification.find_problems(lines, name=name, folder=folder, clock=session.clock)
        _print_problems(session, problems)
    text, record = _describe_totals(verification), _totals_record(verification)
    if not verification.problem_counts:
        session.output.print_summary(text, record)
        return
    failure = NotAsReported(text, hint=_download_hint(session, verification))
    failure.details = record
    raise failure


def _print_problems(session: "Session", problems: "Iterator[FileProblem]") -> None:
    """Print PROBLEMS, also those before a bad line or a signal, and then raise its error."""
    cwd = session.env.current_dir
    errors: list[KreaError] = []

    def read_records() -> "Iterator[dict[str, Any]]":
        try:
            for problem in problems:
                yield problem.as_dict() | {"path": problem.path.removeprefix(f"{cwd}/")}
        except KreaError as error:
            errors.append(error)

    # The table takes rows or records, never both.
    records = read_records()
    rows = ([record[name] for name in COLUMNS] for record in records)
    session.output.print_table(COLUMNS, rows, records)
    if errors:
        raise errors[0]


@contextmanager
def _open_report(session: "Session", name: str) -> "Iterator[tuple[Any, Path]]":
    """Open the report; yield its bytes and the folder of its relative paths."""
    import os
    from pathlib import Path

    from krea_cli.errors import UsageError

    cwd, stdin = session.env.current_dir, session.env.stdin
    if name == "-":
        yield getattr(stdin, "buffer", stdin), cwd
        return
    path = Path(os.path.realpath(cwd / os.path.expanduser(name)))
    try:
        with session.clock.interruptible():  # a FIFO waits for its writer
            source = path.open("rb")
    except OSError as failure:
        raise UsageError(
            f"{name} cannot be read: {failure.strerror}",
            hint="krea batch FILE --report REPORT writes one; then krea verify REPORT",
        ) from failure
    with source:
        yield source, path.parent if path.is_file() else cwd


def _read_lines(session: "Session", source: Any) -> "Iterator[bytes]":
    from krea_cli.flows.batch.report_entry import MAX_ENTRY_BYTES

    while True:
        with session.clock.interruptible():
            line = source.readline(MAX_ENTRY_BYTES)
        if not line:
            return
        yield line if isinstance(line, bytes) else line.encode(errors="surrogatepass")


def _describe_totals(verification: "Verification") -> str:
    files, good = verification.files, verification.intact_files
    if good == files:
        text = f"{files} {'file is' if files == 1 else 'files are'} as reported"
    else:
        counts = verification.problem_counts.items()
        problems = ", ".join(f"{count} {state}" for state, count in counts)
        text = f"{good} of {files} files {'is' if good == 1 else 'are'} as reported; {problems}"
    if fileless := verification.fileless_counts:
        items = "1 item has" if fileless.total() == 1 else f"{fileless.total()} items have"
        states = ", ".join(f"{count} {state}" for state, count in sorted(fileless.items()))
        text += f"; {items} no file ({states})"
    return text


def _totals_record(verification: "Verification") -> dict[str, object]:
    return {
        "items": verification.items,
        "files": verification.files,
        "good": verification.intact_files,
        "wrong": dict(verification.problem_counts),
        "without_file": dict(verification.fileless_counts),
    }


def _download_hint(session: "Session", verification: "Verification") -> str | None:
    """The command that puts the first file back, and the way to put back all."""
    import os

    from krea_cli.flows.batch.verify import NOT_A_FILE
    from krea_cli.flows.files.naming import escape_braces
    from krea_cli.text import shell_line

    first, output = verification.first_problem, verification.first_output
    if first is None or first.job_id is None:
        return None
    words = ["krea", "download", first.job_id]
    if output is not None:
        path = str(output).removeprefix(f"{session.env.current_dir}/")
        # A name such as "-" or "-v.png" would be read as something else.
        path = os.path.join(".", path) if path.startswith("-") else path
        words += ["-o", escape_braces(path)]
    if first.state != "missing":
        words.append("--force")
    command = shell_line(*words)
    if first.reason == NOT_A_FILE:
        return f"move {first.path} away; then {command}"
    if verification.problem_items == 1:
        return f"{command}; that pays nothing"
    force = " with --force" if verification.problem_counts.keys() - {"missing"} else ""
    return f"{command}; the same batch again{force} puts back all of them, and pays nothing"
