"""Nothing is paid twice, nothing paid is lost: lost answers, kills at any moment, two at once."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.end_to_end.conftest import QUICK, SLOW, StartSandbox
from tests.fakes.sandbox_process import Sandbox
from tests.harness.installed_cli import KREA, InstalledCli, wait_until

FOX = ("generate", "a red fox", "--width", "512", "--height", "512", "-o", "fox.png")
BRIEF = ("--seconds", "0.6", "--spread", "0")
MAKEFILE = """\
all: $(patsubst %.txt,%.png,$(wildcard *.txt))
%.png: %.txt
	krea generate "$$(cat $<)" --width 512 --height 512 -o $@
"""
PROMPTS = 8


def is_whole_picture(picture: Path) -> bool:
    """True when a picture is there to the last byte."""
    with Image.open(picture) as image:
        image.load()
    return True


@pytest.mark.parametrize("fault", ["reset-after", "524"])
def test_a_lost_answer(start_sandbox: StartSandbox, fault: str) -> None:
    """The job was made and nobody was told: it is found, not sent again."""
    installed, sandbox = start_sandbox(*QUICK, "--fault", f"{fault}:x1")
    ended = installed.krea(*FOX)
    assert (ended.code, ended.out) == (0, "fox.png\n")
    assert "found the job of the lost answer in the list" in ended.err
    assert is_whole_picture(installed.folder / "fox.png")
    stats = sandbox.stats()
    assert (stats["posts"], stats["jobs"], installed.part_files) == (1, 1, [])


def test_a_lost_answer_among_strangers(start_sandbox: StartSandbox) -> None:
    """Another program's job looks the same: none is taken, both are named, nothing is sent."""
    installed, sandbox = start_sandbox(
        *QUICK, "--seed", "1", "--fault", "reset-after", "--fault", "strangers"
    )
    running = installed.start(KREA, *FOX)
    running.wait_for("looking for the job")
    wait_until(lambda: sandbox.stats()["polls"]["list"] > 0)
    running.send(signal.SIGINT)
    ended = running.wait()
    assert ended.code == 9
    assert "is unknown" in ended.error(charged="unknown")
    assert sandbox.stats()["posts"] == 1


def test_interrupted_while_it_submits(start_sandbox: StartSandbox) -> None:
    """Ctrl-C waits for the id of the request that has left, and tells it."""
    installed, sandbox = start_sandbox(*SLOW, "--fault", "slow-submit:1s")
    running = installed.start(KREA, *FOX)
    wait_until(lambda: sandbox.stats()["posts"] == 1)
    running.send(signal.SIGINT)
    ended = running.wait()
    assert ended.code == 130
    (job,) = sandbox.jobs()
    assert f"krea download {job['job_id']}" in ended.err
    assert "SIGINT" in ended.error(charged="unknown")


def posted(sandbox: Sandbox, installed: InstalledCli) -> bool:
    """The request has left."""
    return sandbox.stats()["posts"] == 1


def polled(sandbox: Sandbox, installed: InstalledCli) -> bool:
    """The command waits for the job."""
    return sandbox.stats()["polls"]["single"] > 0


def arriving(sandbox: Sandbox, installed: InstalledCli) -> bool:
    """Some of the picture is there, and not all of it."""
    return any((installed.folder / name).stat().st_size for name in installed.part_files)


@pytest.mark.parametrize(
    ("faults", "moment"),
    [
        (["slow-submit:x1:1s"], posted),
        ([], posted),
        ([], polled),
        (["slow:x1:2s"], arriving),
    ],
    ids=["before the answer", "after the answer", "while it runs", "while it downloads"],
)
def test_killed_and_run_again(
    start_sandbox: StartSandbox, faults: list[str], moment: Callable[[Sandbox, InstalledCli], bool]
) -> None:
    """kill -9 at any moment; the same command then makes the picture of that very job."""
    options = [word for fault in faults for word in ("--fault", fault)]
    installed, sandbox = start_sandbox(*BRIEF, *options)
    running = installed.start(KREA, *FOX)
    wait_until(lambda: moment(sandbox, installed))
    running.kill()

    ended = installed.krea(*FOX)
    assert (ended.code, ended.out) == (0, "fox.png\n"), ended.err
    assert "going on with the same request for fox.png" in ended.err
    assert is_whole_picture(installed.folder / "fox.png")
    stats = sandbox.stats()
    assert (stats["posts"], stats["jobs"], installed.part_files) == (1, 1, [])


def test_two_windows(start_sandbox: StartSandbox) -> None:
    """One command in two windows at once: one job, and both end well with its file."""
    installed, sandbox = start_sandbox(*BRIEF)
    first, second = installed.start(KREA, *FOX), installed.start(KREA, *FOX)
    ended = [first.wait(), second.wait()]
    assert [(each.code, each.out) for each in ended] == [(0, "fox.png\n")] * 2, ended
    assert is_whole_picture(installed.folder / "fox.png")
    stats = sandbox.stats()
    assert (stats["posts"], stats["jobs"], installed.part_files) == (1, 1, [])


@pytest.mark.machine
@pytest.mark.parametrize("sent", [2, 7])
def test_make_killed_and_run_again(start_sandbox: StartSandbox, sent: int) -> None:
    """Eight at a time, all killed while a request is under way, run again: eight jobs in all."""
    installed, sandbox = start_sandbox(*BRIEF, "--fault", "slow-submit:0.2s")
    (installed.folder / "Makefile").write_text(MAKEFILE)
    for number in range(PROMPTS):
        (installed.folder / f"{number}.txt").write_text(f"picture {number}")
    running = installed.start("make", "-j8")
    wait_until(lambda: sandbox.stats()["posts"] >= sent)
    running.kill()

    ended = installed.run(["make", "-j8"])
    assert ended.code == 0, ended.err
    stats = sandbox.stats()
    assert (stats["posts"], stats["jobs"], installed.part_files) == (PROMPTS, PROMPTS, [])
    prompts = sorted(body["prompt"] for body in stats["bodies"])
    assert prompts == [f"picture {number}" for number in range(PROMPTS)]
    assert all(is_whole_picture(installed.folder / f"{number}.png") for number in range(PROMPTS))
