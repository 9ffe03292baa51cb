"""A request of the ledger: as a row of a table, as a record, or in full with its recipe."""

import json
import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.commands.history.command_line import generate_command
from krea_cli.errors import LedgerUnusable
from krea_cli.flows.files.naming import escape_braces
from krea_cli.flows.files.places import Fate, Places, find_places, with_found, with_new_times
from krea_cli.flows.files.target import TargetKind, parse_target
from krea_cli.flows.jobs.record import iso_time, job_record, request_cost
from krea_cli.flows.recipe.provenance import Provenance
from krea_cli.flows.recipe.recipe import restore_files
from krea_cli.local.ledger.history import POSSIBLY_SENT_STATES, has_ended_empty
from krea_cli.terminal import formats
from krea_cli.text import one_line, shell_line

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import FileRow, RequestRow

COLUMNS = ("row", "when", "status", "model", "file", "prompt")
MAX_PROMPT_CHARACTERS = 200
FATE_NOTES = {
    "replaced": "another result has its place now",
    "changed": "it has changed since",
    "deleted": "it no longer exists",
}


def to_row(row: "RequestRow", places: Places, cwd: Path) -> tuple[object, ...]:
    """Return a request as a row of the table, with its first file, or its target without one."""
    paths = [file.path for file in (*places.current, *(file for file, _ in places.lost))]
    path = paths[0] if paths else row.target
    return (
        row.id,
        formats.local_time(row.created_at),
        shown_status(row, places),
        row.model,
        _relative_path(path, cwd) if path else None,
        (row.prompt or "")[:MAX_PROMPT_CHARACTERS],
    )


def to_record(row: "RequestRow", places: Places) -> dict[str, Any]:
    """Return a request as a job record; its files are those that hold their result now.

    More keys than `job_record`: charged, row, state, kind, target, folder, sent_at, adopted and
    reason. Also `lost`: path, sha256 and fate of each saved result without such a file.
    """
    record = job_record(None, row, files=places.current)
    known = sorted(
        (*places.current, *(file for file, _ in places.lost)), key=lambda each: each.index
    )
    return record | {
        "urls": list(dict.fromkeys(file.url for file in known if not file.preview)),
        "lost": [
            {"path": file.path, "sha256": file.sha256, "fate": fate} for file, fate in places.lost
        ],
        "created_at": record["created_at"] or iso_time(row.created_at),
        "cost": request_cost(row, row.charged),
        "charged": row.charged,
        "row": row.id,
        "state": row.state,
        "kind": row.kind,
        "target": row.target,
        "folder": row.folder,
        "sent_at": iso_time(row.sent_at),
        "adopted": row.adopted,
        "reason": row.error,
    }


def readable_ledger(session: "Session", *, warn: bool = False) -> "AccountLedger | None":
    """The account's ledger; without a token that of the account used last, None without any.

    For reading only: a file on this disk needs no token. With WARN, it is said if there are
    several accounts. Raises `LedgerUnusable`.
    """
    ledger = _open_ledger(session, warn=warn)
    if ledger:
        ledger.settle_unsent(session.clock.boot()[0])
    return ledger


def _open_ledger(session: "Session", *, warn: bool) -> "AccountLedger | None":
    from krea_cli.local.ledger.ledger import Ledger

    # A login that is asked for must be there.
    if session.profile or session.token_file or session.is_logged_in():
        return session.account_ledger
    if not Ledger.exists_in(session.env.state_dir, session.host):
        return None
    accounts = session.ledger.list_accounts(session.base)
    if len(accounts) > 1 and warn:
        session.output.warn(
            f"there is no token, and the ledger knows {len(accounts)} accounts: these are the"
            " requests of the one used last"
        )
    return session.ledger.for_account(session.base, accounts[0]) if accounts else None


def is_under_way(row: "RequestRow") -> bool:
    """Tell if the row has the status of a running job, which may have ended since."""
    return row.state == "submitted" and row.job_id is not None


def saved_places(ledger: "AccountLedger | None", row: "RequestRow | None") -> Places:
    """Find the places of the results of a request. New times of its files are recorded."""
    if not (ledger and row and row.job_id):
        return Places()
    job_id, files = row.job_id, ledger.files
    places = find_places(ledger.history.list_files(job_id), partial(files.is_others, job_id=job_id))
    if changed := with_new_times(places.current):
        with suppress(LedgerUnusable):  # then their content is read the next time as well
            files.move(job_id, changed, (), target=None)
    return places


