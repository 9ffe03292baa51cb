"""Odd surroundings: locales, closed streams, users without a home, folders that are read-only."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.harness.installed_cli import InstalledCli

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
JAPANESE = "日本の狐"


@pytest.fixture
def latin_1(tmp_path: Path) -> dict[str, str]:
    """The variables of a German locale of 1998, made for this test."""
    folder = tmp_path / "locales"
    folder.mkdir()
    name = "de_DE.ISO-8859-1"
    command = ["localedef", "-i", "de_DE", "-f", "ISO-8859-1", os.fspath(folder / name)]
    subprocess.run(command, check=True, capture_output=True)
    return {"LOCPATH": os.fspath(folder), "LC_ALL": name}


def file_names(installed: InstalledCli) -> list[bytes]:
    """The names in the working folder, as the system has them."""
    return sorted(os.listdir(os.fsencode(installed.folder)))


def make_in_japanese(installed: InstalledCli, **variables: str) -> None:
    """Make two pictures, named by a prompt and by a list."""
    made = installed.krea("generate", "--prompt-file", "-", stdin=JAPANESE.encode(), **variables)
    assert made.code == 0, made.err
    name = made.out.removesuffix("\n")
    assert name.startswith(JAPANESE)
    line = '{"prompt": "a fox", "output": "狐.png"}\n'
    (installed.folder / "list.jsonl").write_text(line, encoding="utf-8")
    listed = installed.krea("batch", "list.jsonl", **variables)
    assert (listed.code, listed.out) == (0, "狐.png\n"), listed.err
    assert file_names(installed) == sorted([name.encode(), b"list.jsonl", "狐.png".encode()])
    again = installed.krea("batch", "list.jsonl", LC_ALL="C.UTF-8")
    assert (again.code, "1 of 1 done" in again.err) == (0, True), again.err


def test_a_process_without_utf_8_names_its_files(installed: InstalledCli) -> None:
    """Names from a prompt or a list are UTF-8, and the ledger knows them in every locale."""
    make_in_japanese(installed, **ASCII)


def test_what_such_a_process_cannot_print_is_escaped(installed: InstalledCli) -> None:
    """Standard streams keep the encoding of the locale."""
    done = installed.krea("generate", JAPANESE, "--dry-run", **ASCII)
    assert done.code == 0
    assert "\\u65e5\\u672c" in done.out
    assert done.out.isascii()


@pytest.mark.machine
def test_a_german_locale_of_old(installed: InstalledCli, latin_1: dict[str, str]) -> None:
    """The prompt is read in the locale's encoding, and a name keeps the bytes that were typed."""
    make_in_japanese(installed, **latin_1)
    argv = [b"krea", b"generate", b"caf\xe9", b"-o", b"caf\xe9.png", b"--json"]
    made = installed.run([os.fsdecode(word) for word in argv], **latin_1)
    assert (made.code, made.records[0]["prompt"]) == (0, "café"), made.err
    assert b"caf\xe9.png" in file_names(installed)


@pytest.mark.parametrize(
    ("command", "code"),
    [("doctor", 0), ("config list", 0), ("history", 0), ("generate fox -o fox.png", 0)],
)
def test_closed_streams(installed: InstalledCli, command: str, code: int) -> None:
    """With `<&- >&-` each command does its work."""
    done = installed.sh(f"krea {command} <&- >&-")
    assert (done.code, done.out) == (code, "")
    assert "bug" not in done.err
