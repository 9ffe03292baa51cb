"""The line that remains on a terminal, the sum of several jobs, and the end by Ctrl-C."""

import re

import pytest

from krea_cli.sandbox.images import compress, draw_image
from krea_cli.sandbox.result_spec import ResultSpec
from tests.commands.test_budget import BRUSH
from tests.commands.test_confirm import with_price
from tests.fakes.krea_service import answer_with
from tests.harness.cli import Cli

SPEC = ResultSpec(
    medium="picture",
    format="png",
    width=64,
    height=48,
    seconds=0,
    caption="",
    request_hash="0" * 64,
)
PICTURE = compress(draw_image(SPEC), "png")


@pytest.fixture
def picture_cli(cli: Cli) -> Cli:
    """A service that makes real pictures, for 7 tenths of a cent each."""
    cli.service.content = lambda: PICTURE
    return with_price(cli, "0.007")


def test_one_picture(picture_cli: Cli) -> None:
    """Pixels, price and seconds on a terminal; a pipe gets the path."""
    shown = picture_cli.krea(*BRUSH, "-o", "fox.png", terminal=True)
    assert (shown.code, shown.out) == (0, "fox.png  64 × 48 · $0.007 · 5.0 s\n")
    piped = picture_cli.krea(*BRUSH, "-o", "fox-b.png")
    assert (piped.code, piped.out) == (0, "fox-b.png\n")


def test_a_narrow_window(picture_cli: Cli) -> None:
    """Facts are left out where they would break the line."""
    picture_cli.environ["COLUMNS"] = "30"
    shown = picture_cli.krea(*BRUSH, "-o", "fox.png", terminal=True)
    assert shown.out == "fox.png  $0.007 · 5.0 s\n"


def test_an_unknown_price(picture_cli: Cli) -> None:
    """The line says so."""
    with_price(picture_cli, None)
    shown = picture_cli.krea(*BRUSH, "-o", "fox.png", terminal=True)
    assert shown.out == "fox.png  64 × 48 · price unknown · 5.0 s\n"


def test_several_pictures(picture_cli: Cli) -> None:
    """Each line has its seed, and nothing else stands above; the sum comes last."""
    shown = picture_cli.krea(*BRUSH, "-n", "2", "--seed", "7", "-o", "fox.png", terminal=True)
    assert shown.out == (
        "fox.png  64 × 48 · $0.007 · 5.0 s · seed 7\nfox-2.png  64 × 48 · $0.007 · 5.0 s · seed 8\n"
    )
    assert shown.err.endswith("2 of 2 done; spent $0.014 in 6 s\n")
    assert "seed" not in shown.err


def test_a_copy_is_free(picture_cli: Cli) -> None:
    """A result that --reuse copies costs nothing this time."""
    seeded = (*BRUSH, "--seed", "7", "--reuse", "-o")
    picture_cli.krea(*seeded, "a.png")
    shown = picture_cli.krea(*seeded, "b.png", terminal=True)
    assert shown.out == "b.png  64 × 48 · free · 5.0 s\n"


def test_a_download(picture_cli: Cli) -> None:
    """A download ends with the line of a generate."""
    picture_cli.krea(*BRUSH, "--no-wait")
    picture_cli.clock.advance(60)
    shown = picture_cli.krea("download", "job-1", "-o", "fox.png", terminal=True)
    assert shown.out == "fox.png  64 × 48 · $0.007 · 5.0 s\n"


def test_the_sum_tells_how_each_ended(picture_cli: Cli) -> None:
    """Failed jobs are not billed, and unsent ones are not forgotten."""
    picture_cli.service.answers = [
        lambda service, job: setattr(job, "final_status", "failed"),
        lambda *_: None,
        answer_with(402, {"error": "balance"}),
    ]
    several = (*BRUSH, "-n", "4", "-o", "fox.png")
    ended = picture_cli.krea(*several)
    assert ended.code == 6
    assert "1 of 4 done, 1 failed, 2 not submitted; spent $0.007 in 6 s\n" in ended.err
    again = picture_cli.krea(*several, "--json")
    assert '{"summary": {"total": 4, "done": 4, "failed": 0, "not_saved": 0, ' in again.err
    assert '"running": 0, "not_submitted": 0, "spent": 0.021, "about": 0.0, ' in again.err


@pytest.mark.parametrize(
    ("count", "told"),
    [
        ("1", "job job-1 runs on, and is not saved yet; it costs $0.007\n"),
        ("2", "2 jobs run on, and are not saved yet; they cost $0.014\n"),
    ],
)
def test_ctrl_c_tells_the_price(picture_cli: Cli, count: str, told: str) -> None:
    """Jobs that run on will cost, and `krea cancel` stops them."""
    picture_cli.clock.stop_at(picture_cli.clock.now() + 2, 2)
    result = picture_cli.krea(*BRUSH, "-n", count, "-o", "fox.png")
    assert result.code == 130
    assert f"error: interrupted (SIGINT); {told}" in result.err
    assert "; krea cancel job-1" in result.err


@pytest.mark.parametrize(
    ("count", "told"), [("1", "its price is unknown"), ("2", "their prices are unknown")]
)
def test_ctrl_c_tells_that_no_price_is_known(picture_cli: Cli, count: str, told: str) -> None:
    """Nobody takes them for free."""
    with_price(picture_cli, None)
    picture_cli.clock.stop_at(picture_cli.clock.now() + 2, 2)
    result = picture_cli.krea(*BRUSH, "-n", count, "-o", "fox.png")
    assert f" not saved yet; {told}\n" in result.err


def test_the_usual_time_of_this_ledger(cli: Cli) -> None:
    """The jobs made here tell it from the second on, if the service publishes none."""
    asked = ("generate", "waves", "-m", "nano-banana", "-o")
    first, second = (cli.krea(*asked, f"{name}.png").err for name in "ab")
    assert "about $0.0429\n" in first
    assert re.search(r"about \$0\.0429, usually \d+ s here\n", second)
