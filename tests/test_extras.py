"""The extras of the package."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_all_brings_every_extra_of_a_user() -> None:
    """An extra that is left out would be missing after the README's own command."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    [everything] = extras["all"]
    name, _, named = everything.removesuffix("]").partition("[")
    assert (name, set(named.split(","))) == (project["name"], set(extras) - {"all", "test"})
    assert "'.[all]'" in (ROOT / "README.md").read_text()
