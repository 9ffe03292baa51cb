"""`krea spend`: the sums of the ledger, whatever has happened on a day."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.batch.batch_helpers import serve_prices
from tests.fakes.krea_service import (
    KreaService,
    ScriptedJob,
    answer_with,
    lose_request,
)
from tests.harness.cli import Cli, CliResult
from tests.tokens import OTHER_KEY

PRICED = "krea/krea-2/large"  # at $0.06
DAY = 86_400.0
ZONE_SECONDS = 5.5 * 3600
# Independent of the product.
BY_HAND = """
    SELECT
        (SELECT sum(cost) FROM today WHERE charged = 'yes'),
        (SELECT sum(cost) FROM today WHERE charged = 'unknown' AND state = 'submitted'),
        (SELECT sum(cost) FROM today WHERE charged = 'unknown' AND state != 'submitted'),
        (SELECT sum(cost) FROM today WHERE charged = 'no' AND state IN ('failed', 'cancelled')),
        (SELECT count(*) FROM today WHERE state != 'refused')
"""


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Days begin where the user lives, half an hour from a whole one."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def priced(cli: Cli) -> Cli:
    """`krea` with prices of today, and a login for work beside the usual key."""
    serve_prices(cli)
    cli.krea("models", "--refresh")
    login = cli.krea("auth", "login", "--profile", "work", "--with-token", stdin=OTHER_KEY)
    assert login.code == 0
    return cli


def make(cli: Cli, name: str, *words: str) -> CliResult:
    """Make one picture NAME.png of a sure price."""
    return cli.krea("generate", name, "-m", PRICED, "-o", f"{name}.png", *words)


def fail(service: KreaService, job: ScriptedJob) -> None:
    """Let the job fail, and be given back."""
    job.final_status, job.error = "failed", {"code": "internal", "message": "out of luck"}


def add_up(cli: Cli, start: float, end: float) -> list[int]:
    """The sums of what was sent between START and END, as the ledger itself has them."""
    with closing(sqlite3.connect(cli.home / "state" / "ledger.sqlite3")) as ledger:
        ledger.execute(
            "CREATE TEMP TABLE today AS SELECT * FROM requests WHERE sent_at BETWEEN ? AND ?",
            (start, end),
        )
        return list(ledger.execute(BY_HAND).fetchone())


def midnight_before(moment: float) -> float:
    """The midnight before MOMENT in the zone of these tests; both in seconds since 1970."""
    return moment - (moment + ZONE_SECONDS) % DAY


def spend_a_day(cli: Cli) -> None:
    """Make all that a day can bring, with two logins."""
    service = cli.service
    assert make(cli, "fox").code == 0
    service.answers = [fail]
    assert make(cli, "failing").code != 0
    service.answers = [lose_request]
    assert make(cli, "doubt").code == 9
    service.answers = [answer_with(422, {"error": "no"})]
    assert make(cli, "refused").code != 0
    assert make(cli, "later", "--no-wait").code == 0
    assert make(cli, "gone", "--no-wait").code == 0
    assert cli.krea("cancel", f"job-{len(service.posts)}").code == 0
    assert cli.krea("status", f"job-{len(service.posts)}").code == 0
    assert make(cli, "hen", "--profile", "work").code == 0
    assert cli.krea("auth", "other-account", "--profile", "work").code == 0
    assert cli.krea("generate", "about", "-o", "about.png").code == 0
    Path("list.txt").write_text("a cat\na dog\na cow\n")
    service.answers = [lambda *_: None, fail]
    assert cli.krea("batch", "list.txt", "-m", PRICED, "-j", "1").code != 0
    Path("work.txt").write_text("a cat\na dog\n")
    words = ("batch", "work.txt", "-m", PRICED, "--profile", "work", "-o", "work/")
    assert cli.krea(*words, "--shard", "1/2").code == 0
    assert cli.krea(*words, "--shard", "2/2").code == 0


@pytest.fixture
def day(priced: Cli) -> Cli:
    """The ledger of a day with all of it, and of a picture of the day before."""
    assert make(priced, "yesterday").code == 0
    priced.clock.advance(DAY)
    spend_a_day(priced)
    return priced


def test_a_day_is_the_sum_of_its_rows(day: Cli) -> None:
    """Failures, doubts, two logins and batches: to the millionth, and by whatever is grouped."""
    (total,) = day.krea("spend", "--json").records
    start = midnight_before(day.clock.now())
    *amounts, jobs = add_up(day, start, start + DAY)
    assert all(amounts)
    shown = [total[name] for name in ("paid", "under_way", "in_doubt", "given_back")]
    assert [round(each * 1_000_000) for each in shown] == amounts
    assert (total["jobs"], total["about"], total["unpriced"]) == (jobs, 0.007, 0)
    for group in ("day", "model", "batch", "profile"):
        *lines, last = day.krea("spend", "--by", group, "--json").records
        assert last == total
        for name in ("jobs", "paid", "under_way", "in_doubt", "about", "given_back"):
            assert round(sum(line[name] for line in lines), 6) == total[name]


def test_a_table_ends_with_the_sum(day: Cli) -> None:
    """A person is spared empty columns; a program gets all of them, and adds up by itself."""
    day.environ["NO_COLOR"] = "1"
    shown = day.krea("spend", "--since", "2d", "--by", "day", terminal=True)
    assert [line.split() for line in re.sub("\x1b.*?m", "", shown.out).splitlines()] == [
        ["paid", "under", "way", "in", "doubt", "about", "given", "back", "jobs", "day"],
        ["$0.06", "$0.00", "$0.00", "$0.00", "$0.00", "1", "2027-01-15"],
        ["$0.36", "$0.06", "$0.06", "$0.007", "$0.18", "12", "2027-01-16"],
        ["$0.42", "$0.06", "$0.06", "$0.007", "$0.18", "13", "sum"],
    ]
    assert (shown.code, shown.err) == (0, "")
    assert day.krea("spend", "--by", "batch").out == (
        "0.12\t0.06\t0.06\t0.007\t0.12\t0\t7\t\n"
        "0.12\t0.00\t0.00\t0.00\t0.06\t0\t3\tlist.txt\n"
        "0.12\t0.00\t0.00\t0.00\t0.00\t0\t2\twork.txt\n"
    )
    assert day.krea("spend", "--by", "profile", "--csv").out == (
        "paid,under_way,in_doubt,about,given_back,unpriced,jobs,profile\n"
        "0.18,0.06,0.06,0.007,0.18,0,9,key be297454\n"
        "0.18,0.00,0.00,0.00,0.00,0,3,work\n"
    )


def test_it_needs_no_token_and_no_network(day: Cli) -> None:
    """Nor does a login narrow it; --profile does, also by what was typed then."""
    posts = len(day.service.requests)
    del day.environ["KREA_API_KEY"]
    assert day.krea("spend").out == "0.36\t0.06\t0.06\t0.007\t0.18\t0\t12\t2027-01-16\n"
    work = "0.18\t0.00\t0.00\t0.00\t0.00\t0\t3\t2027-01-16\n"
    assert day.krea("spend", "--profile", "work").out == work
    assert day.krea("auth", "logout", "--profile", "work").code == 0
    assert day.krea("spend", "--profile", "work").out == work
    assert len(day.service.requests) == posts
    missing = day.krea("spend", "--profile", "wrok")
    assert missing.err == (
        "error: no login is stored as wrok, and no request was sent with it\n"
        "  hint: krea spend --by profile, without --profile, lists them\n"
    )


def test_keys_of_one_account_are_one_login(priced: Cli) -> None:
    """A new key of the same account is its login too, once that is known."""
    make(priced, "fox")
    make(priced, "hen", "--profile", "work")
    assert priced.krea("spend", "--by", "profile").out == (
        "0.12\t0.00\t0.00\t0.00\t0.00\t0\t2\twork\n"
    )


def test_a_ledger_that_is_not_there_yet_has_cost_nothing(cli: Cli) -> None:
    """No ledger is made for the question."""
    assert cli.krea("spend").out == "0.00\t0.00\t0.00\t0.00\t0.00\t0\t0\t2027-01-15\n"
    assert not (cli.home / "state").exists()


@pytest.mark.parametrize(
    ("since", "start", "jobs"),
    [
        ("1d", "2027-01-15", 13),
        ("2w", "2027-01-02", 13),
        ("2h", "2027-01-16 11:31", 12),
        ("2027-01-16", "2027-01-16", 12),
        ("2027-01-15T13:00", "2027-01-15 13:00", 13),
        ("2027-02-01", "2027-02-01", 0),
    ],
)
def test_a_time_is_an_age_or_a_date(day: Cli, since: str, start: str, jobs: int) -> None:
    """An age in days begins at a midnight of this machine, one in hours to the second."""
    *_, shown_jobs, shown_start = day.krea("spend", "--since", since).out.rstrip().split("\t")
    assert (shown_start, int(shown_jobs)) == (start, jobs)


def test_what_is_not_known_is_told(cli: Cli) -> None:
    """Jobs without a price are counted and told; so are those at their highest price."""
    assert cli.krea("generate", "a", "-m", "xai/grok-imagine-2").code == 0
    assert cli.krea("generate", "a", "-m", "hailuo-3", "-i", "duration=x", "--no-check").code == 0
    result = cli.krea("spend")
    assert result.out == "3.90\t0.00\t0.00\t0.00\t0.00\t1\t2\t2027-01-15\n"
    assert result.err == (
        "1 job counts at its highest possible price\n1 job has no known price, and is in no sum\n"
    )


def test_a_hundred_thousand_are_added_up(cli: Cli) -> None:
    """Over many days, to the last of them."""
    assert cli.krea("generate", "a fox", "-m", PRICED, "-o", "fox.png").code == 0
    with closing(sqlite3.connect(cli.home / "state" / "ledger.sqlite3")) as ledger:
        names = [row[1] for row in ledger.execute("PRAGMA table_info(requests)")][1:]
        columns = ", ".join(f'"{name}"' for name in names)
        values = columns.replace('"sent_at"', "sent_at - n * 60").replace('"job_id"', "job_id || n")
        ledger.execute(
            f"INSERT INTO requests ({columns}) WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL"
            f" SELECT n + 1 FROM numbers WHERE n < 99999) SELECT {values} FROM requests, numbers"
        )
        ledger.commit()
    (total,) = cli.krea("spend", "--since", "1y", "--by", "day", "--json").records[-1:]
    assert (total["jobs"], total["paid"]) == (100_000, 6000.0)
    (today,) = cli.krea("spend", "--json").records
    assert today["jobs"] == 13 * 60 + 30 + 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--by", "colour"), "'colour' is none of day, model, batch, profile"),
        (("--since", "soon"), "--since soon is neither a time such as 30d or 12h, nor a date"),
        (("--csv", "--json"), "--csv and --json exclude each other"),
    ],
)
def test_what_cannot_be_meant_is_refused(cli: Cli, words: tuple[str, ...], message: str) -> None:
    """Exit 2, and a sentence."""
    result = cli.krea("spend", *words)
    assert result.code == 2
    assert message in result.err
