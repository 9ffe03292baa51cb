"""`--max-cost`, `--assume-price` and `budget.day`: what would go over a cap is not sent."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.catalog.documents import ROUTE, document, operation
from tests.commands.generate.test_generate import reset_before, states
from tests.harness.cli import Result, World

BRUSH = ("generate", "a fox", "-m", "brush")
DAY = 86_400.0
FIELDS = {"prompt": {"type": "string"}, "seed": {"type": "integer"}}


def priced(amount: str | None) -> dict[str, Any]:
    """A description of the service whose one model costs that many dollars."""
    points = [{"amount": amount}]
    pricing = {"type": "fixed", "currency": "USD", "unit": "request", "price_points": points}
    more = {} if amount is None else {"x-krea-pricing": pricing}
    return document({ROUTE: operation(FIELDS, "prompt", **more)})


@pytest.fixture
def two_dollars(world: World) -> World:
    """A service whose model costs 2 USD, and which has not been asked for that yet."""
    world.service.document = priced("2")
    return world


def sent(world: World) -> int:
    """How many requests left."""
    return len(world.service.posts)


def told(result: Result) -> list[str]:
    """The last error, and its hint."""
    lines = [line.strip() for line in result.err.splitlines()]
    return [line for line in lines if line.startswith(("error: ", "hint: "))]


def test_a_command_stops_at_its_cap(two_dollars: World) -> None:
    """Three of five fit; they are saved, and the rest is told with what makes it."""
    result = two_dollars.krea(*BRUSH, "-n", "5", "--max-cost", "7", "-o", "fox.png")
    assert result.code == 5
    assert sorted(result.out.split()) == ["fox-2.png", "fox-3.png", "fox.png"]
    assert told(result) == [
        "error: maker/brush may cost $2.00, and $6.00 of --max-cost $7.00 is spent;"
        " 2 of 5 jobs were not submitted",
        "hint: the same command with --max-cost 10.00 goes on with the rest",
    ]
    assert [state for state, _ in states(two_dollars)] == ["saved"] * 3 + ["checked"] * 2


def test_the_same_command_again_counts_what_it_spent(two_dollars: World) -> None:
    """A loop does not pay the cap each time; a higher cap goes on with the rest, and once."""
    for _ in range(2):
        result = two_dollars.krea(*BRUSH, "-n", "5", "--max-cost", "$7", "-o", "fox.png")
        assert (result.code, sent(two_dollars)) == (5, 3)
    result = two_dollars.krea(*BRUSH, "-n", "5", "--max-cost", "10", "-o", "fox.png")
    assert (result.code, sent(two_dollars)) == (0, 5)


def test_the_rest_of_what_is_not_known_again_is_made_apart(two_dollars: World) -> None:
    """Without -o the same command would make all of it anew."""
    result = two_dollars.krea(*BRUSH, "-n", "3", "--max-cost", "4")
    assert (result.code, sent(two_dollars)) == (5, 2)
    assert told(result)[-1] == "hint: -n 1 makes the rest"


def test_a_job_above_the_cap_is_never_sent(two_dollars: World) -> None:
    """Nothing was charged, and --json has the sums."""
    result = two_dollars.krea(*BRUSH, "--max-cost", "1.99", "-o", "fox.png")
    assert (result.code, result.out, sent(two_dollars)) == (5, "", 0)
    assert told(result) == [
        "error: maker/brush may cost $2.00, more than --max-cost $1.99",
        "hint: --max-cost 2.00 allows it",
    ]
    result = two_dollars.krea(*BRUSH, "--max-cost", "1.99", "-o", "fox.png", "--json")
    assert (
        '"charged": "no", "job_id": null, "limit": "--max-cost", "spent": 0, "cost": 2.0, "cap"'
        in result.err
    )


def test_what_is_in_doubt_is_spent(two_dollars: World) -> None:
    """A request whose answer got lost, and that was sent again by the user's word, counts twice."""
    two_dollars.krea("config", "set", "budget.day", "5")
    two_dollars.service.answers = [reset_before]
    assert two_dollars.krea(*BRUSH, "-o", "fox.png").code == 9
    two_dollars.clock.advance(600)
    assert two_dollars.krea("recover", "--resubmit", "1").code == 0
    result = two_dollars.krea(*BRUSH, "-o", "owl.png")
    assert (result.code, sent(two_dollars)) == (5, 2)
    assert told(result) == [
        "error: maker/brush may cost $2.00, and $4.00 of budget.day $5.00 is spent",
        "hint: krea config set budget.day 6.00 allows it; at midnight a new day begins",
    ]


