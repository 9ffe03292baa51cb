"""`krea spend`: the sums of the ledger, whatever has happened on a day."""

import re
import sqlite3
from contextlib import closing

import pytest

from tests.commands.spend.conftest import PRICED, make
from tests.fakes.krea_service import lose_request
from tests.harness.cli import Cli


def test_a_table_ends_with_the_sum(day: Cli) -> None:
    """A person is spared empty columns; a program gets all of them, and adds up by itself."""
    day.environ["NO_COLOR"] = "1"
    shown = day.krea("spend", "--since", "2d", "--by", "day", terminal=True)
    head, *lines = re.sub("\x1b.*?m", "", shown.out).splitlines()
    columns = "paid paid jobs under way in doubt given back unknown jobs day"
    assert " ".join(head.split()) == columns
    assert [line.split() for line in lines] == [
        ["$0.06", "1", "$0.00", "$0.00", "$0.00", "0", "1", "2027-01-15"],
        ["$4.267", "9", "$0.06", "$0.06", "$0.18", "1", "14", "2027-01-16"],
        ["$4.327", "10", "$0.06", "$0.06", "$0.18", "1", "15", "sum"],
    ]
    unsure = "an unsure price: together about $3.907, and 1 of unknown price in no sum\n"
    assert (shown.code, shown.err) == (0, f"3 of 10 paid jobs have {unsure}")
    by_batch = day.krea("spend", "--by", "batch")
    assert (by_batch.out, by_batch.err) == (
        "4.027\t5\t0.06\t0.06\t0.12\t1\t9\t\n"
        "0.12\t2\t0.00\t0.00\t0.06\t0\t3\tlist.txt\n"
        "0.12\t2\t0.00\t0.00\t0.00\t0\t2\twork.txt\n",
        f"3 of 9 paid jobs have {unsure}",
    )
    assert day.krea("spend", "--by", "profile", "--csv").out == (
        "paid,paid_jobs,under_way,in_doubt,given_back,unknown,jobs,profile\n"
        "4.087,6,0.06,0.06,0.18,1,11,key be297454\n"
        "0.18,3,0.00,0.00,0.00,0,3,work\n"
    )
    (total,) = day.krea("spend", "--json").records
    assert total == {
        "schema": 1,
        "by": None,
        "name": None,
        "since": "2027-01-15T18:30:00.000Z",
        "jobs": 14,
        "paid_jobs": 9,
        "paid": 4.267,
        "under_way": 0.06,
        "in_doubt": 0.06,
        "given_back": 0.18,
        "unknown": 1,
        "unsure_jobs": 3,
        "unsure": 3.907,
        "unsure_unknown": 1,
    }


def test_it_needs_no_token_and_no_network(day: Cli) -> None:
    """Nor does a login narrow it; --profile does, also by what was typed then."""
    posts = len(day.service.requests)
    del day.environ["KREA_API_KEY"]
    assert day.krea("spend").out == "4.267\t9\t0.06\t0.06\t0.18\t1\t14\t2027-01-16\n"
    work = "0.18\t3\t0.00\t0.00\t0.00\t0\t3\t2027-01-16\n"
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
        "0.12\t2\t0.00\t0.00\t0.00\t0\t2\twork\n"
    )


def test_a_ledger_that_is_not_there_yet_has_cost_nothing(cli: Cli) -> None:
    """No ledger is made for the question."""
    assert cli.krea("spend").out == "0.00\t0\t0.00\t0.00\t0.00\t0\t0\t2027-01-15\n"
    assert not (cli.home / "state").exists()


@pytest.mark.parametrize(
    ("since", "start", "jobs"),
    [
        ("1d", "2027-01-15", 15),
        ("2w", "2027-01-02", 15),
        ("2h", "2027-01-16 11:31", 14),
        ("2027-01-16", "2027-01-16", 14),
        ("2027-01-15T13:00", "2027-01-15 13:00", 15),
        ("2027-02-01", "2027-02-01", 0),
    ],
)
def test_a_time_is_an_age_or_a_date(day: Cli, since: str, start: str, jobs: int) -> None:
    """An age in days begins at a midnight of this machine, one in hours to the second."""
    *_, shown_jobs, shown_start = day.krea("spend", "--since", since).out.rstrip().split("\t")
    assert (shown_start, int(shown_jobs)) == (start, jobs)


def test_what_is_not_known_is_told(cli: Cli) -> None:
    """Every paid job counts; a sentence says whose price is not sure, and their sum."""
    told: list[tuple[str, str]] = []

    def make_and_ask(*words: str) -> None:
        cli.krea("generate", "a", *words)
        shown = cli.krea("spend")
        told.append((shown.out.rpartition("\t")[0], shown.err))

    make_and_ask("-m", "xai/grok-imagine-2")
    make_and_ask("-m", "hailuo-3", "-i", "duration=x", "--no-check", "--yes")
    cli.service.answers = [lose_request]
    make_and_ask()
    cli.service.answers = [lose_request]
    make_and_ask("-m", "xai/grok-imagine-2")
    paid = "2 paid jobs have an unsure price: at most $3.90, and 1 of unknown price in no sum\n"
    doubt = "under way or in doubt"
    assert told == [
        (
            "0.00\t1\t0.00\t0.00\t0.00\t1\t1",
            "1 paid job has an unsure price: it is unknown, and in no sum\n",
        ),
        ("3.90\t2\t0.00\t0.00\t0.00\t1\t2", paid),
        (
            "3.90\t2\t0.00\t0.007\t0.00\t1\t3",
            f"{paid}1 job {doubt} has an unsure price: about $0.007\n",
        ),
        (
            "3.90\t2\t0.00\t0.007\t0.00\t2\t4",
            f"{paid}2 jobs {doubt} have an unsure price: about $0.007,"
            " and 1 of unknown price in no sum\n",
        ),
    ]


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
        (
            ("--since", "soon"),
            "--since soon is neither a time such as 7d or 12h, nor a day such as yesterday or"
            " monday, nor a date",
        ),
        (("--csv", "--json"), "--csv and --json exclude each other"),
    ],
)
def test_what_cannot_be_meant_is_refused(cli: Cli, words: tuple[str, ...], message: str) -> None:
    """Exit 2, and a sentence."""
    result = cli.krea("spend", *words)
    assert result.code == 2
    assert message in result.err
