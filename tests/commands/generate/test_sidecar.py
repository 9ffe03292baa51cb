"""--sidecar and --embed: the recipe beside a result, or in it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from krea_cli import __version__
from krea_cli.flows.recipe.image_metadata import embedded
from tests.commands.generate.test_generate import states
from tests.fakes.krea_service import PNG, picture
from tests.harness.cli import World

FOX = ("generate", "a fox", "--seed", "7", "-o", "fox.png")


@pytest.fixture(autouse=True)
def pictures(world: World) -> None:
    """Every result is a picture of its own."""
    shades = iter(range(256))
    world.service.content = lambda: picture(next(shades))


def sidecar(world: World, name: str) -> dict[str, Any]:
    """What stands in the sidecar of the file NAME."""
    told: dict[str, Any] = json.loads((world.home / "work" / f"{name}.json").read_text())
    return told


def digest(path: Path) -> str:
    """The sha256 of a file."""
    from hashlib import sha256

    return sha256(path.read_bytes()).hexdigest()


def test_all_that_it_takes_to_make_it_again(world: World) -> None:
    """Request, seed, model, job, price, sha256, version; no folder of this machine."""
    result = world.krea(*FOX, "--sidecar")
    assert (result.code, result.out) == (0, "fox.png\n")
    assert sidecar(world, "fox.png") == {
        "krea": __version__,
        "schema": 1,
        "model": "bfl/flux-1-dev",
        "request": {"prompt": "a fox", "seed": 7},
        "given": ["prompt", "seed"],
        "seed": 7,
        "inputs": {},
        "job_id": "job-1",
        "price": "unknown",
        "created_at": "2027-01-15T08:00:00.000Z",
        "completed_at": "2027-01-15T08:00:05.000Z",
        "sha256": digest(world.home / "work" / "fox.png"),
    }
    assert str(world.home) not in (world.home / "work" / "fox.png.json").read_text()


def test_each_result_has_its_own(world: World) -> None:
    """Several results, several sidecars."""
    world.service.results = 2
    assert world.krea(*FOX, "--sidecar").code == 0
    for name in ("fox.png", "fox-2.png"):
        assert sidecar(world, name)["sha256"] == digest(world.home / "work" / name)


def test_the_recipe_is_in_the_picture(world: World) -> None:
    """Not a pixel differs; the sha256 inside is that of the picture as the service gave it."""
    assert world.krea(*FOX, "--embed", "--sidecar").code == 0
    file = world.home / "work" / "fox.png"
    given = picture(0)
    content = file.read_bytes()
    with Image.open(io.BytesIO(content)) as now, Image.open(io.BytesIO(given)) as then:
        assert now.tobytes() == then.tobytes()
    told = json.loads(embedded(content) or "")
    assert told["request"] == {"prompt": "a fox", "seed": 7}
    assert told["sha256"] not in (sidecar(world, "fox.png")["sha256"], None)
    assert sidecar(world, "fox.png")["sha256"] == digest(file)


def test_an_uploaded_files_address_is_not_given_away(world: World) -> None:
    """It opens without a token: it stands in the sidecar, not in a picture that is passed on."""
    (world.home / "work" / "day.png").write_bytes(picture(200))
    night = ("generate", "night", "-m", "flux-kontext", "--image", "day.png", "-o", "n.png")
    assert world.krea(*night, "--sidecar", "--embed").code == 0
    address = world.service.posts[0]["image_url"]
    inside = embedded((world.home / "work" / "n.png").read_bytes()) or ""
    assert address not in inside
    (source,) = sidecar(world, "n.png")["inputs"].values()
    assert source == {"name": "day.png", "url": address}
    assert list(json.loads(inside)["inputs"].values()) == [{"name": "day.png"}]


def test_not_even_where_only_the_address_was_left(world: World) -> None:
    """--like a picture whose input is gone: sent by its address, told by its content."""
    day = world.home / "work" / "day.png"
    day.write_bytes(picture(200))
    night = ("generate", "night", "-m", "flux-kontext", "--image", "day.png", "-o", "n.png")
    assert world.krea(*night).code == 0
    day.unlink()
    again = ("generate", "--like", "n.png", "--embed", "--sidecar", "-o", "again.png")
    assert world.krea(*again).code == 0
    address = world.service.posts[1]["image_url"]
    assert address == world.service.posts[0]["image_url"]
    assert address not in (embedded((world.home / "work" / "again.png").read_bytes()) or "")
    (source,) = sidecar(world, "again.png")["inputs"].values()
    assert source == {"url": address}


def test_what_cannot_hold_it_is_saved_without(world: World) -> None:
    """A result that is paid for is never lost for a recipe's sake."""
    world.service.content = lambda: PNG
    result = world.krea(*FOX, "--embed")
    assert (result.code, result.out) == (0, "fox.png\n")
    assert "warning: no recipe is in the result: " in result.err
    assert (world.home / "work" / "fox.png").read_bytes() == PNG


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("-o", "-", "--sidecar"), "--sidecar writes beside a file, and -o names none"),
        (
            ("-m", "veo-3.1-fast", "--embed", "-o", "x.mp4"),
            "--embed writes into pictures, and google/veo-3.1-fast makes video",
        ),
    ],
    ids=["stdout", "video"],
)
def test_a_recipe_without_a_place_is_refused_before_it_costs(
    world: World, words: tuple[str, ...], sentence: str
) -> None:
    """Exit 2, and nothing is sent."""
    result = world.krea("generate", "a fox", *words)
    assert (result.code, sentence in result.err, world.service.posts) == (2, True, [])


