"""The lock of a run: its claims count as long as its process lives, and no longer."""

import subprocess
import sys
from pathlib import Path

from krea_cli.local.ledger.run_lock import RunLock

HOLDER_SCRIPT = """
import sys
from pathlib import Path
from krea_cli.local.ledger.run_lock import RunLock
run_lock = RunLock(Path(sys.argv[1]))
print(run_lock.name, flush=True)
sys.stdin.read()
"""


def test_a_claim_counts_until_its_process_is_dead(tmp_path: Path) -> None:
    """Another process is alive while it runs, and not after it was killed."""
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDER_SCRIPT, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout
    name = other.stdout.readline().strip()
    ours = RunLock(tmp_path)
    assert ours.is_alive(name)
    other.kill()
    other.communicate()
    assert not ours.is_alive(name)
    assert [path.name for path in tmp_path.iterdir()] == [f"run-{ours.name}.lock"]


def test_a_released_claim_is_free(tmp_path: Path) -> None:
    """Nothing is left of a run that ended in order."""
    mine, theirs = RunLock(tmp_path), RunLock(tmp_path)
    assert mine.is_alive(theirs.name)
    assert mine.is_alive(mine.name)
    theirs.release()
    assert not mine.is_alive(theirs.name)
    mine.release()
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_name_is_not_looked_for(tmp_path: Path) -> None:
    """A name from a damaged row leads nowhere, and no file is made for it."""
    run_lock = RunLock(tmp_path)
    assert not run_lock.is_alive("../../etc/passwd")
    assert not run_lock.is_alive("0123456789abcdef")
    assert not RunLock(None).is_alive("0123456789abcdef")
    assert [path.name for path in tmp_path.iterdir()] == [f"run-{run_lock.name}.lock"]
