"""A new API key of the same account: nothing is paid again, nothing of before is lost."""

import shlex
import sqlite3
from pathlib import Path

import httpx
import pytest

from tests.commands.test_budget import document_with_price
from tests.fakes.krea_service import PNG, KreaService, ScriptedJob, lose_request
from tests.harness.cli import Cli
from tests.tokens import KEY, OTHER_KEY

FOX = ("generate", "a fox", "-o", "fox.png")
SAME = "this API key reads the jobs of an earlier one: both are one account for krea from now on"
OTHER = (
    "this API key reads none of the jobs of an earlier one, and counts as another account;"
    " krea auth same-account be297454 says that it is the same"
)
THIRD_KEY = "key-3:secret-of-a-login-e3077ac61f"


def rotate_key(cli: Cli, key: str = OTHER_KEY) -> None:
    """Use another key from now on."""
    cli.environ["KREA_API_KEY"] = key


def hide_jobs(cli: Cli) -> None:
    """Let the service show a new key none of the jobs so far."""
    for job in cli.service.jobs.values():
        job.listed = False
    cli.service.jobs.clear()


def make_jobs(cli: Cli, count: int) -> None:
    """Make COUNT pictures with the key in use."""
    for number in range(count):
        assert cli.krea("generate", "an owl", "-o", f"owl-{number}.png").code == 0


def make_jobs_of_two_keys(cli: Cli) -> None:
    """Let two keys have jobs that no other key can read."""
    for key in (THIRD_KEY, KEY):
        rotate_key(cli, key)
        make_jobs(cli, 3)
        for path in Path().glob("owl-*.png"):
            path.unlink()
        hide_jobs(cli)


def test_a_request_under_way_is_gone_on_with(cli: Cli) -> None:
    """The job that the earlier key began is waited for and saved; the notice comes once."""
    cli.service.job_seconds = 100
    assert cli.krea(*FOX, "--timeout", "2").code == 4
    rotate_key(cli)
    result = cli.krea(*FOX)
    assert (result.code, len(cli.service.posts)) == (0, 1), result.err
    assert result.err.count(SAME) == 1
    assert Path("fox.png").read_bytes() == PNG
    assert SAME not in cli.krea("generate", "a hen", "-o", "hen.png").err


def test_a_lost_answer_is_found_with_the_new_key(cli: Cli) -> None:
    """`recover` looks for the requests of both keys."""
    make_jobs(cli, 1)
    hidden: list[ScriptedJob] = []

    def hide(service: KreaService, job: ScriptedJob) -> httpx.Response | None:
        hidden.append(job)
        raise httpx.ReadError("reset")

    cli.service.answers = [hide]
    assert cli.krea(*FOX).code == 9
    cli.service.keep(hidden[0])
    rotate_key(cli)
    result = cli.krea("recover")
    assert result.code == 0, result.err
    assert cli.states[-1] == ("submitted", hidden[0].id)
    assert cli.krea("download", "--missing").code == 0
    assert Path("fox.png").read_bytes() == PNG


def test_a_batch_goes_on_with_the_new_key(cli: Cli) -> None:
    """Items that are done, or run, are not sent again."""
    Path("list.txt").write_text("a fox\na hen\nan owl\n")
    assert cli.krea("batch", "list.txt", "-o", "out/").code == 0
    rotate_key(cli)
    result = cli.krea("batch", "list.txt", "-o", "out/")
    assert (result.code, len(cli.service.posts)) == (0, 3), result.err


def test_the_history_of_both_keys_is_one(cli: Cli) -> None:
    """Once the service has shown it."""
    make_jobs(cli, 1)
    rotate_key(cli)
    assert cli.krea(*FOX).code == 0
    assert len(cli.krea("history").out.splitlines()) == 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_fewer_than_three_absent_jobs_prove_nothing(cli: Cli, jobs: int) -> None:
    """The key is asked about again with the next command."""
    make_jobs(cli, jobs)
    hide_jobs(cli)
    rotate_key(cli)
    for _ in range(2):
        before = len(cli.service.polls)
        result = cli.krea("recover")
        assert result.code == 0
        assert OTHER not in result.err
        assert len(cli.service.polls) - before == jobs


