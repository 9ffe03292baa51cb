"""The recipes of the README and the guides for many processes and machines, run as printed."""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from itertools import chain
from pathlib import Path

import pytest
from PIL import Image

from tests.end_to_end.conftest import QUICK, StartSandbox
from tests.fakes.sandbox_process import Sandbox
from tests.harness.cli import CliResult, run_main
from tests.harness.installed_cli import KREA, InstalledCli, RunningCommand, wait_until

Variables = dict[str, str | None]
ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "man" / "guide").glob("*.md"))]
RECIPE_BLOCK = re.compile(r"<!-- recipe: (\w+) -->\n+```\w+\n(.+?)^```", re.DOTALL | re.MULTILINE)
RECIPES: dict[str, str] = dict(
    RECIPE_BLOCK.findall("\n".join(path.read_text("utf-8") for path in DOCUMENTS))
)
BRIEF_JOBS = ("--seconds", "0.8", "--spread", "0")
PROMPTS = ['an owl\'s "nest" for $5', "a {1} `hen`", "grüne Äpfel"]
LIST_PROMPTS = [f"picture {number}" for number in range(9)]
SHARE_COUNT = 3
SLOW_KREA_SCRIPT = '#!/bin/sh\n"{krea}" "$@"; sleep 30\n'


def skip_without(program: str) -> pytest.MarkDecorator:
    """The checks of every change install PROGRAM; a developer's machine may do without."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def read_picture_names(folder: Path) -> list[str]:
    """The names of the pictures in FOLDER, each of them read to its last byte."""
    paths = sorted(folder.glob("*.png"))
    for path in paths:
        with Image.open(path) as image:
            image.load()
    return [path.name for path in paths]


def received_prompts(sandbox: Sandbox) -> list[str]:
    """The prompts of all requests that arrived."""
    return sorted(body["prompt"] for body in sandbox.stats()["bodies"])


def count_unsaved_jobs(environ: dict[str, str]) -> int:
    """The number of requests with a job and without its picture."""
    history = run_main(["history", "--unfinished", "--json"], environ=environ)
    return sum(json.loads(line)["job_id"] is not None for line in history.out.splitlines())


def kill_process_tree(running: RunningCommand) -> None:
    """Kill RUNNING and all its descendants; those of parallel leave its process group."""
    processes = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True)
    parents = [tuple(map(int, line.split())) for line in processes.stdout.splitlines()]
    family = {running.pid}
    while more := {pid for pid, parent in parents if parent in family} - family:
        family |= more
    running.kill()
    for pid in family - {running.pid}:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def run_parallel_again(installed: InstalledCli, sandbox: Sandbox) -> None:
    """Run the recipe once more: it makes the rest, one request and one picture a line."""
    result = installed.run(["bash", "-c", RECIPES["parallel"]])
    assert result.code == 0, result.err
    assert received_prompts(sandbox) == sorted(PROMPTS)
    assert sandbox.stats()["jobs"] == len(PROMPTS)
    assert read_picture_names(installed.folder / "pics") == ["1.png", "2.png", "3.png"]
    assert installed.part_files == []


@pytest.mark.machine
@skip_without("parallel")
def test_gnu_parallel_killed_and_run_again(start_sandbox: StartSandbox) -> None:
    """All at once gone while the jobs run: each picture is paid once."""
    installed, sandbox = start_sandbox(*BRIEF_JOBS)
    (installed.folder / "prompts.txt").write_text("\n\n".join(PROMPTS))
    running = installed.start("bash", "-c", RECIPES["parallel"])
    wait_until(lambda: sandbox.stats()["posts"] == len(PROMPTS))
    wait_until(lambda: count_unsaved_jobs(installed.environ) == len(PROMPTS))
    kill_process_tree(running)
    run_parallel_again(installed, sandbox)


@pytest.mark.machine
@skip_without("parallel")
def test_gnu_parallel_interrupted_and_run_again(start_sandbox: StartSandbox) -> None:
    """At Ctrl-C the request under way still learns its job: none is in doubt."""
    installed, sandbox = start_sandbox(*QUICK, "--fault", "slow-submit:x1:1s")
    (installed.folder / "prompts.txt").write_text("\n".join(PROMPTS) + "\n")
    running = installed.start("bash", "-c", RECIPES["parallel"])
    wait_until(lambda: sandbox.stats()["posts"] == 1)
    assert running.interrupt().code == 255
    assert (sandbox.stats()["posts"], count_unsaved_jobs(installed.environ)) == (1, 1)
    run_parallel_again(installed, sandbox)


def write_make_files(installed: InstalledCli) -> list[str]:
    """Write the recipe's Makefile and a text file for each prompt; return the pictures' names."""
    (installed.folder / "Makefile").write_text(RECIPES["make"])
    for number, prompt in enumerate(PROMPTS):
        (installed.folder / f"{number}.txt").write_text(f"{prompt}\n")
    return [f"{number}.png" for number in range(len(PROMPTS))]


@pytest.mark.machine
@skip_without("make")
def test_make_fails_and_is_run_again(start_sandbox: StartSandbox) -> None:
    """Without balance for one picture the others are made; then that one; then none."""
    installed, sandbox = start_sandbox(*QUICK, "--fault", "402:x1")
    names = write_make_files(installed)
    assert installed.run(["make", "-j8", "-k"]).code == 2
    assert len(read_picture_names(installed.folder)) == len(PROMPTS) - 1
    for _ in range(2):
        result = installed.run(["make", "-j8", "-k"])
        assert result.code == 0, result.err
    assert read_picture_names(installed.folder) == names
    stats = sandbox.stats()
    assert (stats["posts"], stats["jobs"]) == (len(PROMPTS) + 1, len(PROMPTS))
    assert set(received_prompts(sandbox)) == set(PROMPTS)


@pytest.mark.machine
@skip_without("make")
def test_make_keeps_what_is_paid(start_sandbox: StartSandbox, tmp_path: Path) -> None:
    """Ctrl-C when a picture is there and its krea has not ended: make throws nothing away."""
    installed, _ = start_sandbox(*QUICK)
    names = write_make_files(installed)
    slow = tmp_path / "slow"
    slow.mkdir()
    (slow / "krea").write_text(SLOW_KREA_SCRIPT.format(krea=KREA))
    (slow / "krea").chmod(0o755)
    running = installed.start("make", "-j8", PATH=f"{slow}:{installed.environ['PATH']}")
    wait_until(lambda: all((installed.folder / name).exists() for name in names))
    running.interrupt()
    assert read_picture_names(installed.folder) == names


def slurm_variables(task: int) -> Variables:
    """The variables of TASK, from 0, of a Slurm array of SHARE_COUNT tasks."""
    array = {"ID": task + 1, "MIN": 1, "MAX": SHARE_COUNT, "STEP": 1, "COUNT": SHARE_COUNT}
    return {f"SLURM_ARRAY_TASK_{name}": str(value) for name, value in array.items()}


def kubernetes_variables(index: int) -> Variables:
    """The variables of the pod of INDEX in a Kubernetes job of SHARE_COUNT completions."""
    return {"JOB_COMPLETION_INDEX": str(index), "JOB_COMPLETIONS": str(SHARE_COUNT)}


def start_slurm_task(installed: InstalledCli, task: int) -> RunningCommand:
    """Start the recipe's script as the array's TASK, from 0; all have one state folder."""
    scratch = str(installed.folder)
    return installed.start("bash", "-c", RECIPES["slurm"], **slurm_variables(task), SCRATCH=scratch)


def start_pod(installed: InstalledCli, index: int) -> RunningCommand:
    """Start the manifest's command as the pod of INDEX, with the state folder mounted there."""
    (command,) = re.findall(r"^ +command: (\[.+\])$", RECIPES["kubernetes"], re.MULTILINE)
    places = {"/input/": f"{installed.folder}/", "/pictures/": f"{installed.folder}/pictures/"}
    words = [
        next((word.replace(at, to) for at, to in places.items() if word.startswith(at)), word)
        for word in json.loads(command)
    ]
    state = str(installed.folder / "state" / str(index))
    return installed.start(*words, **kubernetes_variables(index), KREA_STATE_DIR=state)


