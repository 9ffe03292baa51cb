"""The man pages."""

import shutil
import subprocess
from pathlib import Path

import pytest

from krea_cli.manual import command_tree, man, reference

CHECKOUT = Path(__file__).parents[2]


def test_a_page(root: command_tree.Command) -> None:
    """The sections in their order, with what roff would take for its own escaped."""
    page = man.pages(root, "1.2")["krea-generate.1"]
    before, rest = page.split(".SH EXIT STATUS\n")
    assert before == (
        '.TH KREA\\-GENERATE 1 "" "krea 1.2" "Krea manual"\n'
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
        ".nf\n.RS 4\n  kept\n    as it is\n.RE\n.fi\n"
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
        '.nf\n.RS 4\nkrea generate "a" \\-o out.png\n\\&.dotted\n.RE\n.fi\n'
    )
    titles = [line for line in rest.splitlines() if line.startswith(".SH")]
    assert titles == [".SH ENVIRONMENT", ".SH FILES", ".SH SEE ALSO"]
    assert rest.endswith(
        ".SH SEE ALSO\n.BR krea (1),\n.BR krea\\-sandbox (1),\n.BR krea\\-auth (1)\n"
    )


def test_a_group_lists_its_commands(root: command_tree.Command) -> None:
    """A group's page names its commands."""
    page = man.pages(root, "1.2")["krea-auth.1"]
    assert ".SH COMMANDS\n.TP\n.B krea auth login\nCheck a token.\n" in page


def test_every_exit_code_is_explained() -> None:
    """The table holds every code that an error can carry."""
    from krea_cli import errors

    def codes(kind: type[errors.KreaError]) -> set[int]:
        return {kind.exit_code}.union(*map(codes, kind.__subclasses__()))

    told = {int(code) for term, _ in reference.EXIT_STATUS for code in term.split(", ")}
    assert codes(errors.KreaError) - told == set()


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_groff_has_no_complaint() -> None:
    """Every page in the checkout is set without a warning."""
    pages = sorted((CHECKOUT / "man" / "man1").glob("*.1"))
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", *pages], capture_output=True, check=True
    )
    assert (len(pages) > 10, done.stderr) == (True, b"")
