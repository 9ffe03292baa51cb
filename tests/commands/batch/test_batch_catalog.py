"""`krea batch` when the catalog of the service changes between two runs of a list."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.catalog.documents import make_document, make_operation
from tests.harness.cli import Cli

DAY = 86_400.0
BRUSH, PEN = "/generate/image/maker/brush", "/generate/image/maker/pen"
FIELDS = {"prompt": {"type": "string"}, "style": {"type": "string", "enum": ["ink", "oil"]}}
RUN = ("batch", "l.jsonl", "-o", "out/")


def priced(amount: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return an operation at AMOUNT dollars."""
    points = [{"amount": amount}]
    pricing = {"type": "fixed", "currency": "USD", "unit": "request", "price_points": points}
    return make_operation(fields or FIELDS, "prompt", **{"x-krea-pricing": pricing})


@pytest.fixture
def list_cli(cli: Cli) -> Cli:
    """A service with two models at 1 dollar, and a list of two lines for each."""
    cli.service.openapi = make_document({BRUSH: priced("1"), PEN: priced("1")})
    lines = [
        {"model": f"maker/{name}", "prompt": name, "style": "ink"} for name in ("brush", "pen")
    ]
    Path("l.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return cli


def change_catalog(cli: Cli, **routes: Any) -> None:
    """Serve another document, two days later."""
    paths = {"brush": BRUSH, "pen": PEN}
    cli.service.openapi = make_document({paths[name]: each for name, each in routes.items()})
    cli.clock.advance(2 * DAY)


def count_fetches(cli: Cli) -> int:
    """Count the requests for the document."""
    return cli.service.requests.count("GET /openapi.json")


def test_prices_are_fetched_once_a_day(list_cli: Cli) -> None:
    """Before a batch without a cap as well, and the ledger keeps the price and its date."""
    for _ in range(2):
        assert list_cli.krea(*RUN).code == 0
    assert count_fetches(list_cli) == 1
    (first, _) = list_cli.krea("history", "--json").records
    assert (first["price"], first["cost"]) == ("$1.00", 1.0)
    assert first["priced_at"] == "2027-01-15T08:00:00.000Z"
    change_catalog(list_cli, brush=priced("3"), pen=priced("1"))
    assert list_cli.krea(*RUN, "--model", "maker/brush").code == 0
    assert count_fetches(list_cli) == 2
    (first, _) = list_cli.krea("history", "--json").records
    assert (first["price"], first["cost"]) == ("$1.00", 1.0)
    assert first["priced_at"] == "2027-01-15T08:00:00.000Z"


def test_many_jobs_are_worth_a_list_of_prices(list_cli: Cli) -> None:
    """More than ten, that is."""
    spend = ("generate", "a", "-m", "maker/brush")
    list_cli.krea("models", "--refresh")
    list_cli.clock.advance(2 * DAY)
    assert list_cli.krea(*spend, "-n", "10", "-o", "a.png").code == 0
    assert count_fetches(list_cli) == 1
    assert list_cli.krea(*spend, "-n", "11", "-o", "b.png").code == 0
    assert count_fetches(list_cli) == 2


def test_a_service_without_prices_is_asked_once_a_day(cli: Cli) -> None:
    """The list is made all the same; a service that was not reached is asked again."""
    Path("l.jsonl").write_text(json.dumps({"prompt": "a"}) + "\n")
    for _ in range(2):
        assert cli.krea(*RUN).code == 0
    assert count_fetches(cli) == 1
    cli.clock.advance(2 * DAY)
    assert cli.krea(*RUN).code == 0
    assert count_fetches(cli) == 2


def test_what_a_refresh_changed_for_the_list_is_told(list_cli: Cli) -> None:
    """Prices and fields of its models, and nothing of others."""
    list_cli.krea("models", "--refresh")
    more = FIELDS | {"glow": {"type": "boolean"}}
    change_catalog(list_cli, brush=priced("2", more), pen=priced("5"))
    line = json.dumps({"model": "maker/brush", "prompt": "a"})
    Path("l.jsonl").write_text(line + "\n")
    result = list_cli.krea(*RUN)
    told = [text for text in result.err.splitlines() if "since the last catalog" in text]
    assert (result.code, told) == (
        0,
        [
            "since the last catalog, maker/brush: new field glow",
            "since the last catalog, maker/brush: price $1.00 -> $2.00",
        ],
    )


def test_a_line_that_is_paid_is_not_checked_by_a_newer_catalog(list_cli: Cli) -> None:
    """Neither a model that is gone nor a value of before undoes it."""
    assert list_cli.krea(*RUN).code == 0
    fields = {"prompt": {"type": "string"}, "style": {"type": "string", "enum": ["oil"]}}
    change_catalog(list_cli, brush=priced("1", fields))
    list_cli.krea("models", "--refresh")
    result = list_cli.krea(*RUN)
    assert (result.code, len(result.out.splitlines()), len(list_cli.service.posts)) == (0, 2, 2)
    dry = list_cli.krea(*RUN, "--dry-run", "--json")
    assert [record["state"] for record in dry.records] == ["done", "done"]


def test_a_line_that_only_an_earlier_catalog_knows_takes_a_tag(list_cli: Cli) -> None:
    """The line is paid and done; the ledger has the new tag all the same."""
    assert list_cli.krea(*RUN).code == 0
    text = Path("l.jsonl").read_text().replace("}", ', "x.client": "acme"}')
    Path("l.jsonl").write_text(text)
    change_catalog(list_cli, brush=priced("1"))
    result = list_cli.krea(*RUN)
    assert (result.code, len(list_cli.service.posts)) == (0, 2)
    records = list_cli.krea("history", "--json").records
    assert [record["tags"] for record in records] == [{"client": "acme"}] * 2


def test_what_is_still_to_be_sent_is_checked_by_the_newer_catalog(list_cli: Cli) -> None:
    """Only that, and a missing model is told."""
    first, second = Path("l.jsonl").read_text().splitlines()
    Path("l.jsonl").write_text(first + "\n")
    assert list_cli.krea(*RUN).code == 0
    Path("l.jsonl").write_text(f"{first}\n{second}\n")
    change_catalog(list_cli, brush=priced("1"))
    result = list_cli.krea(*RUN)
    assert (result.code, len(list_cli.service.posts)) == (2, 1)
    assert result.err.splitlines()[0].startswith(
        "error: l.jsonl cannot be run as it stands: line 2: there is no model called 'maker/pen'"
        " any more: maker/pen is gone from the service's catalog"
    )


def test_equal_lines_are_settled_one_by_one(list_cli: Cli) -> None:
    """A second line that equals a paid one is another item, and is refused."""
    line = Path("l.jsonl").read_text().splitlines()[1]
    Path("l.jsonl").write_text(f"{line}\n")
    assert list_cli.krea(*RUN).code == 0
    Path("l.jsonl").write_text(f"{line}\n{line}\n")
    change_catalog(list_cli, brush=priced("1"))
    assert list_cli.krea(*RUN).code == 2
    assert len(list_cli.service.posts) == 1
