"""Each file of the code has a test of its name, or a line in tests/README.md."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
CODE = TESTS.parent / "krea_cli"
ROW = re.compile(r"^\| `([\w./]+)` \| ((?:`\w+`(?:, )?)+) \| (.+) \|$", re.MULTILINE)
QUOTED = re.compile(r"`([^`]+)`")
ROWS = ROW.findall((TESTS / "README.md").read_text("utf-8"))


def test_every_file_is_held_by_a_test() -> None:
    """The table has the files without a test of their own name, and no other."""
    table = [Path(folder) / name for folder, names, _ in ROWS for name in QUOTED.findall(names)]
    modules = [path.relative_to(CODE).with_suffix("") for path in CODE.rglob("*.py")]
    others = {
        module
        for module in modules
        if not module.name.startswith("__")
        and not (TESTS / module.parent / f"test_{module.name}.py").exists()
    }
    assert sorted(table) == sorted(others)


def test_every_test_in_the_table_exists() -> None:
    """The right column names files and folders below tests/."""
    names = {name for _, _, tests in ROWS for name in QUOTED.findall(tests)}
    assert [name for name in sorted(names) if not (TESTS / name).exists()] == []
    assert len(ROWS) > 10
