"""Part files: exclusive, taken over from the dead, never from the living."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from krea_cli.errors import KreaError
from krea_cli.flows.files.part_file import open_part, part_path


def test_a_part_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    """What a killed process left is emptied and used."""
    part = tmp_path / ".out.png.part"
    part.write_bytes(b"half")
    reservation = open_part(part)
    assert reservation and reservation.path == part
    assert part.read_bytes() == b""
    reservation.release()


def test_a_part_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    """While another process holds the part, there is no reservation."""
    part = tmp_path / ".out.png.part"
    holding = (
        "import sys; from pathlib import Path\n"
        "from krea_cli.flows.files.part_file import open_part\n"
        "held = open_part(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(part)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout and process.stdout.readline() == "held\n"
        assert open_part(part) is None
        process.kill()
        process.wait()
        reservation = open_part(part)
        assert reservation
        reservation.release()


def test_a_published_file_is_never_emptied(tmp_path: Path) -> None:
    """Killed between publishing and unlinking: the part is the finished file under two names."""
    part, final = tmp_path / ".out.png.part", tmp_path / "out.png"
    part.write_bytes(b"whole")
    os.link(part, final)
    reservation = open_part(part)
    assert reservation
    assert final.read_bytes() == b"whole"
    assert part.stat().st_nlink == 1
    reservation.release()
    assert final.read_bytes() == b"whole"


def test_a_link_in_the_place_of_the_part_is_not_followed(tmp_path: Path) -> None:
    """Nobody can make us write through a link with the name of our part."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    part = tmp_path / ".out.png.part"
    part.symlink_to(victim)
    with pytest.raises(KreaError) as caught:
        open_part(part)
    assert caught.value.message.startswith(f"cannot write in {tmp_path}: ")
    assert victim.read_bytes() == b"precious"


def test_a_fifo_in_the_place_of_the_part(tmp_path: Path) -> None:
    """What is no plain file of ours is not used, and is not waited for."""
    part = tmp_path / ".out.png.part"
    os.mkfifo(part)
    with pytest.raises(KreaError):
        open_part(part)


def test_the_mode_honours_umask(tmp_path: Path) -> None:
    """Results are as readable as any file that the user makes."""
    before = os.umask(0o027)
    try:
        reservation = open_part(tmp_path / "new" / ".out.png.part")
    finally:
        os.umask(before)
    assert reservation and stat.S_IMODE(os.fstat(reservation.file).st_mode) == 0o640
    reservation.release()


def test_releasing(tmp_path: Path) -> None:
    """A release removes the part unless it is to be kept; a second one does nothing."""
    part = tmp_path / ".out.png.part"
    reservation = open_part(part)
    assert reservation
    reservation.release(keep=True)
    reservation.release()
    assert part.exists()
    again = open_part(part)
    assert again
    again.release()
    assert not part.exists()


@pytest.mark.parametrize("name", ["x" * 255, "é" * 127, "x" * 250 + ".png"])
def test_long_names_have_parts_that_fit(tmp_path: Path, name: str) -> None:
    """A name of 255 bytes still has a part beside it, and another name has another."""
    part = part_path(tmp_path / name)
    assert len(part.name.encode()) <= 255
    assert part != part_path(tmp_path / (name[:-1] + "y"))
    reservation = open_part(part)
    assert reservation
    reservation.release()
