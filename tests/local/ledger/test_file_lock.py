"""The lock between processes."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from krea_cli.errors import LedgerUnusable
from krea_cli.local.ledger.file_lock import FileLock

HOLDER_SCRIPT = """
import sys
from pathlib import Path
from krea_cli.local.ledger.file_lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print(lock.try_acquire(), flush=True)
sys.stdin.read()
"""


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    """The second waits until the first lets go; the file is private and says who holds it."""
    path = tmp_path / "post.lock"
    first, second = FileLock(path), FileLock(path)
    assert first.try_acquire()
    assert first.try_acquire()
    assert not second.try_acquire()
    assert second.holder_pid == os.getpid()
    first.release()
    first.release()
    with second:
        assert not first.try_acquire()
    assert first.try_acquire()
    first.release()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_dead_process_holds_nothing(tmp_path: Path) -> None:
    """A lock that a killed process held is free at once."""
    path = tmp_path / "post.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER_SCRIPT, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout
    assert holder.stdout.readline() == "True\n"
    mine = FileLock(path)
    assert not mine.try_acquire()
    assert mine.holder_pid == holder.pid
    holder.kill()
    holder.communicate()
    assert mine.try_acquire()
    mine.release()


def test_a_lock_file_that_was_removed_locks_nothing(tmp_path: Path) -> None:
    """The lock is on the file at the path, not on a removed one."""
    path = tmp_path / "post.lock"
    first, second = FileLock(path), FileLock(path)
    assert first.try_acquire()
    path.unlink()
    assert second.try_acquire()
    assert not FileLock(path).try_acquire()
    first.release()
    second.release()


def test_a_lock_is_not_inherited(tmp_path: Path) -> None:
    """A child that outlives us does not keep the lock."""
    lock = FileLock(tmp_path / "post.lock")
    assert lock.try_acquire()
    descriptors = [int(name) for name in os.listdir("/dev/fd") if name.isdigit()]
    ours = [
        number
        for number in descriptors
        if os.path.realpath(f"/dev/fd/{number}") == str(lock.path) and os.get_inheritable(number)
    ]
    assert ours == []
    lock.release()


@pytest.mark.parametrize("kind", ["missing folder", "folder", "link"])
def test_a_place_that_cannot_be_locked(tmp_path: Path, kind: str) -> None:
    """A lock that cannot be had is a sentence, and the way out; a link is not followed."""
    path = tmp_path / "post.lock"
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path = tmp_path / "nowhere" / "post.lock"
    with pytest.raises(LedgerUnusable, match="cannot lock") as raised:
        FileLock(path).try_acquire()
    assert raised.value.hint == "set KREA_STATE_DIR to a folder on a local disk"


def test_a_lock_for_nobody() -> None:
    """Without a path there is nobody to keep out."""
    first, second = FileLock(None), FileLock(None)
    assert first.try_acquire()
    assert second.try_acquire()
    assert first.holder_pid is None


def test_a_full_disk_takes_no_lock_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The id of the holder is for messages only: the lock holds without it, and is released."""

    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", refuse)
    lock = FileLock(tmp_path / "lock")
    assert (lock.try_acquire(), lock.holder_pid) == (True, None)
    assert not FileLock(tmp_path / "lock").try_acquire()
    lock.release()
    assert FileLock(tmp_path / "lock").try_acquire()
