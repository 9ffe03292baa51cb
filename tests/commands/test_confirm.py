"""`confirm.above` and `--yes`: one question before what may cost much."""

from pathlib import Path

import pytest

from tests.catalog.documents import ROUTE
from tests.commands.test_budget import BRUSH, count_posts, document_with_price
from tests.fakes.krea_service import PNG, lose_request
from tests.harness.cli import Cli, CliResult, Keyboard

HINT = (
    "  hint: --yes sends it without a question; krea config set confirm.above 50 asks above $50"
    " only\n"
)
DECLINED = f"error: it was not confirmed, so nothing was sent\n{HINT}  charged: no\n"
CTRL_C = "\x03"


@pytest.fixture
def dear_cli(cli: Cli) -> Cli:
    """A service with one model for 2 USD, on which a person without colours works."""
    return with_price(cli, "2")


def with_price(cli: Cli, amount: str | None) -> Cli:
    """Let the only model of the service cost AMOUNT dollars."""
    cli.environ["NO_COLOR"] = "1"
    cli.service.openapi = document_with_price(amount)
    cli.krea("models", "--refresh")
    cli.service.requests.clear()
    return cli


def ask(cli: Cli, *argv: str, typed: str) -> CliResult:
    """Run `krea ARGV` on a terminal, where a person types TYPED."""
    return cli.krea(*argv, typed=typed, terminal=True)


@pytest.mark.parametrize("typed", ["\n", "n\n", "no\n", "", "maybe\n"])
def test_no_sends_nothing(dear_cli: Cli, typed: str) -> None:
    """Enter, Ctrl-D and every word but yes end with 5; nothing is sent, written or claimed."""
    result = ask(dear_cli, *BRUSH, "-n", "3", "-o", "fox.png", typed=typed)
    end = "" if typed else "\n"
    question = f"3 jobs of maker/brush may cost $6.00: go on? [y/N] {end}"
    assert (result.code, result.out, result.err) == (5, "", question + DECLINED)
    assert (dear_cli.service.requests, dear_cli.states) == ([], [])
    assert not list(Path().iterdir())


def test_yes_pays(dear_cli: Cli) -> None:
    """After yes all of them are made."""
    result = ask(dear_cli, *BRUSH, "-n", "3", "-o", "fox.png", typed="y\n")
    assert result.code == 0
    assert result.err.startswith("3 jobs of maker/brush may cost $6.00: go on? [y/N] ")
    assert count_posts(dear_cli) == 3


def test_variants_are_of_one_model(dear_cli: Cli) -> None:
    """The question counts their jobs, and names the model."""
    prompt = ("generate", "a {red|blue} fox", "-m", "brush", "--vary", "all", "-n", "2")
    result = ask(dear_cli, *prompt, "-o", "v/", typed="n\n")
    assert result.code == 5
    assert result.err.startswith("4 jobs of maker/brush may cost $8.00: go on? [y/N] ")


@pytest.mark.parametrize("command", ["generate", "batch"])
def test_ctrl_c(dear_cli: Cli, command: str) -> None:
    """A signal ends the question with its own code, and nothing was charged."""
    Path("l.txt").write_text("a fox\n")
    argv = BRUSH if command == "generate" else ("batch", "l.txt", "-m", "brush", "-o", "o/")
    result = ask(dear_cli, *argv, typed=CTRL_C)
    assert result.code == 130
    assert "go on? [y/N] \n" in result.err
    assert result.err.endswith("error: interrupted (SIGINT)\n  charged: no\n")
    assert (dear_cli.service.requests, dear_cli.states) == ([], [])


