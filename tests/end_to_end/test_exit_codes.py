"""Every exit code that the README lists, reached by the installed command."""

import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import QUICK, SLOW
from tests.fakes.sandbox_process import Sandbox
from tests.harness.installed_cli import KREA, Desk

Against = Callable[..., tuple[Desk, Sandbox]]
FOX = ("generate", "a red fox", "--width", "512", "--height", "512", "-o", "fox.png")


def sent(sandbox: Sandbox) -> tuple[int, int]:
    """How many submits arrived, and how many jobs were made of them."""
    stats = sandbox.stats()
    return stats["posts"], stats["jobs"]


@pytest.fixture
def new(sandbox: Sandbox) -> Callable[[], tuple[int, int]]:
    """What arrived at the shared sandbox since the test began."""
    posts, jobs = sent(sandbox)
    return lambda: (sent(sandbox)[0] - posts, sent(sandbox)[1] - jobs)


def job_of(text: str) -> str:
    """The first job id in TEXT."""
    found = re.search(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text)
    assert found, text
    return found[0]


def test_0_done(desk: Desk, new: Callable[[], tuple[int, int]]) -> None:
    """The picture is there, stdout is its name, one job was made."""
    done = desk.krea(*FOX)
    assert (done.code, done.out) == (0, "fox.png\n")
    assert "error:" not in done.err
    assert (desk.folder / "fox.png").read_bytes().startswith(b"\x89PNG")
    assert (new(), desk.left_over) == ((1, 1), [])


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
    desk: Desk,
    new: Callable[[], tuple[int, int]],
    prompt: str,
    code: int,
    charged: str,
    sentence: str,
) -> None:
    """The exit code tells why there is no picture, and the error what it cost."""
    ended = desk.krea("generate", prompt, "-o", "fox.png")
    assert (ended.code, ended.out) == (code, "")
    error = ended.error(charged=charged)
    assert re.fullmatch(sentence.replace("ID", job_of(error)), error)
    assert (new(), list(desk.folder.iterdir())) == ((1, 1), [])


def test_2_wrong_usage(desk: Desk, new: Callable[[], tuple[int, int]]) -> None:
    """What cannot be meant is refused before anything is sent."""
    ended = desk.krea(*FOX, "--width", "broad")
    assert (ended.code, ended.out) == (2, "")
    assert "broad" in ended.error(charged="no")
    assert (new(), desk.left_over) == ((0, 0), [])


@pytest.mark.parametrize(
    ("fault", "code", "sentence"),
    [
        ("422", 2, "the service refused the request: HTTP 422: Input file rejected"),
        ("410", 2, "image/bfl/flux-1-dev was retired on .*"),
        ("401", 3, "the service does not accept the token"),
        ("402", 6, "the API balance does not suffice: .*"),
        ("402-plan", 6, "the plan does not include this: .*"),
        ("429", 8, "all job slots of the account are taken .*"),
    ],
    ids=["2 refused", "2 retired", "3 token", "6 balance", "6 plan", "8 busy"],
)
def test_a_request_that_is_not_taken(
    against: Against, fault: str, code: int, sentence: str
) -> None:
    """The service's answer decides the code; nothing is charged, and nothing is left lying."""
    desk, sandbox = against(*QUICK, "--fault", fault)
    ended = desk.krea(*FOX, "--timeout", "1")
    assert (ended.code, ended.out) == (code, "")
    assert re.fullmatch(sentence, ended.error(charged="no"))
    assert (sent(sandbox), list(desk.folder.iterdir())) == ((1, 0), [])


def test_4_stopped_waiting(against: Against) -> None:
    """The job runs on, and the hint is the command that resumes."""
    desk, sandbox = against(*SLOW)
    ended = desk.krea(*FOX, "--timeout", "0.5")
    assert (ended.code, ended.out) == (4, "")
    assert "still" in ended.error(charged="unknown")
    assert f"  hint: krea download {job_of(ended.err)}\n" in ended.err
    assert sent(sandbox) == (1, 1)


def test_9_outcome_unknown(against: Against) -> None:
    """The request left and nobody knows: it is not sent again, by this run or by the next."""
    desk, sandbox = against(*QUICK, "--fault", "reset-before")
    ended = desk.krea(*FOX)
    assert (ended.code, ended.out, sent(sandbox)) == (9, "", (1, 0))
    assert "is unknown" in ended.error(charged="unknown")

    again = desk.start(KREA, *FOX)
    again.wait_for("looking for the job")
    again.send(signal.SIGINT)
    assert (again.end().code, sent(sandbox)) == (9, (1, 0))
    assert list(desk.folder.glob("fox*")) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_10_paid_and_not_saved(against: Against) -> None:
    """The job is paid; the hint names the command that fetches it without paying again."""
    desk, sandbox = against(*QUICK)
    full = desk.sh("krea generate 'a red fox' -o - > /dev/full")
    assert (full.code, full.out) == (10, "")
    assert "could not be written" in full.error(charged="yes")
    job_id = job_of(full.err)
    assert f"  hint: krea download {job_id}\n" in full.err

    saved = desk.krea("download", job_id, "-o", "fox.png")
    assert (saved.code, saved.out, sent(sandbox)) == (0, "fox.png\n", (1, 1))


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=["130", "143", "129"],
)
def test_interrupted(against: Against, number: signal.Signals, code: int) -> None:
    """A signal ends the waiting at once, not the job; the resuming command is told."""
    desk, sandbox = against(*SLOW)
    running = desk.start(KREA, *FOX)
    running.wait_for("job ")
    running.send(number)
    ended = running.end()
    assert (ended.code, ended.out) == (code, "")
    assert number.name in ended.error(charged="unknown")
    assert f"krea download {job_of(ended.err)}" in ended.err
    assert sent(sandbox) == (1, 1)
