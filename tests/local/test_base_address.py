"""The address of the API has one spelling, whoever writes it."""

import pytest

from krea_cli.local.base_address import normalize_base
from tests.harness.cli import Cli


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        ("https://api.krea.ai", "https://api.krea.ai"),
        (" HTTPS://API.Krea.AI:443/ ", "https://api.krea.ai"),
        ("http://LOCALHOST:80", "http://localhost"),
        ("http://localhost:8080/V1/", "http://localhost:8080/V1"),
        ("api.krea.ai", "api.krea.ai"),
    ],
)
def test_one_spelling(address: str, normal: str) -> None:
    """Host and scheme know no case, the port of the scheme goes without saying; a path does not."""
    assert normalize_base(address) == normal


def test_the_ledger_knows_a_base_by_any_spelling(cli: Cli) -> None:
    """A request made under one spelling is in the history of another."""
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    cli.environ["KREA_API_BASE"] = cli.environ["KREA_API_BASE"].upper() + "/"
    assert "a fox" in cli.krea("history").out
