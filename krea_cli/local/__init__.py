"""What is kept on this machine: settings, credentials, the ledger of paid requests."""
