"""Sections of the man pages beyond the help."""

from pathlib import Path

import pytest

from krea_cli.manual.sections import SECTIONS_OF_COMMAND, read_sections, sections_of

CHECKOUT = Path(__file__).parents[2]


def test_the_files_of_the_checkout() -> None:
    """Each is in the page of a command, as roff."""
    texts = read_sections(CHECKOUT / "man" / "sections")
    assert set(texts) == {name for names in SECTIONS_OF_COMMAND.values() for name in names}
    assert sections_of("krea cancel", texts)[0] == ".SH NAMING A JOB"
    assert sections_of("krea doctor", texts) == []


def test_a_file_that_no_command_has(tmp_path: Path) -> None:
    """Such a file is an error, and so is one too few."""
    for path in (CHECKOUT / "man" / "sections").glob("*.md"):
        (tmp_path / path.name).write_text(path.read_text())
    (tmp_path / "new.md").touch()
    (tmp_path / "fields.md").unlink()
    message = r"^SECTIONS_OF_COMMAND and the files differ: fields, new$"
    with pytest.raises(ValueError, match=message):
        read_sections(tmp_path)