def shown_status(row: "RequestRow", places: Places) -> str:
    """Return the status of a request for people; of saved results that are lost, their fate."""
    if row.state == "saved" and places.lost:
        fate = places.lost[0][1]
        return f"{fate} in part" if places.current else fate
    if has_ended_empty(row):
        return "empty"
    return row.status if row.state == "submitted" and row.status else row.state


class RequestView:
    """One request in full, or one result without a request in the ledger.

    command: the command line that makes it again; None if none can
    """

    def __init__(self, session: "Session", provenance: Provenance) -> None:
        self._provenance = provenance
        self._row = row = provenance.row
        self._cwd = session.env.current_dir
        account_ledger = readable_ledger(session)
        self._places = saved_places(account_ledger, row)
        if provenance.file:
            self._places = with_found(self._places, *provenance.file)
        recipe = provenance.recipe
        self.command = generate_command(
            recipe.model,
            restore_files(recipe, account_ledger.uploads if account_ledger else None),
            model=session.model_if_known(recipe.model),
            output=self._output_option(),
            profile=row.profile if row else None,
        )

    def full_record(self) -> dict[str, Any]:
        """Return the job record with the whole recipe.

        More keys than `to_record`: source, changed, request, given, inputs and command.
        """
        recipe, row = self._provenance.recipe, self._row
        record = to_record(row, self._places) if row else job_record(None, job_id=recipe.job_id)
        facts = {name: getattr(recipe, name) for name in ("model", "prompt", "seed", "price")}
        return {
            **record,
            **{name: value for name, value in facts.items() if record[name] is None},
            "source": self._provenance.source,
            "changed": self._provenance.is_changed,
            "request": recipe.request,
            "given": list(recipe.given),
            "inputs": dict(recipe.sources),
            "command": self.command,
        }

    def text(self) -> str:
        """Return the request as text, a fact per line."""
        recipe, row = self._provenance.recipe, self._row
        head = (
            f"request {row.id}  {shown_status(row, self._places)}"
            if row
            else f"from its {self._provenance.source}"
        )
        charged = f", charged {row.charged}" if row else ""
        facts = {
            "job": recipe.job_id,
            "model": recipe.model,
            "when": _times(row) if row else recipe.created_at,
            "price": f"{recipe.price or 'unknown'}{charged}",
            "seed": recipe.seed,
            "for": _relative_path(row.target, self._cwd) if row and row.target else None,
            "why": row.error if row else None,
            "request": json.dumps(recipe.request, ensure_ascii=False),
        }
        lines = [f"{name:<8}{one_line(str(fact))}" for name, fact in facts.items() if fact]
        described: list[tuple[FileRow, Fate | None]] = [
            *((file, None) for file in self._places.current),
            *self._places.lost,
        ]
        lines += [f"{'file':<8}{_describe_file(*each, self._cwd)}" for each in described]
        lines.append(self._next_line())
        return "\n".join([head, *lines])

    def _next_line(self) -> str:
        """Return the line with the next command: to make it again, or to end it first."""
        row = self._row
        if row and row.state in POSSIBLY_SENT_STATES:
            return f"{'next':<8}krea recover looks for its job; a new request would be paid as well"
        if row and row.job_id and row.state in ("submitted", "completed"):
            return f"{'next':<8}{shell_line('krea', 'download', row.job_id)}"
        again = self.command or "no command line says this request exactly; --json shows all of it"
        return f"{'again':<8}{again}"

    def _output_option(self) -> str | None:
        """Return the value of -o that overwrites no file; None for the default name."""
        row = self._row
        if row is None or not row.target:
            return None
        target = parse_target(None, cwd=self._cwd).or_remembered(row)
        if target.kind is TargetKind.DEFAULT:
            return None
        if target.kind is TargetKind.EXACT and os.path.lexists(target.real_path(target.text)):
            return None
        return target.text if target.kind is TargetKind.TEMPLATE else escape_braces(target.text)


def _times(row: "RequestRow") -> str:
    created_at = formats.local_time(row.created_at)
    if row.completed_at is None or row.server_created_at is None:
        return created_at
    return f"{created_at}, took {formats.duration(row.completed_at - row.server_created_at)}"


def _relative_path(path: str, cwd: Path) -> str:
    return path.removeprefix(f"{str(cwd).rstrip('/')}/")


def _describe_file(file: "FileRow", fate: "Fate | None", cwd: Path) -> str:
    change = f"; {FATE_NOTES[fate]}" if fate else ""
    name = one_line(_relative_path(file.path, cwd))
    return f"{name}  ({formats.size(file.size)}, {file.type}, sha256 {file.sha256[:12]}…{change})"
