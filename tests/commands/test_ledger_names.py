"""The name of a ledger on a network disk, and two hosts that want the same one."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from krea_cli.errors import LedgerUnusable
from krea_cli.local.ledger.host import Host
from krea_cli.local.ledger.ledger import Ledger
from tests.harness.cli import Cli

WRONG = "a name of up to 64 letters, digits, dots, dashes and underscores"


def ledgers(cli: Cli) -> list[str]:
    """The ledgers in the state folder."""
    return sorted(path.name for path in (cli.home / "state").glob("ledger*.sqlite3"))


def beat(cli: Cli, name: str, host: str, *, seconds: float = 0.0) -> Path:
    """HOST has used the ledger NAME, SECONDS ago."""
    path = cli.home / "state" / f"ledger-{name}.sqlite3.heartbeat-0123456789abcdef"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'{{"host": "{host}", "boot_id": "boot"}}')
    at = time.time() - seconds
    os.utime(path, (at, at))
    return path


def leave_old_ledger(cli: Cli) -> None:
    """Leave one job in a ledger of an older version, for a host of one of several names."""
    cli.move_to("a-b")
    assert cli.krea("generate", "a cat", "-o", "cat.png", "--no-wait").code == 0
    with closing(sqlite3.connect(cli.home / "state" / "ledger-a-b.sqlite3")) as ledger:
        assert ledger.execute("DELETE FROM facts WHERE name = 'ledger.name'").rowcount == 1
        ledger.commit()


def test_host_names_that_change_go_on_with_one_ledger(cli: Cli) -> None:
    """By the setting, or by the variable, which goes first; without either by the host."""
    cli.move_to("pod-x1.example")
    assert cli.krea("generate", "a fox", "-o", "fox.png", "--no-wait").code == 0
    assert ledgers(cli) == ["ledger-pod-x1=example.sqlite3"]
    (cli.home / "state" / ledgers(cli)[0]).unlink()
    cli.krea("config", "set", "ledger.name", "night.job")
    assert cli.krea("generate", "a cat", "-o", "cat.png", "--no-wait").code == 0
    cli.move_to("pod-x2.example")
    assert cli.krea("generate", "a cat", "-o", "cat.png").code == 0
    assert (ledgers(cli), len(cli.service.posts)) == (["ledger-night=job.sqlite3"], 2)
    cli.environ["KREA_LEDGER_NAME"] = "day"
    assert cli.krea("generate", "a dog", "-o", "dog.png").code == 0
    assert ledgers(cli) == ["ledger-day.sqlite3", "ledger-night=job.sqlite3"]
    checks = cli.krea("doctor").out
    assert "ok     ledger     1 request, 0 in doubt\n" in checks
    assert f"ledger: {cli.home / 'state' / 'ledger-day.sqlite3'}, " in checks
    assert [path.name for path in (cli.home / "state").glob("*heartbeat*")] == []


def test_distinct_names_are_distinct_ledgers(cli: Cli) -> None:
    """Also those that older versions took for one."""
    cli.move_to("pod-a")
    names = ("a.b", "a-b", "a_b", "A.B", "a..b", "a--b")
    for name in names:
        cli.environ["KREA_LEDGER_NAME"] = name
        assert cli.krea("generate", f"a fox for {name}", "-o", f"{name}.png").code == 0
    assert len(ledgers(cli)) == len(names)
    for name in names:
        cli.environ["KREA_LEDGER_NAME"] = name
        assert [each["prompt"] for each in cli.krea("history", "--json").records] == [
            f"a fox for {name}"
        ]


@pytest.mark.parametrize("name", ["a.b", "a-b", "a_b", "a b"])
def test_the_ledger_of_an_older_version_is_found(cli: Cli, name: str) -> None:
    """By the first name that asks: for any other it is the ledger of another host from now on."""
    leave_old_ledger(cli)
    cli.move_to(name)
    taken = cli.krea("generate", "a cat", "-o", "cat.png", "--no-wait")
    assert (taken.code, taken.out, ledgers(cli)) == (0, "job-1\n", ["ledger-a-b.sqlite3"])
    if name == "a b":
        return  # no ledger can be asked for by this name
    for other in {"a.b", "a-b", "a_b"} - {name}:
        cli.environ["KREA_LEDGER_NAME"] = other
        left = cli.krea("generate", "a cat", "-o", "cat.png")
        assert left.code == 9
        assert left.err.startswith(f"error: the ledger of {name} has the same request as under way")
        assert f"KREA_LEDGER_NAME={name} krea generate 'a cat' -o cat.png" in left.err
    assert len(ledgers(cli)) == 3
    cli.environ["KREA_LEDGER_NAME"] = name  # as in the hint
    assert cli.krea("generate", "a cat", "-o", "cat.png").out == "cat.png\n"
    assert len(cli.service.posts) == 1


def test_a_host_name_that_is_no_name_of_a_ledger(cli: Cli) -> None:
    """The hint has a name that can be typed."""
    cli.move_to("a b")
    assert cli.krea("generate", "a cat", "-o", "cat.png", "--no-wait").out == "job-1\n"
    cli.move_to("pod-b")
    left = cli.krea("generate", "a cat", "-o", "cat.png")
    assert "KREA_LEDGER_NAME=a-b-806c5cd3 krea generate 'a cat' -o cat.png\n" in left.err
    cli.environ["KREA_LEDGER_NAME"] = "a-b-806c5cd3"
    assert cli.krea("generate", "a cat", "-o", "cat.png").out == "cat.png\n"
    assert len(cli.service.posts) == 1


def test_a_ledger_that_another_name_takes_meanwhile(cli: Cli) -> None:
    """Both would go on with the one of an older version: the second is told, and sends nothing."""
    leave_old_ledger(cli)
    old = cli.home / "state" / "ledger-a-b.sqlite3"
    first, second = (Host(name, network=lambda folder: "nfs4") for name in ("a.b", "a_b"))
    assert [host.locate_ledger(old.parent)[0] for host in (first, second)] == [old, old]
    Ledger.open(old.parent, host=first).close()
    with pytest.raises(LedgerUnusable, match=r"belongs to a\.b, since a moment ago"):
        Ledger.open(old.parent, host=second)
    assert Host("a_b", network=first.network).locate_ledger(old.parent)[0] != old


def test_on_a_disk_of_ones_own_there_is_one_ledger(cli: Cli) -> None:
    """Whatever its name: no other host can have it, and there is no heartbeat."""
    cli.environ["KREA_LEDGER_NAME"] = "day"
    beat(cli, "day", "pod-a")
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    assert ledgers(cli) == ["ledger.sqlite3"]


@pytest.mark.parametrize("name", ["../away", "a b", "x" * 65, "a/b"])
def test_a_wrong_name(cli: Cli, name: str) -> None:
    """Refused before anything is sent, in the variable and in the setting."""
    cli.move_to("pod-a")
    cli.environ["KREA_LEDGER_NAME"] = name
    refused = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (refused.code, refused.error(charged="no")) == (
        2,
        f"KREA_LEDGER_NAME must be {WRONG}, not {name!r}",
    )
    unset = cli.krea("config", "set", "ledger.name", name)
    assert unset.error(charged="no") == f"ledger.name must be {WRONG}, not {name!r}"
    assert cli.service.posts == []


@pytest.mark.parametrize(
    "command",
    [
        ("generate", "a fox", "-o", "fox.png"),
        ("batch", "c.txt"),
        ("recover", "--resubmit", "1"),
    ],
    ids=lambda command: command[0],
)
def test_a_name_that_another_host_uses(cli: Cli, command: tuple[str, ...]) -> None:
    """Nothing is sent, and the host is named; the hint sends with a ledger of its own."""
    Path("c.txt").write_text("a fox\n")
    cli.move_to("pod-b")
    cli.environ["KREA_LEDGER_NAME"] = "job"
    beat(cli, "job", "pod-a", seconds=100)
    refused = cli.krea(*command)
    assert (refused.code, refused.out, cli.service.posts) == (1, "", [])
    typed = " ".join(command).replace("a fox", "'a fox'")
    assert refused.err == (
        f"error: the ledger {cli.home / 'state' / 'ledger-job.sqlite3'} is in use by the host"
        " pod-a: its last heartbeat is less than two minutes old; nothing was sent\n"
        f"  hint: KREA_LEDGER_NAME=pod-b krea {typed} keeps another ledger; or the same command in"
        " two minutes, if that host is gone\n"
        "  charged: no\n"
    )
    told = cli.krea(*command, "--json").errors
    assert [(error["code"], error["host"], error["charged"]) for error in told] == [
        ("ledger_in_use", "pod-a", "no")
    ]
    if command[0] != "recover":
        cli.environ["KREA_LEDGER_NAME"] = "pod-b"
        assert cli.krea(*command).code == 0


def test_a_host_that_was_killed_leaves_its_name_after_two_minutes(cli: Cli) -> None:
    """The next one goes on; reading commands need not wait."""
    cli.move_to("pod-b")
    cli.environ["KREA_LEDGER_NAME"] = "job"
    left = beat(cli, "job", "pod-a", seconds=100)
    assert cli.krea("history").code == 0
    beat(cli, "job", "pod-a", seconds=121)
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    assert not left.exists()


def test_a_host_that_begins_meanwhile(cli: Cli) -> None:
    """A batch that stood still for minutes looks around before it sends the next request."""
    Path("c.txt").write_text("fox 1\nfox 2\n")
    cli.move_to("pod-b")

    def stand_still(_: object) -> None:
        cli.clock._passed += 600
        beat(cli, "pod-b", "pod-a")

    cli.service.on_submit = stand_still
    stopped = cli.krea("batch", "c.txt", "-j", "1")
    assert (stopped.code, len(cli.service.posts)) == (1, 1), stopped.err
    assert "is in use by the host pod-a" in stopped.err
