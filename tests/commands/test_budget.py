"""`--max-cost`, `--assume-price` and `budget.day`: what would go over a cap is not sent."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.catalog.documents import ROUTE, make_document, make_operation
from tests.fakes.krea_service import ScriptedJob, lose_request
from tests.harness.cli import Cli, CliResult

BRUSH = ("generate", "a fox", "-m", "brush")
DAY = 86_400.0
FIELDS = {"prompt": {"type": "string"}, "seed": {"type": "integer"}}


def document_with_price(amount: str | None) -> dict[str, Any]:
    """Return an OpenAPI document with one model, at a price of AMOUNT dollars."""
    points = [{"amount": amount}]
    pricing = {"type": "fixed", "currency": "USD", "unit": "request", "price_points": points}
    more = {} if amount is None else {"x-krea-pricing": pricing}
    return make_document({ROUTE: make_operation(FIELDS, "prompt", **more)})


@pytest.fixture
def two_dollar_cli(cli: Cli) -> Cli:
    """A service with one model for 2 USD; its document was never fetched."""
    cli.service.openapi = document_with_price("2")
    return cli


def count_posts(cli: Cli) -> int:
    """Count the requests sent."""
    return len(cli.service.posts)


def error_and_hint(result: CliResult) -> list[str]:
    """Return the lines of errors and hints."""
    lines = [line.strip() for line in result.err.splitlines()]
    return [line for line in lines if line.startswith(("error: ", "hint: "))]


def test_a_command_stops_at_its_cap(two_dollar_cli: Cli) -> None:
    """Three of five fit and are saved; the hint tells how to make the rest."""
    result = two_dollar_cli.krea(*BRUSH, "-n", "5", "--max-cost", "7", "-o", "fox.png")
    assert result.code == 5
    assert sorted(result.out.split()) == ["fox-2.png", "fox-3.png", "fox.png"]
    assert error_and_hint(result) == [
        "error: maker/brush may cost $2.00, and $6.00 of --max-cost $7.00 is spent;"
        " 2 of 5 jobs were not submitted",
        "hint: the same command with --max-cost 10.00 goes on with the rest",
    ]
    assert result.err.endswith("  charged: yes\n")
    assert [state for state, _ in two_dollar_cli.states] == ["saved"] * 3 + ["checked"] * 2


@pytest.mark.parametrize("command", ["generate", "batch"])
def test_what_failed_unbilled_is_not_told_as_spent(two_dollar_cli: Cli, command: str) -> None:
    """The sum is told as it is in the end: the same cap lets the rest through."""
    cli, rest = two_dollar_cli, ""
    cli.service.final_status = "failed"
    if command == "batch":
        Path("b.txt").write_text("a\nb\nc\n")
        result = cli.krea("batch", "b.txt", "-m", "brush", "--max-cost", "5")
    else:
        result = cli.krea(*BRUSH, "-n", "3", "--max-cost", "5", "-o", "fox.png")
        rest = "; 1 of 3 jobs was not submitted"
    assert result.code == 5
    assert error_and_hint(result)[-2:] == [
        "error: maker/brush may cost $2.00, and $4.00 of --max-cost $5.00 was spent or under way;"
        f" now it is $0.00{rest}",
        "hint: the same command goes on with the rest",
    ]
    assert result.err.endswith("  charged: no\n")


def test_the_same_command_again_counts_what_it_spent(two_dollar_cli: Cli) -> None:
    """A loop does not pay the cap each time; a higher cap goes on with the rest, and once."""
    for _ in range(2):
        result = two_dollar_cli.krea(*BRUSH, "-n", "5", "--max-cost", "$7", "-o", "fox.png")
        assert (result.code, count_posts(two_dollar_cli)) == (5, 3)
    result = two_dollar_cli.krea(*BRUSH, "-n", "5", "--max-cost", "10", "-o", "fox.png")
    assert (result.code, count_posts(two_dollar_cli)) == (0, 5)


def test_the_rest_of_what_is_not_known_again_is_made_apart(two_dollar_cli: Cli) -> None:
    """Without -o the same command would make all of it anew."""
    result = two_dollar_cli.krea(*BRUSH, "-n", "3", "--max-cost", "4")
    assert (result.code, count_posts(two_dollar_cli)) == (5, 2)
    assert error_and_hint(result)[-1] == "hint: -n 1 makes the rest"


def test_a_job_above_the_cap_is_never_sent(two_dollar_cli: Cli) -> None:
    """Nothing was charged, and --json has the sums."""
    result = two_dollar_cli.krea(*BRUSH, "--max-cost", "1.99", "-o", "fox.png")
    assert (result.code, result.out, count_posts(two_dollar_cli)) == (5, "", 0)
    assert error_and_hint(result) == [
        "error: maker/brush may cost $2.00, more than --max-cost $1.99",
        "hint: --max-cost 2.00 allows it",
    ]
    result = two_dollar_cli.krea(*BRUSH, "--max-cost", "1.99", "-o", "fox.png", "--json")
    assert (
        '"charged": "no", "job_id": null, "limit": "--max-cost", "spent": 0, "cost": 2.0, "cap"'
        in result.err
    )


def test_what_is_in_doubt_is_spent(two_dollar_cli: Cli) -> None:
    """A request in doubt that was resubmitted counts twice."""
    two_dollar_cli.krea("config", "set", "budget.day", "5")
    two_dollar_cli.service.answers = [lose_request]
    assert two_dollar_cli.krea(*BRUSH, "-o", "fox.png").code == 9
    two_dollar_cli.clock.advance(600)
    assert two_dollar_cli.krea("recover", "--resubmit", "1").code == 0
    result = two_dollar_cli.krea(*BRUSH, "-o", "owl.png")
    assert (result.code, count_posts(two_dollar_cli)) == (5, 2)
    assert error_and_hint(result) == [
        "error: maker/brush may cost $2.00, and $4.00 of budget.day $5.00 is spent or may still be",
        "hint: krea config set budget.day 6.00 allows it; at midnight a new day begins",
    ]


def test_resubmitting_obeys_the_day(two_dollar_cli: Cli) -> None:
    """A request above the cap stays in doubt."""
    two_dollar_cli.service.answers = [lose_request]
    assert two_dollar_cli.krea(*BRUSH, "-o", "fox.png").code == 9
    two_dollar_cli.clock.advance(600)
    two_dollar_cli.krea("config", "set", "budget.day", "3")
    result = two_dollar_cli.krea("recover", "--resubmit", "1")
    assert (result.code, count_posts(two_dollar_cli)) == (5, 1)
    assert [state for state, _ in two_dollar_cli.states] == ["unfound"]


def test_a_new_day_has_a_new_budget(two_dollar_cli: Cli) -> None:
    """All commands of a day share one."""
    two_dollar_cli.krea("config", "set", "budget.day", "2")
    codes = [two_dollar_cli.krea(*BRUSH, "-o", f"{n}.png").code for n in range(2)]
    two_dollar_cli.clock.advance(DAY)
    assert [*codes, two_dollar_cli.krea(*BRUSH, "-o", "1.png").code] == [0, 5, 0]


def test_a_cap_without_a_price(cli: Cli) -> None:
    """An unknown price is over any cap, until one is assumed: it counts from then on."""
    cli.service.openapi = document_with_price(None)
    result = cli.krea(*BRUSH, "--max-cost", "100", "-o", "fox.png")
    assert (result.code, count_posts(cli)) == (5, 0)
    assert error_and_hint(result) == [
        "error: no sure price of maker/brush is known, so --max-cost $100.00 cannot be kept",
        "hint: --assume-price USD says what a request without a known price may cost;"
        " krea config set price.assume USD says it for good",
    ]
    assume = ("--assume-price", "0.75", "--max-cost", "2")
    assert cli.krea(*BRUSH, "-n", "3", *assume, "-o", "fox.png").code == 5
    assert count_posts(cli) == 2


def test_a_price_that_is_about_is_not_known(cli: Cli) -> None:
    """Shown, and summed up apart; under a cap --assume-price has to answer."""
    cli.service.openapi = document_with_price("0.50")
    cli.service.openapi["paths"][ROUTE]["post"]["x-krea-pricing"] |= {"about": True}
    dry = cli.krea(*BRUSH, "-n", "3", "--dry-run")
    assert dry.out.splitlines()[-2:] == [
        "in all: about $1.50",
        "price: about $0.50 each",
    ]
    result = cli.krea(*BRUSH, "--max-cost", "100", "-o", "fox.png")
    assert (result.code, count_posts(cli)) == (5, 0)
    assert error_and_hint(result) == [
        "error: no sure price of maker/brush is known, so --max-cost $100.00 cannot be kept",
        "hint: --assume-price USD says what a request without a known price may cost;"
        " krea config set price.assume USD says it for good",
    ]
    assume = ("--assume-price", "0.6", "--max-cost", "1")
    assert cli.krea(*BRUSH, *assume, "-o", "fox.png").code == 0
    assert count_posts(cli) == 1


def test_a_dry_run_tells_what_counts_at_its_highest(cli: Cli) -> None:
    """The dimension by name; as JSON as well, with the date of the price."""
    document = document_with_price("2")
    points = [{"amount": "2", "dimensions": {"fancyTier": "high"}}, {"amount": "1"}]
    document["paths"][ROUTE]["post"]["x-krea-pricing"]["price_points"] = points
    cli.service.openapi = document
    cli.krea("models", "--refresh")
    cli.clock.advance(3 * DAY)
    result = cli.krea(*BRUSH, "--dry-run")
    assert result.out.splitlines()[-1] == (
        "price: at most $2.00 (fancyTier is not clear) (of 2027-01-15, 3 days old)"
    )
    (record,) = cli.krea(*BRUSH, "-n", "2", "--dry-run", "--json").records
    names = ("price", "priced_at", "unclear", "cost", "about", "unpriced")
    assert [record[name] for name in names] == [
        "at most $2.00",
        "2027-01-15",
        ["fancyTier"],
        4.0,
        0.0,
        0,
    ]


def test_an_assumed_price_is_kept(cli: Cli) -> None:
    """Without a cap as well: a budget of later knows it."""
    cli.service.openapi = document_with_price(None)
    cli.krea("models", "--refresh")
    assert cli.krea(*BRUSH, "--assume-price", "2", "-o", "a.png").code == 0
    cli.krea("config", "set", "budget.day", "3")
    result = cli.krea(*BRUSH, "--assume-price", "1.01", "-o", "b.png")
    assert error_and_hint(result)[0] == (
        "error: maker/brush may cost $1.01, and $2.00 of budget.day $3.00 is spent"
    )
    assert cli.krea(*BRUSH, "--assume-price", "1", "-o", "b.png").code == 0


def test_earlier_requests_without_a_price(cli: Cli) -> None:
    """Today's spending is unknown then, so nothing is sent."""
    cli.service.openapi = document_with_price(None)
    cli.krea("models", "--refresh")
    assert cli.krea(*BRUSH, "-o", "a.png").code == 0
    cli.service.openapi = document_with_price("2")
    cli.clock.advance(3600)
    cli.krea("models", "--refresh")
    cli.krea("config", "set", "budget.day", "9")
    result = cli.krea(*BRUSH, "-o", "b.png")
    assert (result.code, error_and_hint(result)[0]) == (
        5,
        "error: 1 earlier request has no sure price, so budget.day $9.00 cannot be kept",
    )
    assert cli.krea(*BRUSH, "-o", "b.png", "--assume-price", "7").code == 0