@pytest.mark.parametrize("command", ["generate", "batch"])
def test_scripts_are_never_asked(dear_cli: Cli, command: str) -> None:
    """Without a terminal on stdin or stderr, with --json and with --yes, the request leaves."""
    Path("l.txt").write_text("".join(f"fox {n}\n" for n in range(9)))
    argv = (*BRUSH, "-n", "9") if command == "generate" else ("batch", "l.txt", "-m", "brush")
    runs = [
        dear_cli.krea(*argv, "-o", "a/", stdin="", terminal=True),
        dear_cli.krea(*argv, "-o", "b/", typed=""),
        ask(dear_cli, *argv, "-o", "c/", "--json", typed=""),
        ask(dear_cli, *argv, "-o", "d/", "--yes", typed=""),
    ]
    assert [run.code for run in runs] == [0, 0, 0, 0]
    assert not [run.err for run in runs if "go on?" in run.err]


def test_cheap_commands_are_not_asked_for(dear_cli: Cli) -> None:
    """Up to the limit nothing is asked; 0 asks always, off never."""
    with_price(dear_cli, "1")
    assert "go on?" not in ask(dear_cli, *BRUSH, "-o", "a.png", typed="").err
    dear_cli.krea("config", "set", "confirm.above", "0")
    assert ask(dear_cli, *BRUSH, "-o", "b.png", typed="").code == 5
    dear_cli.krea("config", "set", "confirm.above", "5")
    assert ask(dear_cli, *BRUSH, "-n", "5", "-o", "c.png", typed="").code == 0
    assert ask(dear_cli, *BRUSH, "-n", "6", "-o", "d.png", typed="").code == 5
    dear_cli.krea("config", "set", "confirm.above", "off")
    assert ask(dear_cli, *BRUSH, "-n", "6", "-o", "e.png", typed="").code == 0


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("-1", "'-1'"),
        ("often", "'often'"),
    ],
)
def test_limits_that_are_none(cli: Cli, value: str, problem: str) -> None:
    """A limit is an amount, or off."""
    assert cli.krea("config", "set", "confirm.above", "--", value).error(charged="no") == (
        "confirm.above must be an amount in US dollars above 0, such as 7 or 0.50, or off,"
        f" not {problem}"
    )


def test_jobs_of_unknown_price(cli: Cli) -> None:
    """More than ten are asked for, unless --assume-price or price.assume says what they cost."""
    with_price(cli, None)
    many = (*BRUSH, "-n", "11")
    assert ask(cli, *BRUSH, "-n", "10", "-o", "a.png", typed="").code == 0
    result = ask(cli, *many, "-o", "b.png", typed="\n")
    assert result.err == (
        "the price of 11 jobs of maker/brush is unknown: go on? [y/N] " + DECLINED
    )
    assert ask(cli, *many, "-o", "c.png", "--assume-price", "0.05", typed="").code == 0
    cli.krea("config", "set", "price.assume", "0.10")
    assert ask(cli, *many, "-o", "d.png", typed="\n").err.startswith(
        "11 jobs of maker/brush may cost $1.10: go on?"
    )


def test_a_cap_limits_the_question(dear_cli: Cli) -> None:
    """With --max-cost up to the limit nothing is asked; above it, the cap is what it may cost."""
    low = ask(dear_cli, *BRUSH, "-n", "3", "--max-cost", "1", "-o", "a.png", typed="")
    assert "go on?" not in low.err
    high = ask(dear_cli, *BRUSH, "-n", "9", "--max-cost", "4", "-o", "b.png", typed="\n")
    assert high.err.startswith(
        "9 jobs of maker/brush may cost $4.00, as --max-cost says: go on? [y/N] "
    )


def test_only_what_is_still_to_be_paid_counts(dear_cli: Cli) -> None:
    """Two of three are paid for already: the question is about the third."""
    three = (*BRUSH, "-n", "3", "-o", "fox.png")
    assert dear_cli.krea(*three, "--max-cost", "4").code == 5
    result = ask(dear_cli, *three, typed="\n")
    assert result.err.startswith("1 job of maker/brush may cost $2.00: go on? [y/N] ")
    assert ask(dear_cli, *three, typed="y\n").code == 0
    assert count_posts(dear_cli) == 3


