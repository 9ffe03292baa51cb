"""The committed files are those that the command tree and the guides give."""

import re
from pathlib import Path

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
