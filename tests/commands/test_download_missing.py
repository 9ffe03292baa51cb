"""`krea download --missing`: all that is paid for and never landed, where it was meant to."""

import pytest

from tests.commands.generate.test_generate import states
from tests.fakes.krea_service import PNG
from tests.harness.cli import World


def left_behind(world: World, *words: str) -> None:
    """Submit and leave, a minute ago."""
    assert world.krea("generate", "--no-wait", *words).code == 0
    world.clock.advance(60)


def test_nothing_is_missing(world: World) -> None:
    """Success with nothing done, and not a request."""
    result = world.krea("download", "--missing")
    assert (result.code, result.out, result.err, world.service.requests) == (0, "", "", [])


def test_all_land_where_they_were_meant_to(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exact names, folders, templates, and none at all: then in the folder of that command."""
    left_behind(world, "a fox", "-o", "fox.png")
    left_behind(world, "a hen", "-o", "farm/")
    left_behind(world, "an owl", "-o", "{slug}-x.{ext}")
    left_behind(world, "a cat")
    left_behind(world, "a dog", "-o", "-")
    elsewhere = world.home / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    result = world.krea("download", "--missing")
    home = world.home / "work"
    assert (result.code, result.out.splitlines()) == (
        0,
        [
            f"{home}/fox.png",
            f"{home}/farm/a-hen-job2.png",
            f"{home}/an-owl-x.png",
            f"{home}/a-cat-job4.png",
            f"{home}/a-dog-job5.png",
        ],
    )
    assert [state for state, _ in states(world)] == ["saved"] * 5
    assert world.krea("download", "--missing").out == ""
    assert list(elsewhere.iterdir()) == []


def test_what_runs_is_left_alone_and_told(world: World) -> None:
    """It waits for nothing; what is done lands."""
    left_behind(world, "a fox", "-o", "fox.png")
    world.krea("generate", "--no-wait", "a hen", "-o", "hen.png")
    result = world.krea("download", "--missing")
    assert (result.code, result.out) == (0, "fox.png\n")
    assert "1 of the jobs still run: job-2" in result.err
    assert world.clock.pauses == []


def test_a_job_that_failed_is_told_once(world: World) -> None:
    """It was not billed; the others land."""
    left_behind(world, "a fox", "-o", "fox.png")
    left_behind(world, "a hen", "-o", "hen.png")
    world.service.jobs["job-1"]["ends"] = "failed"
    result = world.krea("download", "--missing")
    assert (result.code, result.out) == (1, "hen.png\n")
    assert "job job-1 failed" in result.err
    assert "charged: no" in result.err
    assert world.krea("download", "--missing").code == 0


def test_a_job_that_is_gone_is_told_and_stays_missing(world: World) -> None:
    """It was paid for: nobody may forget it."""
    left_behind(world, "a fox", "-o", "fox.png")
    left_behind(world, "a hen", "-o", "hen.png")
    del world.service.jobs["job-1"]
    result = world.krea("download", "--missing")
    assert (result.code, result.out) == (1, "hen.png\n")
    assert "job job-1 was made and cannot be read now" in result.err
    assert "charged: unknown" in result.err
    assert states(world)[0] == ("submitted", "job-1")


def test_several_results_and_a_taken_name(world: World) -> None:
    """All results of a job; a file of the user's is never overwritten."""
    world.service.results = 2
    pictures = iter((PNG, PNG.replace(b"\0", b"\1")))
    world.service.content = lambda: next(pictures)
    left_behind(world, "a fox", "-o", "fox.png")
    (world.home / "work" / "fox.png").write_bytes(b"mine")
    result = world.krea("download", "--missing")
    assert (result.code, result.out) == (0, "fox-2.png\nfox-2-2.png\n")
    assert "fox.png was taken meanwhile: the result is in fox-2.png" in result.err
    assert (world.home / "work" / "fox.png").read_bytes() == b"mine"


def test_a_job_without_any_result_is_told_once(world: World) -> None:
    """There is nothing to land, now or later."""
    world.service.results = 0
    left_behind(world, "a fox", "-o", "fox.png")
    first, second = world.krea("download", "--missing"), world.krea("download", "--missing")
    assert (first.code, second.code) == (11, 0)


def test_a_job_that_is_gone_can_be_let_go(world: World) -> None:
    """By the user's word, as with a request in doubt."""
    left_behind(world, "a fox", "-o", "fox.png")
    world.service.jobs.clear()
    assert world.krea("download", "--missing").code == 1
    assert world.krea("recover", "--forget", "1").code == 0
    assert world.krea("download", "--missing").code == 0


@pytest.mark.parametrize("place", ["-", "x.png", "pics/"])
def test_another_place_is_refused(world: World, place: str) -> None:
    """--missing saves each where it was meant to go."""
    left_behind(world, "a fox", "-o", "fox.png")
    result = world.krea("download", "--missing", "-o", place)
    assert (result.code, result.out) == (2, "")
    assert "--missing saves each where it was meant to go" in result.err


def test_ids_and_missing_do_not_go_together(world: World) -> None:
    """--missing finds the ids itself."""
    result = world.krea("download", "--missing", "job-1")
    assert (result.code, "leave the ids or --missing away" in result.err) == (2, True)


def test_a_saved_file_that_was_deleted_is_not_missing(world: World) -> None:
    """It did land; who removed it knows why."""
    assert world.krea("generate", "a fox", "-o", "fox.png").code == 0
    (world.home / "work" / "fox.png").unlink()
    assert world.krea("download", "--missing").out == ""
