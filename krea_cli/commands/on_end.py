"""`--on-end`: run a command of the user's once everything is over."""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from krea_cli.text import shell_line

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

TOKEN_VARIABLE = r"KREA_.*(?:KEY|TOKEN).*"


def run_on_end(session: "Session", words: Sequence[str], exit_code: int, seconds: float) -> None:
    """Run WORDS, the command of --on-end, with a summary as JSON on stdin; warn if it fails.

    Keys: schema, command, exit_code, seconds, charged, summary, files and errors. Its stdout goes
    to stderr, and no token is in its environment.
    """
    output, name = session.output, shell_line(*words)
    facts = {
        "schema": 1,
        "command": session.argv[0],
        "exit_code": exit_code,
        "seconds": round(seconds, 1),
        **output.facts.record(output.read_charge()),
    }
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=output.stderr_descriptor or subprocess.DEVNULL,
            stderr=output.stderr_descriptor or subprocess.DEVNULL,
            env=without_tokens(session.env.environ),
        )
        with suppress(BrokenPipeError):  # it need not read
            process.communicate(json.dumps(facts).encode() + b"\n")
        process.wait()
    except OSError as failure:
        output.warn(f"--on-end {name} could not be run: {failure.strerror or failure}")
        return
    if process.returncode:
        output.warn(f"--on-end {name} ended with exit code {process.returncode}")


def without_tokens(environ: Mapping[str, str]) -> dict[str, str]:
    """ENVIRON without the variables that hold a token."""
    return {
        name: value for name, value in environ.items() if not re.fullmatch(TOKEN_VARIABLE, name)
    }
