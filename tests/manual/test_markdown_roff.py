"""Markdown as roff, one construct after the other."""

import pytest

from krea_cli.manual.markdown_roff import parse_markdown, to_roff

CASES = {
    "paragraphs": (
        "One\nline.\n\n.two 'three'\n\n'four \\\\ – five-six\n",
        "One line.\n.PP\n\\&.two 'three'\n.PP\n\\&'four \\e \\[u2013] five\\-six",
    ),
    "a section": ("A\n\n## The `-o` option\n\nB\n", "A\n.SH THE \\fB\\-o\\fB OPTION\nB"),
    "a subsection": ("### Sub `x`\n\nB\n", ".SS Sub \\fBx\\fB\nB"),
    "words": (
        "`a-b`, **bold `code` bold**, *slanted **both** slanted*.\n",
        "\\fBa\\-b\\fR, \\fBbold \\fBcode\\fB bold\\fR, \\fIslanted \\fBboth\\fI slanted\\fR.",
    ),
    "an address": ("[the site](https://a.example/b-c)\n", "the site (https://a.example/b\\-c)"),
    "a guide": (
        "**see [Codes](exit-codes.md#x)**\n",
        "\\fBsee Codes (\\fBkrea\\-exit\\-codes\\-guide\\fB(7))\\fR",
    ),
    "other links": ("[here](#there), [up](../../README.md)\n", "here, up"),
    "a list": (
        "A\n\n- one\n  more\n- .two\n\nB\n",
        "A\n.IP \\(bu 2\none more\n.IP \\(bu 2\n\\&.two\n.PP\nB",
    ),
    "a numbered list": ("3. a\n4. b\n", ".IP 3. 4\na\n.IP 4. 4\nb"),
    "a list in a list": (
        "- one\n  1. a\n\n  more\n- two\n",
        ".IP \\(bu 2\none\n.RS 2\n.IP 1. 4\na\n.PP\nmore\n.RE\n.IP \\(bu 2\ntwo",
    ),
    "code": (
        "A\n\n```sh\nx \\\n  .y -z\n\n'é\n```\n",
        "A\n.PP\n.nf\n.RS 2\nx \\e\n  .y \\-z\n\n\\&'\\[u00E9]\n.RE\n.fi",
    ),
    "code with comments": ("```sh\na   # b\n```\n", ".nf\n.RS 2\na   # b\n.RE\n.fi"),
    "code without room for its comments": (
        f"```sh\nkrea  # one\n# two\n{'x' * 60}  # a long comment\n\ny\n```\n",
        f".nf\n.RS 2\n# one\nkrea\n# two\n# a long comment\n{'x' * 60}\n\ny\n.RE\n.fi",
    ),
    "code in a list": (
        "- a\n\n  ```\n  x\n  ```\n",
        ".IP \\(bu 2\na\n.RS 2\n.nf\n.RS 2\nx\n.RE\n.fi\n.RE",
    ),
    "a table": (
        "A\n\n| a | b |\n| --- | --- |\n| `1` | x \\| y |\n| | .z |\n\nB\n",
        "A\n.PP\n.TS\nallbox;\nlB lB\nl l.\na\tb\n\\fB1\\fR\tx | y\n\t\\&.z\n.TE\n.sp\n.PP\nB",
    ),
    "a table to fill": (
        "| a | b |\n| --- | --- |\n| 1 | a cell that is filled |\n| 2 | |\n",
        ".TS\nallbox;\nlB lxB\nl lx.\n"
        "a\tT{\nb\nT}\n1\tT{\na cell that is filled\nT}\n2\t\n.TE\n.sp",
    ),
    "a mark for the tests": ("<!-- file: a -->\n```text\nx\n```\n", ".nf\n.RS 2\nx\n.RE\n.fi"),
}


@pytest.mark.parametrize("construct", CASES)
def test_a_construct(construct: str) -> None:
    """Each has one form, with roff's own signs escaped."""
    markdown, expected = CASES[construct]
    assert "\n".join(to_roff(parse_markdown(markdown).children)) == expected


@pytest.mark.parametrize(
    ("markdown", "message"),
    [
        ("# Title\n", "line 1: a man page cannot show heading"),
        ("a\n\n#### Deep\n", "line 3: a man page cannot show heading"),
        ("a\n\n> quoted\n", "line 3: a man page cannot show blockquote"),
        ("a\n\nb ![picture](a.svg)\n", "line 3: a man page cannot show image"),
        ("a  \nb\n", "line 1: a man page cannot show hardbreak"),
        ("<p>a</p>\n", "line 1: a man page cannot show html_block"),
        (
            f"| a | b |\n| --- | --- |\n| {'x' * 33} | {'y' * 20} |\n",
            "line 1: a man page has no room for this table",
        ),
        (
            "| a | b | c | d |\n| --- | --- | --- | --- |\n" + f"| {'x' * 18} " * 4 + "|\n",
            "line 1: a man page has no room for this table",
        ),
        ("a\n\n---\n", "line 3: a man page cannot show hr"),
        ("a\n\n-\n", "line 3: a man page cannot show list_item"),
        ("-\n  - a\n", "line 2: a man page cannot show bullet_list"),
        ("- ```\n  a\n  ```\n", "line 1: a man page cannot show fence"),
    ],
)
def test_anything_else_is_an_error(markdown: str, message: str) -> None:
    """A guide cannot lose a part on its way to the man page."""
    with pytest.raises(ValueError, match=f"^{message}$"):
        to_roff(parse_markdown(markdown).children)
