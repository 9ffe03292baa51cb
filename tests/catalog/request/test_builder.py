"""Fields are collected: repeated, renamed, unknown, unchecked."""

from krea_cli.catalog.local_files import LocalFile
from krea_cli.catalog.model import Model
from krea_cli.catalog.request.prepare import prepare_request
from tests.catalog.documents import make_inputs
from tests.catalog.request.brush import BRUSH, find_problems, read_given


def test_repeating_appends_to_an_array() -> None:
    """Single values and JSON arrays are joined in the order typed."""
    assert read_given("names=a", 'names=["b", "c"]', "names=d") == {"names": ["a", "b", "c", "d"]}


def test_repeating_anything_else_is_a_problem() -> None:
    """Nobody can know the right value of the two."""
    problem = "text: given twice, by -i and by -i"
    assert find_problems(inputs=("text=a", "text=b")) == [problem]
    problem = "prompt: given twice, by the PROMPT and by -i"
    assert find_problems(prompt="a", inputs=("prompt=b",)) == [problem]


def test_a_picture_that_is_missing_is_a_problem() -> None:
    """The problem is found before anything is uploaded."""
    problem = "'fox.png' is neither a file nor an address"
    assert find_problems(inputs=("image_url=@fox.png",), is_file=lambda path: False) == [problem]


def test_a_renamed_field_is_translated_with_a_note() -> None:
    """The old name still works, and the new one is sent and recorded."""
    prepared = prepare_request(BRUSH, make_inputs(inputs=("imageUrl=https://x",)))
    assert prepared.given == {"image_url": "https://x"}
    assert prepared.notes == ("imageUrl is now called image_url",)


def test_without_checks_fields_go_as_they_are() -> None:
    """Unknown fields and wild values pass; nothing is filled in."""
    inputs = ("number=x", "new=3", 'list=["a"]', "word=abc", "image_new=@fox.png", "flag=null")
    assert read_given(*inputs, check=False, prompt="p", seed=4, resolution="9K") == {
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
    """Only a closed body refuses unknown fields."""
    opened = Model("a/b", "image", "/generate/image/a/b", "B", closed=False)
    assert prepare_request(opened, make_inputs(inputs=("x=1",))).body == {"x": 1}
