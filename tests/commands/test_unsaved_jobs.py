"""Paid jobs, not saved for a day: told with the command that saves them."""

import json
import shlex
from pathlib import Path

from tests.fakes.krea_service import KreaService, ScriptedJob, answer_with, lose_request
from tests.harness.cli import Cli
from tests.tokens import KEY, OTHER_KEY

DAY = 86_400.0
MISSING = "krea download --missing"


def submit(cli: Cli, *words: str) -> str:
    """Submit without waiting; return the id of the job."""
    result = cli.krea("generate", "--no-wait", "--json", *words)
    assert result.code == 0
    return str(result.records[0]["job_id"])


def told_by_spend(cli: Cli, *words: str) -> list[str]:
    """The sentences of `krea spend` about what was not saved."""
    result = cli.krea("spend", *words)
    assert result.code == 0
    return [line for line in result.err.splitlines() if "not saved" in line]


def told_by_doctor(cli: Cli, *words: str) -> list[str]:
    """Sentences of `krea doctor` about it."""
    records = cli.krea("doctor", "--json", *words).records
    texts = [each["text"] for each in records if each["name"] == "ledger"]
    return [text for text in texts if "not saved" in text]


def told_by_batch(cli: Cli, *words: str) -> list[str]:
    """Sentences at the end of a batch about it."""
    Path("list.txt").write_text("a hen\n")
    result = cli.krea("batch", "list.txt", "-o", "hens/", *words)
    assert result.code == 0
    return [line for line in result.err.splitlines() if "not saved" in line]


def run_printed(cli: Cli, sentence: str) -> list[str]:
    """Run the command at the end of SENTENCE; return what it saved."""
    program, *argv = shlex.split(sentence.rpartition(": ")[2])
    assert program == "krea"
    result = cli.krea(*argv)
    assert result.code == 0
    return result.out.splitlines()


def test_they_are_told_after_a_day_and_until_they_are_saved(cli: Cli) -> None:
    """By spend, doctor and the end of a batch; the printed command saves them."""
    for name in ("fox", "owl", "cat"):
        submit(cli, name, "-o", f"{name}.png")
    cli.clock.advance(DAY - 60)
    for ask in (told_by_spend, told_by_doctor, told_by_batch):
        assert ask(cli) == []
    assert cli.krea("status", "job-2").code == 0
    cli.clock.advance(120)
    sentence = f"1 paid, 2 perhaps paid and not saved: {MISSING}"
    for ask in (told_by_spend, told_by_doctor, told_by_batch):
        assert ask(cli) == [sentence]
    assert run_printed(cli, sentence) == ["fox.png", "owl.png", "cat.png"]
    for ask in (told_by_spend, told_by_doctor, told_by_batch):
        assert ask(cli) == []


def test_what_is_known_as_paid_is_called_so(cli: Cli) -> None:
    """Whatever time the sums are of."""
    for name in ("fox", "owl", "cat"):
        submit(cli, name, "-o", f"{name}.png")
    cli.clock.advance(DAY + 60)
    assert told_by_spend(cli) == [f"3 perhaps paid and not saved: {MISSING}"]
    assert cli.krea("status", "job-1", "job-2", "job-3").code == 0
    sentence = f"3 paid and not saved: {MISSING}"
    assert told_by_spend(cli, "--since", "2h") == [sentence]
    assert cli.krea("spend", "--csv").err == f"{sentence}\n"
    events = [json.loads(line) for line in cli.krea("spend", "--json").err.splitlines()]
    assert events == [{"event": "said", "text": sentence}]
    assert cli.krea("spend", "--quiet").err == ""


def test_what_cannot_be_saved_is_not_told(cli: Cli) -> None:
    """Refused, lost, failed, moderated, cancelled, forgotten, and without a result."""
    service = cli.service
    service.answers = [answer_with(422, {"error": "no"}), lose_request]
    for name, code in [("refused", 2), ("doubt", 9)]:
        assert cli.krea("generate", name).code == code
    ended = {}
    for name in ("failed", "moderated", "cancelled", "empty", "forgotten"):
        ended[name] = submit(cli, name)
    for name, error in [("failed", "internal"), ("moderated", "moderation")]:
        job = service.jobs[ended[name]]
        job.final_status, job.error = "failed", {"code": error, "message": "no luck"}
    assert cli.krea("cancel", ended["cancelled"]).code == 0
    del service.jobs[ended["forgotten"]]
    cli.clock.advance(DAY + 60)
    service.results_per_job = 0
    for name in ("failed", "moderated", "cancelled", "empty"):
        cli.krea("status", ended[name])
    assert told_by_spend(cli) == [f"1 perhaps paid and not saved: {MISSING}"]
    assert cli.krea("download", "--missing").code == 1
    assert cli.krea("recover", "--forget", "7").code == 0
    assert cli.states == [
        ("refused", None),
        ("unknown", None),
        ("failed", ended["failed"]),
        ("failed", ended["moderated"]),
        ("cancelled", ended["cancelled"]),
        ("completed", ended["empty"]),
        ("forgotten", ended["forgotten"]),
    ]
    service.results_per_job = 1
    for ask in (told_by_spend, told_by_doctor, told_by_batch):
        assert ask(cli) == []


