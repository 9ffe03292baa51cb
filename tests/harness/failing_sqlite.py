"""SQLite that fails at one statement, as on an odd file system or a full disk."""

import sqlite3
from functools import partial
from typing import Any

import pytest


class FailingConnection(sqlite3.Connection):
    """A connection that fails at one statement, as on an odd file system."""

    def __init__(self, *arguments: Any, failing: str, code: int, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._failing, self._code = failing, code

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        if statement.startswith(self._failing):
            failure = sqlite3.OperationalError("disk I/O error")
            failure.sqlite_errorcode = self._code
            raise failure
        return super().execute(statement, *values)


def fail_at(monkeypatch: pytest.MonkeyPatch, statement: str, code: int) -> None:
    """Let each statement that begins with STATEMENT fail with CODE of SQLite."""
    factory = partial(FailingConnection, failing=statement, code=code)
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=factory))