def test_prices_are_of_today(two_dollar_cli: Cli) -> None:
    """The catalog is fetched once a day; older requests are priced by it too."""
    assert two_dollar_cli.krea(*BRUSH, "--max-cost", "1", "-o", "fox.png").code == 5
    two_dollar_cli.service.openapi = document_with_price("1")
    assert two_dollar_cli.krea(*BRUSH, "--max-cost", "1", "-o", "fox.png").code == 5
    assert two_dollar_cli.service.requests.count("GET /openapi.json") == 1
    two_dollar_cli.clock.advance(DAY + 1)
    assert two_dollar_cli.krea(*BRUSH, "--max-cost", "1", "-o", "fox.png").code == 0
    assert two_dollar_cli.service.requests.count("GET /openapi.json") == 2


@pytest.mark.parametrize("asked", [(), ("--dry-run",)])
def test_old_prices_are_not_good_enough(cli: Cli, asked: tuple[str, ...]) -> None:
    """Embedded prices and those of yesterday are refused if the service has none."""
    argv = ("generate", "a fox", "-m", "krea-2/large", "--max-cost", "9", *asked, "-o", "fox.png")
    result = cli.krea(*argv)
    assert (result.code, result.out, count_posts(cli)) == (5, "", 0)
    first, hint = error_and_hint(result)
    assert first.startswith("error: a budget needs today's prices, and they could not be fetched: ")
    assert hint == "hint: krea models --refresh; then the same command again"
    cli.service.openapi = document_with_price("2")
    cli.krea("models", "--refresh")
    cli.service.openapi = None
    assert cli.krea(*BRUSH, "--max-cost", "9", "-o", "a.png").code == 0
    cli.clock.advance(DAY + 1)
    assert cli.krea(*BRUSH, "--max-cost", "9", "-o", "b.png").code == 5


