"""The heartbeat of a host on a network disk, seen by another host."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from krea_cli.errors import LedgerInUse, LedgerUnusable
from krea_cli.local.ledger.heartbeat import BEAT_SECONDS, MAX_AGE_SECONDS, Heartbeat
from tests.clocks.fake_clock import FakeClock

NAME = "ledger-fix.sqlite3"


def heart(folder: Path, host: str, clock: FakeClock | None = None) -> Heartbeat:
    """A process on HOST that uses the ledger."""
    return Heartbeat(folder / NAME, host, clock or FakeClock(), retry="krea batch c.txt")


def beats(folder: Path) -> list[Path]:
    """The files of all hearts."""
    return sorted(folder.glob(f"{NAME}.heartbeat-*"))


def age(folder: Path, seconds: float) -> None:
    """Make every beat older, by the clock of the file system."""
    for path in beats(folder):
        now = path.stat().st_mtime
        os.utime(path, (now - seconds, now - seconds))


def in_use(heartbeat: Heartbeat) -> str:
    """The hint of the refusal to start HEARTBEAT, which leaves no trace."""
    folder = heartbeat._path.parent
    before = beats(folder)
    with pytest.raises(LedgerInUse) as raised:
        heartbeat.start()
    assert beats(folder) == before
    assert (raised.value.charged, raised.value.exit_code) == ("no", 1)
    return raised.value.message + " / " + (raised.value.hint or "")


def test_two_hosts_never_use_one_ledger(tmp_path: Path) -> None:
    """The second is told of the first, and of a name of its own; once the first ends, it may."""
    with closing(heart(tmp_path, "pod-a")) as first:
        first.start()
        assert in_use(heart(tmp_path, "pod-b")) == (
            f"the ledger {tmp_path / NAME} is in use by the host pod-a: its last heartbeat is less"
            " than two minutes old; nothing was sent / KREA_LEDGER_NAME=pod-b krea batch c.txt"
            " keeps another ledger; or the same command in two minutes, if that host is gone"
        )
    heart(tmp_path, "pod-b").start()


def test_a_host_whose_name_is_that_of_the_ledger_gets_another(tmp_path: Path) -> None:
    """The hint would change nothing otherwise."""
    heart(tmp_path, "pod-a").start()
    assert "KREA_LEDGER_NAME=fix-2 krea batch c.txt" in in_use(heart(tmp_path, "fix"))


@pytest.mark.parametrize("seconds", [MAX_AGE_SECONDS - 5, -MAX_AGE_SECONDS + 5])
def test_a_young_beat_is_of_a_living_host(tmp_path: Path, seconds: float) -> None:
    """A little from the future counts as well: the server's clock was corrected."""
    heart(tmp_path, "pod-a").start()
    age(tmp_path, seconds)
    in_use(heart(tmp_path, "pod-b"))


@pytest.mark.parametrize("seconds", [MAX_AGE_SECONDS + 5, -MAX_AGE_SECONDS - 5])
def test_an_old_beat_is_of_a_dead_host(tmp_path: Path, seconds: float) -> None:
    """The file is removed, with one that was not even renamed."""
    heart(tmp_path, "pod-a").start()
    age(tmp_path, seconds)
    (path,) = beats(tmp_path)
    half = path.with_name(f".{path.name}")
    half.write_text("{")
    os.utime(half, (1.0, 1.0))
    heart(tmp_path, "pod-b").start()
    assert (path.exists(), half.exists(), len(beats(tmp_path))) == (False, False, 1)


def test_the_clocks_of_the_hosts_do_not_count(tmp_path: Path) -> None:
    """A host whose clock is a day ahead, or behind, sees the same."""
    heart(tmp_path, "pod-a").start()
    for start in (1.0, 1_900_000_000.0):
        in_use(heart(tmp_path, "pod-b", FakeClock(start)))


def test_processes_of_one_host_share_it(tmp_path: Path) -> None:
    """The end of one does not free the ledger while another runs."""
    first, second = heart(tmp_path, "pod-a"), heart(tmp_path, "pod-a")
    first.start()
    second.start()
    first.close()
    in_use(heart(tmp_path, "pod-b"))
    second.close()
    assert beats(tmp_path) == []


def test_another_boot_is_another_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two machines of one name share nothing but the disk."""
    heart(tmp_path, "runner").start()
    clock = FakeClock()
    monkeypatch.setattr(clock, "boot", lambda: ("another boot", clock.monotonic()))
    assert "the host runner before its last start, or by another one of that name" in in_use(
        heart(tmp_path, "runner", clock)
    )


def test_it_beats_for_as_long_as_the_command_runs(tmp_path: Path) -> None:
    """Each half minute of a clock that is handed in, even after a signal; then no more."""
    clock = FakeClock()
    with closing(heart(tmp_path, "pod-a", clock)) as first:
        first.start()
        for _ in range(3):
            age(tmp_path, MAX_AGE_SECONDS + 5)
            clock.sleep(BEAT_SECONDS + 1)
            in_use(heart(tmp_path, "pod-b"))
    clock.sleep(10 * BEAT_SECONDS)
    assert beats(tmp_path) == []


def test_a_process_that_stood_still_looks_around_before_it_sends(tmp_path: Path) -> None:
    """A laptop that slept: another host may have begun meanwhile."""
    clock = FakeClock()
    first = heart(tmp_path, "pod-a", clock)
    first.start()
    age(tmp_path, MAX_AGE_SECONDS + 5)
    second = heart(tmp_path, "pod-b")
    second.start()
    first.check()  # a moment ago it was all right
    clock._passed += MAX_AGE_SECONDS
    for _ in range(2):  # the ledger is lost for good
        with pytest.raises(LedgerInUse):
            first.check()


@pytest.mark.parametrize("text", ["", "{}", "[1]", "\xff", "[" * 100_000])
def test_a_beat_that_cannot_be_read_is_of_an_unknown_host(tmp_path: Path, text: str) -> None:
    """Somebody wrote it just now: better to wait than to pay twice."""
    (tmp_path / f"{NAME}.heartbeat-1").write_text(text, encoding="latin-1")
    assert "in use by the host unknown" in in_use(heart(tmp_path, "pod-b"))


def test_a_folder_that_cannot_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a heartbeat nothing is sent."""

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(LedgerUnusable) as raised:
        heart(tmp_path, "pod-a").start()
    assert raised.value.message == (
        f"the heartbeat beside the ledger {tmp_path / NAME} cannot be written:"
        " No space left on device"
    )
