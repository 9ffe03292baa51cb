"""The table holds what a dict would, however many entries it has."""

from random import Random

from krea_cli.flows.batch.check.number_table import NumberTable


def test_it_is_a_dict() -> None:
    """Set, changed, removed and set again, with keys of one place among them."""
    table, expected, random = NumberTable(), dict[int, int](), Random(1)
    keys = [random.getrandbits(64) - (1 << 63) for _ in range(3000)]
    keys += [place << 40 for place in range(50)]  # all of one place
    for number in range(20_000):
        key = random.choice(keys)
        if random.random() < 0.3:
            table.remove(key)
            expected.pop(key, None)
        else:
            table[key] = expected[key] = number
        probe = random.choice(keys)
        assert table.get(probe) == expected.get(probe)
        assert (probe in table) == (probe in expected)
    assert {key: table.get(key) for key in keys} == {key: expected.get(key) for key in keys}
