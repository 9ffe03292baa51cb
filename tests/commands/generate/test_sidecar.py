"""--sidecar and --embed: the recipe beside a result, or in it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from krea_cli import __version__
from krea_cli.flows.recipe.image_metadata import extract_recipe
from tests.fakes.krea_service import PNG
from tests.harness.cli import Cli
from tests.pictures import picture_bytes

FOX = ("generate", "a fox", "--seed", "7", "-o", "fox.png")


@pytest.fixture(autouse=True)
def pictures(cli: Cli) -> None:
    """Every result is a picture of its own."""
    shades = iter(range(256))
    cli.service.content = lambda: picture_bytes(next(shades))


def sidecar(cli: Cli, name: str) -> dict[str, Any]:
    """The recipe in the sidecar of the file NAME."""
    recipe: dict[str, Any] = json.loads((cli.home / "work" / f"{name}.json").read_text())
    return recipe


def file_hash(path: Path) -> str:
    """The sha256 of a file."""
    from hashlib import sha256

    return sha256(path.read_bytes()).hexdigest()


def test_all_that_it_takes_to_make_it_again(cli: Cli) -> None:
    """Request, seed, model, job, price, sha256, version; no folder of this machine."""
    result = cli.krea(*FOX, "--sidecar")
    assert (result.code, result.out) == (0, "fox.png\n")
    assert sidecar(cli, "fox.png") == {
        "krea": __version__,
        "schema": 1,
        "model": "bfl/flux-1-dev",
        "request": {"prompt": "a fox", "seed": 7},
        "given": ["prompt", "seed"],
        "seed": 7,
        "inputs": {},
        "job_id": "job-1",
        "price": "about $0.007",
        "created_at": "2027-01-15T08:00:00.000Z",
        "completed_at": "2027-01-15T08:00:05.000Z",
        "sha256": file_hash(cli.home / "work" / "fox.png"),
    }
    assert str(cli.home) not in (cli.home / "work" / "fox.png.json").read_text()


def test_each_result_has_its_own(cli: Cli) -> None:
    """Several results, several sidecars."""
    cli.service.results_per_job = 2
    assert cli.krea(*FOX, "--sidecar").code == 0
    for name in ("fox.png", "fox-2.png"):
        assert sidecar(cli, name)["sha256"] == file_hash(cli.home / "work" / name)


def test_the_recipe_is_in_the_picture(cli: Cli) -> None:
    """Not a pixel differs; the sha256 inside is that of the picture as the service gave it."""
    assert cli.krea(*FOX, "--embed", "--sidecar").code == 0
    file = cli.home / "work" / "fox.png"
    original = picture_bytes(0)
    content = file.read_bytes()
    with Image.open(io.BytesIO(content)) as now, Image.open(io.BytesIO(original)) as then:
        assert now.tobytes() == then.tobytes()
    recipe = json.loads(extract_recipe(content) or "")
    assert recipe["request"] == {"prompt": "a fox", "seed": 7}
    assert recipe["sha256"] not in (sidecar(cli, "fox.png")["sha256"], None)
    assert sidecar(cli, "fox.png")["sha256"] == file_hash(file)


def test_an_uploaded_files_address_is_not_given_away(cli: Cli) -> None:
    """An upload opens without a token: its address is in the sidecar only, not in the picture."""
    (cli.home / "work" / "day.png").write_bytes(picture_bytes(200))
    night = ("generate", "night", "-m", "flux-kontext", "--image", "day.png", "-o", "n.png")
    assert cli.krea(*night, "--sidecar", "--embed").code == 0
    address = cli.service.posts[0]["image_url"]
    inside = extract_recipe((cli.home / "work" / "n.png").read_bytes()) or ""
    assert address not in inside
    (source,) = sidecar(cli, "n.png")["inputs"].values()
    assert source == {"name": "day.png", "url": address}
    assert list(json.loads(inside)["inputs"].values()) == [{"name": "day.png"}]


def test_not_even_where_only_the_address_was_left(cli: Cli) -> None:
    """--like a picture whose input is gone: sent by its address, told by its content."""
    day = cli.home / "work" / "day.png"
    day.write_bytes(picture_bytes(200))
    night = ("generate", "night", "-m", "flux-kontext", "--image", "day.png", "-o", "n.png")
    assert cli.krea(*night).code == 0
    day.unlink()
    again = ("generate", "--like", "n.png", "--embed", "--sidecar", "-o", "again.png")
    assert cli.krea(*again).code == 0
    address = cli.service.posts[1]["image_url"]
    assert address == cli.service.posts[0]["image_url"]
    assert address not in (extract_recipe((cli.home / "work" / "again.png").read_bytes()) or "")
    (source,) = sidecar(cli, "again.png")["inputs"].values()
    assert source == {"url": address}


def test_what_cannot_hold_it_is_saved_without(cli: Cli) -> None:
    """A result that is paid for is never lost for a recipe's sake."""
    cli.service.content = lambda: PNG
    result = cli.krea(*FOX, "--embed")
    assert (result.code, result.out) == (0, "fox.png\n")
    assert "warning: no recipe is in the result: " in result.err
    assert (cli.home / "work" / "fox.png").read_bytes() == PNG


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
    cli: Cli, words: tuple[str, ...], sentence: str
) -> None:
    """Exit 2, and nothing is sent."""
    result = cli.krea("generate", "a fox", *words)
    assert (result.code, sentence in result.err, cli.service.posts) == (2, True, [])


