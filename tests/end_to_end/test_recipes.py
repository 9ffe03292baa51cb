"""The README's recipes for many processes and machines, as they stand there."""

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

from tests.end_to_end.conftest import QUICK
from tests.fakes.sandbox_process import Sandbox
from tests.harness.installed_cli import KREA, Desk, Ended, Running, wait_until
from tests.harness.installed_in_process import enter

Against = Callable[..., tuple[Desk, Sandbox]]
Variables = dict[str, str | None]
README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
FENCED = re.compile(r"<!-- recipe: (\w+) -->\n+```\w+\n(.+?)^```", re.DOTALL | re.MULTILINE)
RECIPES: dict[str, str] = dict(FENCED.findall(README))
BRIEF = ("--seconds", "0.8", "--spread", "0")
PROMPTS = ['an owl\'s "nest" for $5', "a {1} `hen`", "grüne Äpfel"]
ITEMS = [f"picture {number}" for number in range(9)]
SHARES = 3
SLOW_TO_END = '#!/bin/sh\n"{krea}" "$@"; sleep 30\n'


def needs(program: str) -> pytest.MarkDecorator:
    """The checks of every change install PROGRAM; a developer's machine may do without."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def whole(folder: Path) -> list[str]:
    """The names of the pictures in FOLDER, each there to the last byte."""
    paths = sorted(folder.glob("*.png"))
    for path in paths:
        with Image.open(path) as image:
            image.load()
    return [path.name for path in paths]


def asked(sandbox: Sandbox) -> list[str]:
    """The prompts of all requests that arrived."""
    return sorted(body["prompt"] for body in sandbox.stats()["bodies"])


def submitted(environ: dict[str, str]) -> int:
    """How many requests have their job by now, and not yet its picture."""
    told = enter(["history", "--unfinished", "--json"], environ)
    return sum(json.loads(line)["job_id"] is not None for line in told.out.splitlines())


def cut_off(running: Running) -> None:
    """kill -9 of all of it, also of what is no more in its process group, as parallel's jobs."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True)
    parents = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    family = {running.pid}
    while more := {pid for pid, parent in parents if parent in family} - family:
        family |= more
    running.kill()
    for pid in family - {running.pid}:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def finish_in_parallel(desk: Desk, sandbox: Sandbox) -> None:
    """The recipe run once more makes the rest: one request a line, and its picture."""
    ended = desk.run(["bash", "-c", RECIPES["parallel"]])
    assert ended.code == 0, ended.err
    assert asked(sandbox) == sorted(PROMPTS)
    assert sandbox.stats()["jobs"] == len(PROMPTS)
    assert whole(desk.folder / "pics") == ["1.png", "2.png", "3.png"]
    assert desk.left_over == []


@needs("parallel")
def test_gnu_parallel_killed_and_run_again(against: Against) -> None:
    """All at once gone while the jobs run: each picture is paid once."""
    desk, sandbox = against(*BRIEF)
    (desk.folder / "prompts.txt").write_text("\n\n".join(PROMPTS))
    running = desk.start("bash", "-c", RECIPES["parallel"])
    wait_until(lambda: sandbox.stats()["posts"] == len(PROMPTS))
    wait_until(lambda: submitted(desk.environ) == len(PROMPTS))
    cut_off(running)
    finish_in_parallel(desk, sandbox)


@needs("parallel")
def test_gnu_parallel_interrupted_and_run_again(against: Against) -> None:
    """At Ctrl-C the request under way still learns its job: none is in doubt."""
    desk, sandbox = against(*QUICK, "--fault", "slow-submit:x1:1s")
    (desk.folder / "prompts.txt").write_text("\n".join(PROMPTS) + "\n")
    running = desk.start("bash", "-c", RECIPES["parallel"])
    wait_until(lambda: sandbox.stats()["posts"] == 1)
    assert running.interrupt().code == 255
    assert (sandbox.stats()["posts"], submitted(desk.environ)) == (1, 1)
    finish_in_parallel(desk, sandbox)


def prepare_make(desk: Desk) -> list[str]:
    """The recipe's Makefile, a text file for each prompt; the pictures that it is to make."""
    (desk.folder / "Makefile").write_text(RECIPES["make"])
    for number, prompt in enumerate(PROMPTS):
        (desk.folder / f"{number}.txt").write_text(f"{prompt}\n")
    return [f"{number}.png" for number in range(len(PROMPTS))]


@needs("make")
def test_make_fails_and_is_run_again(against: Against) -> None:
    """Without balance for one picture the others are made; then that one; then none."""
    desk, sandbox = against(*QUICK, "--fault", "402:x1")
    names = prepare_make(desk)
    assert desk.run(["make", "-j8", "-k"]).code == 2
    assert len(whole(desk.folder)) == len(PROMPTS) - 1
    for _ in range(2):
        ended = desk.run(["make", "-j8", "-k"])
        assert ended.code == 0, ended.err
    assert whole(desk.folder) == names
    stats = sandbox.stats()
    assert (stats["posts"], stats["jobs"]) == (len(PROMPTS) + 1, len(PROMPTS))
    assert set(asked(sandbox)) == set(PROMPTS)


