"""`krea history`: earlier requests, how a file was made, and a command to make it again."""

import json
import shlex
from pathlib import Path

import pytest

from tests.fakes.krea_service import answer_with, lose_request
from tests.harness.cli import Cli

FLUX = "bfl/flux-1-dev"
FOX = ("generate", "a red fox", "--seed", "7", "--width", "512", "-o", "fox.png")
FOX_AGAIN = f"krea generate 'a red fox' -m {FLUX} --seed 7 --width 512"


@pytest.fixture
def cli_with_history(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A command line with four requests in its ledger, a minute apart."""
    monkeypatch.setenv("TZ", "UTC")
    assert cli.krea(*FOX).code == 0
    cli.clock.advance(60)
    cli.service.answers = [answer_with(422, {"error": "no"})]
    assert cli.krea("generate", "a hen", "-m", "krea-2/large", "-o", "hen.png").code == 2
    cli.clock.advance(60)
    assert cli.krea("generate", "--no-wait", "an owl").code == 0
    cli.clock.advance(60)
    cli.service.answers = [lose_request]
    assert cli.krea("generate", "a cat", "-o", "cat.png").code == 9
    return cli


def test_the_newest_come_first(cli_with_history: Cli) -> None:
    """A line each: number, time, how it stands, model, file, prompt, price, duration."""
    result = cli_with_history.krea("history")
    lines = [line.split("\t") for line in result.out.splitlines()]
    assert [(line[0], *line[2:]) for line in lines] == [
        ("4", "unknown", FLUX, "cat.png", "a cat", "about $0.007", ""),
        ("3", "queued, seen 1 min ago", FLUX, "", "an owl", "about $0.007", ""),
        ("2", "refused", "krea/krea-2/large", "hen.png", "a hen", "$0", ""),
        ("1", "saved", FLUX, "fox.png", "a red fox", "about $0.007", "5 s"),
    ]
    note = "1 job is shown as last heard of: krea status 3 asks now\n"
    assert (result.code, result.err) == (0, note)


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (("red", "FOX"), [1]),
        (("hen.png", "hen"), [2]),
        (("--model", "krea-2"), [2]),
        (("--status", "saved"), [1]),
        (("--status", "queued"), [3]),
        (("--unfinished",), [4, 3]),
        (("--since", "90s"), [4, 3]),
        (("--since", "2027-01-01"), [4, 3, 2, 1]),
        (("--since", "2028-01-01T10:00"), []),
        (("--limit", "2"), [4, 3]),
        (("zebra",), []),
    ],
)
def test_what_is_looked_for(
    cli_with_history: Cli, words: tuple[str, ...], numbers: list[int]
) -> None:
    """Text, model, status, time; nothing found is no failure."""
    result = cli_with_history.krea("history", "--json", *words)
    assert (result.code, [record["row"] for record in result.records]) == (0, numbers)


def test_a_record_is_one_that_other_commands_take(cli_with_history: Cli) -> None:
    """krea history --json | krea download."""
    owl = cli_with_history.krea("history", "--json", "owl")
    cli_with_history.clock.advance(60)
    result = cli_with_history.krea("download", stdin=owl.out)
    assert (result.code, result.out) == (0, "an-owl-job3.png\n")


def test_the_whole_story_of_a_file(cli_with_history: Cli) -> None:
    """Its request, price, path, and a command that makes it again."""
    result = cli_with_history.krea("history", "fox.png")
    assert result.code == 0
    lines = dict(line.split(None, 1) for line in result.out.splitlines())
    assert lines["request"].startswith("{")
    assert (lines["job"], lines["model"], lines["seed"]) == ("job-1", FLUX, "7")
    assert lines["price"] == "about $0.007, charged yes"
    assert lines["again"] == FOX_AGAIN
    for other in ("1", "#1", "job-1", "./fox.png", str(cli_with_history.home / "work" / "fox.png")):
        assert cli_with_history.krea("history", other).out == result.out


def test_a_file_is_known_by_its_content(cli_with_history: Cli) -> None:
    """Renamed or copied elsewhere it is the same; its old name is free again."""
    (cli_with_history.home / "work" / "fox.png").rename(cli_with_history.home / "moved.png")
    result = cli_with_history.krea("history", str(cli_with_history.home / "moved.png"), "--json")
    (record,) = result.records
    assert (record["job_id"], record["changed"]) == ("job-1", False)
    assert record["command"] == f"{FOX_AGAIN} -o fox.png"
    assert cli_with_history.krea("history", "./fox.png", "--json").records[0]["job_id"] == "job-1"


def test_another_file_of_that_name_is_told_apart(cli_with_history: Cli) -> None:
    """By its name it is found all the same, with a warning."""
    (cli_with_history.home / "work" / "fox.png").write_bytes(b"something else")
    result = cli_with_history.krea("history", "fox.png")
    assert result.code == 0
    assert "warning: the file has changed; this is the request that it was saved for" in result.err


@pytest.mark.parametrize("text", ["./none.png", "0" * 8 + "-0000-0000-0000-" + "0" * 12])
def test_a_file_or_id_that_nobody_knows(cli_with_history: Cli, text: str) -> None:
    """One sentence, exit 2."""
    result = cli_with_history.krea("history", text)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"error: nothing about {text} is in this ledger\n  hint: krea history lists the requests\n"
    )


def test_a_time_that_is_none(cli_with_history: Cli) -> None:
    """The sentence says what --since takes."""
    result = cli_with_history.krea("history", "--since", "tomorrow")
    assert (result.code, result.error(charged="no")) == (
        2,
        "--since tomorrow is neither a time such as 7d or 12h, nor a day such as yesterday or"
        " monday, nor a date",
    )


@pytest.mark.parametrize("how", ["--sidecar", "--embed"])
def test_a_picture_tells_its_own_story(cli: Cli, how: str) -> None:
    """Without the ledger and without a token, from beside it or from in it."""
    from tests.pictures import picture_bytes

    cli.service.content = picture_bytes
    assert cli.krea(*FOX, how).code == 0
    (cli.home / "state" / "ledger.sqlite3").unlink()
    cli.environ.pop("KREA_API_KEY")
    (record,) = cli.krea("history", "fox.png", "--json").records
    source = {"--sidecar": "sidecar", "--embed": "metadata"}[how]
    assert (record["source"], record.get("row")) == (source, None)
    assert (record["job_id"], record["seed"], record["command"]) == ("job-1", 7, FOX_AGAIN)
    assert record["request"] == {"prompt": "a red fox", "seed": 7, "width": 512}


def row_numbers(cli: Cli) -> list[object]:
    """Return the numbers of all requests, newest first."""
    return [record["row"] for record in cli.krea("history", "--json").records]


def test_history_is_pruned_where_the_user_says_so(cli: Cli) -> None:
    """Old and ended requests are deleted, but not those sent around a request in doubt.

    A job without its request could be taken for the job of a lost answer.
    """
    year = 400 * 86_400
    assert cli.krea(*FOX).code == 0
    cli.clock.advance(2 * 3600)
    assert cli.krea("generate", "--no-wait", "an owl").code == 0
    cli.service.answers = [lose_request]
    assert cli.krea("generate", "a cat", "-o", "cat.png").code == 9
    assert cli.krea("generate", "a dog", "-o", "dog.png").code == 0
    cli.clock.advance(year)
    result = cli.krea("config", "set", "history.keep", "1y")
    assert (result.code, "older requests deleted from the ledger: 1" in result.err) == (0, True)
    assert row_numbers(cli) == [4, 3, 2]
    assert cli.krea("recover").code == 9  # and the dog is not taken for the cat
    assert cli.krea("recover", "--forget", "3").code == 0
    assert cli.krea("generate", "a pig", "-o", "pig.png").code == 0
    assert row_numbers(cli) == [5, 2]


@pytest.mark.parametrize("keep", ["1h", "0d", "soon"])
def test_history_is_kept_for_a_day_at_least(cli: Cli, keep: str) -> None:
    """A shorter time would hardly be meant."""
    result = cli.krea("config", "set", "history.keep", keep)
    assert (result.code, "history.keep must be" in result.err) == (2, True)


def test_words_with_a_slash_are_words(cli_with_history: Cli) -> None:
    """Only what can be nothing else is taken for a path or an id."""
    assert cli_with_history.krea("history", "and/or").code == 0
    assert cli_with_history.krea("history", "x" * 36).code == 0
    (cli_with_history.home / "work" / "1").write_bytes(b"a file of that name")
    assert cli_with_history.krea("history", "./1").code == 2
    assert cli_with_history.krea("history", "#1").code == 0


def test_the_story_of_a_picture_that_was_made_from_another(cli: Cli, tmp_path: Path) -> None:
    """Its input stands in the command as the file that it was."""
    from tests.pictures import picture_bytes

    day = cli.home / "work" / "day 1.png"
    day.write_bytes(picture_bytes())
    result = cli.krea(
        "generate", "night", "-m", "flux-kontext", "--image", "day 1.png", "-o", "n.png"
    )
    assert result.code == 0, result.err
    (record,) = cli.krea("history", "n.png", "--json").records
    words = shlex.split(str(record["command"]))
    assert f"image_url=@{day}" in words
    assert json.dumps(record["request"]).count("sha256:") == 1


def test_status_tells_the_ledger(cli: Cli) -> None:
    """The service's word on a job stands in the history from then on, its end too."""
    assert cli.krea("generate", "--no-wait", "an owl", "-o", "owl.png").code == 0
    assert "\tqueued, seen 0 s ago\t" in cli.krea("history").out
    cli.clock.advance(3600)
    shown = cli.krea("history", "job-1")
    assert shown.out.splitlines()[0] == "request 1  queued, seen 1 h ago"
    assert shown.err == "1 job is shown as last heard of: krea status 1 asks now\n"
    assert cli.krea("status", "job-1").out.startswith("job-1\tcompleted\t")
    result = cli.krea("history")
    assert ("\tcompleted\t" in result.out, result.err) == (True, "")
    assert cli.krea("download", "--missing").out == "owl.png\n"


def test_many_running_jobs_are_asked_for_by_one_command(cli: Cli) -> None:
    """The ids of a few are named; of many, the command that finds them itself."""
    assert cli.krea("generate", "--no-wait", "an owl", "-n", "6").code == 0
    assert cli.krea("history").err == (
        "6 jobs are shown as last heard of: krea download --missing asks now, and saves what is"
        " done\n"
    )


def test_a_file_of_this_disk_needs_no_token(cli_with_history: Cli) -> None:
    """Without a token: the requests of the account that was used last, and of one file."""
    expected = cli_with_history.krea("history").out
    cli_with_history.environ.pop("KREA_API_KEY")
    assert cli_with_history.krea("history").out == expected
    assert "\nseed    7\n" in cli_with_history.krea("history", "fox.png").out
    cli_with_history.service.jobs.clear()  # the other account sees none of them
    cli_with_history.environ["KREA_API_KEY"] = "another-key:of-another-account"
    assert cli_with_history.krea("generate", "a dog", "-o", "dog.png").code == 0
    cli_with_history.environ.pop("KREA_API_KEY")
    result = cli_with_history.krea("history")
    assert [line.split("\t")[5] for line in result.out.splitlines()] == ["a dog"]
    assert result.err == (
        "warning: there is no token, and the ledger knows 2 accounts: these are the requests of"
        " the one used last\n"
    )


def test_no_ledger_and_no_token(cli: Cli) -> None:
    """Nothing is made to tell that there is nothing."""
    cli.environ.pop("KREA_API_KEY")
    result = cli.krea("history")
    assert (result.code, result.err) == (0, "no request in the ledger matches\n")
    assert not (cli.home / "state").exists()


def test_the_story_of_what_is_not_over_has_no_command_that_pays_again(cli: Cli) -> None:
    """A job that runs is downloaded, and the job of a lost answer is looked for first."""
    assert cli.krea("generate", "a fox", "-o", "fox.png", "--no-wait").code == 0
    cli.service.answers = [lose_request]
    assert cli.krea("generate", "a hen", "-o", "hen.png").code == 9
    told = [cli.krea("history", number).out.splitlines()[-1] for number in ("1", "2")]
    assert told == [
        "next    krea download job-1",
        "next    krea recover looks for its job; a new request would be paid as well",
    ]