def test_resubmitting_obeys_the_day(two_dollars: World) -> None:
    """What does not fit is in doubt as before."""
    two_dollars.service.answers = [reset_before]
    assert two_dollars.krea(*BRUSH, "-o", "fox.png").code == 9
    two_dollars.clock.advance(600)
    two_dollars.krea("config", "set", "budget.day", "3")
    result = two_dollars.krea("recover", "--resubmit", "1")
    assert (result.code, sent(two_dollars)) == (5, 1)
    assert [state for state, _ in states(two_dollars)] == ["unfound"]


def test_a_new_day_has_a_new_budget(two_dollars: World) -> None:
    """All commands of a day share one."""
    two_dollars.krea("config", "set", "budget.day", "2")
    codes = [two_dollars.krea(*BRUSH, "-o", f"{n}.png").code for n in range(2)]
    two_dollars.clock.advance(DAY)
    assert [*codes, two_dollars.krea(*BRUSH, "-o", "1.png").code] == [0, 5, 0]


def test_a_cap_without_a_price(world: World) -> None:
    """An unknown price is over any cap, until one is assumed: it counts from then on."""
    world.service.document = priced(None)
    result = world.krea(*BRUSH, "--max-cost", "100", "-o", "fox.png")
    assert (result.code, sent(world)) == (5, 0)
    assert told(result) == [
        "error: the price of maker/brush is unknown, which is more than --max-cost $100.00 allows",
        "hint: --assume-price USD says what a request without a known price may cost",
    ]
    assume = ("--assume-price", "0.75", "--max-cost", "2")
    assert world.krea(*BRUSH, "-n", "3", *assume, "-o", "fox.png").code == 5
    assert sent(world) == 2


def test_an_assumed_price_is_kept(world: World) -> None:
    """Without a cap as well: a budget of later knows it."""
    world.service.document = priced(None)
    world.krea("models", "--refresh")
    assert world.krea(*BRUSH, "--assume-price", "2", "-o", "a.png").code == 0
    world.krea("config", "set", "budget.day", "3")
    result = world.krea(*BRUSH, "--assume-price", "1.01", "-o", "b.png")
    assert told(result)[0] == (
        "error: maker/brush may cost $1.01, and $2.00 of budget.day $3.00 is spent"
    )
    assert world.krea(*BRUSH, "--assume-price", "1", "-o", "b.png").code == 0


def test_earlier_requests_without_a_price(world: World) -> None:
    """They leave open what was spent today."""
    world.service.document = priced(None)
    world.krea("models", "--refresh")
    assert world.krea(*BRUSH, "-o", "a.png").code == 0
    world.service.document = priced("2")
    world.clock.advance(3600)
    world.krea("models", "--refresh")
    world.krea("config", "set", "budget.day", "9")
    result = world.krea(*BRUSH, "-o", "b.png")
    assert (result.code, told(result)[0]) == (
        5,
        "error: 1 earlier request has no known price, which is more than budget.day $9.00 allows",
    )
    assert world.krea(*BRUSH, "-o", "b.png", "--assume-price", "7").code == 0


def test_prices_are_of_today(two_dollars: World) -> None:
    """A catalogue is asked for once a day, and what was put down before costs what it costs now."""
    assert two_dollars.krea(*BRUSH, "--max-cost", "1", "-o", "fox.png").code == 5
    two_dollars.service.document = priced("1")
    assert two_dollars.krea(*BRUSH, "--max-cost", "1", "-o", "fox.png").code == 5
    assert two_dollars.service.requests.count("GET /openapi.json") == 1
    two_dollars.clock.advance(DAY + 1)
    assert two_dollars.krea(*BRUSH, "--max-cost", "1", "-o", "fox.png").code == 0
    assert two_dollars.service.requests.count("GET /openapi.json") == 2