@needs("make")
def test_make_keeps_what_is_paid(against: Against, tmp_path: Path) -> None:
    """Ctrl-C when a picture is there and its krea has not ended: make throws nothing away."""
    desk, _ = against(*QUICK)
    names = prepare_make(desk)
    slow = tmp_path / "slow"
    slow.mkdir()
    (slow / "krea").write_text(SLOW_TO_END.format(krea=KREA))
    (slow / "krea").chmod(0o755)
    running = desk.start("make", "-j8", PATH=f"{slow}:{desk.environ['PATH']}")
    wait_until(lambda: all((desk.folder / name).exists() for name in names))
    running.interrupt()
    assert whole(desk.folder) == names


def slurm(task: int) -> Variables:
    """What a whole array of as many tasks as there are shares says to TASK, from 0."""
    array = {"ID": task + 1, "MIN": 1, "MAX": SHARES, "STEP": 1, "COUNT": SHARES}
    return {f"SLURM_ARRAY_TASK_{name}": str(value) for name, value in array.items()}


def kubernetes(index: int) -> Variables:
    """What a job of as many completions as there are shares says to the pod of INDEX."""
    return {"JOB_COMPLETION_INDEX": str(index), "JOB_COMPLETIONS": str(SHARES)}


def slurm_task(desk: Desk, task: int) -> Running:
    """The recipe's script as the array's TASK, from 0; all have one state folder."""
    scratch = str(desk.folder)
    return desk.start("bash", "-c", RECIPES["slurm"], **slurm(task), SCRATCH=scratch)


def pod(desk: Desk, index: int) -> Running:
    """The manifest's command as the pod of INDEX, with the state folder that is mounted there."""
    (command,) = re.findall(r"^ +command: (\[.+\])$", RECIPES["kubernetes"], re.MULTILINE)
    places = {"/input/": f"{desk.folder}/", "/pictures/": f"{desk.folder}/pictures/"}
    words = [
        next((word.replace(at, to) for at, to in places.items() if word.startswith(at)), word)
        for word in json.loads(command)
    ]
    state = str(desk.folder / "state" / str(index))
    return desk.start(*words, **kubernetes(index), KREA_STATE_DIR=state)


def write_list(desk: Desk) -> None:
    """A table of small pictures."""
    lines = [f"{prompt},512,512\n" for prompt in ITEMS]
    (desk.folder / "list.csv").write_text("".join(["prompt,width,height\n", *lines]))


@pytest.mark.parametrize("start", [slurm_task, pod], ids=["slurm", "kubernetes"])
def test_three_shares_at_once(against: Against, start: Callable[[Desk, int], Running]) -> None:
    """One ledger or three: every item once over all, its file there, and free when run again."""
    desk, sandbox = against(*QUICK)
    write_list(desk)

    def run() -> list[Ended]:
        return [running.end() for running in [start(desk, share) for share in range(SHARES)]]

    made, again = run(), run()
    assert [ended.code for ended in made + again] == [0] * 2 * SHARES, made
    # A share tells of its own items alone, whatever the ledger knows.
    files = sorted(line for ended in made for line in ended.out.splitlines())
    assert (len(set(files)), len(files)) == (len(ITEMS), len(ITEMS))
    assert asked(sandbox) == ITEMS
    stats = sandbox.stats()
    assert (stats["jobs"], stats["downloads"]) == (len(ITEMS), len(ITEMS))
    assert len(whole(desk.folder / "pictures")) == len(ITEMS)


def test_another_machine_takes_over(against: Against) -> None:
    """What a dead machine was at is fetched with its ledger; any other then finds it done."""
    desk, sandbox = against(*BRIEF)
    write_list(desk)
    batch = [KREA, "batch", "list.csv", "-j", "9", "--sidecar", "-o", "pictures/"]
    running = desk.start(*batch)
    wait_until(lambda: submitted(desk.environ) == len(ITEMS))
    running.kill()
    wait_until(lambda: all(job["status"] == "completed" for job in sandbox.jobs()))
    assert desk.krea("download", "--missing", "--sidecar").code == 0

    ended = desk.run(batch, KREA_STATE_DIR=str(desk.folder / "other"))
    assert (ended.code, sandbox.stats()["posts"]) == (0, len(ITEMS)), ended.err
    assert len(whole(desk.folder / "pictures")) == len(ITEMS)


@pytest.mark.parametrize("variables", [slurm, kubernetes])
def test_a_cluster_tells_the_share(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, variables: Callable[[int], Variables]
) -> None:
    """--shard auto takes the same items as --shard I/N, and all shares together each item once."""
    write_list(desk)
    monkeypatch.chdir(desk.folder)

    def items(shard: str, environ: dict[str, str]) -> list[str]:
        told = enter(["batch", "list.csv", "--dry-run", "--json", "--shard", shard], environ)
        assert told.code == 0, told.err
        return [json.loads(line)["item"] for line in told.out.splitlines()]

    shares = []
    for share in range(SHARES):
        shares.append(items(f"{share + 1}/{SHARES}", desk.environ))
        assert items("auto", desk.variables(variables(share))) == shares[-1]
    assert sorted(chain(*shares)) == sorted(items("1/1", desk.environ))


@pytest.mark.parametrize("name", ["parallel", "joblog", "slurm"])
def test_the_shell_reads_it(name: str) -> None:
    """A typing error is found before anybody copies it."""
    done = subprocess.run(["bash", "-n"], input=RECIPES[name].encode(), capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_manifest_fits_together() -> None:
    """As many shares as completions, and what is mounted is there and outlives a pod."""
    text = RECIPES["kubernetes"]

    def values(key: str) -> list[str]:
        found = re.findall(rf"^ *(?:- )?{key}: *(.*?)(?:  #.*)?$", text, re.MULTILINE)
        return [value.strip('"') for value in found]

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
