"""`-i key=value`: the schema says how the text is read."""

from typing import Any

import pytest

from krea_cli.catalog.local_files import LocalFile
from krea_cli.catalog.model import Model
from krea_cli.catalog.request.prepare import outdated, prepare
from krea_cli.errors import InvalidRequest
from tests.catalog.documents import model, wishes

URI = {"type": "string", "format": "uri"}
STYLE = {
    "type": "object",
    "properties": {"url": URI, "strength": {"type": "number", "minimum": -2, "maximum": 2}},
    "required": ["url", "strength"],
}
BRUSH = model(
    {
        "prompt": {"type": "string"},
        "text": {"type": "string"},
        "number": {"type": "number"},
        "whole": {"type": "integer"},
        "flag": {"type": "boolean"},
        "maybe": {"type": ["number", "null"]},
        "size": {"type": "string", "enum": ["512", "1K"]},
        "seconds": {"anyOf": [{"const": 5}, {"const": 10}]},
        "names": {"type": "array", "items": {"type": "string"}},
        "numbers": {"type": "array", "items": {"type": "number"}},
        "shape": {"type": "object", "properties": {"a": {"type": "number"}}},
        "image_url": URI,
        "image_urls": {"type": "array", "items": URI},
        "style_images": {"type": "array", "items": STYLE},
        "video_reference": {"type": "object", "properties": {"url": URI}},
        "either": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    },
    **{"x-krea-deprecated-field-aliases": [{"from": "imageUrl", "to": "image_url"}]},
)


def given(*inputs: str, **more: Any) -> dict[str, Any]:
    """What INPUTS mean to the brush."""
    return prepare(BRUSH, wishes(inputs=inputs, **more)).given


def problems(wanted: Model = BRUSH, **more: Any) -> list[str]:
    """Every problem of a request."""
    with pytest.raises(InvalidRequest) as caught:
        prepare(wanted, wishes(**more))
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("typed", "value"),
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
def test_a_value_is_read_as_its_field_wants_it(typed: str, value: object) -> None:
    """Numbers, booleans, choices, JSON, files and addresses."""
    (read,) = given(typed).values()
    assert read == value
    assert type(read) is type(value)


def test_repeating_appends_to_an_array() -> None:
    """Single values and JSON arrays, in the order typed."""
    assert given("names=a", 'names=["b", "c"]', "names=d") == {"names": ["a", "b", "c", "d"]}


def test_repeating_anything_else_is_a_problem() -> None:
    """Nobody can know which one was meant."""
    told = "text: given twice, by -i and by -i"
    assert problems(inputs=("text=a", "text=b")) == [told]
    told = "prompt: given twice, by the PROMPT and by -i"
    assert problems(prompt="a", inputs=("prompt=b",)) == [told]


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("number=abc", "number: 'abc' is not a number"),
        ("number=", "number: '' is not a number"),
        ("number=null", "number: 'null' is not a number"),
        ("number=nan", "number: 'nan' is not a number"),
        ("number=1e999", "number: '1e999' is too large"),
        ("whole=1.5", "whole: 1.5 is not a whole number"),
        ("flag=yes", "flag: 'yes' is neither true nor false"),
        ("size=1k", "size: '1k' is none of 512, 1K; did you mean 1K?"),
        ("seconds=7", "seconds: 7 is none of 5, 10"),
        ("names=[1", "names: '[1' is not valid JSON"),
        ("numbers=a", "numbers: 'a' is not a number"),
        ("shape=a", 'shape: \'a\' is not a JSON object such as {"key": "value"}'),
        ("image_url=fox.png", "image_url: 'fox.png' is no address; a file is given as @FILE"),
        ("text", "-i 'text': written as -i key=value"),
        ("=5", "-i '=5': written as -i key=value"),
        ("txet=1", "txet: there is no such field; did you mean text?"),
        ("imageurls=1", "imageurls: there is no such field; did you mean image_urls or image_url?"),
    ],
)
def test_what_cannot_be_read_is_told(typed: str, problem: str) -> None:
    """With the field's name, and what it takes."""
    assert problems(inputs=(typed,)) == [problem]


def test_a_file_that_cannot_be_read_is_a_problem() -> None:
    """Missing, or no text: a sentence, not a traceback."""

    def refuse(path: str) -> str:
        raise FileNotFoundError(2, "No such file or directory")

    told = "text: cannot read 'x.txt': No such file or directory"
    assert problems(inputs=("text=@x.txt",), read_text=refuse) == [told]


def test_a_picture_that_is_missing_is_a_problem() -> None:
    """Before anything is uploaded."""
    told = "'fox.png' is neither a file nor an address"
    assert problems(inputs=("image_url=@fox.png",), is_file=lambda path: False) == [told]


def test_every_problem_is_told_at_once() -> None:
    """One run is enough to learn all that is wrong."""
    with pytest.raises(InvalidRequest) as caught:
        prepare(BRUSH, wishes(inputs=("number=x", "txet=1", "flag=2"), seed=3))
    assert caught.value.message == (
        "maker/brush does not take this request, for 4 reasons:\n"
        "  - number: 'x' is not a number\n"
        "  - txet: there is no such field; did you mean text?\n"
        "  - flag: '2' is neither true nor false\n"
        "  - seed: this model takes no seed; leave --seed away"
    )
    assert outdated(caught.value)


def test_a_renamed_field_is_translated_and_said() -> None:
    """The old name still works, and the new one is what is sent and recorded."""
    prepared = prepare(BRUSH, wishes(inputs=("imageUrl=https://x",)))
    assert prepared.given == {"image_url": "https://x"}
    assert prepared.notes == ("imageUrl is now called image_url",)


def test_without_checks_fields_go_as_they_are() -> None:
    """Unknown fields and wild values pass; nothing is filled in."""
    inputs = ("number=x", "new=3", 'list=["a"]', "word=abc", "image_new=@fox.png", "flag=null")
    assert given(*inputs, check=False, prompt="p", seed=4, resolution="9K") == {
        "prompt": "p",
        "number": "x",
        "new": 3,
        "list": ["a"],
        "word": "abc",
        "image_new": LocalFile("fox.png"),
        "flag": None,
        "seed": 4,
        "resolution": "9K",
    }


def test_an_open_model_takes_fields_that_are_not_listed() -> None:
    """Only a closed body refuses what it does not know."""
    opened = Model("a/b", "image", "/generate/image/a/b", "B", closed=False)
    assert prepare(opened, wishes(inputs=("x=1",))).body == {"x": 1}