def test_three_absent_jobs_make_another_account(cli: Cli) -> None:
    """Said once, and asked once: a finished request is sent with the new key as well."""
    make_jobs(cli, 4)
    hide_jobs(cli)
    rotate_key(cli)
    result = cli.krea("generate", "an owl", "-o", "owl-3.png", "--force")
    assert (result.code, len(cli.service.posts)) == (0, 5), result.err
    assert result.err.count(OTHER) == 1
    assert cli.service.polled.count("job-4") == 2  # its own, and one question about the key
    assert OTHER not in cli.krea(*FOX).err


@pytest.mark.parametrize("lost", [True, False])
def test_a_request_under_way_elsewhere_is_not_sent(cli: Cli, lost: bool) -> None:
    """Nobody knows if it is the same account's: exit 9 with the ways out, and nothing is sent."""
    make_jobs(cli, 3)
    cli.service.job_seconds = 1_000
    cli.service.answers = [lose_request] if lost else []
    assert cli.krea(*FOX, "--timeout", "2").code == (9 if lost else 4)
    hide_jobs(cli)
    rotate_key(cli)
    ways_out = (
        "hint: krea auth same-account be297454 says that they are,"
        " krea auth other-account be297454 denies it"
    )
    for options, more in ((), "; --again sends it all the same"), (("--dry-run",), ""):
        result = cli.krea(*FOX, *options)
        assert (result.code, len(cli.service.posts)) == (9, 4)
        assert result.error(charged="no").startswith(
            "the same request is under way under another API key ("
        )
        assert f"{ways_out}{more}\n" in result.err
    assert cli.krea(*FOX, "--again", "--dry-run").code == 0


def test_work_under_another_key_is_told(cli: Cli) -> None:
    """Commands that list work tell it, until the user tells the accounts apart."""
    make_jobs(cli, 3)
    cli.service.answers = [lose_request]
    assert cli.krea(*FOX).code == 9
    hide_jobs(cli)
    rotate_key(cli)
    told = (
        "API key be297454 has 1 request under way, unsaved or in doubt:"
        " krea auth same-account be297454 if it is of this account\n"
    )
    commands = (("recover",), ("history",), ("history", "1"), ("download", "--missing"))
    results = [cli.krea(*command).err for command in commands]
    assert [told in err for err in results] == [True] * 4
    assert cli.krea("auth", "other-account").code == 0
    assert told not in cli.krea("recover").err


def test_the_hint_names_profile_and_key(cli: Cli) -> None:
    """Its command works as printed, with a profile and with a third key beside."""
    make_jobs_of_two_keys(cli)
    cli.service.answers = [lose_request]
    assert cli.krea(*FOX).code == 9
    del cli.environ["KREA_API_KEY"]
    login = ("auth", "login", "--with-token", "--profile", "of work")
    assert cli.krea(*login, stdin=OTHER_KEY).code == 0
    refused = cli.krea(*FOX, "--profile", "of work")
    assert refused.code == 9
    hint = refused.err.split("hint: krea ")[1].split(" says")[0]
    assert hint == "auth same-account be297454 --profile 'of work'"
    assert cli.krea(*shlex.split(hint)).code == 0
    again = cli.krea(*FOX, "--profile", "of work")
    assert again.error(charged="unknown").startswith("the outcome of a request to")


def test_the_users_word_goes_both_ways(cli: Cli) -> None:
    """Two accounts: it is sent. One account: it is gone on with. Each undoes the other."""
    make_jobs(cli, 3)
    cli.service.answers = [lose_request]
    assert cli.krea(*FOX).code == 9
    hide_jobs(cli)
    rotate_key(cli)
    assert cli.krea(*FOX).code == 9
    told = cli.krea("auth", "same-account")
    assert (told.code, told.out) == (0, "key be297454 is of the same account as the key in use\n")
    in_doubt = cli.krea(*FOX)
    assert in_doubt.code == 9
    assert in_doubt.error(charged="unknown").startswith("the outcome of a request to")
    told = cli.krea("auth", "other-account", "--json")
    assert [record["relation"] for record in told.records] == ["other"]
    assert cli.krea(*FOX).code == 0
    assert len(cli.service.posts) == 5
    rotate_key(cli, KEY)
    assert cli.krea(*FOX).code == 9  # the earlier key has a request of its own in doubt


