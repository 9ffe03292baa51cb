"""Sections of the man pages beyond the help."""

import json
import re
from pathlib import Path

import pytest

from krea_cli.manual.sections import SECTIONS_OF_COMMAND, read_sections, sections_of
from tests.harness.cli import Cli

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


def test_the_records_are_those_of_the_commands(cli: Cli) -> None:
    """Each key that --json prints stands in the table, and no other."""
    cli.krea("generate", "a fox", "-o", "fox.png", "--sidecar")
    (job,) = cli.krea("status", "last", "--json").records
    (model,) = cli.krea("models", "z-image/z-image", "--json").records
    sums = cli.krea("spend", "--json").records
    Path("a.txt").write_text("an owl\n")
    cli.krea("batch", "a.txt", "--report", "report.jsonl")
    report = json.loads(Path("report.jsonl").read_text())
    sidecar = json.loads(Path("fox.png.json").read_text())
    assert documented("job-records") == set(job)
    assert documented("model-records") == set(model)
    assert documented("sums") == set(sums[-1])
    assert documented("reports") == set(report)
    assert documented("sidecar") == {*sidecar, "item", "tags"}


def documented(name: str) -> set[str]:
    """The keys in the table of the section NAME."""
    text = (CHECKOUT / "man" / "sections" / f"{name}.md").read_text()
    cells = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return {key for cell in cells for key in re.findall(r"`(.*?)`", cell)}