def test_the_sidecars_name_is_taken(world: World) -> None:
    """Told before anything is sent; --force overwrites."""
    taken = world.home / "work" / "fox.png.json"
    taken.write_text("mine")
    result = world.krea(*FOX, "--sidecar")
    assert (result.code, world.service.posts) == (2, [])
    assert "fox.png.json exists, and --sidecar would write it" in result.err
    assert world.krea(*FOX, "--sidecar", "--force").code == 0
    assert sidecar(world, "fox.png")["job_id"] == "job-1"


def test_taken_meanwhile_it_goes_beside(world: World) -> None:
    """Nobody's file is overwritten, and it is said."""
    taken = world.home / "work" / "fox.png.json"
    world.service.on_file = lambda: taken.write_text("mine") and None
    result = world.krea(*FOX, "--sidecar")
    assert (result.code, taken.read_text()) == (0, "mine")
    assert "the name was taken: the recipe of fox.png is in" in result.err
    assert json.loads((world.home / "work" / "fox.png-2.json").read_text())["seed"] == 7


def test_download_writes_what_generate_was_asked_for(world: World) -> None:
    """The ledger remembers; and download takes the options as well."""
    assert world.krea("generate", "a fox", "--no-wait", "-o", "a.png", "--sidecar").code == 0
    assert world.krea("generate", "a hen", "--no-wait", "-o", "b.png").code == 0
    world.clock.advance(60)
    assert world.krea("download", "job-1").out == "a.png\n"
    assert world.krea("download", "job-2", "--sidecar", "--embed").out == "b.png\n"
    assert sidecar(world, "a.png")["job_id"] == "job-1"
    assert sidecar(world, "b.png")["job_id"] == "job-2"


def test_a_file_that_was_saved_before_gets_its_sidecar(world: World) -> None:
    """Without a request; the picture itself is left alone."""
    assert world.krea(*FOX).code == 0
    before = (world.home / "work" / "fox.png").read_bytes()
    asked = len(world.service.requests)
    result = world.krea("download", "job-1", "--sidecar", "--embed")
    assert (result.code, result.out) == (0, "fox.png\n")
    assert "are saved already: --embed leaves them alone" in result.err
    assert sidecar(world, "fox.png")["sha256"] == digest(world.home / "work" / "fox.png")
    assert (world.home / "work" / "fox.png").read_bytes() == before
    assert len(world.service.requests) == asked


def test_a_sidecar_that_cannot_be_written_is_made_up_for(world: World) -> None:
    """The picture is there; the command ends with 10, and the one that it names writes it."""
    stands = world.home / "work" / ".fox.png.json.part"
    stands.mkdir()
    result = world.krea(*FOX, "--sidecar")
    assert (result.code, "krea download job-1" in result.err) == (10, True), result.err
    assert states(world) == [("completed", "job-1")]
    stands.rmdir()
    again = world.krea("download", "job-1")
    assert (again.code, again.out) == (0, "fox.png\n")
    assert sidecar(world, "fox.png")["sha256"] == digest(world.home / "work" / "fox.png")
    assert world.service.requests.count("GET /files/job-1.png") == 1


def test_a_job_that_the_ledger_does_not_know(world: World) -> None:
    """There is no recipe to be written; its results are saved."""
    world.krea("generate", "a fox", "--no-wait", "--no-ledger")
    world.clock.advance(60)
    result = world.krea("download", "job-1", "-o", "x.png", "--sidecar")
    assert (result.code, result.out) == (0, "x.png\n")
    assert "the ledger does not know job job-1: no recipe is written" in result.err
