"""What a person does who reads the hint of an error: types what it says, until all is on disk."""

import shlex
from typing import Any

from tests.harness.sandboxed_cli import Ended, Stage

LATER = 60.0  # seconds until somebody has read a hint and typed what it says


def complete(stage: Stage, command: list[str], ended: Ended) -> tuple[str, Ended]:
    """Follow the hints of COMMAND, which ENDED badly; the first thing typed, and the last end.

    Asserts that each thing typed sends nothing that it must not.
    """
    hints = [str(error["hint"]) for error in ended.errors]
    fetching = [words for hint in hints if (words := _typed(hint, "krea download "))]
    stage.clock.advance(LATER)
    if fetching:
        for words in fetching:
            ended = stage.krea(*words, "--json")
        return "krea download", ended
    if ended.code == 9:
        return "krea recover", _recovered(stage, command, hints)
    said = any("the same command" in hint for hint in hints)
    return "the same command" if said else "the same, mended", stage.krea(*command)


def _recovered(stage: Stage, command: list[str], hints: list[str]) -> Ended:
    """Settle what is in doubt, fetch what is done, and let the same command do what is left."""
    posts = stage.counts.posts
    assert any(_typed(hint, "krea recover ") for hint in hints), hints
    looked = stage.krea("recover", "--json")
    assert stage.counts.posts == posts, "krea recover sent something by itself"
    for doubt in looked.records:
        if doubt["job_id"] is None:
            assert stage.krea(*command).code == 9, "what is in doubt was gone on with"
            assert stage.counts.posts == posts, "what is in doubt was sent again"
            decided = stage.krea("recover", *_decision(stage, doubt), "--json")
            assert decided.code == 0, decided.err
    stage.clock.advance(LATER)
    ended = stage.krea("download", "--missing", "--json")
    unsent = any(state == "checked" for state, _ in stage.rows)
    return stage.krea(*command) if unsent else ended


def _decision(stage: Stage, doubt: dict[str, Any]) -> tuple[str, str]:
    """Whoever looks at the candidates knows their own picture; without one it was never made."""
    own = {job.id for job in stage.jobs}
    for candidate in doubt["candidates"]:
        if candidate["job_id"] in own:
            return "--adopt", f"{doubt['row']}={candidate['job_id']}"
    return "--resubmit", str(doubt["row"])


def _typed(hint: str, beginning: str) -> list[str]:
    """The words after `krea` of the command that HINT consists of, or begins with."""
    clause = hint.partition(";")[0]
    return shlex.split(clause)[1:] if clause.startswith(beginning) else []
