"""Sweeps: the values of a field, and all combinations of several."""

import pytest

from krea_cli.errors import UsageError
from krea_cli.flows.batch.check.sweep import parse_sweep


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("seed=1..4", "1 2 3 4"),
        ("seed=1..9..2,20", "1 3 5 7 9 20"),
        ("seed=4..2", "4 3 2"),
        ("s=0.1..0.3..0.1", "0.1 0.2 0.3"),
        ("model=flux,krea-2/large", "flux krea-2/large"),
        ('prompt="a,b",c', "a,b c"),
        ("input.seed=7", "7"),
    ],
)
def test_the_values_of_a_field(text: str, values: str) -> None:
    """Ranges with their step, lists, quotes around a comma."""
    assert [next(iter(one.values())) for one in parse_sweep([text])] == values.split()


def test_all_combinations() -> None:
    """The first field changes slowest; without a sweep each line is there once."""
    sweep = parse_sweep(["a=1,2", "b=x,y"])
    assert [tuple(one.items()) for one in sweep] == [
        (("a", "1"), ("b", "x")),
        (("a", "1"), ("b", "y")),
        (("a", "2"), ("b", "x")),
        (("a", "2"), ("b", "y")),
    ]
    assert (len(sweep), len(parse_sweep([])), list(parse_sweep([]))) == (4, 1, [{}])


@pytest.mark.parametrize(
    "texts",
    [
        ["seed"],
        ["seed="],
        ["=1"],
        ["seed=1,,2"],
        ["seed=2,1..3"],
        ["seed=1", "input.seed=2"],
        ["seed=1..5..0"],
        ["seed=1..1000001"],
        ["a=1..1001", "b=1..1000"],
        ["count=1,2"],
        ["output=a,b"],
    ],
)
def test_invalid_sweeps(texts: list[str]) -> None:
    """Nothing is guessed: an empty value, a value given twice, more than a million."""
    with pytest.raises(UsageError):
        parse_sweep(texts)
