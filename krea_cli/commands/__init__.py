"""The commands: one file or folder each, named like the command, and files that several share."""
