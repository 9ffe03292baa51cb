"""--embed for results that are in their place already: the recipe goes into the very file."""

import io
import itertools
import json
import os
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from krea_cli.flows.download import embed_saved
from krea_cli.flows.download.true_sidecars import TrueSidecars
from krea_cli.flows.recipe.image_metadata import extract_recipe
from krea_cli.local.ledger.file_rows import FileRows
from tests.clocks.fake_clock import FakeClock
from tests.commands.batch.batch_helpers import die_at
from tests.fakes.krea_service import PNG
from tests.harness.cli import Cli, CliResult
from tests.pictures import picture_bytes

DEATHS = [
    (FileRows, "record"),
    (TrueSidecars, "make_way"),
    (embed_saved, "publish"),
    (FileRows, "forget"),
    (TrueSidecars, "write"),
]


@pytest.fixture(autouse=True)
def studio(cli: Cli) -> None:
    """A service that makes another picture each time, and a list of two prompts."""
    shades = itertools.count(1)
    cli.service.content = lambda: picture_bytes(next(shades))
    Path("l.txt").write_text("ea\neb\n")


def run(cli: Cli, *options: str) -> CliResult:
    """Run the list."""
    return cli.krea("batch", "l.txt", "-o", "em/{slug}.{ext}", "-j", "1", *options)


def prompts() -> dict[str, str | None]:
    """The prompt of the recipe in each picture."""
    recipes = {path.stem: extract_recipe(path.read_bytes()) for path in Path("em").glob("*.png")}
    return {
        name: json.loads(text)["request"]["prompt"] if text else None
        for name, text in recipes.items()
    }


def pixels() -> dict[str, bytes]:
    """The pixels of each picture."""
    found = {}
    for path in Path("em").glob("*.png"):
        with Image.open(io.BytesIO(path.read_bytes())) as image:
            found[path.stem] = image.tobytes()
    return found


def assert_sound(cli: Cli) -> None:
    """The ledger has the files as they are, the sidecars too, and nothing is hidden."""
    assert run(cli, "--report", "r.jsonl").code == 0
    assert cli.krea("verify", "r.jsonl").code == 0
    for sidecar in Path("em").glob("*.json"):
        picture = sidecar.with_suffix("").read_bytes()
        assert json.loads(sidecar.read_text())["sha256"] == sha256(picture).hexdigest()
    assert [name for name in os.listdir("em") if name.startswith(".")] == []
    assert len(cli.service.posts) == 2


@pytest.mark.parametrize("sidecar", [(), ("--sidecar",)], ids=["plain", "sidecar"])
@pytest.mark.parametrize("force", [(), ("--force",)], ids=["plain", "force"])
def test_files_in_their_place_get_the_recipe(
    cli: Cli, sidecar: tuple[str, ...], force: tuple[str, ...]
) -> None:
    """No pixel differs, nothing is paid or fetched, and the second time nothing changes."""
    assert run(cli, *sidecar).code == 0
    before, cli.service.file_status = pixels(), 404
    done = run(cli, "--embed", *force)
    assert (done.code, prompts()) == (0, {"ea": "ea", "eb": "eb"}), done.err
    assert pixels() == before
    files = {path.name: path.read_bytes() for path in Path("em").iterdir()}
    assert_sound(cli)
    assert run(cli, "--embed", *force).code == 0
    assert {path.name: path.read_bytes() for path in Path("em").iterdir()} == files


def test_files_that_only_sidecars_know_get_the_recipe(cli: Cli) -> None:
    """Another ledger takes them over."""
    run(cli, "--sidecar")
    cli.environ["KREA_STATE_DIR"] = str(cli.home / "state-2")
    assert run(cli, "--embed").code == 0
    assert prompts() == {"ea": "ea", "eb": "eb"}
    assert_sound(cli)


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("kind", "method"), DEATHS)
def test_a_kill_in_the_middle_leaves_the_result(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, kind: type, method: str, is_after: bool
) -> None:
    """With its recipe or without it; the same command puts everything right for nothing."""
    run(cli, "--sidecar")
    if (child := os.fork()) == 0:
        die_at(monkeypatch, kind, method, call=1, is_after=is_after)
        cli.clock = FakeClock()  # the threads of the other are not in this process
        run(cli, "--embed")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 137
    assert {
        place["fate"] for row in cli.krea("history", "--json").records for place in row["lost"]
    } == set()
    assert run(cli, "--embed").code == 0
    assert prompts() == {"ea": "ea", "eb": "eb"}
    assert len(list(Path("em").glob("*.json"))) == 2
    assert_sound(cli)


def test_a_picture_that_cannot_take_it_is_left_alone(cli: Cli) -> None:
    """The user is told."""
    cli.service.content = lambda: PNG
    run(cli)
    done = run(cli, "--embed")
    assert done.code == 0
    assert "warning: no recipe is in the result: " in done.err
    assert_sound(cli)


def test_a_full_disk_leaves_the_files_as_they_were(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says which recipe is missing; the command of its hint writes it."""
    run(cli)
    before = {path.name: path.read_bytes() for path in Path("em").iterdir()}

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        failed = run(cli, "--embed")
    assert failed.code == 1
    assert "could not be written into em/ea.png: the disk is full" in failed.err
    assert {path.name: path.read_bytes() for path in Path("em").iterdir()} == before
    assert run(cli, "--embed").code == 0
    assert prompts() == {"ea": "ea", "eb": "eb"}


@pytest.mark.parametrize("is_killed", [False, True])
def test_generate_with_reuse_embeds_into_the_file_itself(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, is_killed: bool
) -> None:
    """Nothing is paid, also after a kill before the ledger has the file at its place."""
    assert cli.krea("generate", "p", "-o", "em/p.png").code == 0
    again = ("generate", "p", "-o", "em/p.png", "--reuse", "--any-seed", "--embed", "--force")
    if is_killed and (child := os.fork()) == 0:

        def die(*args: object, **options: object) -> object:
            publish(*args, **options)  # type: ignore[arg-type]
            return os._exit(137)

        publish = embed_saved.publish
        monkeypatch.setattr(embed_saved, "publish", die)
        cli.clock = FakeClock()
        cli.krea(*again)
        os._exit(0)
    if is_killed:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 137
    done = cli.krea(*again, "--json")
    assert (done.code, prompts(), len(cli.service.posts)) == (0, {"p": "p"}, 1), done.err
    picture = sha256(Path("em/p.png").read_bytes()).hexdigest()
    assert [output["sha256"] for output in done.records[0]["outputs"]] == [picture]
    (row,) = cli.krea("history", "--json").records
    assert [output["sha256"] for output in row["outputs"]] == [picture]
    assert os.listdir("em") == ["p.png"]