def write_list(installed: InstalledCli) -> None:
    """Write a table of small pictures."""
    lines = [f"{prompt},512,512\n" for prompt in LIST_PROMPTS]
    (installed.folder / "list.csv").write_text("".join(["prompt,width,height\n", *lines]))


@pytest.mark.parametrize("start", [start_slurm_task, start_pod], ids=["slurm", "kubernetes"])
def test_three_shares_at_once(
    start_sandbox: StartSandbox, start: Callable[[InstalledCli, int], RunningCommand]
) -> None:
    """One ledger or three: every item once over all, its file there, and free when run again."""
    installed, sandbox = start_sandbox(*QUICK)
    write_list(installed)

    def run() -> list[CliResult]:
        return [
            running.wait() for running in [start(installed, share) for share in range(SHARE_COUNT)]
        ]

    first_run, second_run = run(), run()
    assert [result.code for result in first_run + second_run] == [0] * 2 * SHARE_COUNT, first_run
    # A share tells of its own items alone, whatever the ledger knows.
    files = sorted(line for result in first_run for line in result.out.splitlines())
    assert (len(set(files)), len(files)) == (len(LIST_PROMPTS), len(LIST_PROMPTS))
    assert received_prompts(sandbox) == LIST_PROMPTS
    stats = sandbox.stats()
    assert (stats["jobs"], stats["downloads"]) == (len(LIST_PROMPTS), len(LIST_PROMPTS))
    assert len(read_picture_names(installed.folder / "pictures")) == len(LIST_PROMPTS)


