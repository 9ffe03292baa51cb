"""The other side of the wire, answering whatever it was given, and what must hold all the same."""

import json
import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.harness.cli import Cli, CliResult
from tests.hostile.strategies import Answer, encoded

CODES = {0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11}
BASE = "http://127.0.0.1:9"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 24 + b"IEND\xaeB`\x82"
BUG = re.compile("Traceback|this is a bug")
FOX = ("generate", "a red fox", "-m", "bfl/flux-1-dev")
# Bidi marks and overrides, and what is invisible; joiners belong to letters and emoji.
HIDDEN = re.compile(
    "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)

# HYPOTHESIS_TIMES=20 pytest looks at twenty times as many.
TIMES = int(os.environ.get("HYPOTHESIS_TIMES", "1"))


def many(least: int, *, examples: int, **drawn: st.SearchStrategy[Any]) -> Callable[..., Any]:
    """Make a test of a function that takes what is DRAWN and returns how many bodies that was.

    The test sees LEAST bodies or a few more, usually in EXAMPLES batches: what is drawn depends on
    what else was imported. What fails is not shrunk: for a whole batch that takes minutes.
    """
    enough = least * TIMES
    fully = settings(
        max_examples=examples * TIMES * 4,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )

    def decorate(look: Callable[..., int]) -> Callable[[], None]:
        def test() -> None:
            seen = 0

            def counted(**made: Any) -> None:
                nonlocal seen
                if seen < enough:
                    seen += look(**made)

            fully(given(**drawn)(counted))()
            assert seen >= enough

        test.__name__, test.__doc__ = look.__name__, look.__doc__
        return test

    return decorate


Handle = Callable[[httpx.Request], httpx.Response]


@dataclass
class Wire:
    """Stands where a world has its service: HANDLE answers each request."""

    handle: Handle

    def transport(self) -> httpx.MockTransport:
        """What takes the place of the network."""
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        # As a real connection traces it: whatever is wrong with the answer, the request left.
        request.extensions["trace"]("http11.send_request_headers.started", {"request": request})
        return self.handle(request)


@contextmanager
def world_with(handle: Handle) -> Iterator[Cli]:
    """A world of its own for one example, whose service is HANDLE."""
    with tempfile.TemporaryDirectory() as home, chdir(home):
        cli = Cli(Path(home))
        cli.service = Wire(handle)  # type: ignore[assignment]
        yield cli


def answered(answer: Answer) -> httpx.Response:
    """ANSWER as it comes from a network: its body is read, and decoded, by the client."""
    status, body, headers = answer
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


def found(body: object) -> httpx.Response:
    """A success with BODY as JSON."""
    return httpx.Response(200, stream=httpx.ByteStream(encoded(body)))


def listed(bodies: list[Any]) -> httpx.Response:
    """A page of the list with BODIES."""
    return found(b'{"items": [' + b",".join(map(encoded, bodies)) + b'], "next_cursor": null}')


def sound(result: CliResult, *, json_mode: bool) -> CliResult:
    """RESULT, if nothing in it is a bug, a forgery, or more than a terminal should be shown."""
    assert result.code in CODES, result.code
    lines = [*result.out.splitlines(), *result.err.splitlines()]
    _none(line for line in lines if BUG.search(line))
    _none(ascii(line) for line in lines if any(map(unfit, line)))
    charged = _json_charges(result) if json_mode else _plain_charges(result.err)
    _none(each for each in charged if each not in ("no", "yes", "unknown"))
    assert bool(charged) == (result.code != 0), (result.code, charged)
    return result


def _none(wrong: Iterator[str]) -> None:
    found = list(wrong)
    assert not found, found[:5]


def unfit(letter: str) -> bool:
    if letter.isascii():
        return not letter.isprintable() and letter != "\t"
    return unicodedata.category(letter) in ("Cc", "Cs") or HIDDEN.match(letter) is not None


def _json_charges(result: CliResult) -> list[str]:
    """What each error on stderr says was charged; both streams must be strict JSON lines."""
    assert result.out.isascii()
    assert result.err.isascii()
    for line in result.out.splitlines():
        assert isinstance(strict(line), dict)
    events = [strict(line) for line in result.err.splitlines()]
    return [event["error"]["charged"] for event in events if "error" in event]


def _plain_charges(text: str) -> list[str]:
    """The same from text: each sentence at the margin has its one `charged`."""
    errors = re.findall(r"^error: ", text, re.MULTILINE)
    charged = re.findall(r"^  charged: (.*)$", text, re.MULTILINE)
    assert len(errors) == len(charged)
    return charged


def strict(text: str) -> Any:
    """TEXT read as other programs read JSON: they know no NaN."""
    return json.loads(text, parse_constant=_no_constant)


def _no_constant(name: str) -> NoReturn:
    raise AssertionError(f"{name} is no JSON")
