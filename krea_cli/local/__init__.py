"""State on this machine: settings, credentials, and the ledger of paid requests."""
