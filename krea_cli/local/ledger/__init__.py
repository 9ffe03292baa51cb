"""The ledger: every request, job and file, in SQLite."""
