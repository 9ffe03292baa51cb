"""A request of the ledger, or a result without one, in full with its recipe."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.commands.history.command_line import generate_command
from krea_cli.commands.history.listing import (
    readable_ledger,
    relative_path,
    saved_places,
    to_record,
)
from krea_cli.commands.history.table import Match, status_text
from krea_cli.flows.files.naming import escape_braces
from krea_cli.flows.files.places import Fate, with_found
from krea_cli.flows.files.target import TargetKind, parse_target
from krea_cli.flows.jobs.record import job_record
from krea_cli.flows.recipe.provenance import Provenance
from krea_cli.flows.recipe.recipe import restore_files
from krea_cli.local.ledger.history import POSSIBLY_SENT_STATES, has_ended_empty
from krea_cli.local.tags import format_tags
from krea_cli.terminal import formats
from krea_cli.text import one_line, shell_line

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.local.ledger.rows import FileRow, RequestRow

FATE_NOTES = {
    "replaced": "another result has its place now",
    "changed": "it has changed since",
    "deleted": "it no longer exists",
}


class RequestView:
    """One request in full, or one result without a request in the ledger.

    command: the command line that makes it again; None if none can
    seen_at: time of the last answer about a job that may have ended since, in seconds since 1970
    """

    def __init__(
        self, session: "Session", provenance: Provenance, *, seen_at: float | None = None
    ) -> None:
        self._provenance = provenance
        self._seen_at = seen_at
        self._now = session.clock.now()
        self._row = row = provenance.row
        self._cwd = session.env.current_dir
        account_ledger = readable_ledger(session)
        self._places = saved_places(account_ledger, row)
        if provenance.file:
            self._places = with_found(self._places, *provenance.file)
        recipe = provenance.recipe
        self.command = (
            None
            if provenance.is_erased
            else generate_command(
                recipe.model,
                restore_files(recipe, account_ledger.uploads if account_ledger else None),
                model=session.model_if_known(recipe.model),
                output=self._output_option(),
                profile=row.profile if row else None,
            )
        )

    def full_record(self) -> dict[str, Any]:
        """Return the job record with the whole recipe.

        More keys than `to_record`: source, changed, request, given, inputs and command.
        """
        recipe, row = self._provenance.recipe, self._row
        record = (
            to_record(row, self._places, self._seen_at)
            if row
            else job_record(None, job_id=recipe.job_id)
        )
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
            f"request {row.id}  {status_text(Match(row, self._places, self._seen_at), self._now)}"
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
            "tags": format_tags(recipe.tags),
            "for": relative_path(row.target, self._cwd) if row and row.target else None,
            "why": row.error if row else None,
            "request": json.dumps(recipe.request, ensure_ascii=False),
            "erased": formats.local_time(row.erased_at) if row and row.erased_at else None,
        }
        if self._provenance.is_erased:
            del facts["request"]
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
        is_open = row and row.state in ("submitted", "completed") and not has_ended_empty(row)
        if row and row.job_id and is_open:
            return f"{'next':<8}{shell_line('krea', 'download', row.job_id)}"
        if self._provenance.is_erased:
            return f"{'again':<8}its text and recipe were erased"
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


def _describe_file(file: "FileRow", fate: "Fate | None", cwd: Path) -> str:
    change = f"; {FATE_NOTES[fate]}" if fate else ""
    name = one_line(relative_path(file.path, cwd))
    return f"{name}  ({formats.size(file.size)}, {file.type}, sha256 {file.sha256[:12]}…{change})"
