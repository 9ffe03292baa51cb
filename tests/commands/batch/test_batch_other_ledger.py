"""Exchanged and shifted names with a ledger of nothing: sidecars tell of the results."""

import itertools
import json
import os
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from krea_cli.flows.batch.run import adopt_results
from krea_cli.flows.download.true_sidecars import TrueSidecars
from krea_cli.flows.files.kept_files import KeptFiles
from tests.clocks.fake_clock import FakeClock
from tests.commands.batch.batch_helpers import die_at, serve_prices, summary
from tests.fakes.krea_service import PNG
from tests.harness.cli import Cli, CliResult

RUN = ("batch", "l.txt", "-o", "o/{line}.{ext}", "-j", "1")
DEATHS = [(KeptFiles, "clear"), (TrueSidecars, "make_way"), (TrueSidecars, "write")]


@pytest.fixture(autouse=True)
def studio(cli: Cli) -> None:
    """A service that makes another picture each time, all of one size."""
    numbers = itertools.count(1)
    cli.service.content = lambda: PNG[:12] + b"%04d" % next(numbers) + PNG[16:]


def run(cli: Cli, prompts: str, *options: str) -> CliResult:
    """Run a list with a line for each of PROMPTS."""
    Path("l.txt").write_text("\n".join([*prompts, ""]))
    return cli.krea(*RUN, *options)


def forget(cli: Cli, name: str = "state-2") -> None:
    """Go on with another ledger. No result can be fetched any more."""
    cli.environ["KREA_STATE_DIR"] = str(cli.home / name)
    cli.service.missing_files = {f"{job}.png" for job in cli.service.jobs}


def pictures() -> dict[str, str]:
    """The hash of each picture, by its name without the extension."""
    files = Path("o").glob("*.png")
    return {path.stem: sha256(path.read_bytes()).hexdigest() for path in files}


def described() -> dict[str, str]:
    """The prompt in the sidecar of each picture, which must be of its bytes."""
    recipes = {name: json.loads(Path(f"o/{name}.png.json").read_text()) for name in pictures()}
    assert {name: recipe["sha256"] for name, recipe in recipes.items()} == pictures()
    return {name: recipe["request"]["prompt"] for name, recipe in recipes.items()}


def hidden() -> list[str]:
    """The hidden files."""
    return sorted(path.name for path in Path("o").iterdir() if path.name.startswith("."))


@pytest.mark.parametrize("sidecar", [("--sidecar",), ()], ids=["sidecar", "plain"])
@pytest.mark.parametrize(
    ("before", "after"),
    [("ab", "ba"), ("abc", "cab"), ("abcd", "adcb"), ("ab", "tab"), ("xab", "ab"), ("abc", "ca")],
    ids=["exchanged", "cycle", "some", "shifted", "shifted-down", "to-the-end"],
)
def test_force_moves_what_sidecars_prove(
    cli: Cli, before: str, after: str, sidecar: tuple[str, ...]
) -> None:
    """Results of listed lines have their new names, and only new lines are paid for."""
    assert run(cli, before, "--sidecar").code == 0
    saved = {prompt: pictures()[str(number)] for number, prompt in enumerate(before, 1)}
    forget(cli)
    shown = run(cli, after, "--force", "--dry-run", "--json")
    new = len(set(after) - set(before))
    assert summary(shown)["done"] == len(after) - new
    done = run(cli, after, "--force", *sidecar)
    assert (done.code, len(cli.service.posts)) == (0, len(before) + new), done.err
    moved = {number: each for number, each in enumerate(after, 1) if each in saved}
    assert {number: pictures()[str(number)] for number in moved} == {
        number: saved[prompt] for number, prompt in moved.items()
    }
    assert {number: described()[str(number)] for number in moved} == moved
    assert hidden() == []
    again = run(cli, after)
    assert (again.code, len(cli.service.posts)) == (0, len(before) + new), again.err


def test_adopted_results_count_for_no_budget(cli: Cli) -> None:
    """Another ledger paid for them; in this one they are history like all others."""
    serve_prices(cli)
    run(cli, "ab", "--sidecar")
    forget(cli)
    done = run(cli, "ba", "--force", "--max-cost", "0.000001", "--json", "--report", "r.jsonl")
    assert (done.code, summary(done)["spent_in_other_runs"], summary(done)["done"]) == (0, 0.0, 2)
    jobs = {record["job_id"] for record in cli.krea("history", "--json").records}
    assert jobs == set(cli.service.jobs)
    assert cli.krea("verify", "r.jsonl").code == 0


@pytest.mark.parametrize("dry", [(), ("--dry-run",)], ids=["run", "dry-run"])
def test_without_force_it_is_said_whose_the_files_are(cli: Cli, dry: tuple[str, ...]) -> None:
    """The hint tells the work of --force: known results are moved, the rest is paid for."""
    run(cli, "ab", "--sidecar")
    forget(cli)
    refused = run(cli, "ba", *dry)
    assert refused.code == 2
    assert refused.error(charged="no") == (
        "l.txt cannot be run as it stands, for 2 reasons:\n"
        "    - line 1: o/1.png exists: its sidecar says that it is the result of line 2\n"
        "    - line 2: o/2.png exists: its sidecar says that it is the result of line 1"
    )
    assert "hint: --force gives these results their new names, and pays nothing for them\n" in (
        refused.err
    )
    refused = run(cli, "tab", *dry)
    assert "o/1.png exists: its sidecar says that it is the result of line 2" in refused.err
    assert "pays nothing for them; it would make and pay for 1 new result\n" in refused.err
    Path("o/3.png").write_bytes(b"mine")
    assert "1 new result; it overwrites the other files\n" in run(cli, "tab", *dry).err
    assert len(cli.service.posts) == 2


