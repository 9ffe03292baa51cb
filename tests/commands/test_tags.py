"""Tags, by --tag and by x.NAME columns: carried everywhere, and no part of what is asked for."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.batch.batch_helpers import sent_prompts
from tests.fakes.krea_service import lose_request
from tests.harness.cli import Cli
from tests.pictures import picture_bytes


def tags_of(cli: Cli) -> list[dict[str, str]]:
    """The tags of each request, the newest first."""
    return [record["tags"] for record in cli.krea("history", "--json").records]


def reported(name: str = "report.jsonl") -> list[dict[str, Any]]:
    """The entries of a report."""
    return [json.loads(line) for line in Path(name).read_text().splitlines()]


def test_a_request_has_the_tags_that_were_typed(cli: Cli) -> None:
    """In the ledger, its record and card, the sidecar, the search and the sums."""
    words = ("--tag", "draft", "--tag", "client=Acme & Söhne", "--sidecar")
    assert cli.krea("generate", "a fox", "-o", "fox.png", *words).code == 0
    assert cli.krea("generate", "a hen", "-o", "hen.png").code == 0
    tags = {"client": "Acme & Söhne", "draft": ""}
    assert tags_of(cli) == [{}, tags]
    assert "tags    client=Acme & Söhne, draft\n" in cli.krea("history", "1").out
    assert json.loads(Path("fox.png.json").read_text())["tags"] == tags
    for word in ("acme", "client=acme", "draft", "SÖHNE"):
        assert [each["row"] for each in cli.krea("history", word, "--json").records] == [1]
    spent = cli.krea("spend", "--by", "tag")
    assert [line.split("\t")[-2:] for line in spent.out.splitlines()] == [
        ["1", ""],
        ["1", "client=Acme & Söhne"],
        ["1", "draft"],
    ]
    assert spent.err == (
        "2 paid jobs have an unsure price: together about $0.014\n"
        "a request with several tags counts in each of their lines, and once in the sum\n"
    )


def test_tags_are_not_embedded(cli: Cli) -> None:
    """The picture goes to others; the names of clients and shots do not go with it."""
    cli.service.content = picture_bytes
    words = ("--tag", "client=acme", "--embed", "--sidecar")
    assert cli.krea("generate", "a fox", "-o", "fox.png", *words).code == 0
    assert json.loads(Path("fox.png.json").read_text())["tags"] == {"client": "acme"}
    content = Path("fox.png").read_bytes()
    assert (b"a fox" in content, b"acme" in content) == (True, False)


@pytest.mark.parametrize("words", [("-o", "fox.png"), ("-o", "-")], ids=["file", "stream"])
def test_the_same_command_with_other_tags_is_the_same(cli: Cli, words: tuple[str, ...]) -> None:
    """An unfinished request goes on, and has the new tags; the other ones stay."""
    cli.service.answers = [lose_request]
    first = cli.krea("generate", "a fox", *words, "--tag", "client=acme", "--tag", "draft")
    assert first.code == 9
    assert cli.krea("generate", "a fox", *words, "--tag", "client=zenith").code == 9
    assert len(cli.service.posts) == 1
    assert tags_of(cli) == [{"client": "zenith", "draft": ""}]


def test_a_made_picture_takes_a_tag_later(cli: Cli) -> None:
    """The command says that the picture is there, pays nothing, and tags it."""
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    again = cli.krea("generate", "a fox", "-o", "fox.png", "--tag", "client=acme")
    assert (again.code, len(cli.service.posts)) == (2, 1)
    assert "request 1 made it, and has the tags now\n" in again.err
    assert tags_of(cli) == [{"client": "acme"}]


def test_a_copy_keeps_the_tags_of_its_request(cli: Cli) -> None:
    """--reuse makes no request that could have others; --like makes one, with its own."""
    assert cli.krea("generate", "a fox", "--seed", "1", "-o", "fox.png", "--tag", "a").code == 0
    words = ("generate", "a fox", "--seed", "1", "--reuse", "--tag", "b")
    copied = cli.krea(*words, "-o", "copy.png")
    assert (copied.code, tags_of(cli)) == (0, [{"a": ""}])
    assert "what is copied keeps the tags of its own request\n" in copied.err
    assert cli.krea("generate", "--like", "fox.png", "-o", "like.png", "--tag", "c").code == 0
    assert tags_of(cli) == [{"c": ""}, {"a": ""}]


def test_a_request_that_is_sent_again_keeps_its_tags(cli: Cli) -> None:
    """recover --resubmit sends the request that was typed."""
    cli.service.answers = [lose_request]
    assert cli.krea("generate", "a fox", "-o", "fox.png", "--tag", "a").code == 9
    cli.clock.advance(300)
    assert cli.krea("recover", "--resubmit", "1").code == 0
    assert tags_of(cli) == [{"a": ""}, {"a": ""}]


LISTS = {
    "list.csv": "prompt,x.client,x.shot\na fox,acme,1\na hen,,2\na cow,zenith,\n",
    "list.tsv": "prompt\tx.client\tx.shot\na fox\tacme\t1\na hen\t\t2\na cow\tzenith\t\n",
    "list.jsonl": '{"prompt": "a fox", "x.client": "acme", "x.shot": 1}\n'
    '{"prompt": "a hen", "x.client": null, "x.shot": "2"}\n'
    '{"prompt": "a cow", "x.client": "zenith"}\n',
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_tags_in_its_columns(cli: Cli, name: str) -> None:
    """In the report, the sidecars, the history and the sums; --tag fills in where there is none."""
    Path(name).write_text(LISTS[name])
    words = ("--report", "report.jsonl", "--sidecar", "--tag", "client=house", "--tag", "week")
    assert cli.krea("batch", name, "-j", "1", *words).code == 0
    expected = [
        {"client": "acme", "shot": "1", "week": ""},
        {"client": "house", "shot": "2", "week": ""},
        {"client": "zenith", "week": ""},
    ]
    assert [entry["tags"] for entry in reported()] == expected
    assert tags_of(cli) == expected[::-1]
    sidecars = [json.loads(path.read_text()) for path in Path().glob("*.png.json")]
    assert sorted(each["tags"]["client"] for each in sidecars) == ["acme", "house", "zenith"]
    lines = cli.krea("spend", "--by", "tag", "--json").records
    assert {line["name"]: line["jobs"] for line in lines} == {
        "week": 3,
        "client=acme": 1,
        "client=house": 1,
        "client=zenith": 1,
        "shot=1": 1,
        "shot=2": 1,
        None: 3,
    }


def test_a_column_that_comes_later_pays_for_nothing(cli: Cli) -> None:
    """Added, changed or emptied: the items are the same, and the ledger has the new values."""
    path, words = Path("list.csv"), ("batch", "list.csv", "-j", "1", "--report", "report.jsonl")
    path.write_text("prompt\na fox\na hen\n")
    assert cli.krea(*words).code == 0
    steps = [
        ("prompt,x.client\na fox,acme\na hen,acme\n", [{"client": "acme"}, {"client": "acme"}]),
        ("prompt,x.client\na fox,zenith\na hen,acme\n", [{"client": "zenith"}, {"client": "acme"}]),
        ("x.client,prompt\n,a fox\nacme,a hen\n", [{}, {"client": "acme"}]),
        ("prompt\na fox\na hen\n", [{}, {"client": "acme"}]),
    ]
    for text, expected in steps:
        path.write_text(text)
        done = cli.krea(*words)
        assert (done.code, sent_prompts(cli)) == (0, ["a fox", "a hen"])
        assert tags_of(cli) == expected[::-1]
        assert [entry["tags"] for entry in reported()] == expected
    assert cli.krea("batch", "list.csv", "--tag", "late", "--sidecar", "--embed").code == 0
    assert tags_of(cli) == [{"client": "acme", "late": ""}, {"late": ""}]
    assert len(cli.service.posts) == 2


def test_items_of_one_request_keep_their_own_tags(cli: Cli) -> None:
    """The report has those of each line; the request, paid once, those of the line that pays."""
    Path("list.csv").write_text("prompt,seed,x.shot\na fox,1,one\na fox,1,two\n")
    words = ("batch", "list.csv", "--report", "report.jsonl", "-o", "{line}.png")
    for _ in range(2):
        assert cli.krea(*words).code == 0
    assert [entry["tags"] for entry in reported()] == [{"shot": "one"}, {"shot": "two"}]
    assert (tags_of(cli), len(cli.service.posts)) == ([{"shot": "one"}], 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prompt,x.\na,b\n", "line 1: the heading 'x.' must be x. and a name in one line"),
        ("prompt,x.a=b\na,b\n", "line 1: the heading 'x.a=b' must be x. and a name in one line"),
        (f"prompt,x.{'n' * 65}\na,b\n", "of 64 letters at most"),
        ('prompt,x.a\na,"b\nc"\n', "line 2: x.a: must be a text in one line, of 500 letters"),
        ("prompt,x.a\na,b\x1b[2Jc\n", "line 2: x.a: must be a text in one line, of 500 letters"),
        (f"prompt,x.a\na,{'v' * 501}\n", "line 2: x.a: must be a text in one line, of 500 letters"),
        ("prompt,x.a,x.a\na,b,c\n", "line 1: the heading 'x.a' appears twice"),
        ("prompt,input.x.a\na,b\n", "line 2: x.a: there is no such field"),
    ],
)
def test_a_tag_that_cannot_be_is_refused(cli: Cli, text: str, message: str) -> None:
    """With its line, before anything is paid."""
    Path("list.csv").write_text(text)
    result = cli.krea("batch", "list.csv")
    assert (result.code, cli.service.posts) == (2, [])
    assert message in result.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--tag", ""), "--tag  is not a name in one line, without =, of 64 letters at most"),
        (("--tag", "=a"), "--tag =a is not a name in one line, without =, of 64 letters at most"),
        (("--tag", "a=b\x1b[2J"), "is not a text in one line, of 500 letters at most"),
        (("--tag", "\u200b"), "is not a name in one line, without =, of 64 letters at most"),
        (("--tag", "a=1", "--tag", "a=2"), "--tag gives a twice"),
    ],
)
def test_an_option_that_cannot_be_is_refused(
    cli: Cli, words: tuple[str, ...], message: str
) -> None:
    """Of a single request as of a list; nothing is sent."""
    Path("list.txt").write_text("a fox\n")
    for command in (("generate", "a fox", "-o", "fox.png"), ("batch", "list.txt")):
        result = cli.krea(*command, *words)
        assert (result.code, cli.service.posts) == (2, [])
        assert message in result.err
        assert "\x1b" not in result.err
