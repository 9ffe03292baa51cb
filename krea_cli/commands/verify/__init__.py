"""`krea verify`: the files on disk against the report of a batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from krea_cli.errors import KreaError
from krea_cli.options import Json, Profile, Quiet, TokenFile, Verbose

if TYPE_CHECKING:
    from pathlib import Path

    from krea_cli.commands.session import Session
    from krea_cli.flows.batch.verify import FileProblem, Verification

COLUMNS = ("state", "path", "line", "reason")

ReportFile = Annotated[
    str,
    typer.Argument(metavar="FILE", help="A report of krea batch --report; - is stdin."),
]

Repair = Annotated[
    bool, typer.Option("--repair", help="Put back what is missing or changed; pay nothing.")
]
ReplaceChanged = Annotated[
    bool, typer.Option("--force", help="With --repair: replace changed files.")
]


def verify(
    context: typer.Context,
    file: ReportFile,
    repair: Repair = False,
    force: ReplaceChanged = False,
    profile: Profile = None,
    token_file: TokenFile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Check the files on disk against the report of a batch.

    Prints each file that is missing, changed or unreadable, and exits with 1 if there is one.
    Items without a file (failed, in doubt, not sent) are counted, but not as failures. FILE may be
    moved together with its folder. With a report on stdin, paths are relative to the current
    folder.

    Needs neither a token nor the ledger, and sends nothing. With --repair, each file is copied
    from another place with its bytes, or fetched again. Where a file has other bytes, the result
    is saved beside it as NAME.repaired.EXT; --force replaces it.

    Examples:

    \b
      krea verify out/report.jsonl
      krea verify --json out/report.jsonl | jq -r .path
      krea verify out/report.jsonl --repair
    """
    from krea_cli.errors import UsageError
    from krea_cli.flows.batch.verify import Verification

    session: Session = context.obj
    if force and not repair:
        raise UsageError("--force is for --repair", hint=_repair_command(file))
    verification = Verification(intact_paths={} if repair else None)
    name = "standard input" if file == "-" else file
    with _open_report(session, file) as (source, folder):
        lines = _read_lines(session, source)
        broken = verification.find_broken(lines, name=name, folder=folder, clock=session.clock)
        if repair:
            from krea_cli.commands.verify.repair import repair_files

            hint = _repair_command(file) + " puts the results into their places"
            files = list(broken)  # a line that is no entry ends it before anything is written
            repair_files(session, verification, files, folder, force=force, force_hint=hint)
            return
        _print_problems(session, (each.problem for each in broken))
    from krea_cli.commands.verify.totals import NotAsReported, describe_totals, totals_record

    text, record = describe_totals(verification), totals_record(verification)
    if not verification.problem_counts:
        session.output.print_summary(text, record)
        return
    failure = NotAsReported(text, hint=_download_hint(session, verification))
    failure.details = record
    raise failure


def _repair_command(file: str) -> str:
    from krea_cli.text import shell_line

    return shell_line("krea", "verify", file, "--repair", "--force")


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
