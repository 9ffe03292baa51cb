"""Docstrings are plain: a verb or a noun first, short sentences, one relative clause in each."""

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted([*(ROOT / "krea_cli").rglob("*.py"), *(ROOT / "tests").rglob("*.py")])
MAX_WORDS = 20
# Questions, and words that point at something outside of the docstring.
BAD_FIRST = re.compile(
    r"(What|Whether|Which|How|Who|Whom|Whose|Where"
    r"|The same|As above|As before|Likewise|It|They|Those|These|That)\b"
)
RELATIVE = re.compile(r"\b(that|which|what|who|whom|whose|where)\b", re.IGNORECASE)
NOT_RELATIVE = re.compile(r"\b(so|now|except|in) that\b", re.IGNORECASE)
# A sentence ends with its paragraph, an attribute with its line ("name: meaning").
SENTENCE_END = re.compile(r"(?<=[.!?])[)\"'`]?\s+(?=[\"'`(A-Z\d])")
ATTRIBUTE = re.compile(r"\s*`?[A-Za-z_][\w.]*`?(, `?[A-Za-z_]\w*`?)*: ")
# An indented line, or cells with three spaces or bars between them.
TABLE = re.compile(r"  |\||.*\S {3,}\S")
QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"")


def docstrings(path: Path) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Each docstring of PATH with its line, and the fields of the class that it describes."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and (
            text := ast.get_docstring(node)
        ):
            fields = tuple(_fields(node)) if isinstance(node, ast.ClassDef) else ()
            yield getattr(node, "lineno", 1), text, fields


def broken(text: str, fields: Collection[str] = ()) -> Iterator[str]:
    """The rules that TEXT breaks, one sentence each; FIELDS are those of its class."""
    if match := BAD_FIRST.match(text):
        yield f"begins with {match[1]!r}"
    for sentence in sentences(text):
        words = len(re.sub(r"`[^`]*`", "code", sentence).split())
        if words > MAX_WORDS:
            yield f"{words} words: {sentence}"
        relatives = RELATIVE.findall(NOT_RELATIVE.sub("", QUOTED.sub("code", sentence)))
        if len(relatives) > 1:
            yield f"{len(relatives)} relative words: {sentence}"
        named = sorted(set(re.findall(r"`(\w+)`", sentence)) & set(fields))
        if len(named) > 1 and not ATTRIBUTE.match(sentence):
            yield f"{' and '.join(named)} in one sentence, not one attribute a line: {sentence}"


def sentences(text: str) -> Iterator[str]:
    """The sentences of TEXT; a bullet and an attribute are sentences of their own."""
    for block in re.split(r"\n\s*\n|\n(?=\s*[-*] )", _prose(text)):
        current = ""
        for line in block.splitlines():
            if ATTRIBUTE.match(line) and current:
                yield from SENTENCE_END.split(current)
                current = ""
            current = f"{current} {line.strip()}".strip()
        if current:
            yield from SENTENCE_END.split(current)


def _prose(text: str) -> str:
    """TEXT without examples and tables."""
    lines = text.split("\b")[0].split("\n\nExamples:")[0].splitlines()
    return "\n".join(
        "" if TABLE.match(line) and not ATTRIBUTE.match(line) else line for line in lines
    )


def _fields(node: ast.ClassDef) -> Iterator[str]:
    """The annotated names in the body of a class, and the attributes that it sets on `self`."""
    for child in node.body:
        if isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name):
            yield child.target.id
    for child in ast.walk(node):
        if (
            isinstance(child, ast.Attribute)
            and isinstance(child.ctx, ast.Store)
            and isinstance(child.value, ast.Name)
            and child.value.id == "self"
        ):
            yield child.attr


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_docstrings_are_plain(path: Path) -> None:
    """Each begins well, and has short sentences with one relative clause at most."""
    assert [
        f"{line}: {rule}"
        for line, text, fields in docstrings(path)
        for rule in broken(text, fields)
    ] == []


TWENTY_WORDS = "Return " + " ".join(["word"] * 19)


@pytest.mark.parametrize(
    "text",
    [
        "Return the moment of the next poll.",
        f"{TWENTY_WORDS}.",
        f"{TWENTY_WORDS}. {TWENTY_WORDS}.",
        f"{TWENTY_WORDS}\n\n{TWENTY_WORDS}",
        "Read the file that PATH names, so that no request is needed.",
        'Split at the words "that", "which" and `what`.',
        "A job.\n\nstarted: seconds since 1970\nended: `None` while it runs",
        "A job.\n\nstarted, ended: seconds\nlasted: from `started` to `ended`",
        f"The tree.\n\nKreaError       1    what, which, that\n├── Usage       2    {TWENTY_WORDS}",
        f"Print a picture.\n\nExamples:\n\n\b\n  krea that which {TWENTY_WORDS} {TWENTY_WORDS}",
        "Tell how long it takes:\n\n- a first line that is short\n- a second line that is short",
    ],
)
def test_a_plain_docstring_passes(text: str) -> None:
    """Bounds, lists, quoted words and examples are no breach."""
    assert list(broken(text, ("started", "ended"))) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("What a batch tells.", "begins with 'What'"),
        ("Whether it runs.", "begins with 'Whether'"),
        ("Where the file goes.", "begins with 'Where'"),
        ("How long a job takes.", "begins with 'How'"),
        ("It is removed.", "begins with 'It'"),
        ("The same from text.", "begins with 'The same'"),
        ("Those of other programs.", "begins with 'Those'"),
        (f"{TWENTY_WORDS} more.", f"21 words: {TWENTY_WORDS} more."),
        ("Do.\n\nname: the one that says what", "2 relative words: name: the one that says what"),
        (
            "Read the file that a user named, which may be gone.",
            "2 relative words: Read the file that a user named, which may be gone.",
        ),
        (
            "A job. `started` and `ended` are seconds.",
            "ended and started in one sentence, not one attribute a line:"
            " `started` and `ended` are seconds.",
        ),
    ],
)
def test_each_rule_is_kept(text: str, rule: str) -> None:
    """The first word, 20 words, one relative word, one attribute a line: each breach is told."""
    assert list(broken(text, ("started", "ended"))) == [rule]


def test_every_docstring_is_looked_at(tmp_path: Path) -> None:
    """Modules, classes, methods and functions have docstrings, however deep they stand."""
    path = tmp_path / "module.py"
    path.write_text(
        '"""A."""\nclass B:\n    """B."""\n    c: int\n    def __init__(self):\n'
        '        """D."""\n        self.e = 1\n        def f():\n            """F."""\n'
    )
    assert list(docstrings(path)) == [
        (1, "A.", ()),
        (2, "B.", ("c", "e")),
        (5, "D.", ()),
        (8, "F.", ()),
    ]