@pytest.mark.parametrize("asked", [(), ("--dry-run",)])
def test_old_prices_are_not_good_enough(world: World, asked: tuple[str, ...]) -> None:
    """Neither the embedded ones nor those of yesterday, where the service has none."""
    argv = ("generate", "a fox", "-m", "krea-2/large", "--max-cost", "9", *asked, "-o", "fox.png")
    result = world.krea(*argv)
    assert (result.code, result.out, sent(world)) == (5, "", 0)
    first, hint = told(result)
    assert first.startswith("error: a budget needs prices of today, which cannot be had: ")
    assert hint == "hint: krea models --refresh, then the same command again"
    world.service.document = priced("2")
    world.krea("models", "--refresh")
    world.service.document = None
    assert world.krea(*BRUSH, "--max-cost", "9", "-o", "a.png").code == 0
    world.clock.advance(DAY + 1)
    assert world.krea(*BRUSH, "--max-cost", "9", "-o", "b.png").code == 5


def test_without_a_cap_nothing_is_asked(two_dollars: World) -> None:
    """The common case costs no request more."""
    two_dollars.krea("models", "--refresh")
    two_dollars.clock.advance(DAY * 30)
    assert two_dollars.krea(*BRUSH, "-m", "maker/brush", "-o", "fox.png").code == 0
    assert two_dollars.service.requests.count("GET /openapi.json") == 1


def test_a_dry_run_says_what_would_fit(two_dollars: World) -> None:
    """As the request would end, with nothing sent."""
    dry = (*BRUSH, "-n", "5", "--seed", "1", "--dry-run")
    result = two_dollars.krea(*dry, "--max-cost", "7")
    assert (result.code, sent(two_dollars)) == (5, 0)
    assert result.out.endswith("price: $2.00 each\nwithin the budget: 3 of 5\n")
    assert told(result) == [
        "error: 3 of 5 jobs fit into --max-cost $7.00, at $2.00 each",
        "hint: --max-cost 10.00 allows all 5",
    ]
    result = two_dollars.krea(*dry, "--max-cost", "10", "--json")
    assert (result.code, result.records[0]["fits"]) == (0, 5)
    assert two_dollars.krea(*dry, "--json").records[0]["fits"] is None


def test_a_dry_run_knows_what_the_day_has_cost(two_dollars: World) -> None:
    """With a token; without one only the request itself counts."""
    two_dollars.krea("config", "set", "budget.day", "3")
    two_dollars.krea(*BRUSH, "-o", "fox.png")
    assert two_dollars.krea(*BRUSH, "--dry-run").code == 5
    del two_dollars.environ["KREA_API_KEY"]
    assert two_dollars.krea(*BRUSH, "--dry-run").code == 0


def test_the_day_cannot_be_held_without_the_ledger(two_dollars: World) -> None:
    """A cap that nobody keeps count for is none; that of the command can be kept."""
    capped = two_dollars.krea(*BRUSH, "-n", "2", "--no-ledger", "--max-cost", "2", "-o", "fox.png")
    assert (capped.code, sent(two_dollars)) == (5, 1)
    two_dollars.krea("config", "set", "budget.day", "3")
    result = two_dollars.krea(*BRUSH, "--no-ledger", "-o", "b.png")
    assert (result.code, sent(two_dollars)) == (2, 1)
    assert told(result)[0] == (
        "error: budget.day cannot be held without the ledger, which knows what was spent"
    )


@pytest.mark.parametrize("amount", ["0", "-1", "", "seven", "1e3", "7 EUR", "1,50"])
def test_an_amount_that_is_none(world: World, amount: str) -> None:
    """A slip in a cap sends nothing."""
    for option in ("--max-cost", "--assume-price"):
        result = world.krea(*BRUSH, f"{option}={amount}", "-o", "fox.png")
        assert (result.code, world.service.requests) == (2, [])
        assert f"{amount!r} is not an amount in US dollars above 0, such as 7 or 0.50" in result.err


def test_what_failed_was_not_billed(two_dollars: World) -> None:
    """Refused requests and failed jobs leave the cap as it was."""

    def refuses(service: object, job: dict[str, object]) -> httpx.Response | None:
        return httpx.Response(400, json={"error": "no"})

    two_dollars.krea("config", "set", "budget.day", "2")
    two_dollars.service.answers = [refuses]
    assert two_dollars.krea(*BRUSH, "-o", "a.png").code == 2
    two_dollars.service.ends = "failed"
    assert two_dollars.krea(*BRUSH, "-o", "b.png").code == 1
    two_dollars.service.ends = "completed"
    assert two_dollars.krea(*BRUSH, "-o", "c.png").code == 0
    assert Path("c.png").exists()
