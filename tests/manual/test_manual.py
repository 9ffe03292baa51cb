"""The committed files are those that the command tree and the guides give."""

import re
from pathlib import Path

from krea_cli.help.command_tree import read_command_tree
from krea_cli.help.groups import COMMAND_GROUPS, OPTION_GROUPS, OTHER_OPTIONS, OWN_GROUPS
from krea_cli.main import COMMANDS, build_app
from krea_cli.manual.__main__ import existing_pages, render_files

CHECKOUT = Path(__file__).parents[2]


def test_the_checkout_is_up_to_date() -> None:
    """After a change: `python -m krea_cli.manual`, and commit the files that it writes."""
    texts = render_files(CHECKOUT)
    stale = [
        str(path)
        for path, text in texts.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert stale == []
    assert existing_pages(CHECKOUT) == {path for path in texts if path.suffix in (".1", ".7")}


def test_every_command_has_examples_and_a_short_summary() -> None:
    """Help that a person reads: a first line within 60 characters, then examples."""
    pages = {
        path.name: text for path, text in render_files(CHECKOUT).items() if path.suffix == ".1"
    }
    assert [name for name, text in pages.items() if ".SH EXAMPLES" not in text] == []
    assert [name for name, text in pages.items() if "\\eb\n" in text or "\b" in text] == []
    summaries = {
        name: re.search(r"\.SH DESCRIPTION\n(.*)\n", text)[1].replace("\\", "")  # type: ignore[index]
        for name, text in pages.items()
        if name != "krea.1"
    }
    assert {name: text for name, text in summaries.items() if len(text) > 61} == {}


def test_every_option_of_a_long_help_has_a_group() -> None:
    """A new option, or a command with more than twelve now: see `krea_cli/help/groups.py`."""
    commands = [command for command in read_command_tree(build_app()).walk() if command.options]
    lonely = {
        " ".join(command.path): [option.names[0] for option in others]
        for command in commands
        if (others := command.option_groups.get(OTHER_OPTIONS))
    }
    assert lonely == {}
    names = {option.names[0] for command in commands for option in command.options}
    groups = [OPTION_GROUPS, *OWN_GROUPS.values()]
    assert {name for group in groups for each in group.values() for name in each} - names == set()


def test_every_command_has_a_group() -> None:
    """The page of `krea` shows it there."""
    names = [name for group in COMMAND_GROUPS.values() for name in group]
    assert sorted(names) == sorted(COMMANDS)
