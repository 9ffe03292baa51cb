"""The command that an ended `krea` prints, typed as it stands, brings the results where they go."""

import re
import shlex
from pathlib import Path

import httpx
import pytest

from tests.command import Result, World
from tests.service import PNG


def resumed(world: World, ended: Result) -> Result:
    """Type what the hint of ENDED says, once the jobs are done."""
    (line,) = re.findall(r"hint: (krea .+)", ended.err)
    world.service.seconds = 0
    return world.krea(*shlex.split(line)[1:])


@pytest.fixture(autouse=True)
def slow(world: World) -> None:
    """Jobs take longer than anybody waits."""
    world.service.seconds = 600


@pytest.mark.parametrize(
    ("options", "files"),
    [
        (("-o", "fox.png"), ["fox.png"]),
        (("-o", "fox.png", "-n", "3"), ["fox-2.png", "fox-3.png", "fox.png"]),
        (("-o", "pics/", "-n", "2"), ["pics/a-fox-job1.png", "pics/a-fox-job2.png"]),
        (("-o", "{n}-{seed}.{ext}", "-n", "2", "--seed", "7"), ["1-7.png", "2-8.png"]),
        (("-o", "it's {{a}}.png"), ["it's {a}.png"]),
        (("-o", "a b.png", "--no-ledger"), ["a b.png"]),
        (("-o", "fox.png", "--profile", "work"), ["fox.png"]),
    ],
)
def test_after_a_time_out(world: World, options: tuple[str, ...], files: list[str]) -> None:
    """Exit 4, and the printed command saves every result under the name that was asked for."""
    if "--profile" in options:
        del world.environ["KREA_API_KEY"]
        world.krea("auth", "login", "--with-token", "--profile", "work", stdin="key-2:secret")
    ended = world.krea("generate", "a fox", *options, "--timeout", "60")
    assert (ended.code, ended.out) == (4, "")
    assert resumed(world, ended).code == 0
    found = list(Path().rglob("*.png"))
    assert sorted(map(str, found)) == files
    assert all(path.read_bytes() == PNG for path in found)
    assert not list(Path().rglob(".*.part"))


def test_after_a_signal(world: World) -> None:
    """Exit 130 with several jobs: one command for all of them."""
    world.clock.stop_at(world.clock.now() + 20, 2)
    ended = world.krea("generate", "a fox", "-o", "fox.png", "-n", "2")
    assert ended.code == 130
    world.clock.signal = None
    assert resumed(world, ended).code == 0
    assert sorted(map(str, Path().glob("*.png"))) == ["fox-2.png", "fox.png"]


def test_a_signal_while_a_result_is_saved(world: World) -> None:
    """The job is done by then: it is paid, and the error says so."""
    world.service.seconds = 5
    world.service.on_file = lambda: world.clock.stop(15)
    ended = world.krea("generate", "a fox", "-o", "fox.png")
    assert (ended.code, "charged: yes" in ended.err) == (143, True), ended.err
    world.clock.signal, world.service.on_file = None, None
    assert resumed(world, ended).out == "fox.png\n"


def test_what_may_be_overwritten_may_be_so_later(world: World) -> None:
    """--force is a part of the command that resumes."""
    Path("fox.png").write_text("old")
    ended = world.krea("generate", "a fox", "-o", "fox.png", "--force", "--timeout", "60")
    assert resumed(world, ended).out == "fox.png\n"
    assert Path("fox.png").read_bytes() == PNG


def test_a_job_that_cannot_be_read_may_be_paid(world: World) -> None:
    """The service forgets a job that it handed out: not "nothing was charged", and no new job."""
    world.clock.stop_at(world.clock.now() + 5, 15)
    world.krea("generate", "a fox", "-o", "fox.png")
    world.clock.signal = None
    kept = world.service.jobs.copy()
    world.service.jobs.clear()
    gone = world.krea("generate", "a fox", "-o", "fox.png")
    assert (gone.code, len(world.service.posts)) == (1, 1)
    assert "charged: unknown" in gone.err
    world.service.jobs.update(kept)
    assert resumed(world, gone).out == "fox.png\n"


@pytest.mark.parametrize("place", ["pics/", "fox.png", "fox-{n}.{ext}"])
def test_a_run_of_several_is_finished_by_the_same_command(world: World, place: str) -> None:
    """Interrupted when one of three was there and one ran: the third is made, none is made anew."""
    world.service.seconds = 5

    def second_is_slow(*_: object) -> None:
        world.service.seconds = 600
        world.clock.stop_at(world.clock.now() + 60, 2)

    def busy(*_: object) -> httpx.Response:
        world.clock.advance(3)
        return httpx.Response(429, json={"error": "maximum number of concurrent jobs"})

    world.service.answers = [lambda *_: None, *[busy] * 3, second_is_slow, *[busy] * 40]
    command = ("generate", "a fox", "-n", "3", "-o", place)
    first = world.krea(*command)
    assert (first.code, len(first.out.split())) == (130, 1), first.err
    assert "is not saved yet; 1 of 3 jobs were not submitted\n" in first.err
    assert "hint: the same command goes on with all 3\n" in first.err
    world.clock.signal, world.service.seconds, posts = None, 5, len(world.service.posts)
    world.service.answers = []
    second = world.krea(*command)
    assert second.code == 0
    assert len(second.out.split()) == len(list(Path().rglob("*.png"))) == 3
    assert (len(world.service.jobs), len(world.service.posts)) == (3, posts + 1)


def test_a_finished_run_of_several_is_no_run_to_go_on_with(world: World) -> None:
    """All three were saved: the same command makes three more in the folder."""
    world.service.seconds = 5
    for jobs in (3, 6):
        assert world.krea("generate", "a fox", "-n", "3", "-o", "pics/").code == 0
        assert len(world.service.jobs) == jobs
