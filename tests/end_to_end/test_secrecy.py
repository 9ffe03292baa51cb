"""A token is stored by login, sent to the API, and is nowhere else: not after a day's work."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from krea_cli.sandbox.server import SandboxServer
from krea_cli.sandbox.settings import Settings
from tests.fakes.recording_proxy import RecordingProxy
from tests.fakes.sandbox_process import sandbox_environ
from tests.harness.cli import CliResult
from tests.harness.installed_cli import KREA, InstalledCli, wait_until
from tests.leaks import find_leaks
from tests.pictures import write_picture
from tests.tokens import LOGIN, SECRETS

SMALL = ("--width", "512", "--height", "512")
LOUD = ("--verbose",)


class LoggedInUser:
    """A user who has logged in, and keeps all output in files."""

    def __init__(
        self, installed: InstalledCli, running: SandboxServer, proxy: RecordingProxy
    ) -> None:
        self.installed = installed
        self.counts = running.state.stats
        self.jobs = running.state.jobs
        self.proxy = proxy
        self._number = 0
        self("auth", "login", "--with-token", stdin=LOGIN)

    def __call__(self, *argv: str, stdin: str = "", code: int = 0, **changes: str) -> CliResult:
        """Run `krea ARGV`, which must end with CODE, and keep its output."""
        return self.keep(self.installed.krea(*argv, stdin=stdin.encode(), **changes), code)

    def keep(self, ended: CliResult, code: int = 0) -> CliResult:
        """Write the output of ENDED to files, as a shell does with `>`."""
        assert ended.code == code, ended
        self._number += 1
        for name, text in (("out", ended.out), ("err", ended.err)):
            (self.installed.folder / f"{name}-{self._number}.txt").write_text(text)
        return ended

    def leaks(self) -> list[str]:
        """The files with a token that does not belong there."""
        return [str(path) for path in find_leaks(self.installed.folder.parent)]


@pytest.fixture
def user(tmp_path: Path) -> Iterator[LoggedInUser]:
    """Results come from another host than the API's; no variable holds a token."""
    with (
        SandboxServer(Settings(seconds=0.05, spread=0)) as running,
        RecordingProxy(running.files) as proxy,
        closing(InstalledCli(tmp_path, sandbox_environ(running.api, tmp_path))) as installed,
    ):
        running.state.files_url = proxy.address
        del installed.environ["KREA_API_KEY"]
        write_picture(installed.folder / "day.png")
        yield LoggedInUser(installed, running, proxy)


@pytest.mark.machine
def test_a_whole_day_of_work(user: LoggedInUser) -> None:
    """Success, failure and breakage, all of it as loud as can be."""
    fox = ("generate", "a red fox", *SMALL, "-o", "fox.png", *LOUD)
    user(*fox)
    user(*fox, code=2)
    upload = ("--image", "day.png", "-o", "night.png")
    user("generate", "make it night", "-m", "flux-kontext", *upload, *LOUD)
    user("generate", "[fail]", "-o", "no.png", *LOUD, code=1)
    user("generate", "[nsfw]", "-o", "no.png", "--json", *LOUD, code=7)
    user("generate", "a fox", "-i", "steps=many", *LOUD, code=2)
    job = user("generate", "--no-wait", "an owl", *SMALL, *LOUD).out.strip()
    for argv in (("wait", job), ("status", job, "--json"), ("download", job, "-o", "owl.png")):
        user(*argv, *LOUD)
    user("cancel", job, *LOUD)
    user("status", "no-such-job", *LOUD, code=2)
    for argv in (("auth", "status"), ("models", "--refresh"), ("doctor",), ("recover",)):
        user(*argv, *LOUD)
    user("config", "set", "model.default", "krea-2/large")
    user("config", "list")
    user("generate", "a fox", *LOUD, KREA_API_BASE="http://127.0.0.1:9", code=3)
    user("generate", "a fox", *LOUD, "-o", "a.png", KREA_API_KEY="bad", code=3)

    assert user.leaks() == []
    assert SECRETS[3] in (user.installed.folder.parent / "config" / "credentials.json").read_text()
    assert len(user.proxy.request_headers) >= 3
    assert not any("authorization" in headers for headers in user.proxy.request_headers)
    assert not any(
        secret in str(headers) for headers in user.proxy.request_headers for secret in SECRETS
    )


def test_a_bug_shows_no_token(user: LoggedInUser) -> None:
    """A traceback of a command that holds the token does not show it."""
    job = user("generate", "--no-wait", "an owl", *SMALL, *LOUD).out.strip()
    path = user.installed.folder.parent / "state" / "ledger.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as ledger:
        ledger.execute("UPDATE requests SET body = '{'")
    ended = user("download", job, *LOUD, code=1)
    assert "Traceback" in ended.err
    assert user.leaks() == []


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc on this system")
def test_no_process_shows_the_token(user: LoggedInUser) -> None:
    """Neither in its command line nor in the environment of what it starts."""
    user.installed.environ["KREA_API_KEY"] = LOGIN
    script = "cat /proc/$$/environ /proc/$$/cmdline; krea generate 'a fox' -o fox.png --verbose"
    running = user.installed.start(KREA, "sandbox", "--seconds", "0.5", "--", "sh", "-c", script)
    seen: set[bytes] = set()
    wait_until(lambda: seen.update(command_lines()) or running.ended)
    ended = user.keep(running.wait())
    assert "KREA_API_KEY=sandbox-" in ended.out
    assert any(b"krea\0generate\0a fox\0" in line for line in seen)
    assert not [line for line in seen for secret in SECRETS if secret.encode() in line]
    assert user.leaks() == []


def command_lines() -> Iterator[bytes]:
    """The command line of every process of this machine that shows it."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield file.read_bytes()