def test_another_machine_takes_over(start_sandbox: StartSandbox) -> None:
    """The work of a dead machine is fetched with its ledger; any other then finds it done."""
    installed, sandbox = start_sandbox(*BRIEF_JOBS)
    write_list(installed)
    batch = [KREA, "batch", "list.csv", "-j", "9", "--sidecar", "-o", "pictures/"]
    running = installed.start(*batch)
    wait_until(lambda: count_unsaved_jobs(installed.environ) == len(LIST_PROMPTS))
    running.kill()
    wait_until(lambda: all(job["status"] == "completed" for job in sandbox.jobs()))
    assert installed.krea("download", "--missing", "--sidecar").code == 0

    result = installed.run(batch, KREA_STATE_DIR=str(installed.folder / "other"))
    assert (result.code, sandbox.stats()["posts"]) == (0, len(LIST_PROMPTS)), result.err
    assert len(read_picture_names(installed.folder / "pictures")) == len(LIST_PROMPTS)


@pytest.mark.parametrize(
    "variables", [slurm_variables, kubernetes_variables], ids=["slurm", "kubernetes"]
)
def test_a_cluster_tells_the_share(
    installed: InstalledCli, monkeypatch: pytest.MonkeyPatch, variables: Callable[[int], Variables]
) -> None:
    """--shard auto takes the same items as --shard I/N, and all shares together each item once."""
    write_list(installed)
    monkeypatch.chdir(installed.folder)

    def items(shard: str, environ: dict[str, str]) -> list[str]:
        result = run_main(
            ["batch", "list.csv", "--dry-run", "--json", "--shard", shard], environ=environ
        )
        assert result.code == 0, result.err
        return [json.loads(line)["item"] for line in result.out.splitlines()]

    shares = []
    for share in range(SHARE_COUNT):
        shares.append(items(f"{share + 1}/{SHARE_COUNT}", installed.environ))
        assert items("auto", installed.variables(variables(share))) == shares[-1]
    assert sorted(chain(*shares)) == sorted(items("1/1", installed.environ))


@pytest.mark.parametrize("name", ["parallel", "joblog", "slurm"])
def test_the_shell_reads_it(name: str) -> None:
    """A typing error in a recipe is found before anybody copies it."""
    result = subprocess.run(["bash", "-n"], input=RECIPES[name].encode(), capture_output=True)
    assert (result.returncode, result.stderr) == (0, b"")


def test_the_manifest_fits_together() -> None:
    """As many shares as completions, and what is mounted is there and outlives a pod."""
    text = RECIPES["kubernetes"]

    def values(key: str) -> list[str]:
        texts = re.findall(rf"^ *(?:- )?{key}: *(.*?)(?:  #.*)?$", text, re.MULTILINE)
        return [value.strip('"') for value in texts]

    assert all(re.match(r"( {2})*(\S|$)", line) for line in text.splitlines())
    assert values("kind") == ["PersistentVolumeClaim", "Job"]
    assert values("completionMode") == ["Indexed"]
    shares = re.findall(r"name: JOB_COMPLETIONS .*\n +value: \"(\d+)\"", text)
    assert shares == values("completions")
    (state,) = re.findall(r"name: KREA_STATE_DIR\n +value: (\S+)", text)
    mounts = re.findall(r"- name: (\w+)\n +mountPath: (\S+)", text)
    assert (("kept", state) in mounts, ("kept", "/pictures") in mounts) == (True, True)
    (claimed,) = re.findall(r"- name: (\w+)\n +persistentVolumeClaim:", text)
    assert (claimed, *values("claimName")) == ("kept", "krea")
