"""Markdown as roff: the constructs that the guides use, and an error for any other."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from krea_cli.manual import roff

MAX_UNWRAPPED_CELL = 18  # characters; a column with a longer cell is filled like a paragraph
TABLE_WIDTH = 71  # columns that a terminal of 80 leaves to a table
BULLET_INDENT = 2  # columns
NUMBER_INDENT = 4  # columns


def parse_markdown(text: str) -> SyntaxTreeNode:
    """The syntax tree of TEXT: CommonMark and tables."""
    return SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(text))


def to_roff(nodes: Iterable[SyntaxTreeNode]) -> list[str]:
    """The lines of a man page for NODES, blocks of a document; a table needs tbl.

    Headings of the second level are sections, those of the third level subsections. A link keeps
    its text, and names the page or the address behind. Raises ValueError for any other construct,
    and for a table that has no room.
    """
    lines: list[str] = []
    for line in _blocks(nodes):
        if line == ".PP" and (not lines or lines[-1].startswith((".SH", ".SS", ".RS"))):
            continue  # a heading starts a paragraph by itself
        lines.append(line)
    return lines


def _blocks(nodes: Iterable[SyntaxTreeNode]) -> Iterator[str]:
    for node in nodes:
        match node.type:
            case "heading" if node.tag == "h2":
                yield f".SH {_inline(node, font='B', upper=True)}"
            case "heading" if node.tag == "h3":
                yield f".SS {_inline(node, font='B')}"
            case "paragraph":
                yield from (".PP", roff.guard(_inline(node)))
            case "fence":
                lines = node.content.splitlines()
                yield from (".PP", *roff.listing(_narrow(lines) if node.info == "sh" else lines))
            case "bullet_list":
                yield from _list(node, ["\\(bu"] * len(node.children), BULLET_INDENT)
            case "ordered_list":
                first = int(node.attrs.get("start", 1))
                numbers = [f"{first + place}." for place in range(len(node.children))]
                yield from _list(node, numbers, NUMBER_INDENT)
            case "table":
                yield from _table(node)
            case "html_block" if node.content.startswith("<!--"):
                pass  # a mark for the tests
            case _:
                raise unsupported(node)


def _narrow(lines: Sequence[str]) -> list[str]:
    """LINES of a shell; if one has no room, each comment stands above its command."""
    if max(map(len, lines), default=0) <= roff.LISTING_COLUMNS:
        return list(lines)
    narrow = []
    for line in lines:
        command, mark, comment = line.partition("  #")
        narrow += [f"#{comment}", command.rstrip()] if mark and command.strip() else [line]
    return narrow


def _list(node: SyntaxTreeNode, marks: Sequence[str], indent: int) -> Iterator[str]:
    for mark, item in zip(marks, node.children, strict=True):
        first, *more = item.children or [item]
        if first.type != "paragraph":
            raise unsupported(first)
        yield from (f".IP {mark} {indent}", roff.guard(_inline(first)))
        if more:
            yield from (f".RS {indent}", *_blocks(more), ".RE")


def _table(node: SyntaxTreeNode) -> Iterator[str]:
    rows = [row.children for row in node.walk() if row.type == "tr"]
    words = [
        ["".join(part.content for part in cell.walk() if not part.children) for cell in row]
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*words, strict=True)]
    wraps = [width > MAX_UNWRAPPED_CELL for width in widths]
    longest = [
        max((len(word) for cell in column for word in cell.split()), default=0)
        for column in zip(*words, strict=True)
    ]
    _check_room(node, widths, longest, wraps)
    columns = ["lx" if wrap else "l" for wrap in wraps]
    yield from (".PP", ".TS", "allbox;")
    yield " ".join(f"{column}B" for column in columns)
    yield " ".join(columns) + "."
    for cells in rows:
        texts = (roff.guard(_inline(cell)) for cell in cells)
        blocks = (
            f"T{{\n{text}\nT}}" if wrap and text else text
            for text, wrap in zip(texts, wraps, strict=True)
        )
        yield from "\t".join(blocks).splitlines()
    yield from (".TE", ".sp")


def _check_room(
    table: SyntaxTreeNode, widths: Sequence[int], longest: Sequence[int], wraps: Sequence[bool]
) -> None:
    """Raise ValueError if TABLE, or a word in a column of it, is too wide."""
    borders = 3 * len(widths) + 1
    unwrapped = (width for width, wrap in zip(widths, wraps, strict=True) if not wrap)
    room = TABLE_WIDTH - borders - sum(unwrapped)
    if room < 0 or (any(wraps) and max(compress(longest, wraps)) > room // sum(wraps)):
        raise ValueError(f"line {_line(table)}: a man page has no room for this table")


def _inline(node: SyntaxTreeNode, *, font: str = "R", upper: bool = False) -> str:
    """The text of NODE, escaped; FONT is the one around it."""
    texts = []
    for child in node.children:
        match child.type:
            case "inline":
                texts.append(_inline(child, font=font, upper=upper))
            case "text":
                texts.append(roff.escape(child.content.upper() if upper else child.content))
            case "softbreak":
                texts.append(" ")
            case "code_inline":
                texts.append(f"\\fB{roff.escape(child.content)}\\f{font}")
            case "strong":
                texts.append(f"\\fB{_inline(child, font='B', upper=upper)}\\f{font}")
            case "em":
                texts.append(f"\\fI{_inline(child, font='I', upper=upper)}\\f{font}")
            case "link":
                texts.append(_inline(child, font=font, upper=upper) + _target(child, font))
            case _:
                raise unsupported(child)
    return "".join(texts)


def _target(link: SyntaxTreeNode, font: str) -> str:
    """The text to put after LINK: its address, the page of a guide, or nothing."""
    address = str(link.attrs["href"])
    if address.startswith("https:"):
        return f" ({roff.escape(address)})"
    if guide := re.match(r"([a-z-]+)\.md\b", address):
        return f" (\\fB{roff.escape(f'krea-{guide[1]}-guide')}\\f{font}(7))"
    return ""


def unsupported(node: SyntaxTreeNode) -> ValueError:
    """The error for NODE, a construct that has no form in a man page."""
    return ValueError(f"line {_line(node)}: a man page cannot show {node.type}")


def _line(node: SyntaxTreeNode) -> int:
    placed: SyntaxTreeNode | None = node
    while placed and not placed.map:
        placed = placed.parent
    return placed.map[0] + 1 if placed and placed.map else 1
