"""Temporary files without a name, on systems without a writable folder for them as well."""

import os
from typing import IO

from krea_cli.errors import KreaError


def open_temporary_file() -> IO[bytes]:
    """Open a file that ends with the process: in TMPDIR, else in memory. Raises KreaError."""
    import tempfile

    try:
        return tempfile.TemporaryFile()
    except FileNotFoundError as failure:  # neither TMPDIR nor /tmp can be written to
        if not hasattr(os, "memfd_create"):
            raise no_temporary_folder() from failure
        return open(os.memfd_create("krea"), "w+b")


def no_temporary_folder() -> KreaError:
    """Error for a system without a writable folder for temporary files."""
    return KreaError(
        "no folder for temporary files can be written to",
        hint="export TMPDIR=FOLDER with a folder that you can write to",
    )