def test_the_sidecars_name_is_taken(cli: Cli) -> None:
    """Told before anything is sent; --force overwrites."""
    taken = cli.home / "work" / "fox.png.json"
    taken.write_text("mine")
    result = cli.krea(*FOX, "--sidecar")
    assert (result.code, cli.service.posts) == (2, [])
    assert "fox.png.json exists, and --sidecar would write it" in result.err
    assert cli.krea(*FOX, "--sidecar", "--force").code == 0
    assert sidecar(cli, "fox.png")["job_id"] == "job-1"


def test_taken_meanwhile_it_goes_beside(cli: Cli) -> None:
    """Nobody's file is overwritten, and it is said."""
    taken = cli.home / "work" / "fox.png.json"
    cli.service.on_download = lambda: taken.write_text("mine") and None
    result = cli.krea(*FOX, "--sidecar")
    assert (result.code, taken.read_text()) == (0, "mine")
    assert "the name was taken: the recipe of fox.png is in" in result.err
    assert json.loads((cli.home / "work" / "fox.png-2.json").read_text())["seed"] == 7


def test_download_writes_what_generate_was_asked_for(cli: Cli) -> None:
    """The ledger remembers; and download takes the options as well."""
    assert cli.krea("generate", "a fox", "--no-wait", "-o", "a.png", "--sidecar").code == 0
    assert cli.krea("generate", "a hen", "--no-wait", "-o", "b.png").code == 0
    cli.clock.advance(60)
    assert cli.krea("download", "job-1").out == "a.png\n"
    assert cli.krea("download", "job-2", "--sidecar", "--embed").out == "b.png\n"
    assert sidecar(cli, "a.png")["job_id"] == "job-1"
    assert sidecar(cli, "b.png")["job_id"] == "job-2"


def test_a_file_that_was_saved_before_gets_its_sidecar(cli: Cli) -> None:
    """Without a request; the picture itself is left alone."""
    assert cli.krea(*FOX).code == 0
    before = (cli.home / "work" / "fox.png").read_bytes()
    request_count = len(cli.service.requests)
    result = cli.krea("download", "job-1", "--sidecar", "--embed")
    assert (result.code, result.out) == (0, "fox.png\n")
    assert "are saved already: --embed leaves them alone" in result.err
    assert sidecar(cli, "fox.png")["sha256"] == file_hash(cli.home / "work" / "fox.png")
    assert (cli.home / "work" / "fox.png").read_bytes() == before
    assert len(cli.service.requests) == request_count


def test_a_sidecar_that_cannot_be_written_is_made_up_for(cli: Cli) -> None:
    """The picture is there; the command ends with 10, and the one that it names writes it."""
    stands = cli.home / "work" / ".fox.png.json.part"
    stands.mkdir()
    result = cli.krea(*FOX, "--sidecar")
    assert (result.code, "krea download job-1" in result.err) == (10, True), result.err
    assert cli.states == [("completed", "job-1")]
    stands.rmdir()
    again = cli.krea("download", "job-1")
    assert (again.code, again.out) == (0, "fox.png\n")
    assert sidecar(cli, "fox.png")["sha256"] == file_hash(cli.home / "work" / "fox.png")
    assert cli.service.requests.count("GET /files/job-1.png") == 1


def test_a_sidecar_never_describes_another_picture(cli: Cli) -> None:
    """The recipe beside a picture that --force replaces goes with it, also without --sidecar."""
    assert cli.krea(*FOX, "--sidecar").code == 0
    assert cli.krea(*FOX, "--force", "--again").code == 0
    recipe = sidecar(cli, "fox.png")
    fox = cli.home / "work" / "fox.png"
    assert (recipe["job_id"], recipe["sha256"]) == ("job-2", file_hash(fox))


def test_a_sidecar_that_was_left_behind_is_told(cli: Cli) -> None:
    """Without --force it stays; the command that replaces it pays nothing."""
    fox = cli.home / "work" / "fox.png"
    assert cli.krea(*FOX, "--sidecar").code == 0
    fox.unlink()
    result = cli.krea(*FOX, "--again")
    warning = (
        "fox.png.json describes another result; krea download job-2 --sidecar --force replaces it"
    )
    assert (result.code, f"warning: {warning}\n" in result.err) == (0, True)
    assert sidecar(cli, "fox.png")["job_id"] == "job-1"
    assert cli.krea("download", "job-2", "--sidecar", "--force").code == 0
    recipe = sidecar(cli, "fox.png")
    assert (recipe["job_id"], recipe["sha256"]) == ("job-2", file_hash(fox))
    assert len(cli.service.posts) == 2


def test_another_file_of_that_name_is_no_sidecar(cli: Cli) -> None:
    """A user's own JSON stays as it is, and nothing is said of it."""
    mine = cli.home / "work" / "fox.png.json"
    mine.write_text('{"mine": 1}')
    (cli.home / "work" / "fox.png").write_bytes(PNG)
    result = cli.krea(*FOX, "--force")
    assert (result.code, mine.read_text(), "warning" in result.err) == (0, '{"mine": 1}', False)


def test_a_job_that_the_ledger_does_not_know(cli: Cli) -> None:
    """There is no recipe to be written; its results are saved."""
    cli.krea("generate", "a fox", "--no-wait", "--no-ledger")
    cli.clock.advance(60)
    result = cli.krea("download", "job-1", "-o", "x.png", "--sidecar")
    assert (result.code, result.out) == (0, "x.png\n")
    assert "the ledger does not know job job-1: no recipe is written" in result.err