def test_copies_are_free(dear_cli: Cli) -> None:
    """No question about results that --reuse copies."""
    seeded = (*BRUSH, "--seed", "7", "--reuse")
    assert dear_cli.krea(*seeded, "-o", "a.png").code == 0
    result = ask(dear_cli, *seeded, "-o", "b.png", typed="")
    assert (result.code, "go on?" in result.err) == (0, False)


def test_the_checks_come_first(dear_cli: Cli) -> None:
    """No question about requests that cannot be sent."""
    Path("fox.png").write_bytes(PNG)
    result = ask(dear_cli, *BRUSH, "-o", "fox.png", typed="")
    assert (result.code, "go on?" in result.err) == (2, False)


def test_a_slow_answer_takes_no_time_of_the_job(dear_cli: Cli) -> None:
    """Time in front of the question does not count for --timeout."""

    class SlowKeyboard(Keyboard):
        def readline(self, size: int | None = -1, /) -> str:
            self.clock.sleep(3600)
            return super().readline(size)

    slow = (*BRUSH, "--timeout", "60", "-o", "fox.png")
    result = dear_cli.krea(*slow, typed=SlowKeyboard("y\n"), terminal=True)
    assert (result.code, result.out) == (0, "fox.png  40 B · $2.00 · 5.0 s\n")


def test_a_batch_asks_for_what_it_would_send(dear_cli: Cli) -> None:
    """Lines that are made, or are copied from others, cost nothing."""
    Path("l.txt").write_text("a fox\na cow\na fox\n")
    run = ("batch", "l.txt", "-m", "brush", "--seed", "7", "-o", "o/")
    result = ask(dear_cli, *run, typed="\n")
    assert (result.code, result.out) == (5, "")
    assert result.err == "2 items may cost $4.00: go on? [y/N] " + DECLINED
    assert (dear_cli.service.requests, dear_cli.states) == ([], [])
    assert ask(dear_cli, *run, typed="yes\n").code == 0
    assert count_posts(dear_cli) == 2
    with Path("l.txt").open("a") as file:
        file.write("a dog\n")
    assert ask(dear_cli, *run, typed="\n").err.startswith("1 item may cost $2.00: go on?")
    assert count_posts(dear_cli) == 2


def test_recover_asks_before_it_pays_again(dear_cli: Cli) -> None:
    """--resubmit asks for all that it would send; no leaves them in doubt."""
    dear_cli.service.answers = [lose_request, lose_request]
    assert [dear_cli.krea(*BRUSH, "-o", f"{n}.png").code for n in range(2)] == [9, 9]
    dear_cli.clock.advance(86_400)
    again = ("recover", "--resubmit", "1", "--resubmit", "2")
    result = ask(dear_cli, *again, typed="n\n")
    question = "2 requests to maker/brush, sent again, may cost $4.00: go on? [y/N] "
    assert result.code == 5
    assert result.err.endswith(question + DECLINED)
    assert {state for state, _ in dear_cli.states} <= {"unknown", "unfound"}
    assert count_posts(dear_cli) == 2
    assert ask(dear_cli, *again, typed="y\n").code == 0
    assert count_posts(dear_cli) == 4


def test_recover_asks_at_an_unsure_price(dear_cli: Cli) -> None:
    """A price that no cap takes for known counts here, as it does for krea generate."""
    dear_cli.service.openapi["paths"][ROUTE]["post"]["x-krea-pricing"] |= {"about": True}
    dear_cli.krea("models", "--refresh")
    dear_cli.service.answers = [lose_request]
    assert dear_cli.krea(*BRUSH, "-o", "fox.png").code == 9
    dear_cli.clock.advance(86_400)
    result = ask(dear_cli, "recover", "--resubmit", "1", typed="n\n")
    question = "1 request to maker/brush, sent again, may cost about $2.00: go on? [y/N] "
    assert result.code == 5
    assert result.err.endswith(question + DECLINED)
    assert count_posts(dear_cli) == 1
