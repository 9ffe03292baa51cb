"""The local files that were uploaded to the service, by content."""

from collections.abc import Iterable

from krea_cli.local.ledger.scope import Scope


class UploadRows:
    """The uploads of one account. Raises LedgerUnusable."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def record(self, sha256: str, url: str, asset_id: str | None, at: float) -> None:
        """Record an upload to URL, by the hash of its content; AT is in seconds since 1970."""
        self._scope.database.execute(
            "INSERT OR REPLACE INTO uploads (base, account, sha256, url, asset_id, at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (self._scope.base, self._scope.account, sha256, url, asset_id, at),
        )

    def forget(self, urls: Iterable[str]) -> int:
        """Delete the uploads at URLS, which the service may have lost; return their number."""
        statement = f"DELETE FROM uploads WHERE {self._scope.condition} AND url = ?"
        values = self._scope.values
        return sum(self._scope.database.execute(statement, (*values, url)) for url in urls)

    def find_url(self, sha256: str) -> str | None:
        """Return the address of an uploaded file with that hash."""
        return self._find_value("url", "sha256", sha256)

    def find_file_hash(self, url: str) -> str | None:
        """Return the sha256 of the file that was uploaded to URL."""
        return self._find_value("sha256", "url", url)

    def _find_value(self, column: str, key_column: str, key: str) -> str | None:
        rows = self._scope.database.query(
            f"SELECT {column} FROM uploads WHERE {self._scope.condition} AND {key_column} = ?",
            (*self._scope.values, key),
        )
        return str(rows[0][0]) if rows else None
