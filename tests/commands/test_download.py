"""`krea download`: ids and records in, files out; what is paid for is never asked for twice."""

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from tests.fakes.krea_service import PNG
from tests.harness.cli import World

ONE = "job-1"


@pytest.fixture
def made(world: World) -> World:
    """A world with one finished job, submitted here with `-o fox.png`."""
    world.krea("generate", "a red fox", "--no-wait", "-o", "fox.png")
    world.clock.advance(60)
    world.service.requests.clear()
    return world


def strangers(world: World, *numbers: int) -> None:
    """Put finished jobs of another machine on the service."""
    for number in numbers:
        world.service.keep(world.service.job(number))
    world.clock.advance(60)


def test_where_generate_was_told_to_put_it(made: World) -> None:
    """Without -o the ledger remembers the name; stdout is that name and nothing else."""
    result = made.krea("download", ONE)
    assert (result.code, result.out) == (0, "fox.png\n")
    assert Path("fox.png").read_bytes() == PNG
    assert os.listdir() == ["fox.png"]


def test_again_without_a_request(made: World) -> None:
    """What is on disk unchanged is told again without asking anybody."""
    made.krea("download", ONE)
    made.service.requests.clear()
    result = made.krea("download", ONE)
    assert (result.code, result.out) == (0, "fox.png\n")
    assert made.service.requests == []
    Path("fox.png").unlink()
    assert made.krea("download", ONE).out == "fox.png\n"
    assert Path("fox.png").read_bytes() == PNG


def test_what_stands_there_already(made: World) -> None:
    """A copy made elsewhere meanwhile does not hide that the first one is still there."""
    made.krea("download", ONE)
    made.krea("download", ONE, "-o", "copy.png")
    made.service.requests.clear()
    assert made.krea("download", ONE, "-o", "fox.png").out == "fox.png\n"
    assert made.krea("download", ONE, "-o", "copy.png").out == "copy.png\n"
    assert made.krea("download", ONE).out == "fox.png\n"
    assert made.service.requests == []


def test_another_place(made: World) -> None:
    """-o decides where it goes: a file, a folder, a template."""
    assert made.krea("download", ONE, "-o", "new/x.png").out == "new/x.png\n"
    assert made.krea("download", ONE, "-o", "pics/").out == "pics/a-red-fox-job1.png\n"
    assert made.krea("download", ONE, "-o", "{job_id}.{ext}").out == "job-1.png\n"


def test_a_running_job_is_waited_for(world: World) -> None:
    """A job that still runs is waited for, then saved."""
    world.krea("generate", "a red fox", "--no-wait", "-o", "fox.png")
    assert world.krea("download", ONE).out == "fox.png\n"


def test_the_time_is_over(world: World) -> None:
    """A job that outlives --timeout is no failed job: exit 4 and the command that goes on."""
    world.service.seconds = 1000
    world.krea("generate", "a red fox", "--no-wait", "-o", "fox.png")
    result = world.krea("download", ONE, "--timeout", "10")
    assert (result.code, result.out) == (4, "")
    assert "stopped waiting; job job-1 still runs" in result.err
    assert os.listdir() == []


def test_an_interruption_names_the_job(world: World) -> None:
    """After SIGTERM: exit 143, the id, and the command that resumes; nothing half is left."""
    world.service.seconds = 1000
    strangers(world, 1)
    world.service.jobs[ONE]["created"] = world.clock.now()
    world.clock.stop_at(world.clock.now() + 5, 15)
    result = world.krea("download", ONE, "-o", "fox.png")
    assert (result.code, result.out) == (143, "")
    assert result.err == (
        "job job-1: queued\n"
        "error: interrupted (SIGTERM); job job-1 is not saved yet\n"
        "  hint: krea download job-1 -o fox.png\n"
        "  charged: unknown\n"
    )
    assert os.listdir() == []


def test_several_ids_are_numbered(world: World) -> None:
    """One exact name for several jobs: the first has it, the others a number."""
    strangers(world, 1, 2, 3)
    result = world.krea("download", "job-1", "job-2", "job-3", "-o", "fox.png")
    assert result.code == 0
    assert sorted(result.out.split()) == ["fox-2.png", "fox-3.png", "fox.png"]
    assert world.service.requests.count("GET /jobs") == 1


