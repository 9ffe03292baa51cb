"""Paid results for a reader that left: told, still unsaved in the ledger, and never lost."""

import json

import pytest

from tests.end_to_end.conftest import StartSandbox
from tests.fakes.sandbox_process import Sandbox
from tests.harness.cli import CliResult
from tests.harness.installed_cli import KREA, InstalledCli

PNG_START = b"\x89PNG\r\n\x1a\n"
READERS = {
    "not found": "krea generate 'a fox' -o - | nosuch",
    "head": "krea generate 'a fox' -o - | head -c 10",
    "another command": "krea generate 'a fox' -o >(nosuch)",
    "stdout by its name": "krea generate 'a fox' -o /dev/stdout | nosuch",
}


def bash(installed: InstalledCli, line: str) -> CliResult:
    """Run LINE; the exit code is that of its first command."""
    return installed.run(["bash", "-c", f"{line}; exit ${{PIPESTATUS[0]}}"])


def posts(sandbox: Sandbox) -> int:
    """The number of jobs that were made."""
    made: int = sandbox.stats()["jobs"]
    return made


@pytest.mark.parametrize("line", READERS.values(), ids=READERS)
def test_a_reader_that_left_is_told(installed: InstalledCli, line: str) -> None:
    """Exit 10, charged yes, and the printed command saves the result."""
    lost = bash(installed, line)
    assert lost.code == 10, lost.err
    complaint = "bash: line 1: nosuch: command not found\n"
    own = CliResult(lost.code, lost.out, lost.err.replace(complaint, ""))
    sentence = own.error(charged="yes")
    job_id = sentence.split()[4]
    assert sentence.startswith(f"the result of job {job_id} is paid and could not be saved: nobody")
    assert f"  hint: krea download {job_id}\n" in lost.err
    unsaved = installed.krea("history", "--unfinished", "--json")
    assert [json.loads(line)["job_id"] for line in unsaved.out.splitlines()] == [job_id]
    saved = installed.krea("download", job_id)
    assert (saved.code, len(list(installed.folder.glob("*.png")))) == (0, 1)
    assert installed.krea("history", "--unfinished").out == ""


def test_the_same_command_brings_it_after_all(installed: InstalledCli, sandbox: Sandbox) -> None:
    """With a reader that stays, it writes the paid result whole; the next one is another."""
    before = posts(sandbox)
    assert bash(installed, READERS["head"]).code == 10
    assert installed.sh("krea generate 'a fox' -o - > 1.png").code == 0
    assert posts(sandbox) == before + 1
    assert installed.sh("krea generate 'a fox' -o - | cat > 2.png").code == 0
    assert posts(sandbox) == before + 2
    first, second = ((installed.folder / name).read_bytes() for name in ("1.png", "2.png"))
    assert first != second
    assert first.startswith(PNG_START)


def test_a_download_for_a_reader_that_left(installed: InstalledCli) -> None:
    """The job stays unsaved until something took all of it."""
    job_id = installed.krea("generate", "--no-wait", "a fox").out.strip()
    lost = bash(installed, f"krea download {job_id} -o - | head -c 10")
    assert (lost.code, len(lost.out)) == (10, 10)
    assert lost.error(charged="yes").endswith(": nobody reads standard output any more")
    missing = installed.krea("download", "--missing")
    assert (missing.code, len(list(installed.folder.glob("*.png")))) == (0, 1)
    # The files are there: whoever does not read them again has lost nothing, and is told.
    assert bash(installed, f"krea download {job_id} -o - | head -c 10").code == 10
    assert installed.krea("history", "--unfinished").out == ""


def test_text_for_a_reader_that_left_is_no_failure(installed: InstalledCli) -> None:
    """Paths, ids and lists are quiet, as everywhere: the results are on disk."""
    for line in ("krea generate 'a fox' -o a.png | true", "krea history | head -0"):
        assert bash(installed, line).code == 0
    assert installed.krea("history", "--unfinished").out == ""


def test_a_command_that_was_killed_leaves_its_request(start_sandbox: StartSandbox) -> None:
    """Killed while its job ran: the same command waits for that job, and writes it to stdout."""
    installed, sandbox = start_sandbox("--seconds", "1", "--spread", "0")
    running = installed.start(KREA, "generate", "a fox", "-o", "-")
    running.wait_for(", usually ")
    running.kill()
    again = installed.krea("generate", "a fox", "-o", "-")
    assert (again.code, posts(sandbox)) == (0, 1)
    assert "going on with the same request for -, begun before" in again.err
    assert again.out.encode(errors="surrogateescape").startswith(PNG_START)
    assert installed.krea("history", "--unfinished").out == ""
