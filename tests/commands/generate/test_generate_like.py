"""`krea generate --like`: the same recipe, seed included, with what is given changed."""

import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.harness.cli import Cli
from tests.pictures import picture_bytes

SEEDLESS = "google/nano-banana"


@pytest.fixture
def fox(cli: Cli) -> Cli:
    """`krea` after a fox was made with a drawn seed."""
    pictures = iter(range(100))
    cli.service.content = lambda: picture_bytes(next(pictures))
    assert (
        cli.krea("generate", "a fox", "-i", "steps=30", "--width", "512", "-o", "fox.png").code == 0
    )
    return cli


def sent(cli: Cli, *words: str) -> dict[str, Any]:
    """The body that `generate WORDS` sends."""
    result = cli.krea("generate", *words)
    assert result.code == 0, result.err
    return cli.service.posts[-1]


@pytest.mark.parametrize("what", ["fox.png", "job-1", "1", "#1"])
def test_the_same_once_more(fox: Cli, what: str) -> None:
    """A file, a job, or the number of a request: the very same body is sent."""
    assert sent(fox, "--like", what, "-o", "again.png") == fox.service.posts[0]
    assert len(fox.service.posts) == 2


def test_what_is_given_is_changed(fox: Cli) -> None:
    """Prompt, seed, fields; all else stays."""
    first = fox.service.posts[0]
    body = sent(fox, "a hen", "--like", "fox.png", "--seed", "8", "-i", "steps=20", "-o", "hen.png")
    assert body == first | {"prompt": "a hen", "seed": 8, "steps": 20}


def test_several_count_up_from_the_same_seed(fox: Cli) -> None:
    """-n 3: the first is the same."""
    seed = fox.service.posts[0]["seed"]
    sent(fox, "--like", "fox.png", "-n", "3", "-o", "{n}.png")
    assert [body["seed"] for body in fox.service.posts[1:]] == [seed, seed + 1, seed + 2]


def test_another_model_takes_what_was_given(cli: Cli) -> None:
    """Fields filled in for the old model are filled in anew for the new one."""
    cli.krea("generate", "a fox", "-m", "krea-2/large", "--seed", "3", "-o", "fox.png")
    first = cli.service.posts[0]
    assert first["aspect_ratio"] == "1:1"
    body = sent(cli, "--like", "fox.png", "-m", "flux", "-o", "flux.png")
    assert body == {"prompt": "a fox", "seed": 3} | {
        name: 1024 for name in ("width", "height") if name in body
    }


def test_a_model_without_a_seed(cli: Cli) -> None:
    """A seed that was only drawn keeps nobody from it."""
    cli.krea("generate", "a fox", "-o", "fox.png")
    result = cli.krea("generate", "--like", "fox.png", "-m", SEEDLESS, "--dry-run")
    assert (
        result.code,
        "this model takes no seed: that of the recipe is left out" in result.err,
    ) == (
        0,
        True,
    ), result.err


def test_a_size_of_another_kind_replaces_the_old_one(cli: Cli) -> None:
    """Width and height of before do not stand beside a ratio of now."""
    cli.krea("generate", "a fox", "-m", "krea-2/large", "-i", "aspect_ratio=16:9", "-o", "fox.png")
    assert cli.service.posts[0]["aspect_ratio"] == "16:9"
    body = sent(cli, "--like", "fox.png", "--aspect-ratio", "1:1", "-o", "square.png")
    assert body == cli.service.posts[0] | {"aspect_ratio": "1:1"}


def test_a_picture_goes_along_by_its_content(fox: Cli) -> None:
    """The input file, if it is unchanged; else its address; the upload is not repeated."""
    night = ("night", "-m", "flux-kontext", "--image", "fox.png", "-o", "night.png")
    first = sent(fox, *night)
    assert sent(fox, "--like", "night.png", "-o", "2.png") == first
    (fox.home / "work" / "fox.png").unlink()
    assert sent(fox, "--like", "night.png", "-o", "3.png") == first
    assert fox.service.requests.count("POST /assets") == 1
    other = sent(fox, "--like", "night.png", "--image", "2.png", "-o", "4.png")
    assert other["image_url"] != first["image_url"]
    assert other | {"image_url": first["image_url"]} == first


@pytest.mark.parametrize("how", ["--sidecar", "--embed"])
def test_a_picture_from_elsewhere(fox: Cli, how: str) -> None:
    """The ledger does not know it: the recipe beside or in it will do."""
    body = sent(fox, "a hen", how, "-o", "hen.png")
    (fox.home / "state" / "ledger.sqlite3").unlink()
    assert sent(fox, "--like", "hen.png", "-o", "again.png") == body


def test_an_input_that_only_the_recipe_names(fox: Cli) -> None:
    """Neither file nor address is left: one sentence, and nothing is sent."""
    sent(fox, "night", "-m", "flux-kontext", "--image", "fox.png", "--embed", "-o", "night.png")
    (fox.home / "state" / "ledger.sqlite3").unlink()
    (fox.home / "work" / "fox.png").unlink()
    posts = len(fox.service.posts)
    result = fox.krea("generate", "--like", "night.png", "-o", "again.png")
    assert (result.code, len(fox.service.posts)) == (2, posts)
    assert "fox.png (as it was, sha256:" in result.err
    assert "is neither a file nor an address" in result.err