@pytest.mark.parametrize("proof", ["absent", "of-other-bytes", "of-no-line"])
def test_a_file_without_proof_stays_foreign(cli: Cli, proof: str) -> None:
    """Refused as any file of unknown origin; --force replaces it, as the hint says."""
    run(cli, "ab", "--sidecar")
    forget(cli)
    for name in "12":
        if proof == "absent":
            Path(f"o/{name}.png.json").unlink()
        elif proof == "of-other-bytes":
            with open(f"o/{name}.png", "ab") as file:
                file.write(b"edited")
    after = "yz" if proof == "of-no-line" else "ba"
    refused = run(cli, after)
    assert refused.code == 2
    assert "o/1.png exists, and is not known as a result of this item" in refused.err
    assert "neither the ledger nor a sidecar says" in refused.err
    assert "--force would make and pay for 2 new results" in refused.err
    done = run(cli, after, "--force")
    assert (done.code, len(cli.service.posts)) == (0, 4), done.err


def test_all_results_of_a_job_move(cli: Cli) -> None:
    """Each keeps its number."""
    cli.service.results_per_job = 2
    run(cli, "ab", "--sidecar")
    before = pictures()
    forget(cli)
    done = run(cli, "ba", "--force")
    assert (done.code, len(cli.service.posts)) == (0, 2), done.err
    after = pictures()
    assert (after["1"], after["1-2"]) == (before["2"], before["2-2"])
    assert (after["2"], after["2-2"]) == (before["1"], before["1-2"])
    assert hidden() == []


@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("kind", "method"), [*DEATHS, (adopt_results, "_adopt")])
def test_a_kill_in_the_middle_loses_nothing(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, kind: type, method: str, is_after: bool, call: int
) -> None:
    """Run again, the command goes on with it and pays nothing."""
    run(cli, "ab", "--sidecar")
    before = pictures()
    forget(cli)
    if (child := os.fork()) == 0:
        die_at(monkeypatch, kind, method, call=call, is_after=is_after)
        cli.clock = FakeClock()  # the threads of the other are not in this process
        run(cli, "ba", "--force")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 137
    done = run(cli, "ba", "--force")
    assert (done.code, len(cli.service.posts)) == (0, 2), done.err
    assert pictures() == {"1": before["2"], "2": before["1"]}
    assert described() == {"1": "b", "2": "a"}
    assert hidden() == []


def test_a_second_paid_result_of_a_line_is_never_overwritten(cli: Cli) -> None:
    """Its line has another result by now: nothing is made until the file is moved away."""
    run(cli, "ab", "--sidecar")
    first = pictures()["2"]
    forget(cli)
    shutil.copytree("o", "kept")
    assert cli.krea("batch", "l.txt", "-o", "p/{line}.{ext}", "-j", "1").code == 0
    stopped = run(cli, "ba", "--force")
    assert (stopped.code, len(cli.service.posts)) == (2, 4)
    assert "line 1: o/1.png is a paid result of line 2, as its sidecar says, and would be" in (
        stopped.err
    )
    assert "hint: move the files away with their sidecars, or choose another -o" in stopped.err
    assert pictures()["2"] == first
    refused = run(cli, "ba")
    assert (refused.code, "--force" in refused.err) == (2, False)
    for name in "12":
        Path(f"o/{name}.png").rename(f"kept/{name}-first.png")
        Path(f"o/{name}.png.json").unlink()
    assert (run(cli, "ba", "--force").code, len(cli.service.posts)) == (0, 4)


def test_a_share_leaves_the_results_of_other_shares(cli: Cli) -> None:
    """Nothing is sent, and the command of the hint gives all results their names."""
    serve_prices(cli)
    prompts = "abcdefgh"
    run(cli, prompts, "--sidecar")
    before = pictures()
    forget(cli)
    after = prompts[::-1]
    stopped = run(cli, after, "--force", "--sidecar", "--shard", "1/2")
    assert (stopped.code, pictures()) == (2, before)
    assert "without --shard and with --max-cost 0.000001" in stopped.err
    moved = run(cli, after, "--force", "--sidecar", "--max-cost", "0.000001")
    assert (moved.code, len(cli.service.posts)) == (0, 8), moved.err
    forget(cli, "state-3")
    for share in ("1/2", "2/2"):
        assert run(cli, after, "--sidecar", "--shard", share).code == 0
    assert len(cli.service.posts) == 8
    assert pictures() == {str(9 - int(name)): picture for name, picture in before.items()}


def test_a_share_keeps_the_files_of_other_shares_in_the_ledger(cli: Cli) -> None:
    """The ledger knows them: each share moves the files in its way aside."""
    prompts = "abcdefgh"
    run(cli, prompts)
    before = pictures()
    cli.service.missing_files = {f"{job}.png" for job in cli.service.jobs}
    for share in ("1/2", "2/2"):
        done = run(cli, prompts[::-1], "--force", "--shard", share)
        assert done.code == 0, done.err
    assert pictures() == {str(9 - int(name)): picture for name, picture in before.items()}
    assert (hidden(), len(cli.service.posts)) == ([], 8)
