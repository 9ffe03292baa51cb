"""Guides: written in Markdown for the web, and made into pages of section 7 for `man`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from krea_cli.help.groups import COMMANDS_OF_GUIDE
from krea_cli.manual import roff
from krea_cli.manual.markdown_roff import parse_markdown, to_roff


@dataclass(frozen=True)
class Guide:
    """A guide.

    name: the stem of its file
    markdown: the text, which begins with a heading of the first level
    """

    name: str
    markdown: str

    @property
    def page_name(self) -> str:
        """The name that `man` takes."""
        return f"krea-{self.name}-guide"

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands that it is about."""
        return COMMANDS_OF_GUIDE[self.name]


def read_guides(folder: Path) -> tuple[Guide, ...]:
    """The guides of FOLDER in the order of `COMMANDS_OF_GUIDE`.

    Raises ValueError for a guide that is not listed there.
    """
    texts = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    if unlisted := sorted(set(texts) - set(COMMANDS_OF_GUIDE)):
        raise ValueError(f"COMMANDS_OF_GUIDE lacks {', '.join(unlisted)}")
    return tuple(Guide(name, texts[name]) for name in COMMANDS_OF_GUIDE if name in texts)


def guide_pages(guides: tuple[Guide, ...], version: str) -> Mapping[str, str]:
    """File name -> page, for each of GUIDES."""
    return {f"{guide.page_name}.7": guide_page(guide, guides, version) for guide in guides}


def guide_page(guide: Guide, guides: tuple[Guide, ...], version: str) -> str:
    """The page of GUIDE; the heading of the first level is its summary."""
    title, *blocks = parse_markdown(guide.markdown).children
    summary = title.children[0].content
    related = [(command.replace(" ", "-"), 1) for command in guide.commands or ("krea",)]
    related += [(other.page_name, 7) for other in guides if other != guide]
    lines = [
        "'\\\" t",  # man runs tbl for it
        f'.TH {roff.escape(guide.page_name.upper())} 7 "" "krea {version}" "Krea manual"',
        ".nh",  # what is typed must not be hyphenated
        ".ad l",
        ".SH NAME",
        f"{roff.escape(guide.page_name)} \\- {roff.escape(summary)}",
        ".SH DESCRIPTION",
        *to_roff(blocks),
        ".SH SEE ALSO",
        roff.references(related),
    ]
    return "\n".join(lines) + "\n"
