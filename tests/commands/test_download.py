"""`krea download`: ids and records in, files out; nothing is paid for twice."""

import json
import os
from base64 import b64encode
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest

from tests.fakes.krea_service import PNG, ScriptedJob, answer_with
from tests.harness.cli import Cli
from tests.pictures import picture_bytes

ONE = "job-1"


@pytest.fixture
def cli_with_job(cli: Cli) -> Cli:
    """A command line with one finished job, submitted with `-o fox.png`."""
    cli.krea("generate", "a red fox", "--no-wait", "-o", "fox.png")
    cli.clock.advance(60)
    cli.service.requests.clear()
    return cli


def add_foreign_jobs(cli: Cli, *numbers: int) -> None:
    """Put finished jobs of another machine on the service."""
    for number in numbers:
        cli.service.keep(cli.service.job(number))
    cli.clock.advance(60)


def test_where_generate_was_told_to_put_it(cli_with_job: Cli) -> None:
    """Without -o the ledger remembers the name; stdout is that name and nothing else."""
    result = cli_with_job.krea("download", ONE)
    assert (result.code, result.out) == (0, "fox.png\n")
    assert Path("fox.png").read_bytes() == PNG
    assert os.listdir() == ["fox.png"]


@pytest.mark.parametrize(
    "address",
    [
        "data:image/png;base64," + b64encode(PNG).decode(),
        f"/files/{ONE}.png",
        f"../files/{ONE}.png",
        f"//127.0.0.1:9/files/{ONE}.png",
    ],
    ids=["inside", "of the host", "of the job", "of another host"],
)
def test_an_address_need_not_be_whole(cli: Cli, address: str) -> None:
    """A paid result is saved from wherever it is, and found again in the ledger."""
    cli.service.ended_fields = {"result": {"urls": [address]}}
    result = cli.krea("generate", "a red fox", "-o", "fox.png")
    assert (result.code, result.out) == (0, "fox.png\n")
    assert Path("fox.png").read_bytes() == PNG
    cli.service.requests.clear()
    assert cli.krea("download", ONE).out == "fox.png\n"
    assert cli.service.requests == []


def test_a_model_whose_name_is_too_long_for_a_folder(cli: Cli) -> None:
    """The name of the service is cut to what a file system takes."""
    cli.service.keep(ScriptedJob("job-1", cli.service.now(), type="模" * 200))
    cli.clock.advance(60)
    result = cli.krea("download", ONE, "-o", "{model}/a-{model}/{slug}.{ext}")
    assert result.code == 0
    folder, subfolder, name = result.out.rstrip("\n").split("/")
    assert folder == "模" * 85
    assert subfolder == "a-" + "模" * 84
    assert name == "模" * 60 + ".png"
    assert Path(result.out.rstrip("\n")).read_bytes() == PNG


@pytest.mark.parametrize("output", ["x" * 256 + "/{slug}.png", "{model}/" + "x" * 256 + "{n}"])
def test_a_part_of_a_template_that_is_too_long(cli: Cli, output: str) -> None:
    """No model can make it shorter: nothing is sent."""
    result = cli.krea("generate", "a red fox", "-o", output)
    assert result.code == 2
    assert result.error(charged="no") == "a part of -o is longer than 255 bytes"
    assert cli.service.posts == []


def test_again_without_a_request(cli_with_job: Cli) -> None:
    """An unchanged file on disk is printed again without a request."""
    cli_with_job.krea("download", ONE)
    cli_with_job.service.requests.clear()
    result = cli_with_job.krea("download", ONE)
    assert (result.code, result.out) == (0, "fox.png\n")
    assert cli_with_job.service.requests == []
    Path("fox.png").unlink()
    assert cli_with_job.krea("download", ONE).out == "fox.png\n"
    assert Path("fox.png").read_bytes() == PNG


def test_what_stands_there_already(cli_with_job: Cli) -> None:
    """A copy made elsewhere meanwhile does not hide that the first one is still there."""
    cli_with_job.krea("download", ONE)
    cli_with_job.krea("download", ONE, "-o", "copy.png")
    cli_with_job.service.requests.clear()
    assert cli_with_job.krea("download", ONE, "-o", "fox.png").out == "fox.png\n"
    assert cli_with_job.krea("download", ONE, "-o", "copy.png").out == "copy.png\n"
    assert cli_with_job.krea("download", ONE).out == "fox.png\n"
    assert cli_with_job.service.requests == []