def test_each_login_has_its_command(cli: Cli) -> None:
    """The printed command saves those of the sentence, whatever login is in use."""
    for profile, key in [("of work", OTHER_KEY), ("default", KEY)]:
        login = ("auth", "login", "--profile", profile, "--with-token")
        assert cli.krea(*login, stdin=key).code == 0
    submit(cli, "fox", "-o", "fox.png")
    submit(cli, "owl", "-o", "owl.png", "--profile", "of work")
    assert cli.krea("auth", "other-account", "--profile", "of work").code == 0
    cli.clock.advance(DAY + 60)
    others = [f"1 perhaps paid and not saved: {MISSING} --profile 'of work'"]
    own = [f"1 perhaps paid and not saved: {MISSING}"]
    for ask in (told_by_spend, told_by_doctor, told_by_batch):
        assert sorted(ask(cli)) == [*own, *others]
    del cli.environ["KREA_API_KEY"]
    assert sorted(told_by_spend(cli)) == [*own, *others]
    Path("key.token").write_text(KEY)
    assert sorted(told_by_doctor(cli, "--token-file", "key.token")) == [
        f"1 perhaps paid and not saved: {MISSING} --profile 'of work'",
        f"1 perhaps paid and not saved: {MISSING} --token-file key.token",
    ]
    assert sorted(told_by_doctor(cli, "--profile", "of work")) == [
        f"1 perhaps paid and not saved: {MISSING} --profile 'of work'",
        f"1 perhaps paid and not saved: {MISSING} --profile default",
    ]
    assert run_printed(cli, others[0]) == ["owl.png"]
    assert told_by_spend(cli) == own
    assert run_printed(cli, own[0]) == ["fox.png"]
    assert told_by_spend(cli) == []


def test_a_key_without_a_login_is_named(cli: Cli) -> None:
    """An earlier one of this account, as the command finds out; or another, which is needed."""
    submit(cli, "fox", "-o", "fox.png")
    cli.clock.advance(DAY + 60)
    cli.environ["KREA_API_KEY"] = OTHER_KEY
    jobs = "1 perhaps paid and not saved of API key be297454:"
    assert told_by_spend(cli) == [f"{jobs} {MISSING}, if that key is of this account"]
    assert cli.krea("auth", "other-account").code == 0
    login = "krea auth login --profile be297454 with that key, then"
    needed = [f"{jobs} {login} {MISSING} --profile be297454"]
    assert told_by_spend(cli) == needed
    del cli.environ["KREA_API_KEY"]
    assert told_by_spend(cli) == needed
    words = ("auth", "login", "--profile", "be297454", "--with-token")
    assert cli.krea(*words, stdin=KEY).code == 0
    assert run_printed(cli, needed[0].replace("then ", ": ")) == ["fox.png"]


def test_an_earlier_key_of_this_account_is_found(cli: Cli) -> None:
    """Its jobs are saved by the same command."""
    submit(cli, "fox", "-o", "fox.png")
    cli.clock.advance(DAY + 60)
    cli.environ["KREA_API_KEY"] = OTHER_KEY
    assert len(told_by_spend(cli)) == 1
    assert cli.krea("download", "--missing").out == "fox.png\n"
    assert told_by_spend(cli) == []


def fail(service: KreaService, job: ScriptedJob) -> None:
    """Let the job fail."""
    job.final_status, job.error = "failed", {"code": "internal", "message": "out of luck"}


def test_a_batch_that_ends_badly_tells_it_as_well(cli: Cli) -> None:
    """Behind its sum; without a ledger there is nothing to tell."""
    submit(cli, "fox", "-o", "fox.png")
    cli.clock.advance(DAY + 60)
    cli.service.answers = [fail]
    Path("list.txt").write_text("a hen\n")
    result = cli.krea("batch", "list.txt")
    assert result.code == 1
    assert result.err.endswith(f"1 perhaps paid and not saved: {MISSING}\n")
    assert "not saved" not in cli.krea("batch", "list.txt", "--dry-run").err
