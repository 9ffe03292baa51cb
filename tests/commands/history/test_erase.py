"""`krea history --erase`: the ledger forgets texts and recipes, and keeps money and ids."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes.krea_service import PNG, lose_request
from tests.harness.cli import Cli

STAYS = (
    "    prices, dates, ids, states and hashes of files stay; so do your files with their sidecars"
    " and metadata\n"
)
FOX = ("generate", "a secret fox in Zürich", "-o", "secret-fox.png", "--tag", "client=acmecorp")


def state_bytes(cli: Cli) -> bytes:
    """All that lies in the folder of the ledger, in one."""
    files = (cli.home / "state").rglob("*")
    return b"\n".join(path.read_bytes() for path in files if path.is_file())


def rows(cli: Cli, columns: str) -> list[tuple[object, ...]]:
    """COLUMNS of each request in the ledger, oldest first."""
    with closing(sqlite3.connect(cli.home / "state" / "ledger.sqlite3")) as connection:
        return connection.execute(f"SELECT {columns} FROM requests ORDER BY id").fetchall()


@pytest.fixture
def studio(cli: Cli) -> Cli:
    """A command line with two saved pictures in its ledger."""
    cli.service.content = lambda: PNG + str(len(cli.service.jobs)).encode()
    assert cli.krea(*FOX).code == 0
    assert cli.krea("generate", "a plain hen", "-o", "hen.png").code == 0
    return cli


def test_text_goes_and_money_stays(studio: Cli) -> None:
    """No byte of the ledger's folder has the words; sums, ids and hashes are as before."""
    money = "job_id, state, price, cost, charged, sent_at, completed_at, identity, recipe"
    before, spent = rows(studio, money), studio.krea("spend", "--json").out
    studio.krea("completion", "--write-requests", "123 45")
    assert b"a secret fox in Z\xc3\xbcrich" in (studio.home / "state/requests.list").read_bytes()
    assert b"Z\xc3\xbcrich" in state_bytes(studio)
    assert b"acmecorp" in state_bytes(studio)
    result = studio.krea("history", "--erase", "secret", "--yes")
    assert (result.code, result.out, result.err) == (
        0,
        "",
        "the text and recipe of 1 request are erased for good:\n"
        "    1  a secret fox in Zürich\n"
        f"{STAYS}"
        "erased the text and recipe of 1 request\n",
    )
    left = state_bytes(studio)
    for word in (b"secret", b"Z\xc3\xbcrich", b"rich", b"acmecorp", b"fox"):
        assert word not in left, word
    assert b"a plain hen" in left
    assert rows(studio, money) == before
    assert studio.krea("spend", "--json").out == spent
    (record, _) = reversed(studio.krea("history", "--json").records)
    assert (record["prompt"], record["tags"], record["charged"]) == (None, {}, "yes")
    assert record["erased_at"] is not None


def test_the_story_says_that_it_was_erased(studio: Cli) -> None:
    """Nothing makes it again, or takes its recipe; the picture is still known as its own."""
    assert studio.krea("history", "--erase", "1", "--yes").code == 0
    story = studio.krea("history", "secret-fox.png").out.splitlines()
    assert story[0] == "request 1  saved"
    assert story[-1] == "again   its text and recipe were erased"
    assert not any("request " in line or "Zürich" in line for line in story[1:])
    error = (
        "error: the text and recipe of request 1 were erased\n"
        "  hint: a sidecar or a picture with the recipe inside still tells: krea history FILE\n"
    )
    for again in (("again", "1"), ("generate", "--like", "1"), ("generate", "--like", "job-1")):
        result = studio.krea(*again)
        assert (result.code, result.out) == (2, ""), again
        assert error in result.err, again
    assert len(studio.service.jobs) == 2


def test_a_sidecar_still_tells(cli: Cli) -> None:
    """The user's own files are not touched, and their recipe is taken as before."""
    assert cli.krea(*FOX, "--sidecar").code == 0
    assert cli.krea("history", "--erase", "secret", "--yes").code == 0
    assert json.loads(Path("secret-fox.png.json").read_text())["request"]["prompt"] == FOX[1]
    (record,) = cli.krea("history", "secret-fox.png", "--json").records
    assert (record["source"], record["request"]["prompt"]) == ("sidecar", FOX[1])
    assert cli.krea("generate", "--like", "secret-fox.png", "--dry-run").code == 0


@pytest.mark.parametrize("word", ["job-1", "1", "secret-fox.png", "last~1", "acmecorp", "SECRET"])
def test_a_request_is_named_in_each_way(studio: Cli, word: str) -> None:
    """By its job, row, file or words."""
    assert studio.krea("history", "--erase", word, "--yes").code == 0
    assert [each[0] for each in rows(studio, "prompt")] == [None, "a plain hen"]


@pytest.mark.parametrize(("typed", "code"), [("n\n", 5), ("\n", 5), ("", 5), ("y\n", 0)])
def test_a_person_is_asked(studio: Cli, typed: str, code: int) -> None:
    """Every answer but yes keeps all."""
    result = studio.krea("history", "--erase", "secret", typed=typed, terminal=True)
    assert result.code == code
    prompt = None if code == 0 else FOX[1]
    assert rows(studio, "prompt") == [(prompt,), ("a plain hen",)]


def test_nobody_can_be_asked(studio: Cli) -> None:
    """Without a terminal it takes --yes."""
    result = studio.krea("history", "--erase", "secret")
    assert (result.code, result.error(charged="no")) == (
        5,
        "it was not confirmed, so nothing was erased",
    )
    assert b"secret fox" in state_bytes(studio)


