"""`krea history`: what was asked for, how a file was made, and what makes it again."""

import json
import shlex
from pathlib import Path

import pytest

from tests.commands.generate.test_generate import answer, reset_before
from tests.harness.cli import World

FLUX = "bfl/flux-1-dev"
FOX = ("generate", "a red fox", "--seed", "7", "--width", "512", "-o", "fox.png")
FOX_AGAIN = f"krea generate 'a red fox' -m {FLUX} --seed 7 --width 512"


@pytest.fixture
def told(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world in which four things were asked for, a minute apart."""
    monkeypatch.setenv("TZ", "UTC")
    assert world.krea(*FOX).code == 0
    world.clock.advance(60)
    world.service.answers = [answer(422, {"error": "no"})]
    assert world.krea("generate", "a hen", "-m", "krea-2/large", "-o", "hen.png").code == 2
    world.clock.advance(60)
    assert world.krea("generate", "--no-wait", "an owl").code == 0
    world.clock.advance(60)
    world.service.answers = [reset_before]
    assert world.krea("generate", "a cat", "-o", "cat.png").code == 9
    return world


def test_the_newest_come_first(told: World) -> None:
    """A line each: number, time, how it stands, model, file, prompt."""
    result = told.krea("history")
    lines = [line.split("\t") for line in result.out.splitlines()]
    assert [(line[0], *line[2:]) for line in lines] == [
        (
            "4",
            "unknown",
            FLUX,
            "cat.png",
            "a cat",
        ),
        ("3", "queued", FLUX, "", "an owl"),
        ("2", "refused", "krea/krea-2/large", "hen.png", "a hen"),
        ("1", "saved", FLUX, "fox.png", "a red fox"),
    ]
    assert (result.code, result.err) == (0, "")


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (("red", "FOX"), [1]),
        (("hen.png", "hen"), [2]),
        (("--model", "krea-2"), [2]),
        (("--status", "saved"), [1]),
        (("--status", "queued"), [3]),
        (("--unfinished",), [4, 3]),
        (("--since", "90s"), [4, 3]),
        (("--since", "2027-01-01"), [4, 3, 2, 1]),
        (("--since", "2028-01-01T10:00"), []),
        (("--limit", "2"), [4, 3]),
        (("zebra",), []),
    ],
)
def test_what_is_looked_for(told: World, words: tuple[str, ...], numbers: list[int]) -> None:
    """Text, model, status, time; nothing found is no failure."""
    result = told.krea("history", "--json", *words)
    assert (result.code, [record["row"] for record in result.records]) == (0, numbers)


def test_a_record_is_one_that_other_commands_take(told: World) -> None:
    """krea history --json | krea download."""
    found = told.krea("history", "--json", "owl")
    told.clock.advance(60)
    result = told.krea("download", stdin=found.out)
    assert (result.code, result.out) == (0, "an-owl-job3.png\n")


def test_the_whole_story_of_a_file(told: World) -> None:
    """Its request, what it cost, where it is, and the command that makes it again."""
    result = told.krea("history", "fox.png")
    assert result.code == 0
    lines = dict(line.split(None, 1) for line in result.out.splitlines())
    assert lines["request"].startswith("{")
    assert (lines["job"], lines["model"], lines["seed"]) == ("job-1", FLUX, "7")
    assert lines["price"] == "unknown, charged yes"
    assert lines["again"] == FOX_AGAIN
    for other in ("1", "#1", "job-1", "./fox.png", str(told.home / "work" / "fox.png")):
        assert told.krea("history", other).out == result.out


def test_a_file_is_known_by_its_content(told: World) -> None:
    """Renamed or copied elsewhere it is the same; its old name is free again."""
    (told.home / "work" / "fox.png").rename(told.home / "moved.png")
    moved = told.krea("history", str(told.home / "moved.png"), "--json")
    (record,) = moved.records
    assert (record["job_id"], record["changed"]) == ("job-1", False)
    assert record["command"] == f"{FOX_AGAIN} -o fox.png"
    assert told.krea("history", "./fox.png", "--json").records[0]["job_id"] == "job-1"


def test_another_file_of_that_name_is_told_apart(told: World) -> None:
    """By its name it is found all the same, with a warning."""
    (told.home / "work" / "fox.png").write_bytes(b"something else")
    result = told.krea("history", "fox.png")
    assert result.code == 0
    assert "warning: the file is not what was saved there" in result.err


@pytest.mark.parametrize("text", ["./none.png", "0" * 8 + "-0000-0000-0000-" + "0" * 12])
def test_a_file_or_id_that_nobody_knows(told: World, text: str) -> None:
    """One sentence, exit 2."""
    result = told.krea("history", text)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"error: nothing about {text} is in the ledger\n"
        "  hint: krea history lists what is\n  charged: no\n"
    )


def test_a_time_that_is_none(told: World) -> None:
    """What --since takes is said."""
    result = told.krea("history", "--since", "tomorrow")
    assert (result.code, "neither a time such as 7d or 12h, nor a date" in result.err) == (2, True)


@pytest.mark.parametrize("how", ["--sidecar", "--embed"])
def test_a_picture_tells_its_own_story(world: World, how: str) -> None:
    """Without the ledger and without a token, from beside it or from in it."""
    from tests.fakes.krea_service import picture

    world.service.content = picture
    assert world.krea(*FOX, how).code == 0
    (world.home / "state" / "ledger.sqlite3").unlink()
    world.environ.pop("KREA_API_KEY")
    (record,) = world.krea("history", "fox.png", "--json").records
    source = {"--sidecar": "sidecar", "--embed": "metadata"}[how]
    assert (record["source"], record.get("row")) == (source, None)
    assert (record["job_id"], record["seed"], record["command"]) == ("job-1", 7, FOX_AGAIN)
    assert record["request"] == {"prompt": "a red fox", "seed": 7, "width": 512}


def rows(world: World) -> list[object]:
    """The numbers of all requests, newest first."""
    return [record["row"] for record in world.krea("history", "--json").records]


def test_history_is_pruned_where_the_user_says_so(world: World) -> None:
    """What is over and old goes; what runs or is in doubt stays, and what was sent around it.

    The job of a request that the ledger no longer knew could pass for that of a lost answer.
    """
    year = 400 * 86_400
    assert world.krea(*FOX).code == 0
    world.clock.advance(2 * 3600)
    assert world.krea("generate", "--no-wait", "an owl").code == 0
    world.service.answers = [reset_before]
    assert world.krea("generate", "a cat", "-o", "cat.png").code == 9
    assert world.krea("generate", "a dog", "-o", "dog.png").code == 0
    world.clock.advance(year)
    result = world.krea("config", "set", "history.keep", "1y")
    assert (result.code, "1 requests of before are forgotten" in result.err) == (0, True)
    assert rows(world) == [4, 3, 2]
    assert world.krea("recover").code == 9  # and the dog is not taken for the cat
    assert world.krea("recover", "--forget", "3").code == 0
    assert world.krea("generate", "a pig", "-o", "pig.png").code == 0
    assert rows(world) == [5, 2]


@pytest.mark.parametrize("keep", ["1h", "0d", "soon"])
def test_history_is_kept_for_a_day_at_least(world: World, keep: str) -> None:
    """A shorter time would hardly be meant."""
    result = world.krea("config", "set", "history.keep", keep)
    assert (result.code, "history.keep must be" in result.err) == (2, True)


def test_words_with_a_slash_are_words(told: World) -> None:
    """Only what can be nothing else is taken for a path or an id."""
    assert told.krea("history", "and/or").code == 0
    assert told.krea("history", "x" * 36).code == 0
    (told.home / "work" / "1").write_bytes(b"a file of that name")
    assert told.krea("history", "1").code == 2
    assert told.krea("history", "#1").code == 0


def test_the_story_of_a_picture_that_was_made_from_another(world: World, tmp_path: Path) -> None:
    """Its input stands in the command as the file that it was."""
    from tests.fakes.krea_service import picture

    day = world.home / "work" / "day 1.png"
    day.write_bytes(picture())
    made = world.krea(
        "generate", "night", "-m", "flux-kontext", "--image", "day 1.png", "-o", "n.png"
    )
    assert made.code == 0, made.err
    (record,) = world.krea("history", "n.png", "--json").records
    words = shlex.split(str(record["command"]))
    assert f"image_url=@{day}" in words
    assert json.dumps(record["request"]).count("sha256:") == 1