def test_without_a_cap_nothing_is_asked(two_dollar_cli: Cli) -> None:
    """The common case costs no request more."""
    two_dollar_cli.krea("models", "--refresh")
    two_dollar_cli.clock.advance(DAY * 30)
    assert two_dollar_cli.krea(*BRUSH, "-m", "maker/brush", "-o", "fox.png").code == 0
    assert two_dollar_cli.service.requests.count("GET /openapi.json") == 1


def test_a_dry_run_says_what_would_fit(two_dollar_cli: Cli) -> None:
    """As the request would end, with nothing sent."""
    dry = (*BRUSH, "-n", "5", "--seed", "1", "--dry-run")
    result = two_dollar_cli.krea(*dry, "--max-cost", "7")
    assert (result.code, count_posts(two_dollar_cli)) == (5, 0)
    assert result.out.endswith("price: $2.00 each\nwithin the budget: 3 of 5\n")
    assert error_and_hint(result) == [
        "error: 3 of 5 jobs fit into --max-cost $7.00, at $2.00 each",
        "hint: --max-cost 10.00 allows all 5",
    ]
    result = two_dollar_cli.krea(*dry, "--max-cost", "10", "--json")
    assert (result.code, result.records[0]["fits"]) == (0, 5)
    assert two_dollar_cli.krea(*dry, "--json").records[0]["fits"] is None


