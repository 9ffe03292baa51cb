"""The installed command `krea`, and `python -m krea_cli`.

Imports nothing before it has looked at the command line: scripts ask for the version often.
"""

import os
import sys

from krea_cli import VERSION_OPTIONS, __version__

# Loading 350 modules makes many objects and no garbage: at Python's own 700, searching for it takes
# a twentieth of a short command.
GC_THRESHOLD_OBJECTS = 50_000

TYPE_CHECKING = False  # `typing` itself would take a third of the time
if TYPE_CHECKING:
    from typing import NoReturn


def run() -> "NoReturn":
    """Run the command line of this process."""
    if len(sys.argv) > 1 and sys.argv[1] in VERSION_OPTIONS and write_version():
        os._exit(0)
    import gc

    from krea_cli.main import run as run_command

    gc.set_threshold(GC_THRESHOLD_OBJECTS)
    run_command()


def write_version() -> bool:
    """Write the version to stdout; False, for `krea_cli.main` to say why, if it took less."""
    if sys.stdout is None:  # the shell closed it
        return False
    line = f"krea {__version__}\n".encode(sys.stdout.encoding)
    try:
        return os.write(sys.stdout.fileno(), line) == len(line)
    except OSError:
        return False


if __name__ == "__main__":
    run()
