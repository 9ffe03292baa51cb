"""Part files are exclusive, and taken over from dead processes only."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from krea_cli.errors import KreaError
from krea_cli.flows.files.part_file import open_part, part_path


def test_a_part_file_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    """The part file of a killed process is emptied and used."""
    path = tmp_path / ".out.png.part"
    path.write_bytes(b"half")
    part = open_part(path)
    assert part and part.path == path
    assert path.read_bytes() == b""
    part.release()


def test_a_part_file_of_a_running_process_is_left_alone(tmp_path: Path) -> None:
    """A part file that another process holds cannot be opened."""
    path = tmp_path / ".out.png.part"
    script = (
        "import sys; from pathlib import Path\n"
        "from krea_cli.flows.files.part_file import open_part\n"
        "part = open_part(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout and process.stdout.readline() == "held\n"
        assert open_part(path) is None
        process.kill()
        process.wait()
        part = open_part(path)
        assert part
        part.release()


def test_a_published_file_is_never_emptied(tmp_path: Path) -> None:
    """Killed between publishing and unlinking: the part is the finished file under two names."""
    path, final = tmp_path / ".out.png.part", tmp_path / "out.png"
    path.write_bytes(b"whole")
    os.link(path, final)
    part = open_part(path)
    assert part
    assert final.read_bytes() == b"whole"
    assert path.stat().st_nlink == 1
    part.release()
    assert final.read_bytes() == b"whole"


def test_a_link_in_the_place_of_the_part_is_not_followed(tmp_path: Path) -> None:
    """Nobody can make us write through a link with the name of our part."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    path = tmp_path / ".out.png.part"
    path.symlink_to(victim)
    with pytest.raises(KreaError) as caught:
        open_part(path)
    assert caught.value.message.startswith(f"cannot write in {tmp_path}: ")
    assert victim.read_bytes() == b"precious"


def test_a_fifo_in_the_place_of_the_part(tmp_path: Path) -> None:
    """A FIFO or any other special file is not used, and not waited for."""
    path = tmp_path / ".out.png.part"
    os.mkfifo(path)
    with pytest.raises(KreaError):
        open_part(path)


def test_the_mode_honours_umask(tmp_path: Path) -> None:
    """Results are as readable as any file that the user makes."""
    before = os.umask(0o027)
    try:
        part = open_part(tmp_path / "new" / ".out.png.part")
    finally:
        os.umask(before)
    assert part and stat.S_IMODE(os.fstat(part.fd).st_mode) == 0o640
    part.release()


def test_releasing(tmp_path: Path) -> None:
    """A release removes the part file, unless KEEP; a second one does nothing."""
    path = tmp_path / ".out.png.part"
    part = open_part(path)
    assert part
    part.release(keep=True)
    part.release()
    assert path.exists()
    again = open_part(path)
    assert again
    again.release()
    assert not path.exists()


@pytest.mark.parametrize("name", ["x" * 255, "é" * 127, "x" * 250 + ".png"])
def test_long_names_have_parts_that_fit(tmp_path: Path, name: str) -> None:
    """A name of 255 bytes has a part file beside it, and another name has another."""
    path = part_path(tmp_path / name)
    assert len(path.name.encode()) <= 255
    assert path != part_path(tmp_path / (name[:-1] + "y"))
    part = open_part(path)
    assert part
    part.release()


def test_a_file_system_that_shows_another_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our new part, and an old one of the owner that new files get there, are ours."""
    owner = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: owner)
    path = tmp_path / ".out.png.part"
    for _ in ("new", "old"):
        part = open_part(path)
        assert part and part.path == path
        part.release(keep=True)
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.machine
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_a_part_file_of_another_user(tmp_path: Path) -> None:
    """Its owner may still write to it, so it is not used."""
    path = tmp_path / ".out.png.part"
    path.write_bytes(b"theirs")
    os.chown(path, 54321, 54321)
    with pytest.raises(KreaError, match="not a part file of yours"):
        open_part(path)
    assert path.read_bytes() == b"theirs"