def test_what_is_needed_keeps_its_text(cli: Cli) -> None:
    """A job under way, and a request in doubt, which is found by its text; the rest goes."""
    assert cli.krea("generate", "a secret hen", "-o", "hen.png").code == 0
    assert cli.krea("generate", "a secret owl", "--no-wait").code == 0
    result = cli.krea("history", "--erase", "secret", "--yes")
    assert (result.code, result.error(charged="no")) == (
        1,
        "request 2 keeps its text: it is under way or not saved yet, and needed to go on",
    )
    assert "  hint: krea download --missing saves what is done" in result.err
    assert rows(cli, "prompt") == [(None,), ("a secret owl",)]
    cli.service.answers = [lose_request]
    assert cli.krea("generate", "a secret cat", "-o", "cat.png").code == 9
    doubtful = cli.krea("history", "--erase", "cat", "--yes")
    assert doubtful.error(charged="no") == (
        "request 3 keeps its text: it is in doubt, and its job is found by it"
    )
    assert cli.krea("recover", "--forget", "3").code == 0
    assert cli.krea("history", "--erase", "cat", "--yes").code == 0
    assert rows(cli, "prompt") == [(None,), ("a secret owl",), (None,)]


def test_a_batch_pays_for_nothing_again(cli: Cli) -> None:
    """An erased item is known by its hash, and its file is where it was."""
    cli.service.content = lambda: PNG + str(len(cli.service.jobs)).encode()
    Path("list.txt").write_text("a secret cow\na plain dog\n")
    batch = ("batch", "list.txt", "-o", "out/", "--report", "out/r.jsonl")
    assert cli.krea(*batch).code == 0
    names = sorted(path.name for path in Path("out").glob("*.png"))
    assert cli.krea("history", "--erase", "secret", "--yes").code == 0
    assert b"secret" not in state_bytes(cli)
    again = cli.krea(*batch)
    assert (again.code, len(cli.service.jobs)) == (0, 2)
    assert sorted(path.name for path in Path("out").glob("*.png")) == names
    assert cli.krea("verify", "out/r.jsonl").code == 0
    Path("out", names[0]).unlink()
    Path("out", names[1]).unlink()
    assert cli.krea(*batch).code == 0
    assert (len(cli.service.jobs), len(list(Path("out").glob("*.png")))) == (2, 2)


def test_nothing_matches(studio: Cli) -> None:
    """No failure, and said; a second time is the same."""
    for words in (("zebra",), ("secret", "hen")):
        result = studio.krea("history", "--erase", *words, "--yes")
        assert (result.code, result.err) == (
            0,
            "no request in the ledger matches that has its text\n",
        )
    assert studio.krea("history", "--erase", "secret", "--yes").code == 0
    assert studio.krea("history", "--erase", "1", "--yes").code == 0
    assert rows(studio, "prompt") == [(None,), ("a plain hen",)]


def test_words_are_needed(studio: Cli) -> None:
    """An erasure of all by a slip is none; --yes alone has nothing to confirm."""
    bare = studio.krea("history", "--erase", "--yes")
    assert (bare.code, bare.error(charged="no")) == (
        2,
        "--erase takes the words, id or file of the requests",
    )
    assert studio.krea("history", "--yes").error(charged="no") == "--yes is for --erase"
    assert rows(studio, "prompt") == [(FOX[1],), ("a plain hen",)]


def test_an_input_file_is_forgotten_with_its_last_request(cli: Cli) -> None:
    """The address of an upload stays while another request has the file."""
    Path("secret-day.png").write_bytes(PNG)
    for prompt in ("a secret pier", "a plain pier"):
        edit = ("generate", prompt, "-m", "flux-1-kontext", "--image", "secret-day.png")
        assert cli.krea(*edit, "-o", f"{prompt.split()[1]}.png").code == 0

    def uploads() -> int:
        with closing(sqlite3.connect(cli.home / "state" / "ledger.sqlite3")) as connection:
            (count,) = connection.execute("SELECT count(*) FROM uploads").fetchone()
        return int(count)

    assert uploads() == 1
    assert cli.krea("history", "--erase", "pier", "--limit", "1", "--yes").code == 0
    assert uploads() == 1
    assert cli.krea("history", "--erase", "secret", "--yes").code == 0
    assert uploads() == 0
    assert b"secret" not in state_bytes(cli)


def test_another_account_keeps_its_own(studio: Cli) -> None:
    """Only the requests of the token in use are erased."""
    studio.environ["KREA_API_KEY"] = "of-another-account"
    studio.service.jobs.clear()  # the other account sees none of them
    assert studio.krea("generate", "a secret ship", "-o", "ship.png").code == 0
    assert studio.krea("history", "--erase", "secret", "--yes").code == 0
    assert rows(studio, "prompt") == [(FOX[1],), ("a plain hen",), (None,)]


def test_another_krea_may_keep_the_log(studio: Cli) -> None:
    """Erased text may still stand in the log then: it is said, and the same command ends it."""
    with closing(sqlite3.connect(studio.home / "state" / "ledger.sqlite3")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM requests").fetchone()
        result = studio.krea("history", "--erase", "secret", "--yes")
        assert result.code != 0
        assert result.error(charged="no") == (
            "another krea at work keeps the ledger's log, which may still have erased text"
        )
        reader.rollback()
    assert studio.krea("history", "--erase", "secret", "--yes").code == 0
    assert b"secret" not in state_bytes(studio)
