"""Rules that every command keeps, whatever the service answers, and a loop over many answers."""

import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NoReturn

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.harness.cli import CliResult

EXIT_CODES = {0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11}
BUG_PATTERN = re.compile("Traceback|this is a bug")
# Bidi marks and overrides, and invisible characters; joiners belong to letters and emoji.
HIDDEN_PATTERN = re.compile(
    "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
# HYPOTHESIS_TIMES=20 pytest tries twenty times as many bodies.
EXAMPLES_FACTOR = int(os.environ.get("HYPOTHESIS_TIMES", "1"))


class _Enough(Exception):
    pass


def many_examples(
    least: int, *, examples: int, **drawn: st.SearchStrategy[Any]
) -> Callable[..., Any]:
    """Make a test of a function that takes a DRAWN batch and returns its number of bodies.

    The test sees LEAST bodies or a few more, usually in EXAMPLES batches, at most in four times as
    many. A failing batch is not shrunk, as that would take minutes.
    """
    enough = least * EXAMPLES_FACTOR
    fully = settings(
        max_examples=examples * EXAMPLES_FACTOR * 4,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )

    def decorate(look: Callable[..., int]) -> Callable[[], None]:
        def test() -> None:
            seen = 0

            def count(**batch: Any) -> None:
                nonlocal seen
                if seen >= enough:
                    raise _Enough
                seen += look(**batch)

            # Without an exception, the engine would go on drawing batches that nobody needs.
            with suppress(_Enough):
                fully(given(**drawn)(count))()
            assert seen >= enough

        test.__name__, test.__doc__ = look.__name__, look.__doc__
        return test

    return decorate


def check_result(result: CliResult, *, json_mode: bool) -> CliResult:
    """Return RESULT if it shows no bug, no forged line, and nothing unsafe for a terminal."""
    assert result.code in EXIT_CODES, result.code
    lines = [*result.out.splitlines(), *result.err.splitlines()]
    assert_none(line for line in lines if BUG_PATTERN.search(line))
    assert_none(ascii(line) for line in lines if any(map(is_unsafe, line)))
    charged = json_charges(result) if json_mode else plain_charges(result.err)
    assert_none(value for value in charged if value not in ("no", "yes", "unknown", "a slip"))
    assert bool(charged) == (result.code != 0), (result.code, charged)
    assert set(charged) != {"a slip"} or result.code == 2, (result.code, charged)
    return result


def assert_none(problems: Iterable[str]) -> None:
    """Fail with the first five of PROBLEMS."""
    first_five = list(problems)[:5]
    assert not first_five, first_five


def is_unsafe(letter: str) -> bool:
    """Return True for control, bidi and invisible characters."""
    if letter.isascii():
        return not letter.isprintable() and letter != "\t"
    return unicodedata.category(letter) in ("Cc", "Cs") or HIDDEN_PATTERN.match(letter) is not None


def json_charges(result: CliResult) -> list[str]:
    """Return `charged` of each error on stderr. Both streams must be strict JSON lines."""
    assert result.out.isascii()
    assert result.err.isascii()
    for line in result.out.splitlines():
        assert isinstance(parse_strict_json(line), dict)
    events = [parse_strict_json(line) for line in result.err.splitlines()]
    return [event["error"]["charged"] for event in events if "error" in event]


def plain_charges(text: str) -> list[str]:
    """Return `charged` of each error in TEXT: "a slip" of one without, one of the command line."""
    charged = []
    for message in re.split(r"^error: ", text, flags=re.MULTILINE)[1:]:
        found = re.findall(r"^  charged: (.*)$", message, re.MULTILINE)
        assert len(found) <= 1, message
        charged += found or ["a slip"]
    return charged


def parse_strict_json(text: str) -> Any:
    """Parse TEXT as other programs parse JSON, without NaN."""
    return json.loads(text, parse_constant=refuse_constant)


def refuse_constant(name: str) -> NoReturn:
    """Fail for NAME, such as NaN."""
    raise AssertionError(f"{name} is not JSON")
