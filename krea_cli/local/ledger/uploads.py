"""Which local files are on the service already, by content."""

from collections.abc import Iterable

from krea_cli.local.ledger.scope import OURS, Scope


class Uploads:
    """What one account has uploaded. Raises LedgerUnusable."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def remember(self, sha256: str, url: str, asset_id: str | None, at: float) -> None:
        """A file of that content is on the service, at URL."""
        self._scope.database.write(
            "INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?, ?, ?)",
            (*self._scope.values, sha256, url, asset_id, at),
        )

    def forget(self, urls: Iterable[str]) -> int:
        """The service may not have what is at URLS any more; how many were known."""
        forget = f"DELETE FROM uploads WHERE {OURS} AND url = ?"
        write, values = self._scope.database.write, self._scope.values
        return sum(write(forget, (*values, url)) for url in urls)

    def address(self, sha256: str) -> str | None:
        """The address of an uploaded file of that content."""
        return self._one("url", "sha256", sha256)

    def content(self, url: str) -> str | None:
        """The sha256 of what was uploaded to URL."""
        return self._one("sha256", "url", url)

    def _one(self, wanted: str, known: str, value: str) -> str | None:
        found = self._scope.database.rows(
            f"SELECT {wanted} FROM uploads WHERE {OURS} AND {known} = ?",
            (*self._scope.values, value),
        )
        return str(found[0][0]) if found else None