def test_what_stands_in_two_places_is_known_in_both(cli_with_job: Cli) -> None:
    """A copy with the recipe inside has other bytes than the first file; both are the result."""
    cli_with_job.service.content = lambda: picture_bytes(7)
    cli_with_job.krea("download", ONE)
    cli_with_job.clock.advance(1)
    cli_with_job.krea("download", ONE, "--embed", "-o", "other.png")
    assert Path("other.png").read_bytes() != Path("fox.png").read_bytes()
    cli_with_job.service.requests.clear()
    result = cli_with_job.krea("download", ONE, "-o", "other.png")
    assert (result.code, result.out, result.err) == (0, "other.png\n", "")
    assert cli_with_job.krea("download", ONE).out == "fox.png\n"
    assert cli_with_job.service.requests == []


def test_a_copy_outlives_the_first_file(cli: Cli) -> None:
    """The first file is gone and the copy unchanged: nothing is asked and nothing fetched."""
    name = cli.krea("generate", "a red fox").out.strip()
    cli.krea("download", ONE, "-o", "copy.png")
    Path(name).unlink()
    cli.service.requests.clear()
    result = cli.krea("download", ONE)
    assert (result.code, result.out, result.err) == (0, "copy.png\n", "")
    assert cli.service.requests == []


def test_another_place(cli_with_job: Cli) -> None:
    """-o decides where it goes: a file, a folder, a template."""
    assert cli_with_job.krea("download", ONE, "-o", "new/x.png").out == "new/x.png\n"
    assert cli_with_job.krea("download", ONE, "-o", "pics/").out == "pics/a-red-fox-job1.png\n"
    assert cli_with_job.krea("download", ONE, "-o", "{job_id}.{ext}").out == "job-1.png\n"


def test_a_running_job_is_waited_for(cli: Cli) -> None:
    """A job that still runs is waited for, then saved."""
    cli.krea("generate", "a red fox", "--no-wait", "-o", "fox.png")
    assert cli.krea("download", ONE).out == "fox.png\n"


def test_the_time_is_over(cli: Cli) -> None:
    """A job still running after --timeout has not failed: exit 4, with a command to continue."""
    cli.service.job_seconds = 1000
    cli.krea("generate", "a red fox", "--no-wait", "-o", "fox.png")
    result = cli.krea("download", ONE, "--timeout", "10")
    assert (result.code, result.out) == (4, "")
    assert "stopped waiting; job job-1 still runs" in result.err
    assert os.listdir() == []


def test_an_interruption_names_the_job(cli: Cli) -> None:
    """After SIGTERM: exit 143, the id, and the command that resumes; nothing half is left."""
    cli.service.job_seconds = 1000
    add_foreign_jobs(cli, 1)
    cli.service.jobs[ONE].created = cli.clock.now()
    cli.clock.stop_at(cli.clock.now() + 5, 15)
    result = cli.krea("download", ONE, "-o", "fox.png")
    assert (result.code, result.out) == (143, "")
    assert result.err == (
        "job job-1: queued\n"
        "error: interrupted (SIGTERM); job job-1 runs on, and is not saved yet\n"
        "  hint: krea download job-1 -o fox.png; krea cancel job-1 stops it\n"
        "  charged: unknown\n"
    )
    assert os.listdir() == []


def test_several_ids_are_numbered(cli: Cli) -> None:
    """One exact name for several jobs: the first has it, the others a number."""
    add_foreign_jobs(cli, 1, 2, 3)
    result = cli.krea("download", "job-1", "job-2", "job-3", "-o", "fox.png")
    assert result.code == 0
    assert sorted(result.out.split()) == ["fox-2.png", "fox-3.png", "fox.png"]
    assert cli.service.requests.count("GET /jobs") == 1


def test_ids_and_records_from_stdin(cli: Cli) -> None:
    """Lines of stdin are taken as they come: ids, records, each job once."""
    add_foreign_jobs(cli, 1, 2)
    record = json.dumps({"job_id": "job-2", "status": "processing", "prompt": "a blue fox"})
    result = cli.krea("download", stdin=f"job-1\n{record}\njob-1\n")
    assert result.code == 0
    assert sorted(result.out.split()) == ["a-blue-fox-job2.png", "flux-job1.png"]


def test_a_finished_record_is_not_asked_about(cli_with_job: Cli) -> None:
    """A record with the results' addresses makes reading the job needless."""
    wait_result = cli_with_job.krea("wait", "--json", ONE)
    cli_with_job.service.requests.clear()
    assert cli_with_job.krea("download", stdin=wait_result.out).out == "fox.png\n"
    assert cli_with_job.service.requests == ["GET /files/job-1.png"]


