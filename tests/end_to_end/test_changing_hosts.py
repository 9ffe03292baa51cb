"""Hosts with changing names and one state folder on a network disk: nothing is paid twice."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import QUICK, StartSandbox
from tests.end_to_end.test_recipes import (
    LIST_PROMPTS,
    RECIPES,
    SHARE_COUNT,
    received_prompts,
    slurm_variables,
    write_list,
)
from tests.fakes.sandbox_process import Sandbox
from tests.harness.cli import CliResult
from tests.harness.installed_cli import KREA, InstalledCli, wait_until
from tests.harness.mounts import bind_mount, needs_fuse

pytestmark = [pytest.mark.machine, needs_fuse]
PROMPTS = [f"thing {number}" for number in range(1, 7)]
BATCH = ("batch", "c.txt", "-o", "o/", "-j", "3")
SLOW_SUBMITS = ("--seconds", "2", "--spread", "0", "--fault", "slow-submit:x9:0.4s")


@pytest.fixture
def network_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder that says it is of sshfs."""
    with bind_mount(tmp_path, "subtype=sshfs") as mount:
        yield mount


def on(host: str, *argv: str) -> list[str]:
    """The command `krea ARGV` on HOST."""
    return [*as_host(host), KREA, *argv]


def as_host(host: str) -> list[str]:
    """The words that run a command on HOST."""
    return ["unshare", "--uts", "--kill-child", "sh", "-c", 'hostname "$0"; exec "$@"', host]


def kill_after_three_submits(
    installed: InstalledCli, sandbox: Sandbox, command: list[str], **changes: str
) -> None:
    """Kill COMMAND when it has sent three of the six requests."""
    (installed.folder / "c.txt").write_text("".join(f"{prompt}\n" for prompt in PROMPTS))
    running = installed.start(*command, **changes)
    wait_until(lambda: sandbox.stats()["posts"] == 3)
    running.kill()


def sent(sandbox: Sandbox) -> list[str]:
    """The prompts of all requests that arrived."""
    return sorted(body["prompt"] for body in sandbox.stats()["bodies"])


def test_the_next_host_leaves_what_the_last_one_has_sent(
    start_sandbox: StartSandbox, network_disk: Path
) -> None:
    """A pod was killed; the next one has another name, makes the rest, and tells of the others."""
    installed, sandbox = start_sandbox(*SLOW_SUBMITS)
    state = {"KREA_STATE_DIR": str(network_disk / "state")}
    kill_after_three_submits(installed, sandbox, on("pod-a", *BATCH), **state)
    second = installed.run(on("pod-b", *BATCH), **state)
    assert (second.code, sent(sandbox)) == (9, PROMPTS), second.err
    assert "the ledger of pod-a has the same request as under way" in second.err
    assert "if that host is gone: KREA_LEDGER_NAME=pod-a krea batch" in second.err
    refused = installed.run(on("pod-b", *BATCH), **state, KREA_LEDGER_NAME="pod-a")
    assert refused.error(charged="no") == (
        f"the ledger {network_disk}/state/ledger-pod-a.sqlite3 is in use by the host pod-a: its"
        " last heartbeat is less than two minutes old; nothing was sent"
    )
    for path in (network_disk / "state").glob("*heartbeat*"):
        os.utime(path, (1.0, 1.0))  # two minutes later
    taken = installed.run(on("pod-b", *BATCH), **state, KREA_LEDGER_NAME="pod-a")
    assert (taken.code in (0, 9), sent(sandbox)) == (True, PROMPTS), taken.err
    made = sorted(path.name[:7] for path in (installed.folder / "o").iterdir())
    assert len(made) >= 5, taken.err  # the third may have been killed before it knew its job


def test_one_name_for_hosts_that_follow_each_other(
    start_sandbox: StartSandbox, network_disk: Path
) -> None:
    """With KREA_LEDGER_NAME each goes on where the last one stopped."""
    installed, sandbox = start_sandbox(*SLOW_SUBMITS)
    state = {"KREA_STATE_DIR": str(network_disk / "state"), "KREA_LEDGER_NAME": "night"}
    (installed.folder / "c.txt").write_text("".join(f"{prompt}\n" for prompt in PROMPTS[:3]))
    first = installed.run(on("pod-a", *BATCH), **state)
    (installed.folder / "c.txt").write_text("".join(f"{prompt}\n" for prompt in PROMPTS))
    second = installed.run(on("pod-b", *BATCH), **state)
    assert (first.code, second.code, sent(sandbox)) == (0, 0, PROMPTS), second.err
    ledgers = [path.name for path in (network_disk / "state").glob("ledger-*.sqlite3")]
    assert ledgers == ["ledger-night.sqlite3"]


def test_the_slurm_recipe_on_three_hosts(start_sandbox: StartSandbox, network_disk: Path) -> None:
    """Each has a ledger and a share, whichever host the share is on the next time."""
    installed, sandbox = start_sandbox(*QUICK)
    write_list(installed)

    def run(turn: int) -> list[CliResult]:
        running = [
            installed.start(
                *as_host(f"node{(share + turn) % SHARE_COUNT}"),
                *("bash", "-c", RECIPES["slurm"]),
                **slurm_variables(share),
                SCRATCH=str(network_disk),
            )
            for share in range(SHARE_COUNT)
        ]
        return [each.wait() for each in running]

    first_run, second_run = run(0), run(1)
    assert [result.code for result in first_run + second_run] == [0] * 2 * SHARE_COUNT
    first, second = (
        {line for result in results for line in result.out.splitlines()}
        for results in (first_run, second_run)
    )
    assert (first, len(first)) == (second, len(LIST_PROMPTS))
    assert received_prompts(sandbox) == LIST_PROMPTS
    ledgers = sorted(path.name for path in (network_disk / "krea").glob("ledger-*.sqlite3"))
    assert ledgers == [f"ledger-node{number}.sqlite3" for number in range(SHARE_COUNT)]
