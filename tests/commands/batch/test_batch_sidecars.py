"""Sidecars where --force gives names to other results: each describes its own picture."""

import itertools
import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from krea_cli.flows.download.true_sidecars import TrueSidecars
from krea_cli.flows.files.kept_files import KeptFiles
from krea_cli.flows.files.publish import publish
from tests.clocks.fake_clock import FakeClock
from tests.commands.batch.batch_helpers import die_at
from tests.fakes.krea_service import PNG
from tests.harness.cli import Cli

BATCH = ("batch", "s.csv", "-j", "1")
# Where a process dies, and whether before the call or after it.
DEATHS = [
    pytest.param(KeptFiles, "clear", True, id="moved-aside"),
    pytest.param(TrueSidecars, "make_way", True, id="sidecar-removed"),
    pytest.param(TrueSidecars, "write", False, id="published"),
    pytest.param(TrueSidecars, "write", True, id="written"),
]


@pytest.fixture(autouse=True)
def studio(cli: Cli) -> None:
    """A service that makes another picture each time, all of one size."""
    numbers = itertools.count(1)
    cli.service.content = lambda: PNG[:12] + b"%04d" % next(numbers) + PNG[16:]
    return cli


def write_list(*outputs: str) -> None:
    """Write a list of a fox, a hen and an owl with OUTPUTS, without those of an empty output."""
    rows = zip(("a fox", "a hen", "an owl"), outputs, strict=False)
    lines = [f"{prompt},{output}" for prompt, output in rows if output]
    Path("s.csv").write_text("\n".join(["prompt,output", *lines, ""]))


def described() -> dict[str, str]:
    """The prompt in the sidecar of each picture; "wrong" where it is of another file."""
    prompts = {}
    for picture in sorted(Path().glob("*.png")):
        sidecar = Path(f"{picture}.json")
        if sidecar.exists():
            recipe = json.loads(sidecar.read_text())
            is_own = recipe["sha256"] == sha256(picture.read_bytes()).hexdigest()
            prompts[picture.stem] = recipe["request"]["prompt"] if is_own else "wrong"
    return prompts


def hidden() -> list[str]:
    """The names of all hidden files."""
    return sorted(path.name for path in Path().iterdir() if path.name.startswith("."))


@pytest.mark.parametrize("later", [False, True], ids=["at-once", "later"])
def test_exchanged_pictures_take_their_sidecars_along(cli: Cli, later: bool) -> None:
    """As well if the sidecars were written by a later run than the pictures."""
    write_list("a.png", "b.png", "c.png")
    assert cli.krea(*BATCH, *([] if later else ["--sidecar"])).code == 0
    assert cli.krea(*BATCH, "--sidecar").code == 0
    write_list("b.png", "a.png", "c.png")
    assert cli.krea(*BATCH, "--force").code == 0
    assert described() == {"a": "a hen", "b": "a fox", "c": "an owl"}
    assert (hidden(), len(cli.service.posts)) == ([], 3)


def test_shifted_pictures_take_their_sidecars_along(cli: Cli) -> None:
    """The last one goes to a name that was free; the new one replaces a recipe by its own."""
    write_list("", "1.png", "2.png")
    assert cli.krea(*BATCH, "--sidecar").code == 0
    write_list("1.png", "2.png", "3.png")
    assert cli.krea(*BATCH, "--force").code == 0
    assert described() == {"1": "a fox", "2": "a hen", "3": "an owl"}
    assert (hidden(), len(cli.service.posts)) == ([], 3)


def test_pictures_without_sidecars_get_none(cli: Cli) -> None:
    """A file of that name is left alone if it is no recipe."""
    write_list("a.png", "b.png")
    assert cli.krea(*BATCH).code == 0
    Path("a.png.json").write_text('{"mine": true}')
    write_list("b.png", "a.png")
    assert cli.krea(*BATCH, "--force").code == 0
    assert Path("a.png.json").read_text() == '{"mine": true}'
    assert not Path("b.png.json").exists()


@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize(("kind", "method", "is_after"), DEATHS)
def test_a_kill_leaves_no_sidecar_beside_another_picture(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, kind: type, method: str, is_after: bool, call: int
) -> None:
    """At any step; the same command then leaves each beside its own, and nothing hidden."""
    write_list("a.png", "b.png")
    assert cli.krea(*BATCH, "--sidecar").code == 0
    write_list("b.png", "a.png")
    if (child := os.fork()) == 0:
        die_at(monkeypatch, kind, method, call=call, is_after=is_after)
        cli.clock = FakeClock()  # the threads of the other are not in this process
        cli.krea(*BATCH, "--force")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 137
    assert "wrong" not in described().values()
    assert cli.krea(*BATCH, "--force").code == 0
    assert described() == {"a": "a hen", "b": "a fox"}
    assert (hidden(), len(cli.service.posts)) == ([], 2)


def test_generate_and_download_with_force_replace_the_recipe(cli: Cli) -> None:
    """The recipe beside the picture is that of the new one, without --sidecar as well."""
    assert cli.krea("generate", "a fox", "-o", "x.png", "--sidecar").code == 0
    assert cli.krea("generate", "a hen", "-o", "x.png", "--force").code == 0
    assert described() == {"x": "a hen"}
    assert cli.krea("generate", "an owl", "-o", "y.png").code == 0
    picture = Path("y.png").read_bytes()
    cli.service.content = lambda: picture
    assert cli.krea("download", "job-3", "-o", "x.png", "--force").code == 0
    assert described() == {"x": "an owl"}


@pytest.mark.parametrize("what", ["sidecar", "report"])
def test_the_part_of_a_killed_process_is_swept(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Killed in the middle of writing a sidecar or a report: `krea recover` clears it."""
    write_list("a.png")
    name = {"sidecar": "a.png.json", "report": "r.jsonl"}[what]
    if (child := os.fork()) == 0:

        def die(part: object, target: Path, *args: object, **options: object) -> object:
            return os._exit(137) if target.name == name else publish(part, target, *args, **options)  # type: ignore[arg-type]

        monkeypatch.setattr("krea_cli.flows.files.publish.publish", die)
        cli.krea(*BATCH, "--sidecar", "--report", "r.jsonl")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 137
    assert hidden() == [f".{name}.part"]
    assert cli.krea("recover").code == 0
    assert hidden() == []
