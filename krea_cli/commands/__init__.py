"""What you type: one file per command, named like it."""
