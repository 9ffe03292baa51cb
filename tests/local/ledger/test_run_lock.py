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


def test_the_locks_of_other_hosts_are_left_alone(tmp_path: Path) -> None:
    """On some network disks their locks are not seen: only files of the own ledger are removed."""
    theirs = [RunLock(tmp_path, f"ledger-{host}.sqlite3") for host in ("pod-a", "pod-b")]
    for lock in theirs:
        lock.release()
        (tmp_path / f"run-{lock.name}.lock").touch()  # as a process that was killed
    ours = RunLock(tmp_path, "ledger-pod-a.sqlite3")
    left = {path.stem for path in tmp_path.glob("run-*.lock")}
    assert left == {f"run-{ours.name}", f"run-{theirs[1].name}"}
