"""The table of krea history on a terminal, and its news of what was under way."""

import re
from pathlib import Path

import pytest

from tests.fakes.krea_service import answer_with, refuse_connection
from tests.harness.cli import Cli

pytestmark = pytest.mark.usefixtures("universal_time")


@pytest.fixture
def farm(cli: Cli) -> Cli:
    """A saved picture with the long name of a batch, a refused hen, an owl that runs."""
    cli.environ |= {"COLUMNS": "80", "NO_COLOR": "1"}
    Path("list.txt").write_text("animal number 30 in the snow\n")
    assert cli.krea("batch", "list.txt", "-o", "pictures/").code == 0
    cli.service.answers = [answer_with(422, {"error": "no"})]
    assert cli.krea("generate", "a hen", "-m", "krea-2/large", "-o", "hen.png").code == 2
    cli.service.job_seconds = 3600
    assert cli.krea("generate", "--no-wait", "an owl").code == 0
    cli.clock.advance(38 * 60)
    cli.service.polls.clear()
    return cli


def table(cli: Cli, columns: int, *words: str) -> list[str]:
    """The lines of krea history on a terminal of COLUMNS."""
    cli.environ["COLUMNS"] = str(columns)
    result = cli.krea("history", *words, terminal=True)
    assert result.code == 0
    return re.sub(r"[0-9a-f]{6}\.png", "e4374f.png", result.out).splitlines()


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        (
            40,
            """\
row  status        price  file
  3  processing  ~$0.007  "an owl"
  2  refused          $0  hen.png
  1  saved       ~$0.007  …ow-e4374f.png
""",
        ),
        (
            80,
            """\
row  when         status        price  took  model         file
  3  01-15 08:00  processing  ~$0.007        flux-1-dev    "an owl"
  2  01-15 08:00  refused          $0        krea-2/large  hen.png
  1  01-15 08:00  saved       ~$0.007   5 s  flux-1-dev    …-the-snow-e4374f.png
""",
        ),
        (
            200,
            """\
row  when                 status        price  took  model              file                \
                              prompt
  3  2027-01-15 08:00:06  processing  ~$0.007        bfl/flux-1-dev                         \
                              an owl
  2  2027-01-15 08:00:06  refused          $0        krea/krea-2/large  hen.png             \
                              a hen
  1  2027-01-15 08:00:00  saved       ~$0.007   5 s  bfl/flux-1-dev     pictures/animal-numb\
er-30-in-the-snow-e4374f.png  animal number 30 in the snow
""",
        ),
    ],
)
def test_the_table_fits(farm: Cli, columns: int, text: str) -> None:
    """At 40, 80 and 200 columns."""
    assert table(farm, columns) == text.splitlines()


@pytest.mark.parametrize("columns", [*range(30, 131, 4), 200])
def test_no_line_is_wider_than_the_window(farm: Cli, columns: int) -> None:
    """One line for each request."""
    lines = table(farm, columns)
    assert (len(lines), max(map(len, lines)) <= columns) == (4, True)


def test_a_person_gets_the_news(farm: Cli) -> None:
    """One request asks for all that was under way, and the ledger learns of the answer."""
    lines = table(farm, 80)
    assert (lines[1].split()[3], farm.service.polled) == ("processing", ["list 1000"])
    assert "seen" not in lines[1]
    farm.clock.advance(3600)
    farm.service.polls.clear()
    assert table(farm, 80)[1].split()[3] == "completed"
    assert farm.states[2] == ("completed", "job-3")
    farm.service.polls.clear()
    assert table(farm, 80)[1].split()[3] == "completed"
    assert farm.service.polled == []


def test_the_card_of_one_request_gets_the_news(farm: Cli) -> None:
    """On a terminal it is asked for as well."""
    result = farm.krea("history", "3", terminal=True)
    assert result.out.splitlines()[0] == "request 3  processing"
    assert farm.service.polled == ["list 1000"]


@pytest.mark.parametrize("how", ["no connection", "no token", "a pipe", "not listed"])
def test_without_news_the_age_is_told(farm: Cli, how: str) -> None:
    """Nothing is asked without a token or a person, and nobody waits for a service in trouble."""
    farm.service.jobs["job-3"].listed = how != "not listed"
    if how == "no connection":
        farm.service.read_faults = [refuse_connection] * 9
    if how == "no token":
        del farm.environ["KREA_API_KEY"]
    farm.environ["COLUMNS"] = "200"
    started = farm.clock.monotonic()
    result = farm.krea("history", terminal=how != "a pipe")
    assert "queued, seen 38 min ago" in result.out.splitlines()[0 if how == "a pipe" else 1]
    assert result.err.endswith("1 job is shown as last heard of: krea status 3 asks now\n")
    assert farm.clock.monotonic() - started < 3
    asked = 1 if how in ("no connection", "not listed") else 0
    assert len(farm.service.polled) == asked
