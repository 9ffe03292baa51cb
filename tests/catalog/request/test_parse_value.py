"""The text of `-i key=TEXT`, parsed as the schema of the field asks."""

import pytest

from krea_cli.catalog.local_files import LocalFile
from tests.catalog.request.brush import find_problems, read_given


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("text=hello", "hello"),
        ("text=a=b=c", "a=b=c"),
        ("text=", ""),
        ("text=-dash", "-dash"),
        ("text=null", "null"),
        ("text=12", "12"),
        ("text=@@handle", "@handle"),
        ("text=@notes.txt", "text of notes.txt"),
        ("number=-0.5", -0.5),
        ("number=5", 5),
        ("number=5.0", 5),
        ("number=1e3", 1000),
        ("number=1_000.5", 1000.5),
        ("whole=1_000", 1000),
        ("whole=-3", -3),
        ("whole=4.0", 4),
        ("flag=true", True),
        ("flag=False", False),
        ("maybe=null", None),
        ("maybe=.25", 0.25),
        ("size=512", "512"),
        ("seconds=10", 10),
        ("names=a", ["a"]),
        ('names=["a", "b"]', ["a", "b"]),
        ("numbers=7", [7]),
        ('shape={"a": 1}', {"a": 1}),
        ("image_url=https://x/y?a=b", "https://x/y?a=b"),
        ("image_url=data:image/png;base64,AA", "data:image/png;base64,AA"),
        ("image_url=@fox.png", LocalFile("fox.png")),
        ("imageUrl=@fox.png", LocalFile("fox.png")),
        ("image_urls=@fox.png", [LocalFile("fox.png")]),
        ('image_urls=["@fox.png", "https://x"]', [LocalFile("fox.png"), "https://x"]),
        ("style_images=@fox.png", [{"url": LocalFile("fox.png")}]),
        ("style_images=https://x", [{"url": "https://x"}]),
        (
            'style_images={"url": "@fox.png", "strength": 2}',
            [{"url": LocalFile("fox.png"), "strength": 2}],
        ),
        ('style_images=["https://x"]', [{"url": "https://x"}]),
        ("video_reference=@a.mp4", {"url": LocalFile("a.mp4")}),
        ("video_reference=https://x", {"url": "https://x"}),
        ("either=word", "word"),
        ('either=["a"]', ["a"]),
    ],
)
def test_a_value_is_parsed_as_its_field_wants_it(text: str, value: object) -> None:
    """Numbers, booleans, choices, JSON, files and addresses are told apart by the schema."""
    (parsed,) = read_given(text).values()
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("number=abc", "number: 'abc' is not a number"),
        ("number=", "number: '' is not a number"),
        ("number=null", "number: 'null' is not a number"),
        ("number=nan", "number: 'nan' is not a number"),
        ("whole=" + "9" * 5000, "whole: '" + "9" * 58 + "… is too large"),
        ("number=_1", "number: '_1' is not a number"),
        ("number=1__0", "number: '1__0' is not a number"),
        ("number=1e999", "number: '1e999' is too large"),
        ("whole=1.5", "whole: 1.5 is not a whole number"),
        ("flag=yes", "flag: 'yes' is neither true nor false"),
        ("size=1k", "size: '1k' is none of 512, 1K; did you mean 1K?"),
        ("seconds=7", "seconds: 7 is none of 5, 10"),
        ("names=[1", "names: '[1' is not valid JSON"),
        ("numbers=a", "numbers: 'a' is not a number"),
        ("shape=a", 'shape: \'a\' is not a JSON object such as {"key": "value"}'),
        ("image_url=fox.png", "image_url: 'fox.png' is not an address; a file is given as @FILE"),
        ("text", "-i 'text': write it as -i key=value"),
        ("=5", "-i '=5': write it as -i key=value"),
        ("txet=1", "txet: there is no such field; did you mean text?"),
        ("imageurls=1", "imageurls: there is no such field; did you mean image_urls or image_url?"),
    ],
)
def test_an_unreadable_value_is_a_problem(text: str, problem: str) -> None:
    """The problem has the name of the field and the values that it takes."""
    assert find_problems(inputs=(text,)) == [problem]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [("fox".encode("utf-16"), "UTF-16"), (b"caf\xe9", "WINDOWS-1252")],
)
def test_a_file_in_another_encoding_has_a_command_that_converts_it(
    content: bytes, encoding: str
) -> None:
    """The encoding is told by the first bytes."""
    problem = (
        "text: cannot read 'x.txt': it is not UTF-8 text;"
        f" iconv -f {encoding} -t UTF-8 < x.txt > x-new.txt converts it"
    )
    inputs = ("text=@x.txt",)
    assert find_problems(inputs=inputs, read_text=lambda _: content.decode()) == [problem]


def test_a_file_that_cannot_be_read_is_a_problem() -> None:
    """A missing file is a sentence, not a traceback."""

    def refuse(path: str) -> str:
        raise FileNotFoundError(2, "No such file or directory")

    problem = "text: cannot read 'x.txt': No such file or directory"
    assert find_problems(inputs=("text=@x.txt",), read_text=refuse) == [problem]
