"""Programs on a real pseudo-terminal, and the screen that they leave."""

import os

import pexpect
import pyte


def start_on_terminal(command: list[str], **environ: str) -> pexpect.spawn:
    """Start COMMAND on a terminal of 80 columns."""
    return pexpect.spawn(
        command[0],
        command[1:],
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **environ},
        encoding="utf-8",
        dimensions=(24, 80),
        timeout=20,
    )


def run_on_terminal(command: list[str], **environ: str) -> str:
    """Run COMMAND on a terminal of 80 columns; return everything that it writes."""
    child = start_on_terminal(command, **environ)
    output: str = child.read()
    child.close()
    return output.replace("\r\n", "\n")


def screen_lines(output: str, columns: int = 80) -> list[str]:
    """The lines on a terminal after OUTPUT was written to it."""
    screen = pyte.Screen(columns, 24)
    pyte.Stream(screen).feed(output.replace("\n", "\r\n"))
    return [line.rstrip() for line in screen.display if line.strip()]
