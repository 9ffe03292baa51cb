"""What is committed is what the command tree gives."""

import re
from pathlib import Path

from krea_cli.manual.__main__ import files

CHECKOUT = Path(__file__).parents[2]


def test_the_checkout_is_up_to_date() -> None:
    """After a change of a command: `python -m krea_cli.manual`, and commit what it writes."""
    made = files(CHECKOUT)
    stale = [str(path) for path, text in made.items() if not path.exists() or written(path) != text]
    assert stale == []
    assert set((CHECKOUT / "man" / "man1").glob("krea*.1")) == {
        path for path in made if path.suffix == ".1"
    }


def test_every_command_has_examples_and_a_short_summary() -> None:
    """Help that a person reads: a first line within 60 characters, then examples."""
    pages = {path.name: text for path, text in files(CHECKOUT).items() if path.suffix == ".1"}
    assert [name for name, text in pages.items() if ".SH EXAMPLES" not in text] == []
    assert [name for name, text in pages.items() if "\\eb\n" in text or "\b" in text] == []
    summaries = {
        name: re.search(r"\.SH DESCRIPTION\n(.*)\n", text)[1].replace("\\", "")  # type: ignore[index]
        for name, text in pages.items()
        if name != "krea.1"
    }
    assert {name: text for name, text in summaries.items() if len(text) > 61} == {}


def written(path: Path) -> str:
    """The content of PATH."""
    return path.read_text(encoding="utf-8")