def test_a_failed_record_is_told_without_a_request(cli: Cli) -> None:
    """A record of a failed job ends as that failure; nobody is asked."""
    record = {
        "job_id": ONE,
        "status": "failed",
        "error": {"code": "moderated", "message": "refused by moderation", "charged": "no"},
    }
    result = cli.krea("download", stdin=json.dumps(record) + "\n")
    assert (result.code, result.out) == (7, "")
    assert "error: refused by moderation\n" in result.err
    assert cli.service.requests == []


def test_one_of_several_fails(cli: Cli) -> None:
    """An unknown id does not keep the others from being saved; the exit code tells."""
    add_foreign_jobs(cli, 1)
    result = cli.krea("download", "job-1", "job-9", "-o", "pics/")
    assert (result.code, result.out) == (2, "pics/flux-job1.png\n")
    assert "job-9" in result.err


def test_nothing_is_overwritten(cli: Cli) -> None:
    """A file that stands at the target is refused before anything is asked; --force permits it."""
    add_foreign_jobs(cli, 1)
    Path("fox.png").write_bytes(b"mine")
    result = cli.krea("download", ONE, "-o", "fox.png")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "error: fox.png exists\n"
        "  hint: --force overwrites it; or choose another name with -o\n"
        "  job: job-1\n"
        "  charged: no\n"
    )
    assert cli.service.requests == []
    assert cli.krea("download", ONE, "-o", "fox.png", "--force").out == "fox.png\n"
    assert Path("fox.png").read_bytes() == PNG


def test_published_and_not_booked(cli_with_job: Cli) -> None:
    """Killed between the file and the ledger's row: the same content at the target is ours."""
    Path("fox.png").write_bytes(PNG)
    assert cli_with_job.krea("download", ONE).out == "fox.png\n"
    assert os.listdir() == ["fox.png"]


