"""--prune of a batch: the files of earlier lines, shown or moved away; nothing is sent."""

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.errors import KreaError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from krea_cli.commands.batch.options import BatchOptions
    from krea_cli.commands.session import Session
    from krea_cli.flows.batch.check.options import CheckOptions
    from krea_cli.flows.batch.item_store import ItemStore
    from krea_cli.flows.batch.prune import PrunableFile
    from krea_cli.local.ledger.account_ledger import AccountLedger

LIST_COLUMNS = {"file": "path", "request": "request", "prompt": "prompt"}  # by their heading
MOVE_COLUMNS = {"file": "path", "moved to": "moved_to"}


def prune_list(
    session: "Session",
    options: "BatchOptions",
    check_options: "CheckOptions",
    check: "Callable[[AccountLedger | None], ItemStore]",
) -> None:
    """Print the files of earlier lines of a list, or move them to --to.

    CHECK reads the list by a ledger. Raises `UsageError`, `InvalidBatch`, `NoToken` and
    LedgerUnusable, and KreaError for a file that could not be moved.
    """
    from krea_cli.commands.batch.ledger_label import ledger_label
    from krea_cli.flows.batch.prune import PrunableFiles

    cwd = check_options.cwd
    root = os.path.realpath(cwd / check_options.output.folder)
    folder = None if options.to is None else _open_folder(session, options.to, root)
    ledger = _find_ledger(session)
    with closing(check(ledger)) as items:
        if ledger is None:
            session.output.print_summary(_describe(0, None), {"files": 0, "moved": 0})
            return
        label = ledger_label(check_options, items).batch
        files = list(PrunableFiles(items, ledger, label=label, root=root, cwd=cwd))
    mover = None if folder is None else _Mover(ledger, folder, root)
    _print_files(session, files, mover)


class _Mover:
    """Moves files below ROOT into FOLDER, each as it was below ROOT."""

    def __init__(self, ledger: "AccountLedger", folder: Path, root: str) -> None:
        self._ledger = ledger
        self._root = root
        self.folder = folder
        self.moved = 0

    def move(self, each: "PrunableFile") -> Path:
        """Move the file EACH, and return its new place. Raises KreaError."""
        from krea_cli.flows.batch.move_saved import move_saved

        hint = "the same command goes on with the others; nothing is lost"
        try:
            goal = self.folder / os.path.relpath(os.path.realpath(each.path), self._root)
            place = move_saved(self._ledger, each.row.job_id or "", each.file, goal)
        except OSError as failure:
            reason = failure.strerror or failure
            raise KreaError(f"{each.path} could not be moved: {reason}", hint=hint) from failure
        except KreaError as error:
            error.hint = error.hint or hint
            raise
        self.moved += 1
        return place


def _find_ledger(session: "Session") -> "AccountLedger | None":
    """The ledger of the account; without a token that of the only one. None if there is none.

    Raises `NoToken` where several accounts have used it, and LedgerUnusable.
    """
    from krea_cli.local.ledger.ledger import Ledger

    if not Ledger.exists_in(session.env.state_dir, session.host):
        return None
    accounts = session.ledger.list_accounts(session.base)
    if session.is_logged_in() or len(accounts) > 1:
        return session.account_ledger
    return session.ledger.for_account(session.base, accounts[0]) if accounts else None


def _print_files(session: "Session", files: "Sequence[PrunableFile]", mover: _Mover | None) -> None:
    """Print FILES; let MOVER, if there is one, move each before. Raises KreaError."""
    errors: list[KreaError] = []

    def read_records() -> "Iterator[dict[str, Any]]":
        try:
            for each in files:
                session.clock.raise_if_interrupted()
                new = mover.move(each) if mover else None
                yield _record(each, new, session.env.current_dir)
        except KreaError as error:  # told once those before it are printed
            errors.append(error)

    records, columns = read_records(), MOVE_COLUMNS if mover else LIST_COLUMNS
    rows = ([record[name] for name in columns.values()] for record in records)
    session.output.print_table(tuple(columns), rows, records, optional=("prompt",))
    moved = mover.moved if mover else 0
    text = _describe(moved if mover else len(files), mover.folder if mover else None)
    session.output.print_summary(text, {"files": len(files), "moved": moved})
    if errors:
        raise errors[0]


def _open_folder(session: "Session", to: str, root: str) -> Path:
    """Return the real path of the folder TO. Raises `UsageError` if it cannot be one."""
    from krea_cli.flows.files.links import follow_links
    from krea_cli.flows.files.naming import read_typed_path, unescape_braces

    hint = "--to FOLDER, for the files that no line asks for"
    typed = unescape_braces(read_typed_path(to)) if to.startswith("~") else to
    folder = Path(follow_links(session.env.current_dir / typed))
    if str(folder) == root:
        raise UsageError(f"--to {to} is the folder of the list itself", hint=hint)
    if os.path.lexists(folder) and not folder.is_dir():
        raise UsageError(f"--to {to} is not a folder", hint=hint)
    return folder


def _record(each: "PrunableFile", new: Path | None, cwd: Path) -> dict[str, Any]:
    def shorten(path: Path) -> str:
        return str(path.relative_to(cwd)) if path.is_relative_to(cwd) else str(path)

    return {
        "path": shorten(each.path),
        "request": each.row.id,
        "job_id": each.row.job_id,
        "prompt": each.row.prompt,
        "sha256": each.file.sha256,
        "bytes": each.file.size,
        "moved_to": None if new is None else shorten(new),
    }


def _describe(count: int, to: Path | None) -> str:
    if count == 0 and to is None:
        return "every file of this list is asked for by a line"
    noun = "1 file" if count == 1 else f"{count:,} files"
    if to is not None:
        return f"{noun} moved to {to}"
    verb = "is" if count == 1 else "are"
    return f"{noun} {verb} of earlier lines; --prune --to FOLDER moves them there"
