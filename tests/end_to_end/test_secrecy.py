"""A token is stored by login, sent to the API, and is nowhere else: not after a day's work."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from krea_cli.sandbox.server import RunningSandbox
from krea_cli.sandbox.settings import Settings
from tests.fakes.recording_proxy import Relay
from tests.fakes.sandbox_process import environment
from tests.harness.installed_cli import KREA, Desk, Ended, wait_until
from tests.harness.installed_in_process import picture
from tests.leaks import leaks
from tests.tokens import LOGIN, SECRETS

SMALL = ("--width", "512", "--height", "512")
LOUD = ("--verbose",)


class Day:
    """A desk whose user has logged in, and keeps all that is ever said to them."""

    def __init__(self, desk: Desk, running: RunningSandbox, relay: Relay) -> None:
        self.desk = desk
        self.counts = running.world.counts
        self.jobs = running.world.jobs
        self.relay = relay
        self._number = 0
        self("auth", "login", "--with-token", stdin=LOGIN)

    def __call__(self, *argv: str, stdin: str = "", code: int = 0, **changes: str) -> Ended:
        """Run `krea ARGV`, which must end with CODE, and keep what it said."""
        return self.keep(self.desk.krea(*argv, stdin=stdin.encode(), **changes), code)

    def keep(self, ended: Ended, code: int = 0) -> Ended:
        """Write down what was said, as a shell does that sends it to files."""
        assert ended.code == code, ended
        self._number += 1
        for name, text in (("out", ended.out), ("err", ended.err)):
            (self.desk.folder / f"{name}-{self._number}.txt").write_text(text)
        return ended

    def leaks(self) -> list[str]:
        """Where a token lies that has no business there."""
        return [str(path) for path in leaks(self.desk.folder.parent)]


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    """Results come from another host than the API's; no variable holds a token."""
    with (
        RunningSandbox(Settings(seconds=0.05, spread=0)) as running,
        Relay(running.files) as relay,
        closing(Desk(tmp_path, environment(running.api, tmp_path))) as desk,
    ):
        running.world.files_address = relay.address
        del desk.environ["KREA_API_KEY"]
        picture(desk.folder / "day.png")
        yield Day(desk, running, relay)


def test_a_whole_day_of_work(day: Day) -> None:
    """What goes well, what fails, and what breaks, all of it as loud as can be."""
    fox = ("generate", "a red fox", *SMALL, "-o", "fox.png", *LOUD)
    day(*fox)
    day(*fox, code=2)
    upload = ("--image", "day.png", "-o", "night.png")
    day("generate", "make it night", "-m", "flux-kontext", *upload, *LOUD)
    day("generate", "[fail]", "-o", "no.png", *LOUD, code=1)
    day("generate", "[nsfw]", "-o", "no.png", "--json", *LOUD, code=7)
    day("generate", "a fox", "-i", "steps=many", *LOUD, code=2)
    job = day("generate", "--no-wait", "an owl", *SMALL, *LOUD).out.strip()
    for argv in (("wait", job), ("status", job, "--json"), ("download", job, "-o", "owl.png")):
        day(*argv, *LOUD)
    day("cancel", job, *LOUD)
    day("status", "no-such-job", *LOUD, code=2)
    for argv in (("auth", "status"), ("models", "--refresh"), ("doctor",), ("recover",)):
        day(*argv, *LOUD)
    day("config", "set", "model.default", "krea-2/large")
    day("config", "list")
    day("generate", "a fox", *LOUD, KREA_API_BASE="http://127.0.0.1:9", code=3)
    day("generate", "a fox", *LOUD, "-o", "a.png", KREA_API_KEY="bad", code=3)

    assert day.leaks() == []
    assert SECRETS[3] in (day.desk.folder.parent / "config" / "credentials.json").read_text()
    assert len(day.relay.asked) >= 3
    assert not any("authorization" in headers for headers in day.relay.asked)
    assert not any(secret in str(headers) for headers in day.relay.asked for secret in SECRETS)


def test_a_bug_shows_no_token(day: Day) -> None:
    """The trace of an error that nobody foresaw, of a command that had the token in its hands."""
    job = day("generate", "--no-wait", "an owl", *SMALL, *LOUD).out.strip()
    path = day.desk.folder.parent / "state" / "ledger.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as ledger:
        ledger.execute("UPDATE requests SET body = '{'")
    ended = day("download", job, *LOUD, code=1)
    assert "Traceback" in ended.err
    assert day.leaks() == []


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc on this system")
def test_no_process_shows_the_token(day: Day) -> None:
    """Neither in its command line nor in the environment of what it starts."""
    day.desk.environ["KREA_API_KEY"] = LOGIN
    shown = "cat /proc/$$/environ /proc/$$/cmdline; krea generate 'a fox' -o fox.png --verbose"
    running = day.desk.start(KREA, "sandbox", "--seconds", "0.5", "--", "sh", "-c", shown)
    seen: set[bytes] = set()
    wait_until(lambda: seen.update(command_lines()) or running.over)
    ended = day.keep(running.end())
    assert "KREA_API_KEY=sandbox-" in ended.out
    assert any(b"krea\0generate\0a fox\0" in line for line in seen)
    assert not [line for line in seen for secret in SECRETS if secret.encode() in line]
    assert day.leaks() == []


def command_lines() -> Iterator[bytes]:
    """Of every process of this machine that tells it."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield file.read_bytes()