def test_again_sends_it_all_the_same(cli: Cli) -> None:
    """As the hint says."""
    make_jobs(cli, 3)
    cli.service.answers = [lose_request]
    assert cli.krea(*FOX).code == 9
    hide_jobs(cli)
    rotate_key(cli)
    assert cli.krea(*FOX, "--again").code == 0


def test_an_item_under_way_elsewhere_is_not_sent(cli: Cli) -> None:
    """The rest of the batch is made; exit 9 in the end."""
    Path("list.txt").write_text("a fox\n")
    make_jobs(cli, 3)
    cli.service.answers = [lose_request]
    assert cli.krea("batch", "list.txt", "-o", "out/").code == 9
    hide_jobs(cli)
    rotate_key(cli)
    Path("list.txt").write_text("a fox\na hen\n")
    forecast = cli.krea("batch", "list.txt", "-o", "out/", "--dry-run", "--json")
    assert [record["state"] for record in forecast.records] == ["in doubt", "to send"]
    result = cli.krea("batch", "list.txt", "-o", "out/")
    assert (result.code, len(cli.service.posts)) == (9, 5), result.err
    for told in (forecast, result):
        assert (told.code, "under way under another API key" in told.err) == (9, True)


def test_a_days_budget_counts_both_keys(cli: Cli) -> None:
    """Until the user says that they are two accounts."""
    cli.service.openapi = document_with_price("2")
    assert cli.krea("config", "set", "budget.day", "3").code == 0
    assert cli.krea("generate", "an owl", "-m", "brush", "-o", "owl.png").code == 0
    hide_jobs(cli)
    rotate_key(cli)
    assert cli.krea(*FOX, "-m", "brush").code == 5
    assert cli.krea("auth", "other-account").code == 0
    assert cli.krea(*FOX, "-m", "brush").code == 0


@pytest.mark.parametrize("status", [401, 500])
def test_an_answer_that_proves_nothing_leaves_it_open(cli: Cli, status: int) -> None:
    """The next command asks again."""
    make_jobs(cli, 3)
    rotate_key(cli)
    cli.service.read_faults = [lambda: httpx.Response(status, json={"error": "not now"})]
    first = cli.krea("recover")
    assert SAME not in first.err
    assert OTHER not in first.err
    assert SAME in cli.krea("recover").err


def test_the_other_key_is_named_where_there_are_several(cli: Cli) -> None:
    """Without any, with one and with two others; a name that fits none."""
    refused = cli.krea("auth", "same-account")
    assert refused.error(charged="no") == "no other API key has requests in this ledger"
    for key in (KEY, OTHER_KEY, THIRD_KEY):
        rotate_key(cli, key)
        make_jobs(cli, 1)
        Path("owl-0.png").unlink()
        hide_jobs(cli)
    refused = cli.krea("auth", "other-account")
    assert refused.code == 2
    assert refused.error(charged="no").startswith("several other API keys have requests here: ")
    hint = refused.err.split("hint: krea ")[1].split(",")[0]
    assert hint.startswith("auth other-account ")
    assert cli.krea(*shlex.split(hint)).code == 0
    assert "no key is zz: " in cli.krea("auth", "same-account", "zz").error(charged="no")


def test_a_damaged_name_of_a_key_keeps_nobody_waiting(cli: Cli) -> None:
    """Bytes in the place of the key's hash are passed over."""
    make_jobs(cli, 1)
    ledger = sqlite3.connect(cli.home / "state" / "ledger.sqlite3", isolation_level=None)
    ledger.execute("UPDATE requests SET account = x'ff00'")
    ledger.close()
    assert cli.krea("recover").code == 0


def test_without_a_key_the_open_one_is_meant(cli: Cli) -> None:
    """Of two other keys, one is told to be of the account already."""
    make_jobs_of_two_keys(cli)
    rotate_key(cli)
    assert cli.krea("auth", "same-account").code == 2  # which of the two?
    assert cli.krea("auth", "same-account", "be297454").code == 0
    (told,) = cli.krea("auth", "same-account", "--json").records
    assert not told["key"].startswith("be297454")
    assert cli.krea("auth", "same-account", "be297454").code == 0
