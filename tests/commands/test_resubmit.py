"""`krea recover --resubmit`: sent again by the user's word, once."""

import pytest

from tests.catalog.documents import make_document
from tests.commands.batch.test_batch_catalog import priced
from tests.commands.test_recover import DAY, FOX, lose_answer_and_hide_job
from tests.fakes.krea_service import answer_with, lose_request
from tests.harness.cli import Cli


def test_resubmit_sends_it_again_by_the_users_word(cli: Cli) -> None:
    """Once; the old request is forgotten, and the file lands where the first was to."""
    cli.service.answers = [lose_request]
    assert cli.krea(*FOX).code == 9
    cli.clock.advance(DAY)
    result = cli.krea("recover", "--resubmit", "1")
    assert (result.code, result.out) == (0, "job-2\n")
    assert cli.service.posts[0] == cli.service.posts[1]
    assert cli.states == [("forgotten", None), ("submitted", "job-2")]
    cli.clock.advance(60)
    assert cli.krea("download", "--missing").out == "fox.png\n"
    assert cli.krea("recover", "--resubmit", "1").code == 2
    assert len(cli.service.posts) == 2


def test_a_resubmitted_request_has_the_price_of_the_day_it_is_sent_on(cli: Cli) -> None:
    """The ledger keeps the price and its date as known then; the first try keeps its own."""
    brush = "/generate/image/maker/brush"
    cli.service.openapi = make_document({brush: priced("1")})
    cli.krea("models", "--refresh")
    cli.service.answers = [lose_request]
    assert cli.krea("generate", "a", "-m", "maker/brush", "-o", "a.png").code == 9
    cli.clock.advance(2 * DAY)
    cli.service.openapi = make_document({brush: priced("3")})
    cli.krea("models", "--refresh")
    assert cli.krea("recover", "--resubmit", "1").code == 0
    prices = [
        (each["row"], each["price"], each["cost"], str(each["priced_at"])[:10])
        for each in cli.krea("history", "--json").records
    ]
    assert prices == [
        (2, "$3.00", 3.0, "2027-01-17"),
        (1, "$1.00", 1.0, "2027-01-15"),
    ]


def test_resubmit_looks_for_the_job_first(cli: Cli) -> None:
    """A job that can be found is not paid for twice, whatever the user said."""
    hidden_jobs = lose_answer_and_hide_job(cli)
    cli.krea(*FOX)
    cli.service.keep(hidden_jobs[0])
    result = cli.krea("recover", "--resubmit", "1")
    assert (result.code, result.out, len(cli.service.posts)) == (0, "job-1\n", 1)


def test_resubmit_all_means_those_of_before(cli: Cli) -> None:
    """Requests sent a moment ago are left alone."""
    cli.service.answers = [lose_request, lose_request]
    cli.krea(*FOX)
    cli.clock.advance(1000)
    cli.krea("generate", "a hen", "-o", "hen.png")
    result = cli.krea("recover", "--resubmit", "all", "--older", "15m")
    assert (result.code, result.out) == (0, "job-3\n")
    assert [state for state, _ in cli.states] == ["forgotten", "unknown", "submitted"]


@pytest.mark.parametrize(
    ("status", "code", "after"),
    [(402, 6, "refused"), (422, 2, "refused"), (524, 9, "unknown")],
    ids=["no balance", "refused", "in doubt again"],
)
def test_a_resubmit_that_goes_wrong(cli: Cli, status: int, code: int, after: str) -> None:
    """Refused: the first is in doubt as before. In doubt again: the second is, and only it."""
    cli.service.answers = [lose_request, answer_with(status, {"error": "no"})]
    cli.krea(*FOX)
    cli.clock.advance(1000)
    result = cli.krea("recover", "--resubmit", "1")
    assert (result.code, len(cli.service.posts)) == (code, 2), result.err
    # The doubt of a resubmit names neither --again nor a command that would send it.
    is_in_doubt = "it is not sent again without your word\n" in result.err
    assert is_in_doubt == (after == "unknown")
    first, second = (state for state, _ in cli.states)
    assert (first, second) == ("forgotten" if after == "unknown" else "unfound", after)


def test_several_are_sent_again_until_one_goes_wrong(cli: Cli) -> None:
    """In doubt again, out of balance, no network: the next one would only be paid for blindly."""
    cli.service.answers = [lose_request, lose_request, lose_request, answer_with(524, {})]
    for name in ("fox", "hen", "owl"):
        cli.krea("generate", f"a {name}", "-o", f"{name}.png")
    cli.clock.advance(DAY)
    result = cli.krea("recover", "--resubmit", "all", "--older", "15m")
    assert (result.code, len(cli.service.posts)) == (9, 4)
    assert "; 2 more were not sent again" in result.err


def test_left_before_it_was_sent_again(cli: Cli) -> None:
    """Ctrl-C while no slot is free: it is in doubt as before."""
    cli.service.answers = [lose_request]
    cli.krea(*FOX)
    cli.clock.advance(DAY)
    cli.service.answers = [answer_with(429, {"error": "later"})]
    cli.clock.stop_at(cli.clock.now() + 1, 2)
    result = cli.krea("recover", "--resubmit", "1")
    assert (result.code, cli.states) == (130, [("unfound", None)])
