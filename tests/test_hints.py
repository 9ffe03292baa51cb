"""Hints are commands that work as printed.

`conftest.py` types those that the tests have seen. Here are the texts of the source, and what the
check finds.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import product
from pathlib import Path

import pytest

import krea_cli
from tests.harness.hints import hint_problems, printed_hints

PACKAGE = Path(krea_cli.__file__).parent
ANY_VALUE = "1"  # for whatever a hint names: an id, a file, a number


def hints_in_source() -> Iterator[tuple[str, str]]:
    """Each text that a file gives to `hint`, with the file and the line."""
    for path in sorted(PACKAGE.rglob("*.py")):
        nodes = list(ast.walk(ast.parse(path.read_text())))
        names = {
            node.targets[0].id: node.value
            for node in nodes
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.IfExp)
        }
        for node in nodes:
            match node:
                case ast.keyword(arg="hint", value=value):
                    values = [value]
                case ast.Assign(targets=[ast.Name(id="hint")], value=value):
                    values = [value]
                case ast.Assign(targets=[ast.Name(id="HINTS")], value=ast.Dict(values=texts)):
                    values = texts
                case ast.Assign(targets=[ast.Attribute(attr="hint")], value=value):
                    values = [value]
                case _:
                    continue
            for value in values:
                place = f"{path.relative_to(PACKAGE)}:{value.lineno}"
                yield from ((place, text) for text in _texts(value, names))


def _texts(node: ast.AST, names: Mapping[str, ast.AST]) -> list[str]:
    """The texts of the expression NODE, with ANY_VALUE for each part without a text.

    names: the texts of local names with two values
    """
    texts = partial(_texts, names=names)
    match node:
        case ast.Name(id=name) if name in names:
            return _texts(names[name], {})
        case ast.Constant(value=str(text)):
            return [text]
        case ast.Constant():
            return [""]
        case ast.JoinedStr(values=parts):
            return ["".join(each) for each in product(*map(texts, parts))]
        case ast.FormattedValue(value=value):
            return texts(value)
        case ast.IfExp(body=body, orelse=other):
            return [*texts(body), *texts(other)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return ["".join(each) for each in product(texts(left), texts(right))]
        case ast.Call(func=ast.Name(id="shell_line"), args=args):
            return [" ".join(each) for each in product(*map(texts, args))]
    return [ANY_VALUE]


HINTS = sorted(
    {
        (text, place)
        for place, text in hints_in_source()
        if re.search(r"\bkrea |(^| )-", text)
        # The name of any command, or of another program.
        and not re.search(rf"krea {ANY_VALUE}|^{ANY_VALUE} -m ", text)
    }
)


@pytest.mark.parametrize(("hint", "place"), HINTS, ids=[place for _, place in HINTS])
def test_a_hint_of_the_source_is_a_command(hint: str, place: str) -> None:
    """The parser knows all its commands and options."""
    assert hint_problems(hint) == []


@pytest.mark.parametrize(
    ("hint", "problem"),
    [
        ("krea modles lists all", "krea modles lists all is refused (No such command 'modles'."),
        ("krea doctor checks it; then krea histroy", "krea histroy is refused (No such command"),
        ("krea history --unfinnished", "no option --unfinnished behind krea history"),
        ("krea recover --adopt", "no option --adopt behind krea recover"),
        ("krea config set budget.day", "krea config set budget.day is refused (Usage: "),
        ("krea sandbox --speed fast", "no option --speed behind krea sandbox"),
        ("wait for it, or with a longer --timeuot", "no option --timeuot"),
        ("-O FILE", "no option -O"),
        ("krea models --refresh, or --max-jobs 3", "no option --max-jobs"),
    ],
)
def test_a_wrong_hint_is_found(hint: str, problem: str) -> None:
    """Commands, options, values that lack, and options of another command than the one typed."""
    (found,) = hint_problems(hint, ("generate",))
    assert found.startswith(problem)


@pytest.mark.parametrize(
    "hint",
    [
        "krea doctor checks network, proxy and address; then run the same command again",
        'krea generate "a red fox; --wrong" -o fox.png: a prompt of several words goes in quotes',
        "krea models --kind video lists models for -m; or -o 'waves.{ext}'",
        "--timeout 30m; krea models lists all of them; --refresh asks the API",
        "send the output on: krea … -o - | COMMAND",
        "uv pip install --python /usr/bin/python3 pillow",
    ],
)
def test_a_right_hint_is_taken(hint: str) -> None:
    """Prose around commands, options of the command typed, and other programs."""
    assert hint_problems(hint, ("generate",)) == []


def test_hints_are_read_from_text_and_json() -> None:
    """From errors, in batches' summaries too, with what stands on later lines."""
    text = "error: a\n  hint: krea b\n    krea c\n  charged: no\nhint: krea d\n"
    lines = '{"error": {"hint": "krea e"}}\n{"summary": {"groups": [{"hint": "krea f"}]}}\n'
    more = '{"hint": {"message": "krea g"}}\n{"broken hint\n'
    hints = ["krea b krea c", "krea d", "krea e", "krea f", "krea g"]
    assert printed_hints(text + lines + more) == hints
