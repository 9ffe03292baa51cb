"""A day with all that can happen to money."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.batch.batch_helpers import serve_prices
from tests.fakes.krea_service import KreaService, ScriptedJob, answer_with, lose_request
from tests.harness.cli import Cli, CliResult
from tests.tokens import OTHER_KEY

PRICED = "krea/krea-2/large"  # at $0.06
DAY = 86_400.0


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


def spend_a_day(cli: Cli) -> None:
    """Make all that a day can bring, with two logins."""
    service = cli.service
    assert make(cli, "fox", "--tag", "client=acme", "--tag", "rush").code == 0
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
    assert cli.krea("generate", "about", "-o", "about.png", "--tag", "rush").code == 0
    assert cli.krea("generate", "a", "-m", "xai/grok-imagine-2").code == 0
    most = ("generate", "a", "-m", "hailuo-3", "-i", "duration=x", "--no-check", "--yes")
    assert cli.krea(*most).code == 0
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
