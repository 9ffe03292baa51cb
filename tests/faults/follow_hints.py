"""Type the commands in the hints of errors, as a person does, until all is on disk."""

import shlex
from typing import Any

from tests.harness.cli import CliResult
from tests.harness.sandboxed_cli import SandboxedCli

READING_SECONDS = 60.0  # until somebody has read a hint and typed its command


def follow_hints(
    sandboxed: SandboxedCli, command: list[str], result: CliResult
) -> tuple[str, CliResult]:
    """Follow the hints in RESULT of COMMAND; return the first command typed and the last result.

    Asserts that nothing in doubt is sent again.
    """
    hints = [str(error["hint"]) for error in result.errors]
    downloads = [words for hint in hints if (words := _command(hint, "krea download "))]
    sandboxed.clock.advance(READING_SECONDS)
    if downloads:
        for words in downloads:
            result = sandboxed.krea(*words, "--json")
        return "krea download", result
    if result.code == 9:
        return "krea recover", _recover(sandboxed, command, hints)
    is_named = any("the same command" in hint for hint in hints)
    return "the same command" if is_named else "the same, mended", sandboxed.krea(*command)


def _recover(sandboxed: SandboxedCli, command: list[str], hints: list[str]) -> CliResult:
    """Decide each doubt, download the results, and let the same command do the rest."""
    posts = sandboxed.counts.posts
    assert any(_command(hint, "krea recover ") for hint in hints), hints
    recovery = sandboxed.krea("recover", "--json")
    assert sandboxed.counts.posts == posts, "krea recover sent something by itself"
    for doubt in recovery.records:
        if doubt["job_id"] is None:
            assert sandboxed.krea(*command).code == 9, "what is in doubt was gone on with"
            assert sandboxed.counts.posts == posts, "what is in doubt was sent again"
            decision = sandboxed.krea("recover", *_decision(sandboxed, doubt), "--json")
            assert decision.code == 0, decision.err
    sandboxed.clock.advance(READING_SECONDS)
    result = sandboxed.krea("download", "--missing", "--json")
    unsent = any(state == "checked" for state, _ in sandboxed.states)
    return sandboxed.krea(*command) if unsent else result


def _decision(sandboxed: SandboxedCli, doubt: dict[str, Any]) -> tuple[str, str]:
    """The options of a user who knows their own picture among the candidates, if it is there."""
    own = {job.id for job in sandboxed.jobs}
    for candidate in doubt["candidates"]:
        if candidate["job_id"] in own:
            return "--adopt", f"{doubt['row']}={candidate['job_id']}"
    return "--resubmit", str(doubt["row"])


def _command(hint: str, beginning: str) -> list[str]:
    """The words after `krea` of the command that HINT consists of, or begins with."""
    clause = hint.partition(";")[0]
    return shlex.split(clause)[1:] if clause.startswith(beginning) else []