def test_the_record(cli_with_job: Cli) -> None:
    """With --json the record of the job, with what is on disk."""
    (record,) = cli_with_job.krea("download", "--json", ONE).records
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
        (["../x"], "nothing about ../x is in this ledger"),
        (["x!"], "job id"),
        (["job-1", "-o", "{size}.png"], "unknown placeholder {size}"),
        (["job-1", "-o", ""], "-o needs a name"),
        (["job-1", "job-2", "-o", "-"], "-o - takes one result"),
    ],
)
def test_wrong_usage(cli: Cli, arguments: list[str], message: str) -> None:
    """Wrong usage is exit 2 before any request."""
    result = cli.krea("download", *arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert cli.service.requests == []


def test_an_empty_stream(cli: Cli) -> None:
    """Nothing to do is done."""
    assert cli.krea("download").code == 0


@pytest.mark.parametrize("ids", [("job-1", "job-2"), ("--missing",)], ids=["by id", "missing"])
def test_two_results_of_each_of_two_jobs_keep_their_names(cli: Cli, ids: tuple[str, ...]) -> None:
    """Each has the name that generate would have given it: the first's second is not fox-2.png."""
    cli.service.results_per_job = 2
    cli.krea("generate", "a fox", "-n", "2", "-o", "fox.png", "--no-wait")
    cli.clock.advance(60)
    result = cli.krea("download", *ids)
    assert (result.code, result.out.split()) == (
        0,
        ["fox.png", "fox-1-2.png", "fox-2.png", "fox-2-2.png"],
    )
    assert cli.krea("generate", "a hen", "-n", "2", "-o", "hen.png").out.split() == [
        "hen.png",
        "hen-1-2.png",
        "hen-2.png",
        "hen-2-2.png",
    ]


def test_a_result_that_is_missing_comes_beside_its_own(cli: Cli) -> None:
    """The other file of the job is in its place, and is in nobody's way."""
    numbers = count(1)
    cli.service.content = lambda: PNG[:12] + b"%04d" % next(numbers) + PNG[16:]
    cli.service.results_per_job = 2
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    Path("fox-2.png").unlink()
    result = cli.krea("download", "job-1")
    assert (result.code, result.out) == (0, "fox.png\nfox-2.png\n"), result.err
    assert sorted(path.name for path in Path().iterdir()) == ["fox-2.png", "fox.png"]


def test_many_ids_are_saved_at_a_time(cli: Cli) -> None:
    """Forty downloads of a second each take four, not forty; they are printed in their order."""
    numbers = range(1, 41)
    add_foreign_jobs(cli, *numbers)
    cli.service.on_download = lambda: cli.clock.sleep(1)
    start = cli.clock.monotonic()
    result = cli.krea("download", *(f"job-{number}" for number in numbers))
    assert result.code == 0
    assert sorted(result.out.split()) == sorted(f"flux-job{number}.png" for number in numbers)
    assert cli.clock.monotonic() - start < 4.5


def finished_records(prompt: str, *numbers: int) -> str:
    """Lines of `krea wait --json` for finished jobs of one PROMPT, as this command reads them."""
    records = [
        {
            "job_id": f"job-{number}",
            "status": "completed",
            "prompt": prompt,
            "urls": [f"http://127.0.0.1:9/files/{number}.png"],
        }
        for number in numbers
    ]
    return "".join(f"{json.dumps(record)}\n" for record in records)


def test_jobs_of_one_name_are_saved_one_after_the_other(cli: Cli) -> None:
    """The first has the name however long it takes; the others are refused, as it is taken."""
    cli.service.files = {f"{number}.png": PNG + bytes(number) for number in (1, 2, 3)}
    seconds = iter((5, 1, 1))
    cli.service.on_download = lambda: cli.clock.sleep(next(seconds))
    lines = finished_records("fox", 1, 2) + finished_records("hen", 3)
    result = cli.krea("download", "-o", "{slug}.png", stdin=lines)
    assert (result.code, result.out) == (2, "fox.png\nhen.png\n")
    assert result.error(charged="no") == "fox.png exists"
    assert Path("fox.png").read_bytes() == PNG + bytes(1)
    assert cli.service.requests == ["GET /files/1.png", "GET /files/3.png"]


def test_an_interruption_tells_what_is_saved(cli: Cli) -> None:
    """A file that came while one before it was slow is printed; the others are named."""
    waits = iter((100, 1, 50))
    cli.service.on_download = lambda: cli.clock.sleep(next(waits))
    cli.clock.stop_at(cli.clock.now() + 10, 15)
    lines = "".join(finished_records(name, n) for n, name in enumerate(("fox", "hen", "owl"), 1))
    result = cli.krea("download", "-o", "{slug}.png", stdin=lines)
    assert (result.code, result.out) == (143, "hen.png\n")
    assert result.error(charged="yes") == "interrupted (SIGTERM); 2 jobs are not saved yet"
    assert "  hint: krea download job-1 job-3 -o '{slug}.png'\n" in result.err
    assert os.listdir() == ["hen.png"]


def test_what_has_ended_is_saved_although_the_token_is_refused(cli: Cli) -> None:
    """The error of a read ends the waiting, and not what is being saved."""
    cli.service.read_faults = [answer_with(401, {"message": "no"})]
    cli.service.on_download = lambda: cli.clock.sleep(5)
    lines = finished_records("fox", 1) + "job-2\n" + finished_records("hen", 3)
    result = cli.krea("download", "-o", "{slug}.png", stdin=lines)
    assert (result.code, result.out) == (3, "fox.png\nhen.png\n")
    assert "not saved: " not in result.err
    assert "; job job-2 is not saved" in result.err


def test_several_jobs_end_with_a_sum(cli: Cli) -> None:
    """Of their ends, prices and time; one job has none."""
    ids = cli.krea("generate", "a fox", "-m", "z-image", "-n", "3", "--no-wait").out.split()
    several = cli.krea("download", *ids, "-o", "out/")
    assert several.code == 0
    assert several.err.splitlines()[-1].startswith("3 of 3 done; cost about $0.009 in ")
    again = cli.krea("download", *ids[:2], "-o", "out/", "--json")
    summary = json.loads(again.err.splitlines()[-1])["summary"]
    assert {name: summary[name] for name in ("total", "done", "failed", "spent", "about")} == {
        "total": 2,
        "done": 2,
        "failed": 0,
        "spent": 0.0,
        "about": 0.006,
    }
    assert "done;" not in cli.krea("download", ids[0], "-o", "out/").err


def test_a_sum_tells_what_failed(cli: Cli) -> None:
    """A job that failed costs nothing."""
    ids = cli.krea("generate", "a fox", "-m", "z-image", "-n", "2", "--no-wait").out.split()
    cli.service.jobs["job-1"].final_status = "failed"
    result = cli.krea("download", *ids, "-o", "out/")
    assert (result.code, "1 of 2 done, 1 failed; cost about $0.003 in " in result.err) == (1, True)
