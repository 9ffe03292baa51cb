"""Every exit code that the README lists, reached by the installed command."""

import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import QUICK, SLOW, StartSandbox
from tests.fakes.sandbox_process import Sandbox
from tests.harness.installed_cli import KREA, InstalledCli

FOX = ("generate", "a red fox", "--width", "512", "--height", "512", "-o", "fox.png")


def posts_and_jobs(sandbox: Sandbox) -> tuple[int, int]:
    """The number of submits that arrived, and of their jobs."""
    stats = sandbox.stats()
    return stats["posts"], stats["jobs"]


@pytest.fixture
def new_requests(sandbox: Sandbox) -> Callable[[], tuple[int, int]]:
    """Count submits and jobs at the shared sandbox since the test began."""
    posts, jobs = posts_and_jobs(sandbox)
    return lambda: (posts_and_jobs(sandbox)[0] - posts, posts_and_jobs(sandbox)[1] - jobs)


def job_of(text: str) -> str:
    """The first job id in TEXT."""
    match = re.search(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text)
    assert match, text
    return match[0]


def test_0_done(installed: InstalledCli, new_requests: Callable[[], tuple[int, int]]) -> None:
    """The picture is there, stdout is its name, one job was made."""
    done = installed.krea(*FOX)
    assert (done.code, done.out) == (0, "fox.png\n")
    assert "error:" not in done.err
    assert (installed.folder / "fox.png").read_bytes().startswith(b"\x89PNG")
    assert (new_requests(), installed.part_files) == ((1, 1), [])


@pytest.mark.parametrize(
    ("prompt", "code", "charged", "sentence"),
    [
        ("[fail] a fox", 1, "no", r"job ID failed: The provider failed .*"),
        ("[cancel] a fox", 1, "no", r"job ID was cancelled"),
        (
            "[nsfw] a fox",
            7,
            "no",
            r"job ID was refused by moderation because of nudity or sex \(nsfw\): .*",
        ),
        ("[empty] a fox", 11, "unknown", r"job ID completed without any result.*"),
    ],
    ids=["1 failed", "1 cancelled", "7 moderated", "11 empty"],
)
def test_a_job_that_brings_nothing(
    installed: InstalledCli,
    new_requests: Callable[[], tuple[int, int]],
    prompt: str,
    code: int,
    charged: str,
    sentence: str,
) -> None:
    """The exit code tells why there is no picture, and the error what it cost."""
    ended = installed.krea("generate", prompt, "-o", "fox.png")
    assert (ended.code, ended.out) == (code, "")
    error = ended.error(charged=charged)
    assert re.fullmatch(sentence.replace("ID", job_of(error)), error)
    assert (new_requests(), list(installed.folder.iterdir())) == ((1, 1), [])


def test_2_wrong_usage(
    installed: InstalledCli, new_requests: Callable[[], tuple[int, int]]
) -> None:
    """A wrong value is refused before anything is sent."""
    ended = installed.krea(*FOX, "--width", "broad")
    assert (ended.code, ended.out) == (2, "")
    assert "broad" in ended.error(charged="no")
    assert (new_requests(), installed.part_files) == ((0, 0), [])


@pytest.mark.parametrize(
    ("fault", "code", "sentence"),
    [
        ("422", 2, "the service refused the request: HTTP 422: Input file rejected"),
        ("410", 2, "image/bfl/flux-1-dev was retired on .*"),
        ("401", 3, "the service does not accept the token"),
        ("402", 6, "the API balance is too low: .*"),
        ("402-plan", 6, "the plan does not include this: .*"),
        ("429", 8, "all job slots of the account are taken .*"),
    ],
    ids=["2 refused", "2 retired", "3 token", "6 balance", "6 plan", "8 busy"],
)
def test_a_request_that_is_not_taken(
    start_sandbox: StartSandbox, fault: str, code: int, sentence: str
) -> None:
    """The service's answer decides the code; nothing is charged, and nothing is left lying."""
    installed, sandbox = start_sandbox(*QUICK, "--fault", fault)
    ended = installed.krea(*FOX, "--timeout", "1")
    assert (ended.code, ended.out) == (code, "")
    assert re.fullmatch(sentence, ended.error(charged="no"))
    assert (posts_and_jobs(sandbox), list(installed.folder.iterdir())) == ((1, 0), [])


def test_4_stopped_waiting(start_sandbox: StartSandbox) -> None:
    """The job runs on, and the hint is the command that resumes."""
    installed, sandbox = start_sandbox(*SLOW)
    ended = installed.krea(*FOX, "--timeout", "0.5")
    assert (ended.code, ended.out) == (4, "")
    assert "still" in ended.error(charged="unknown")
    assert f"  hint: krea download {job_of(ended.err)}\n" in ended.err
    assert posts_and_jobs(sandbox) == (1, 1)


@pytest.mark.machine
def test_9_outcome_unknown(start_sandbox: StartSandbox) -> None:
    """The request left and nobody knows: it is not sent again, by this run or by the next."""
    installed, sandbox = start_sandbox(*QUICK, "--fault", "reset-before")
    ended = installed.krea(*FOX)
    assert (ended.code, ended.out, posts_and_jobs(sandbox)) == (9, "", (1, 0))
    assert "is unknown" in ended.error(charged="unknown")

    again = installed.start(KREA, *FOX)
    again.wait_for("looking for the job")
    again.send(signal.SIGINT)
    assert (again.wait().code, posts_and_jobs(sandbox)) == (9, (1, 0))
    assert list(installed.folder.glob("fox*")) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_10_paid_and_not_saved(start_sandbox: StartSandbox) -> None:
    """The job is paid; the hint names the command that fetches it without paying again."""
    installed, sandbox = start_sandbox(*QUICK)
    full = installed.sh("krea generate 'a red fox' -o - > /dev/full")
    assert (full.code, full.out) == (10, "")
    assert "could not be written" in full.error(charged="yes")
    job_id = job_of(full.err)
    assert f"  hint: krea download {job_id}\n" in full.err

    saved = installed.krea("download", job_id, "-o", "fox.png")
    assert (saved.code, saved.out, posts_and_jobs(sandbox)) == (0, "fox.png\n", (1, 1))


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=["130", "143", "129"],
)
def test_interrupted(start_sandbox: StartSandbox, number: signal.Signals, code: int) -> None:
    """A signal ends the waiting at once, not the job; the resuming command is told."""
    installed, sandbox = start_sandbox(*SLOW)
    running = installed.start(KREA, *FOX)
    running.wait_for("job ")
    running.send(number)
    ended = running.wait()
    assert (ended.code, ended.out) == (code, "")
    assert number.name in ended.error(charged="unknown")
    assert f"krea download {job_of(ended.err)}" in ended.err
    assert posts_and_jobs(sandbox) == (1, 1)
