"""Guides as man pages."""

from pathlib import Path

import pytest

from krea_cli.manual.guide import Guide, guide_page, guide_pages, read_guides

BATCH = Guide("batch", "# Batches: many-fold\n\nFirst.\n\n## A list\n\nSecond.\n")
FIGURES = Guide("figures", "# Figures\n\nFirst.\n")


def test_a_page() -> None:
    """The title is the summary; what stands before the first section is the description."""
    assert guide_page(BATCH, (BATCH, FIGURES), "1.2") == (
        "'\\\" t\n"
        '.TH KREA\\-BATCH\\-GUIDE 7 "" "krea 1.2" "Krea manual"\n'
        ".nh\n.ad l\n"
        ".SH NAME\n"
        "krea\\-batch\\-guide \\- Batches: many\\-fold\n"
        ".SH DESCRIPTION\nFirst.\n"
        ".SH A LIST\nSecond.\n"
        ".SH SEE ALSO\n"
        ".BR krea\\-batch (1),\n.BR krea\\-verify (1),\n.BR krea\\-figures\\-guide (7)\n"
    )


def test_a_guide_about_no_command_names_the_program() -> None:
    """Every page leads on to another."""
    assert guide_page(FIGURES, (FIGURES,), "1.2").endswith(".SH SEE ALSO\n.BR krea (1)\n")


def test_the_guides_of_a_folder(tmp_path: Path) -> None:
    """Each has a page of its name, in the order of the table; an unlisted one is an error."""
    for guide in (FIGURES, BATCH):
        (tmp_path / f"{guide.name}.md").write_text(guide.markdown)
    guides = read_guides(tmp_path)
    assert guides == (BATCH, FIGURES)
    assert list(guide_pages(guides, "1.2")) == ["krea-batch-guide.7", "krea-figures-guide.7"]
    (tmp_path / "new.md").touch()
    with pytest.raises(ValueError, match=r"^COMMANDS_OF_GUIDE lacks new$"):
        read_guides(tmp_path)
