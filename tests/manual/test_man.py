"""The man pages."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from krea_cli.help import command_tree
from krea_cli.manual import man, reference, roff
from krea_cli.manual.guide import Guide

CHECKOUT = Path(__file__).parents[2]


def test_a_page(root: command_tree.Command) -> None:
    """The sections in their order, with what roff would take for its own escaped."""
    page = man.man_pages(root, "1.2")["krea-generate.1"]
    before, rest = page.split(".SH EXIT STATUS\n")
    assert before == (
        '.TH KREA\\-GENERATE 1 "" "krea 1.2" "Krea manual"\n'
        ".nh\n.ad l\n"
        ".SH NAME\n"
        "krea\\-generate \\- Submit a request \\e wait \\[u00D7] save\n"
        ".SH SYNOPSIS\n"
        ".B krea generate\n"
        "[OPTIONS] [PROMPT]\n"
        ".SH DESCRIPTION\n"
        "Submit a request \\e wait \\[u00D7] save.\n"
        ".PP\n"
        "Prose over two lines.\n"
        ".PP\n"
        ".nf\n.RS 2\n  kept\n    as it is\n.RE\n.fi\n"
        ".SH ARGUMENTS\n"
        ".TP\n.B [PROMPT]\nWhat to make.\n"
        ".SH OPTIONS\n"
        ".TP\n.B \\-\\-model, \\-m TEXT\nIt's [the] model: x.\n"
        ".TP\n.B \\-\\-output, \\-o PATH\n\\&\n"
        ".TP\n.B \\-\\-input, \\-i K=V\nMay be given several times.\n"
        ".TP\n.B \\-\\-seed N\nA number.\n"
        ".TP\n.B \\-\\-kind image|video\n\\&\n"
        ".TP\n.B \\-\\-force\nOverwrite.\n"
        ".TP\n.B \\-\\-help, \\-h\nShow this help and exit.\n"
        ".SH EXAMPLES\n"
        '.nf\n.RS 2\nkrea generate "a" \\-o out.png\n\\&.dotted\n.RE\n.fi\n'
    )
    titles = [line for line in rest.splitlines() if line.startswith(".SH")]
    assert titles == [".SH ENVIRONMENT", ".SH FILES", ".SH SEE ALSO"]
    assert rest.endswith(
        ".SH SEE ALSO\n.BR krea (1),\n.BR krea\\-sandbox (1),\n.BR krea\\-auth (1)\n"
    )


def test_a_group_lists_its_commands(root: command_tree.Command) -> None:
    """A group's page names its commands."""
    page = man.man_pages(root, "1.2")["krea-auth.1"]
    assert ".SH COMMANDS\n.TP\n.B krea auth login\nCheck a token.\n" in page


def test_a_page_names_the_guides_about_it(root: command_tree.Command) -> None:
    """A command's page leads to the guides about it, the program's page to all."""
    guides = (Guide("batch", ""), Guide("budgets", ""))
    pages = man.man_pages(root, "1.2", guides)
    see_also = {name: page.partition(".SH SEE ALSO\n")[2] for name, page in pages.items()}
    assert see_also["krea-generate.1"].startswith(
        ".BR krea\\-budgets\\-guide (7),\n.BR krea (1),\n"
    )
    assert see_also["krea.1"].startswith(
        ".BR krea\\-batch\\-guide (7),\n.BR krea\\-budgets\\-guide (7),\n.BR krea\\-generate (1)"
    )
    assert "guide" not in see_also["krea-auth.1"]


def test_a_page_has_its_sections(root: command_tree.Command) -> None:
    """Between options and examples; one with a table is read by tbl."""
    texts = {"fields": "## Fields\n\nAny.\n", "placeholders": "## Names\n\n| a |\n| - |\n| b |\n"}
    pages = man.man_pages(root, "1.2", sections=texts)
    page = pages["krea-generate.1"]
    assert page.startswith("'\\\" t\n.TH KREA")
    assert "and exit.\n.SH FIELDS\nAny.\n.SH NAMES\n.TS\n" in page
    assert ".sp\n.SH EXAMPLES\n" in page
    assert "FIELDS" not in pages["krea-auth.1"]


def test_the_pages_of_this_program() -> None:
    """Commands and many options stand in groups; the settings are explained where they are set."""
    pages = {path.stem: path.read_text() for path in (CHECKOUT / "man" / "man1").glob("*.1")}
    assert ".SH COMMANDS\n.SS Make\n.TP\n.B krea generate\n" in pages["krea"]
    assert ".SH OPTIONS\n.SS What to make\n.TP\n.B \\-\\-model, \\-m NAME" in pages["krea-batch"]
    for name in ("krea-config", "krea-config-set"):
        assert ".SH SETTINGS\n.TP\n.B model.default\n" in pages[name]
    for title in ("FILE FORMATS", "PLACEHOLDERS", "REPORTS", "FIELDS OF A MODEL"):
        assert f"\n.SH {title}\n" in pages["krea-batch"]


def test_examples_fit_a_window_of_80_columns() -> None:
    """Also where a page indents them."""
    listing = re.compile(r"^\.nf\n\.RS 2\n(.*?)^\.RE$", re.MULTILINE | re.DOTALL)
    for page in (CHECKOUT / "man" / "man1").glob("*.1"):
        lines = "".join(listing.findall(page.read_text())).replace("\\-", "-").splitlines()
        wide = [line for line in lines if len(line) > roff.LISTING_COLUMNS]
        assert (page.name, wide) == (page.name, [])


def test_every_exit_code_is_explained() -> None:
    """The table holds every code that an error can carry."""
    from krea_cli import errors

    def codes(kind: type[errors.KreaError]) -> set[int]:
        return {kind.exit_code}.union(*map(codes, kind.__subclasses__()))

    explained = {int(code) for term, _ in reference.EXIT_STATUS for code in term.split(", ")}
    assert codes(errors.KreaError) - explained == set()


@pytest.mark.machine
@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
@pytest.mark.parametrize(("section", "least"), [("man1", 10), ("man7", 6)])
def test_groff_has_no_complaint(section: str, least: int) -> None:
    """Every page in the checkout is set without a warning."""
    pages = sorted((CHECKOUT / "man" / section).glob("*.[17]"))
    done = subprocess.run(
        ["groff", "-t", "-man", "-Tutf8", "-ww", "-z", *pages], capture_output=True, check=True
    )
    assert (len(pages) >= least, done.stderr) == (True, b"")


@pytest.mark.machine
@pytest.mark.skipif(not shutil.which("man"), reason="man is not installed")
def test_man_has_no_complaint() -> None:
    """A page is shown without a warning, with the tables that `man` finds in it by itself."""
    for page in sorted((CHECKOUT / "man").glob("man[17]/*.[17]")):
        done = subprocess.run(
            ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", page],
            capture_output=True,
            check=True,
            env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"},
        )
        assert (b"allbox" in done.stdout, done.stderr) == (False, b"")
