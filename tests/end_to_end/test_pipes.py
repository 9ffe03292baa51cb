"""Pipes and rehearsals: what `krea sandbox -- COMMAND` and `|` leave behind."""

import json
from pathlib import Path

from PIL import Image

from tests.fakes.sandbox_process import Sandbox
from tests.harness.cli import CliResult
from tests.harness.installed_cli import KREA, InstalledCli

REHEARSE = (KREA, "sandbox", "--seconds", "0.05", "--")


def rehearse(installed: InstalledCli, *command: str) -> CliResult:
    """COMMAND in a rehearsal, without a service or a token around."""
    return installed.run([*REHEARSE, *command], KREA_API_BASE=None, KREA_API_KEY=None)


def whole_pictures(installed: InstalledCli) -> list[Path]:
    """The pictures in the folder pics/, each complete."""
    paths = sorted((installed.folder / "pics").glob("*.png"))
    for path in paths:
        with Image.open(path) as image:
            image.load()
    return paths


def test_the_main_job_as_printed_in_the_readme(installed: InstalledCli) -> None:
    """A picture of 1024 × 1024 that a viewer opens; stdout is its name and a newline."""
    ended = rehearse(installed, "krea", "generate", "a red fox in snow", "-o", "fox.png")
    assert (ended.code, ended.out) == (0, "fox.png\n")
    with Image.open(installed.folder / "fox.png") as image:
        image.load()
        assert (image.format, image.size) == ("PNG", (1024, 1024))


def test_submit_wait_download(installed: InstalledCli) -> None:
    """Ids flow from one command to the next."""
    line = 'krea generate --no-wait "a" | krea wait | krea download -o "pics/{job_id}.{ext}"'
    ended = rehearse(installed, "sh", "-c", line)
    (picture,) = whole_pictures(installed)
    assert (ended.code, ended.out) == (0, f"pics/{picture.name}\n")
    assert f"job {picture.stem}" in ended.err


def test_a_job_through_a_pipe_completes_once(installed: InstalledCli) -> None:
    """Three commands write one log: each tells what it did, and no line comes twice."""
    line = 'krea generate --no-wait "a" | krea wait | krea download -o fox.png'
    log = rehearse(installed, "sh", "-c", line).err.splitlines()
    assert len(set(log)) == len(log)
    assert sum(line.endswith(": completed") for line in log) <= 1
    assert sum(": submitted to bfl/flux-1-dev, seed " in line for line in log) == 1
    assert [line.partition(": ")[2] for line in log if ": saved" in line] == [
        "saved fox.png (sandbox)"
    ]


def test_the_log_of_a_picture(installed: InstalledCli) -> None:
    """Three lines in a log of its own; in one log with stdout each file is named once."""
    make = 'krea generate "a red fox" -o fox.png --seed 7'
    ended = rehearse(installed, "sh", "-c", make)
    job = ended.err.partition(": ")[0]
    assert (ended.out, ended.err) == (
        "fox.png\n",
        f"{job}: submitted to bfl/flux-1-dev, seed 7, about $0.007, usually 0 s\n"
        f"{job}: completed\n"
        f"{job}: saved fox.png (sandbox)\n",
    )
    log = rehearse(installed, "sh", "-c", f"{make} --force 2>&1").out
    assert (log.count("fox.png"), log.count(": saved (sandbox)\n")) == (1, 1)


def test_the_one_log_of_a_batch(installed: InstalledCli) -> None:
    """With `2>&1` each file is named once, by stdout."""
    (installed.folder / "list.txt").write_text("a cow\na dog\n")
    log = rehearse(installed, "sh", "-c", "krea batch list.txt -o pics/ 2>&1").out
    names = [f"pics/{path.name}" for path in whole_pictures(installed)]
    assert [log.count(name) for name in names] == [1, 1]
    assert {"line 1: saved", "line 2: saved"} <= set(log.splitlines())


def test_submit_wait_download_with_records(installed: InstalledCli) -> None:
    """Records flow as ids do, and carry all that is known."""
    line = (
        'krea generate --no-wait --json -n 2 "a" | krea wait --json'
        ' | krea download --json -o "pics/{job_id}.{ext}"'
    )
    ended = rehearse(installed, "sh", "-c", line)
    records = [json.loads(line) for line in ended.out.splitlines()]
    assert (ended.code, len(records)) == (0, 2)
    assert sorted(file for record in records for file in record["files"]) == [
        f"pics/{path.name}" for path in whole_pictures(installed)
    ]
    for record in records:
        assert (record["schema"], record["status"], record["prompt"]) == (1, "completed", "a")
        assert [each["path"] for each in record["outputs"]] == record["files"]


def test_a_failed_job_in_a_pipe(installed: InstalledCli, sandbox: Sandbox) -> None:
    """The others are saved, the failed one is told without another request, the code is 1."""
    (installed.folder / "ids").write_text(
        "".join(
            installed.krea("generate", "--no-wait", "--json", prompt).out
            for prompt in ("one", "[fail] two", "three")
        )
    )
    waited = installed.sh("krea wait --json < ids > records")
    assert (waited.code, waited.out) == (1, "")
    singles = sandbox.stats()["polls"]["single"]
    saved = installed.sh("krea download -o 'pics/{job_id}.{ext}' < records")
    assert saved.code == 1
    assert len(saved.out.splitlines()) == len(whole_pictures(installed)) == 2
    assert "failed: " in saved.error(charged="no")
    assert sandbox.stats()["polls"]["single"] == singles


def test_plain_wait_passes_on_what_completed(installed: InstalledCli) -> None:
    """A failed job is told on stderr, and its id is not printed."""
    ids = [installed.krea("generate", "--no-wait", text).out for text in ("one", "[fail] two")]
    ended = installed.krea("wait", stdin="".join(ids).encode())
    assert (ended.code, ended.out) == (1, ids[0])
    assert "failed: " in ended.error(charged="no")


def test_the_status_of_several(installed: InstalledCli) -> None:
    """A line for each id, in the order asked for; 0 when every id could be read."""
    ids = installed.krea("generate", "--no-wait", "a", "-n", "3").out.split()
    ended = installed.krea("status", *reversed(ids))
    lines = [line.split("\t") for line in ended.out.splitlines()]
    assert (ended.code, [line[0] for line in lines]) == (0, ids[::-1])
    assert ended.err == ""


def test_nothing_to_do(installed: InstalledCli) -> None:
    """An empty stdin is success with nothing done."""
    for command in ("wait", "download"):
        ended = installed.krea(command)
        assert (ended.code, ended.out, ended.err) == (0, "", ""), command


def test_the_exit_code_of_a_rehearsal_is_that_of_the_script(installed: InstalledCli) -> None:
    """A script that ends at the first failure ends the rehearsal with its code."""
    ended = rehearse(installed, "sh", "-ec", 'krea generate "[nsfw] a" -o a.png; echo never')
    assert (ended.code, ended.out) == (7, "")
    assert list(installed.folder.iterdir()) == []