def test_a_dry_run_knows_what_the_day_has_cost(two_dollar_cli: Cli) -> None:
    """With a token; without one only the request itself counts."""
    two_dollar_cli.krea("config", "set", "budget.day", "3")
    two_dollar_cli.krea(*BRUSH, "-o", "fox.png")
    assert two_dollar_cli.krea(*BRUSH, "--dry-run").code == 5
    del two_dollar_cli.environ["KREA_API_KEY"]
    assert two_dollar_cli.krea(*BRUSH, "--dry-run").code == 0


def test_the_day_cannot_be_held_without_the_ledger(two_dollar_cli: Cli) -> None:
    """Nothing counts the day without the ledger; the cap of the command still holds."""
    result_with_cap = two_dollar_cli.krea(
        *BRUSH, "-n", "2", "--no-ledger", "--max-cost", "2", "-o", "fox.png"
    )
    assert (result_with_cap.code, count_posts(two_dollar_cli)) == (5, 1)
    two_dollar_cli.krea("config", "set", "budget.day", "3")
    result = two_dollar_cli.krea(*BRUSH, "--no-ledger", "-o", "b.png")
    assert (result.code, count_posts(two_dollar_cli)) == (2, 1)
    assert error_and_hint(result)[0] == (
        "error: budget.day cannot be held without the ledger, which knows what was spent"
    )


@pytest.mark.parametrize("amount", ["0", "-1", "", "seven", "0e3", "7 EUR", "1,50"])
def test_an_amount_that_is_none(cli: Cli, amount: str) -> None:
    """A slip in a cap sends nothing."""
    for option in ("--max-cost", "--assume-price"):
        result = cli.krea(*BRUSH, f"{option}={amount}", "-o", "fox.png")
        assert (result.code, cli.service.requests) == (2, [])
        assert f"{amount!r} is not an amount in US dollars above 0, such as 7 or 0.50" in result.err


def test_what_failed_was_not_billed(two_dollar_cli: Cli) -> None:
    """Refused requests and failed jobs leave the cap as it was."""

    def refuses(service: object, job: ScriptedJob) -> httpx.Response | None:
        return httpx.Response(400, json={"error": "no"})

    two_dollar_cli.krea("config", "set", "budget.day", "2")
    two_dollar_cli.service.answers = [refuses]
    assert two_dollar_cli.krea(*BRUSH, "-o", "a.png").code == 2
    two_dollar_cli.service.final_status = "failed"
    assert two_dollar_cli.krea(*BRUSH, "-o", "b.png").code == 1
    two_dollar_cli.service.final_status = "completed"
    assert two_dollar_cli.krea(*BRUSH, "-o", "c.png").code == 0
    assert Path("c.png").exists()


def test_what_failed_unbilled_is_not_told_as_spent_before(two_dollar_cli: Cli) -> None:
    """Jobs that an earlier run had left running cost nothing once they have failed."""
    Path("b.txt").write_text("a\nb\n")
    run = ("batch", "b.txt", "-m", "brush", "--max-cost", "5")
    two_dollar_cli.service.final_status = "failed"
    two_dollar_cli.service.job_seconds = 60
    left = two_dollar_cli.krea(*run, "--timeout", "10")
    assert (left.code, "spent $4.00 in" in left.err) == (4, True)
    two_dollar_cli.clock.advance(60)
    ended = two_dollar_cli.krea(*run)
    assert (ended.code, "0 of 2 done, 2 failed; spent $0.00 in" in ended.err) == (1, True)
