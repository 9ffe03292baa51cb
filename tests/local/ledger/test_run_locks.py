"""Claims: a run's name counts as long as its process lives, and no longer."""

import subprocess
import sys
from pathlib import Path

from krea_cli.local.ledger.run_locks import Claims

CLAIMS = """
import sys
from pathlib import Path
from krea_cli.local.ledger.run_locks import Claims
claims = Claims(Path(sys.argv[1]))
print(claims.name, flush=True)
sys.stdin.read()
"""


def test_a_claim_counts_until_its_process_is_dead(tmp_path: Path) -> None:
    """Another process is alive while it runs, and not after it was killed."""
    other = subprocess.Popen(
        [sys.executable, "-c", CLAIMS, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout
    name = other.stdout.readline().strip()
    ours = Claims(tmp_path)
    assert ours.alive(name)
    other.kill()
    other.communicate()
    assert not ours.alive(name)
    assert [path.name for path in tmp_path.iterdir()] == [f"run-{ours.name}.lock"]


def test_a_released_claim_is_free(tmp_path: Path) -> None:
    """Nothing is left of a run that ended in order."""
    mine, theirs = Claims(tmp_path), Claims(tmp_path)
    assert mine.alive(theirs.name)
    assert mine.alive(mine.name)
    theirs.release()
    assert not mine.alive(theirs.name)
    mine.release()
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_name_is_not_looked_for(tmp_path: Path) -> None:
    """A name from a damaged row leads nowhere, and no file is made for it."""
    claims = Claims(tmp_path)
    assert not claims.alive("../../etc/passwd")
    assert not claims.alive("0123456789abcdef")
    assert not Claims(None).alive("0123456789abcdef")
    assert [path.name for path in tmp_path.iterdir()] == [f"run-{claims.name}.lock"]
