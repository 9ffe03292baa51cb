"""The README's list of commands."""

from krea_cli.help import command_tree
from krea_cli.manual import readme

LIST = """\
| command | does |
| --- | --- |
| `krea generate [PROMPT]` | Submit a request \\ wait × save. |
| `krea sandbox [-- COMMAND]...` | Rehearse. |
| `krea auth login` | Check a token. |
| `krea auth get KEY` | Print one setting. |"""


def test_the_list_stands_between_its_markers(root: command_tree.Command) -> None:
    """Only what is between the markers is made anew."""
    before = "# krea\n<!-- commands -->\nold\n<!-- /commands -->\nrest\n"
    expected = f"# krea\n<!-- commands -->\n{LIST}\n<!-- /commands -->\nrest\n"
    assert readme.replace_command_list(before, root) == expected


def test_a_readme_without_markers_stays(root: command_tree.Command) -> None:
    """Without both markers nothing is touched."""
    assert (
        readme.replace_command_list("<!-- commands -->\nrest\n", root)
        == "<!-- commands -->\nrest\n"
    )
