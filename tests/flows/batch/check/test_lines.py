"""The formats of a list: the fields of each line, and its problems."""

import io

import pytest

from krea_cli.flows.batch.check.lines import Line
from krea_cli.flows.batch.check.problems import InvalidBatch, Problems
from krea_cli.flows.batch.check.read_lines import read_lines


def read(content: str | bytes, format: str) -> list[Line]:
    """Read the lines of CONTENT. Raises `InvalidBatch` with all problems."""
    problems = Problems()
    data = content.encode() if isinstance(content, str) else content
    lines = list(read_lines(io.BytesIO(data), format, problems, "the list.csv"))
    problems.raise_if_any("it")
    return lines


def cells(content: str | bytes, format: str = "csv") -> list[tuple[int, dict[str, str]]]:
    """Number and cells of every line."""
    return [(line.number, line.cells) for line in read(content, format)]


def problems_of(content: str | bytes, format: str) -> list[str]:
    """All problems of CONTENT, as sentences."""
    with pytest.raises(InvalidBatch) as caught:
        read(content, format)
    return [str(problem) for problem in caught.value.problems]


def test_a_prompt_a_line() -> None:
    """Blank lines and comments are skipped; a backslash makes a # part of the prompt."""
    text = "\ufeff  a fox \r\n\n# not this\n\\# a hash\nan owl # here"
    assert [(line.number, line.values) for line in read(text, "txt")] == [
        (1, {"prompt": "a fox"}),
        (4, {"prompt": "# a hash"}),
        (5, {"prompt": "an owl # here"}),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semi", "tab", "bar"])
def test_the_headings_tell_the_delimiter(delimiter: str) -> None:
    """Any delimiter of a spreadsheet is found."""
    text = f"prompt{delimiter}seed\r\na fox{delimiter}7\r\n"
    assert cells(text) == [(2, {"prompt": "a fox", "seed": "7"})]


def test_a_delimiter_inside_a_quoted_heading_is_none() -> None:
    """Only delimiters between headings count."""
    assert cells('"a;b;c",seed\nx,7\n') == [(2, {"a;b;c": "x", "seed": "7"})]


def test_first_line_of_excel() -> None:
    """A byte order mark and `sep=` are no headings, and lines are counted as the file has them."""
    assert cells("\ufeffsep=|\r\nprompt|seed\r\na,b|7\r\n") == [(3, {"prompt": "a,b", "seed": "7"})]


def test_a_quoted_cell_may_have_lines() -> None:
    """A record has the number of its first line; line ends inside of it become \\n."""
    text = 'prompt,seed\n"a fox\r\nin snow",1\n\n,\n"an ""old"" owl, alone",\n'
    assert cells(text) == [
        (2, {"prompt": "a fox\nin snow", "seed": "1"}),
        (6, {"prompt": 'an "old" owl, alone'}),
    ]


def test_reserved_headings_and_fields_of_that_name() -> None:
    """`model`, `output` and `count` belong to the batch; with `input.` they are fields."""
    text = "model,output,count,input.model,input.seed\nflux,a.png,2,m,7\n"
    cells = {"model": "m", "seed": "7"}
    assert read(text, "csv") == [Line(2, "flux", "a.png", "2", cells, {})]
    object = '{"model": "flux", "count": 2, "input.model": 1, "styles": [{"id": "x"}]}\n'
    values = {"model": 1, "styles": [{"id": "x"}]}
    assert read(object, "jsonl") == [Line(1, "flux", None, 2, {}, values)]


@pytest.mark.parametrize(
    ("content", "format", "sentences"),
    [
        ("", "csv", ["line 1: the file is empty: a table begins with its headings"]),
        ("prompt,,seed\n", "csv", [
            "line 1: column 2 has no heading: name its field there, or remove the column (for"
            " pandas: to_csv(…, index=False))"
        ]),
        ("seed,input.seed\n", "csv", ["line 1: the heading 'seed' appears twice"]),
        ("a,b\n1\n1,2,3\n2\n", "csv", [
            "lines 2, 4: has 1 cell for 2 headings",
            "line 3: has 3 cells for 2 headings",
        ]),
        ('a,b\n1,2\n1,"2\n3,4\n', "csv", [
            "line 3: is not a valid table record: its quote is never closed"
        ]),
        ('a\n"x" y\n', "csv", [
            "line 2: is not a valid table record: text follows a closing quote; a quote inside of"
            " a quoted cell is written twice"
        ]),
        (b"a fox\n\xe4n owl\n", "txt", [
            "line 2: is not UTF-8 text; if it comes from Windows,"
            " iconv -f WINDOWS-1252 -t UTF-8 < 'the list.csv' > 'the list-new.csv' converts it"
        ]),
        ("a fox".encode("utf-16"), "txt", [
            "line 1: this is UTF-16;"
            " iconv -f UTF-16 -t UTF-8 < 'the list.csv' > 'the list-new.csv' converts it"
        ]),
        ("a fox".encode("utf-32"), "txt", [
            "line 1: this is UTF-32;"
            " iconv -f UTF-32 -t UTF-8 < 'the list.csv' > 'the list-new.csv' converts it"
        ]),
        ("a fox".encode("utf-16-le"), "csv", [
            "line 1: this is UTF-16LE;"
            " iconv -f UTF-16LE -t UTF-8 < 'the list.csv' > 'the list-new.csv' converts it"
        ]),
        (b"a fox\nan\0owl\n", "txt", [
            "line 2: has a null byte;"
            " tr -d '\\000' < 'the list.csv' > 'the list-new.csv' removes it"
        ]),
        ("prompt,seed\na fox,1\r\nb,2\rc,3\n", "csv", [
            "line 3: has a line that ends in CR alone;"
            " tr '\\r' '\\n' < 'the list.csv' > 'the list-new.csv' converts it"
        ]),
        ("a fox\nb\rc\n", "txt", [
            "line 2: has a line that ends in CR alone;"
            " tr '\\r' '\\n' < 'the list.csv' > 'the list-new.csv' converts it"
        ]),
        ('{"seed": ' + "9" * 5000 + "}\n", "jsonl", [
            "line 1: has 999999999999… (5,000 characters), which is too large a number"
        ]),
        ('[{"prompt": "a"}]\n', "jsonl", [
            "line 1: this is a JSON array;"
            " jq -c '.[]' < 'the list.csv' > 'the list-new.csv' makes lines of it,"
            " and --format jsonl reads them"
        ]),
        ("\n<table>\n", "csv", [
            "line 2: this is HTML or XML, not a table; save it as CSV (UTF-8)"
        ]),
        ('{"a": 1\n[1]\n{"a": 1, "a": 2}\n{"a": NaN}\n{"a": 1e999}\n{"a": "\\ud800"}\n', "jsonl", [
            "line 1: is not valid JSON: Expecting ',' delimiter at character 8",
            'line 2: is not a JSON object such as {"prompt": "a fox"}',
            "line 3: has 'a' twice",
            "line 4: has NaN, which is not a JSON number",
            "line 5: has 1e999, which is not a JSON number",
            "line 6: has half of a surrogate pair",
        ]),
        ('{"seed": 1, "input.seed": 2}\n', "jsonl", ["line 1: has the same field twice"]),
        ("[" * 100_000, "jsonl", ["line 1: is nested too deeply"]),
    ],
    ids=[
        "empty", "no heading", "double heading", "cut off", "open quote", "after a quote", "latin",
        "utf-16", "utf-32", "utf-16 without a mark", "null", "mixed ends", "mixed ends of prompts",
        "5000 digits", "array", "html", "json", "json twice", "deep",
    ],
)  # fmt: skip
def test_problems_come_with_their_line(
    content: str | bytes, format: str, sentences: list[str]
) -> None:
    """Nothing of a file that is cut off or garbled is guessed."""
    assert problems_of(content, format) == sentences


def test_many_lines_are_named_as_ranges() -> None:
    """Lines with one problem share a sentence; after a dozen ranges it only counts them."""
    text = "a,b\n" + "1\n1\n1,2\n" * 20
    (sentence,) = problems_of(text, "csv")
    assert sentence.startswith("lines 2-3, 5-6, 8-9, ")
    assert sentence.endswith(" and 8 more: has 1 cell for 2 headings")
