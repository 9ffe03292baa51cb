"""A token is stored by login, sent to the API, and is nowhere else: not after a day's work."""

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
    folder = user.installed.folder.parent / "bug"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import httpx\ndef send(*_, **__):\n    raise RuntimeError('a bug')\n"
        "httpx.Client.send = send\n"
    )
    ended = user("status", "job-1", *LOUD, PYTHONPATH=str(folder), code=1)
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
