"""`krea jobs`: the service's list, and what this ledger knows of it."""

import pytest

from tests.fakes.krea_service import refuse_connection
from tests.harness.cli import Cli

pytestmark = pytest.mark.usefixtures("universal_time")


@pytest.fixture
def farm(cli: Cli) -> Cli:
    """A saved fox of this ledger, then a clip and a failed owl of another machine."""
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    cli.clock.advance(86_400)
    cli.service.add("clip", (0, "queued"), (5, "processing")).type = "videoV2"
    cli.clock.advance(1)
    cli.service.add("owl", (0, "failed")).type = "flux"
    cli.clock.advance(65)
    cli.service.polls.clear()
    return cli


def names(out: str) -> list[str]:
    """The first column."""
    return [line.partition("\t")[0] for line in out.splitlines()]


def test_the_list_of_the_service(farm: Cli) -> None:
    """Id, status, type, time, duration; number and model of the request where it is known."""
    result = farm.krea("jobs")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "owl\tfailed\tflux\t2027-01-16 08:00:07\t0 s\t\t\n"
        "clip\tprocessing\tvideoV2\t2027-01-16 08:00:06\t\t\t\n"
        "job-1\tcompleted\tflux\t2027-01-15 08:00:00\t5 s\t1\tbfl/flux-1-dev\n"
    )
    assert farm.service.polled == ["list 31"]


def test_the_records(farm: Cli) -> None:
    """A job record, with the row and the type of the service."""
    records = farm.krea("jobs", "--json").records
    assert [(each["job_id"], each["row"], each["type"]) for each in records] == [
        ("owl", None, "flux"),
        ("clip", None, "videoV2"),
        ("job-1", 1, "flux"),
    ]
    assert (records[2]["prompt"], records[0]["charged"]) == ("a fox", "no")


def test_a_terminal(farm: Cli) -> None:
    """The number of the request stands first, as in krea history."""
    farm.environ |= {"COLUMNS": "80", "NO_COLOR": "1"}
    assert farm.krea("jobs", terminal=True).out.splitlines() == [
        "row  id     status      created      took  model       type",
        "     owl    failed      01-16 08:00   0 s              flux",
        "     clip   processing  01-16 08:00                    videoV2",
        "  1  job-1  completed   01-15 08:00   5 s  flux-1-dev  flux",
    ]


def test_ids_on_a_terminal(cli: Cli) -> None:
    """Whole where nothing else names the job; eight letters name one of this ledger."""
    own, other = "eba1de00-0000-4000-8000-000000000001", "12345678-0000-4000-8000-000000000003"
    cli.service.answers = [lambda _, job: setattr(job, "id", own)]
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    cli.environ |= {"COLUMNS": "80", "NO_COLOR": "1"}
    assert cli.krea("jobs", terminal=True).out.splitlines()[1].split()[1] == "eba1de00"
    cli.service.add(other, (0, "queued"))
    ids = [line.split() for line in cli.krea("jobs", terminal=True).out.splitlines()[1:]]
    assert (ids[0][0], ids[1][1]) == (other, "eba1de00")
    cli.environ["COLUMNS"] = "200"
    assert cli.krea("jobs", terminal=True).out.splitlines()[2].split()[1] == own
    for columns in range(30, 200, 7):
        cli.environ["COLUMNS"] = str(columns)
        assert max(map(len, cli.krea("jobs", terminal=True).out.splitlines())) <= columns


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--status", "running"), ["clip"]),
        (("--status", "processing"), ["clip"]),
        (("--status", "FAILED"), ["owl"]),
        (("--status", "canceled"), []),
        (("--type", "videoV2"), ["clip"]),
        (("--type", "videoV2", "--type", "k1"), ["clip"]),
        (("--since", "today"), ["owl", "clip"]),
        (("--since", "1h"), ["owl", "clip"]),
        (("--since", "2d"), ["owl", "clip", "job-1"]),
        (("--limit", "1"), ["owl"]),
        (("--all",), ["owl", "clip", "job-1"]),
    ],
)
def test_a_part_of_the_list(farm: Cli, options: tuple[str, ...], expected: list[str]) -> None:
    """By status, type of the service, time, number."""
    assert names(farm.krea("jobs", *options).out) == expected


def test_more_than_are_shown(farm: Cli) -> None:
    """The limit is said only where it left something out."""
    assert farm.krea("jobs", "--limit", "2").err == (
        "these are the newest 2: --limit or --all shows more\n"
    )
    assert farm.krea("jobs", "--limit", "3").err == ""
    assert farm.krea("jobs", "--status", "cancelled").err == "the service lists no such job\n"


def test_pages(cli: Cli) -> None:
    """Each job comes once, in order; those of one moment do not slip between two pages."""
    for number in range(2500):
        cli.service.add(f"job-{number:04}", (0, "completed"))
        if number % 3 == 0:
            cli.clock.advance(0.4)
    result = cli.krea("jobs", "--all")
    assert sorted(names(result.out)) == [f"job-{number:04}" for number in range(2500)]
    assert cli.service.polled == ["list 1000"] * 3
    cli.service.polls.clear()
    assert len(names(cli.krea("jobs", "--since", "1s").out)) < 20
    assert cli.service.polled == ["list 1000"]


def test_the_ledger_learns(cli: Cli) -> None:
    """Sure news of the list is kept; nothing is asked for again."""
    assert cli.krea("generate", "a fox", "--no-wait").code == 0
    cli.clock.advance(100)
    assert cli.krea("jobs").code == 0
    assert cli.states == [("completed", "job-1")]
    assert cli.krea("history", "1", "--json").records[0]["charged"] == "yes"


@pytest.mark.parametrize("status", ["completed", "failed"])
def test_a_list_without_results_ends_nothing(cli: Cli, status: str) -> None:
    """Without result or reason it is not known how the job ended: download asks for it."""
    cli.service.list_without_results, cli.service.final_status = True, status
    assert cli.krea("generate", "a fox", "--no-wait").code == 0
    cli.clock.advance(100)
    assert cli.krea("jobs").code == 0
    (record,) = cli.krea("history", "1", "--json").records
    assert (record["state"], record["status"], record["charged"]) == (
        "submitted",
        status,
        "unknown",
    )
    assert cli.krea("download", "--missing").code == (0 if status == "completed" else 1)
    assert cli.states[0][0] in ("saved", "failed")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--status", "foo"),
            "no job has the status foo: they are running, backlogged, queued, scheduled,"
            " processing, sampling, intermediate-complete, completed, failed, cancelled",
        ),
        (("--all", "--limit", "3"), "--all has no limit"),
        (
            ("--since", "soon"),
            "--since soon is neither a time such as 7d or 12h, nor a day such as yesterday or"
            " monday, nor a date",
        ),
    ],
)
def test_slips(farm: Cli, options: tuple[str, ...], message: str) -> None:
    """Nothing is asked."""
    result = farm.krea("jobs", *options)
    assert (result.code, result.error(charged="no")) == (2, message)
    assert farm.service.polled == []


def test_no_connection(farm: Cli) -> None:
    """After ten seconds of patience."""
    farm.service.read_faults = [refuse_connection] * 20
    assert farm.krea("jobs").code == 8


def test_no_token(farm: Cli) -> None:
    """The list is the service's."""
    del farm.environ["KREA_API_KEY"]
    assert farm.krea("jobs").code == 3