def test_ids_and_records_from_stdin(world: World) -> None:
    """Lines of stdin are taken as they come: ids, records, each job once."""
    strangers(world, 1, 2)
    record = json.dumps({"job_id": "job-2", "status": "processing", "prompt": "a blue fox"})
    result = world.krea("download", stdin=f"job-1\n{record}\njob-1\n")
    assert result.code == 0
    assert sorted(result.out.split()) == ["a-blue-fox-job2.png", "flux-job1.png"]


def test_a_finished_record_is_not_asked_about(made: World) -> None:
    """A record that tells where the results are saves the request for the job."""
    waited = made.krea("wait", "--json", ONE)
    made.service.requests.clear()
    assert made.krea("download", stdin=waited.out).out == "fox.png\n"
    assert made.service.requests == ["GET /files/job-1.png"]


def test_a_failed_record_is_told_without_a_request(world: World) -> None:
    """A record of a failed job ends as that failure; nobody is asked."""
    failed = {
        "job_id": ONE,
        "status": "failed",
        "error": {"code": "moderated", "message": "refused by moderation", "charged": "no"},
    }
    result = world.krea("download", stdin=json.dumps(failed) + "\n")
    assert (result.code, result.out) == (7, "")
    assert "error: refused by moderation\n" in result.err
    assert world.service.requests == []


def test_one_of_several_fails(world: World) -> None:
    """An unknown id does not keep the others from being saved; the exit code tells."""
    strangers(world, 1)
    result = world.krea("download", "job-1", "job-9", "-o", "pics/")
    assert (result.code, result.out) == (2, "pics/flux-job1.png\n")
    assert "job-9" in result.err


def test_nothing_is_overwritten(world: World) -> None:
    """A file that stands at the target is refused before anything is asked; --force permits it."""
    strangers(world, 1)
    Path("fox.png").write_bytes(b"mine")
    result = world.krea("download", ONE, "-o", "fox.png")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "error: fox.png exists\n"
        "  hint: --force overwrites it; or choose another name with -o\n"
        "  job: job-1\n"
        "  charged: no\n"
    )
    assert world.service.requests == []
    assert world.krea("download", ONE, "-o", "fox.png", "--force").out == "fox.png\n"
    assert Path("fox.png").read_bytes() == PNG


def test_published_and_not_booked(made: World) -> None:
    """Killed between the file and the ledger's row: the same content at the target is ours."""
    Path("fox.png").write_bytes(PNG)
    assert made.krea("download", ONE).out == "fox.png\n"
    assert os.listdir() == ["fox.png"]


def test_the_record(made: World) -> None:
    """With --json the record of the job, with what is on disk."""
    (record,) = made.krea("download", "--json", ONE).records
    assert record["files"] == ["fox.png"]
    assert record["status"] == "completed"
    assert record["prompt"] == "a red fox"
    assert record["outputs"] == [
        {
            "url": "http://127.0.0.1:9/files/job-1.png",
            "path": "fox.png",
            "sha256": sha256(PNG).hexdigest(),
            "bytes": len(PNG),
            "type": "image/png",
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["../x"], "job id"),
        (["job-1", "-o", "{size}.png"], "unknown placeholder {size}"),
        (["job-1", "-o", ""], "-o needs a name"),
        (["job-1", "job-2", "-o", "-"], "-o - takes one result"),
    ],
)
def test_wrong_usage(world: World, arguments: list[str], message: str) -> None:
    """What cannot be meant is exit 2 before anything is asked."""
    result = world.krea("download", *arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert world.service.requests == []


def test_an_empty_stream(world: World) -> None:
    """Nothing to do is done."""
    assert world.krea("download").code == 0


@pytest.mark.parametrize("ids", [("job-1", "job-2"), ("--missing",)], ids=["by id", "missing"])
def test_two_results_of_each_of_two_jobs_keep_their_names(
    world: World, ids: tuple[str, ...]
) -> None:
    """Each has the name that generate would have given it: the first's second is not fox-2.png."""
    world.service.results = 2
    world.krea("generate", "a fox", "-n", "2", "-o", "fox.png", "--no-wait")
    world.clock.advance(60)
    result = world.krea("download", *ids)
    assert (result.code, result.out.split()) == (
        0,
        ["fox.png", "fox-1-2.png", "fox-2.png", "fox-2-2.png"],
    )
    assert world.krea("generate", "a hen", "-n", "2", "-o", "hen.png").out.split() == [
        "hen.png",
        "hen-1-2.png",
        "hen-2.png",
        "hen-2-2.png",
    ]
