"""What is told of the requests of before: a row of a table, a record, or the whole story."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.commands.history.command_line import command
from krea_cli.flows.files.naming import escape
from krea_cli.flows.files.publish import digest
from krea_cli.flows.files.target import Kind, parse_target
from krea_cli.flows.jobs.record import moment, record
from krea_cli.flows.recipe.provenance import Origin
from krea_cli.flows.recipe.recipe import restored
from krea_cli.terminal import formats
from krea_cli.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from krea_cli.commands.session import Session
    from krea_cli.local.ledger.rows import FileRow, Row

COLUMNS = ("row", "when", "status", "model", "file", "prompt")
LONGEST_PROMPT = 200  # characters of it in the table


def cells(row: "Row", files: "Sequence[FileRow]", cwd: Path) -> tuple[object, ...]:
    """A request as a row of the table: the first of its files, or where they are to go."""
    place = files[0].path if files else row.target
    return (
        row.id,
        formats.moment(row.created_at),
        _status(row),
        row.model,
        _shown(place, cwd) if place else None,
        (row.prompt or "")[:LONGEST_PROMPT],
    )


def told(row: "Row", files: "Sequence[FileRow]") -> dict[str, Any]:
    """A request as a job record, and what only the ledger knows of it."""
    known = record(None, row, files=files)
    return known | {
        "urls": [file.url for file in files if not file.preview],
        "created_at": known["created_at"] or moment(row.created_at),
        "charged": row.charged,
        "row": row.id,
        "state": row.state,
        "kind": row.kind,
        "target": row.target,
        "folder": row.folder,
        "sent_at": moment(row.sent_at),
        "adopted": row.adopted,
        "reason": row.error,
    }


class Story:
    """Everything about what was found, for people and as a record."""

    def __init__(self, session: "Session", found: Origin) -> None:
        self._found = found
        self._row = row = found.row
        account_ledger = session.account_ledger_if_known()
        self._files = (
            list(account_ledger.history.files(row.job_id))
            if account_ledger and row and row.job_id
            else []
        )
        self._fields = restored(found.recipe, account_ledger.uploads if account_ledger else None)
        self._cwd = session.env.current_dir
        self.command = command(
            found.recipe.model,
            self._fields,
            model=session.model_if_known(found.recipe.model),
            output=self._output(),
            profile=row.profile if row else None,
        )

    def record(self) -> dict[str, Any]:
        """The job record with the whole recipe and the command that makes it again."""
        recipe, row = self._found.recipe, self._row
        known = told(row, self._files) if row else record(None, job_id=recipe.job_id)
        asked = {name: getattr(recipe, name) for name in ("model", "prompt", "seed", "price")}
        return {
            **known,
            **{name: value for name, value in asked.items() if known[name] is None},
            "source": self._found.source,
            "changed": self._found.changed,
            "request": recipe.request,
            "given": list(recipe.given),
            "inputs": dict(recipe.sources),
            "command": self.command,
        }

    def text(self) -> str:
        """The same as lines for people."""
        recipe, row = self._found.recipe, self._row
        head = f"request {row.id}  {_status(row)}" if row else f"from its {self._found.source}"
        charged = f", charged {row.charged}" if row else ""
        facts = {
            "job": recipe.job_id,
            "model": recipe.model,
            "when": formats.moment(row.created_at) + _took(row) if row else recipe.created_at,
            "price": f"{recipe.price or 'unknown'}{charged}",
            "seed": recipe.seed,
            "for": _shown(row.target, self._cwd) if row and row.target else None,
            "why": row.error if row else None,
            "request": json.dumps(recipe.request, ensure_ascii=False),
        }
        lines = [f"{name:<8}{one_line(str(fact))}" for name, fact in facts.items() if fact]
        lines += [f"{'file':<8}{_file(file, self._cwd)}" for file in self._files]
        lines.append(f"{'again':<8}{self.command}")
        if clean(self.command) != self.command:
            lines.append("        without some invisible characters of it, which --json has")
        return "\n".join([head, *lines])

    def _output(self) -> str | None:
        """Where the command may put it without overwriting anything; None: under its own name."""
        row = self._row
        if row is None or not row.target:
            return None
        target = parse_target(None, cwd=self._cwd).for_row(row)
        if target.kind is Kind.DEFAULT:
            return None
        taken = target.kind is Kind.EXACT and os.path.lexists(target.real(target.text))
        literal = target.text if target.kind is Kind.TEMPLATE else escape(target.text)
        return None if taken else literal


def _status(row: "Row") -> str:
    return row.status if row.state == "submitted" and row.status else row.state


def _took(row: "Row") -> str:
    if row.completed_at is None or row.server_created_at is None:
        return ""
    return f", took {formats.duration(row.completed_at - row.server_created_at)}"


def _shown(place: str, cwd: Path) -> str:
    return place.removeprefix(f"{str(cwd).rstrip('/')}/")


def _file(file: "FileRow", cwd: Path) -> str:
    path = Path(file.path)
    try:
        now = "" if digest(path) == file.sha256 else "; it has changed since"
    except OSError:
        now = "; it is not there any more"
    shown = one_line(_shown(file.path, cwd))
    return f"{shown}  ({formats.size(file.size)}, {file.type}, sha256 {file.sha256[:12]}…{now})"