def test_a_recipe_that_nobody_has(fox: Cli) -> None:
    """A file of one's own: nothing is guessed."""
    (fox.home / "work" / "mine.png").write_bytes(picture_bytes(200))
    result = fox.krea("generate", "--like", "mine.png", "-o", "x.png")
    assert (result.code, result.out) == (2, "")
    assert "nothing about mine.png is in this ledger, beside it or in it" in result.err


@pytest.mark.parametrize(
    "text",
    ["[]", "{", '{"krea": 1}', '{"krea": "1", "schema": 1, "model": 3, "request": {}}', "[" * 5000],
)
def test_a_sidecar_that_is_none(fox: Cli, text: str) -> None:
    """Foreign text is read with care."""
    mine = fox.home / "work" / "mine.png"
    mine.write_bytes(picture_bytes(200))
    Path(f"{mine}.json").write_text(text)
    result = fox.krea("generate", "--like", "mine.png", "-o", "x.png")
    assert (result.code, "nothing about mine.png" in result.err) == (2, True)


def test_a_sidecar_that_nobody_can_read(fox: Cli) -> None:
    """A FIFO would keep us waiting; a list of odd names is none."""
    mine = fox.home / "work" / "mine.png"
    mine.write_bytes(picture_bytes(200))
    os.mkfifo(f"{mine}.json")
    assert fox.krea("generate", "--like", "mine.png", "-o", "x.png").code == 2
    Path(f"{mine}.json").unlink()
    text = '{"krea": "1", "schema": 1, "model": "flux", "request": {"prompt": "x"}, "given": [{}]}'
    Path(f"{mine}.json").write_text(text)
    assert fox.krea("generate", "--like", "mine.png.json", "--dry-run").code == 0


def test_what_follows_from_a_changed_input_is_filled_in_anew(cli: Cli) -> None:
    """The size of an upscaled picture is that of the new one."""
    for name, size in (("wide.png", (300, 200)), ("tall.png", (200, 300))):
        Image.new("RGB", size).save(cli.home / "work" / name)
    words = ("generate", "-m", "topaz", "-i", "image_scaling_factor=2", "-i", "model=Standard V2")
    assert cli.krea(*words, "--image", "wide.png", "-o", "a.png").code == 0
    assert cli.krea("generate", "--like", "a.png", "--image", "tall.png", "-o", "b.png").code == 0
    sizes = [(body["width"], body["height"]) for body in cli.service.posts]
    assert sizes == [(600, 400), (400, 600)]


def test_half_a_character_in_a_recipe(fox: Cli) -> None:
    """JSON may hold it, a database not: it is no recipe."""
    mine = fox.home / "work" / "mine.png"
    mine.write_bytes(picture_bytes(200))
    text = '{"krea": "1", "schema": 1, "model": "x", "request": {}, "job_id": "\\ud800"}'
    Path(f"{mine}.json").write_text(text)
    assert fox.krea("generate", "--like", "mine.png", "-o", "x.png").code == 2


def test_a_hostile_recipe_reads_no_file(fox: Cli) -> None:
    """A path in a stranger's recipe is not opened; its text is text."""
    secret = fox.home / "secret"
    secret.write_text("secret")
    mine = fox.home / "work" / "mine.png"
    mine.write_bytes(picture_bytes(200))
    content = "sha256:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
    Path(f"{mine}.json").write_text(
        '{"krea": "1", "schema": 1, "model": "bfl/flux-1-kontext-dev", "sha256": null,'
        f' "request": {{"prompt": "@{secret}", "image_url": "{content}"}},'
        ' "given": ["prompt", "image_url"],'
        f' "inputs": {{"{content}": {{"path": "{secret}", "name": "../../x"}}}}}}'
    )
    result = fox.krea("generate", "--like", "mine.png.json", "-o", "x.png")
    assert (result.code, "is neither a file nor an address" in result.err) == (2, True), result.err
    assert "POST /assets" not in fox.service.requests


def test_a_file_that_is_not_what_was_saved_there(fox: Cli) -> None:
    """Its name leads to the recipe, with a warning."""
    (fox.home / "work" / "fox.png").write_bytes(picture_bytes(99))
    result = fox.krea("generate", "--like", "fox.png", "--dry-run")
    assert result.code == 0
    assert "warning: fox.png is not the file that was saved there" in result.err


@pytest.mark.parametrize("what", ["1", "job-1", "fox.png"])
def test_without_a_token_the_ledger_is_not_said_to_be_empty(fox: Cli, what: str) -> None:
    """The ledger was not asked, and the error names the token."""
    del fox.environ["KREA_API_KEY"]
    result = fox.krea("generate", "--like", what, "--dry-run")
    assert result.code == 3
    assert result.error(charged="no").startswith("there is no token")
