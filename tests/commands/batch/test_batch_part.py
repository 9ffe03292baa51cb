"""Parts of a list: names, numbers, identities and caps are those of the whole list."""

import json
from pathlib import Path

import pytest

from tests.commands.batch.batch_helpers import (
    FOXES,
    file_stems,
    sent_prompts,
    serve_prices,
    summary,
)
from tests.fakes.krea_service import KreaService, ScriptedJob, answer_with
from tests.harness.cli import Cli

SHOTS = """{"prompt": "a red fox", "model": "z-image", "seed": 1, "aspect_ratio": "16:9"}
{"prompt": "an owl at night", "model": "flux-1-dev", "seed": 2}
{"prompt": "a red house", "model": "z-image", "seed": 3, "aspect_ratio": "1:1"}
"""


def fail(service: KreaService, job: ScriptedJob) -> None:
    """The service fails the job."""
    job.final_status, job.error = "failed", {"code": "internal", "message": "out of luck"}


def ok(*_: object) -> None:
    """The usual answer."""


def chosen(cli: Cli, *options: str, file: str = "shots.jsonl") -> list[int]:
    """The lines that a dry run with OPTIONS shows."""
    result = cli.krea("batch", file, *options, "--dry-run", "--json")
    assert result.code == 0, result.err
    return [record["line"] for record in result.records]


def test_the_whole_list_pays_for_no_part_again(batch_cli: Cli) -> None:
    """Numbers in names are those of the whole list, and its cap counts what a part has spent."""
    serve_prices(batch_cli)
    options = ("-o", "out/{index}-{line}-{slug}.{ext}", "--max-cost", "12", "--assume-price", "2")
    part = batch_cli.krea("batch", "foxes.txt", *options, "--lines", "2,5-6")
    assert (part.code, sent_prompts(batch_cli)) == (0, ["fox 2", "fox 5", "fox 6"])
    assert "3 of the 6 items of the list are chosen\n" in part.err
    names = sorted(path.name for path in Path("out").iterdir())
    assert names == ["2-2-fox-2.png", "5-5-fox-5.png", "6-6-fox-6.png"]
    rest = batch_cli.krea("batch", "foxes.txt", *options, "--json")
    assert (rest.code, sent_prompts(batch_cli)[3:]) == (0, ["fox 1", "fox 3", "fox 4"])
    assert (summary(rest)["spent"], summary(rest)["spent_in_other_runs"]) == (6.0, 6.0)
    more = batch_cli.krea("batch", "foxes.txt", *options, "--lines", "1", "--json")
    assert "1 of the 6 items of the list is chosen" in more.err
    assert (more.code, summary(more)["done"], len(batch_cli.service.posts)) == (0, 1, 6)


def test_the_cap_of_a_list_holds_for_its_parts(batch_cli: Cli) -> None:
    """Three parts of two dollars each under a cap of four dollars: the third is refused."""
    serve_prices(batch_cli)
    options = ("-o", "out/", "--max-cost", "4", "--assume-price", "2")
    codes = [
        batch_cli.krea("batch", "foxes.txt", *options, "--lines", str(line)).code
        for line in (1, 2, 3)
    ]
    assert (codes, len(batch_cli.service.posts)) == ([0, 0, 5], 2)


def test_a_part_of_a_piped_list_has_the_name_of_the_whole(batch_cli: Cli) -> None:
    """The cap of a piped list counts its parts together as well."""
    serve_prices(batch_cli)
    text = Path("foxes.txt").read_text()
    options = ("--format", "txt", "-o", "out/", "--max-cost", "2", "--assume-price", "2")
    first = batch_cli.krea("batch", "-", *options, "--first", "1", stdin=text)
    second = batch_cli.krea("batch", "-", *options, "--lines", "2", stdin=text)
    assert (first.code, second.code, len(batch_cli.service.posts)) == (0, 5, 1)


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (("--lines", "1,3"), [1, 3]),
        (("--lines", " 2 - 3 , 3"), [2, 3]),
        (("--first", "2"), [1, 2]),
        (("--first", "9"), [1, 2, 3]),
        (("--filter", "RED"), [1, 3]),
        (("--filter", "house red"), [3]),
        (("--filter", "flux"), [2]),
        (("--filter", "model=z-image"), [1, 3]),
        (("--filter", "aspect_ratio=16:9"), [1]),
        (("--filter", "seed=2"), [2]),
        (("--filter", "input.seed=2"), [2]),
        (("--filter", "red", "--filter", "seed=3"), [3]),
        (("--filter", "red", "--lines", "2-3"), [3]),
        (("--filter", "red", "--first", "1"), [1]),
        (("--filter", "prompt=A Red Fox"), [1]),
        (("--only-failed",), []),
    ],
    ids=lambda value: " ".join(map(str, value)) or "none",
)
def test_choices(cli: Cli, options: tuple[str, ...], lines: list[int]) -> None:
    """Several options choose the lines in the choice of each."""
    Path("shots.jsonl").write_text(SHOTS)
    assert chosen(cli, *options) == lines


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        (
            ("--lines", "7"),
            "foxes.txt has nothing to make on line 7; its last is 6",
            "--lines 3,9-12 names lines of the list, counted from 1",
        ),
        (
            ("--lines", "5-7"),
            "foxes.txt has nothing to make on line 7; its last is 6",
            "--lines 3,9-12 names lines of the list, counted from 1",
        ),
        (("--lines", "3-1"), "--lines 3-1: 3-1 does not go up from 1 or more", "--lines 3,9-12"),
        (("--lines", "0"), "--lines 0: 0 does not go up from 1 or more", "--lines 3,9-12"),
        (("--lines", "1,,2"), "--lines 1,,2: '' is no line, and no range", "--lines 3,9-12"),
        (("--lines", "two"), "--lines two: 'two' is no line, and no range", "--lines 3,9-12"),
        (
            ("--filter", " "),
            "--filter is empty",
            "--filter WORDS, or --filter FIELD=VALUE",
        ),
        (
            ("--filter", "owl"),
            "nothing in foxes.txt fits --filter owl",
            "--filter WORDS, or --filter FIELD=VALUE",
        ),
        (
            ("--filter", "colour=red"),
            "--filter colour=red: no line of foxes.txt has a field colour",
            "the fields are those of the list and of the model; model is one too",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_part_that_is_not_there(
    batch_cli: Cli, options: tuple[str, ...], message: str, hint: str
) -> None:
    """A line, a field or a word that the list has not is a mistake, and nothing is sent."""
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", *options)
    assert (done.code, done.out, batch_cli.service.posts) == (2, "", [])
    assert done.err == f"error: {message}\n  hint: {hint}\n"


@pytest.mark.parametrize("name", ["krea-2/large", "krea/krea-2/large", "Large", "krea 2 large"])
def test_a_model_is_found_by_each_of_its_names(cli: Cli, name: str) -> None:
    """As the list writes it, in full, and by the end of its id."""
    Path("shots.csv").write_text("prompt,model\na fox,z-image\nan owl,Krea 2 Large\n")
    assert chosen(cli, "--filter", f"model={name}", file="shots.csv") == [3]


@pytest.mark.parametrize("text", ["x.scene=Two", "two"])
def test_a_tag_is_a_field(cli: Cli, text: str) -> None:
    """A column of the user's own chooses lines as well."""
    Path("shots.csv").write_text("prompt,x.scene\na fox,one\nan owl,two\n")
    assert chosen(cli, "--filter", text, file="shots.csv") == [3]


def test_a_comment_is_no_line_to_make(cli: Cli) -> None:
    """A range may have some inside."""
    Path("list.txt").write_text("# foxes\na fox\n\nan owl\n")
    assert chosen(cli, "--lines", "1-4", file="list.txt") == [2, 4]
    done = cli.krea("batch", "list.txt", "--lines", "3", "--dry-run")
    assert (done.code, done.err.splitlines()[0]) == (
        2,
        "error: list.txt has nothing to make on line 3; its last is 4",
    )


def test_only_failed(batch_cli: Cli) -> None:
    """Failed items are sent again; new ones are not sent."""
    batch_cli.service.answers = [ok, fail, answer_with(422, {"error": "no"}), ok]
    options = ("batch", "foxes.txt", "-o", "out/")
    assert batch_cli.krea(*options, "--lines", "1-4").code == 1
    assert file_stems() == ["fox-1", "fox-4"]
    plain = batch_cli.krea(*options, "--lines", "1-4", "--dry-run", "--json")
    assert [each["state"] for each in plain.records] == ["done", "failed", "failed", "done"]
    dry = batch_cli.krea(*options, "--only-failed", "--dry-run")
    assert [line.split("\t")[0::5] for line in dry.out.splitlines()] == [
        ["2", "to send"],
        ["3", "to send"],
    ]
    assert dry.err.splitlines()[0] == "2 of 6 items: 2 to send"
    again = batch_cli.krea(*options, "--only-failed")
    assert (again.code, sent_prompts(batch_cli)[4:]) == (0, ["fox 2", "fox 3"])
    assert file_stems() == FOXES[:4]
    none = batch_cli.krea(*options, "--only-failed", "--json")
    assert (none.code, summary(none)["total"], len(batch_cli.service.posts)) == (0, 0, 6)


def test_an_item_that_fails_again_hints_at_the_same_command(batch_cli: Cli) -> None:
    """The option itself says that failed items are sent again."""
    batch_cli.service.answers = [fail, fail]
    batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--first", "1")
    again = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--only-failed")
    assert "hint: krea batch foxes.txt -o out/ --only-failed\n" in again.err


def test_an_equal_item_pays_where_its_payer_is_left_out(cli: Cli) -> None:
    """Two lines with one seed are one request: a part with the second pays, the whole copies."""
    Path("twins.txt").write_text("a fox\nan owl\na fox\n")
    options = ("-o", "out/{line}.{ext}", "-m", "z-image", "--seed", "5")
    dry = cli.krea("batch", "twins.txt", *options, "--lines", "3", "--dry-run", "--json")
    assert [each["state"] for each in dry.records] == ["to send"]
    part = cli.krea("batch", "twins.txt", *options, "--lines", "3")
    assert (part.code, sent_prompts(cli)) == (0, ["a fox"])
    whole = cli.krea("batch", "twins.txt", *options, "--report", "r.jsonl")
    assert (whole.code, sent_prompts(cli)) == (0, ["a fox", "an owl"])
    assert sorted(path.name for path in Path("out").iterdir()) == ["1.png", "2.png", "3.png"]


def test_a_failed_equal_item_is_sent_again_in_a_part(cli: Cli) -> None:
    """The item whose payer is left out is retried by itself."""
    Path("twins.txt").write_text("a fox\na fox\n")
    cli.service.answers = [fail]
    options = ("-o", "out/{line}.{ext}", "-m", "z-image", "--seed", "5")
    assert cli.krea("batch", "twins.txt", *options, "--lines", "1").code == 1
    again = cli.krea("batch", "twins.txt", *options, "--lines", "2", "--only-failed")
    assert (again.code, len(cli.service.posts)) == (0, 2)
    assert [path.name for path in Path("out").iterdir()] == ["2.png"]


def test_a_report_of_a_part_has_the_whole_list(batch_cli: Cli) -> None:
    """No line of an earlier report is lost; what is not sent yet is waiting."""
    options = ("batch", "foxes.txt", "-o", "out/", "--report", "r.jsonl")
    for lines in ("1-2", "6"):
        assert batch_cli.krea(*options, "--lines", lines).code == 0
    entries = [json.loads(line) for line in Path("r.jsonl").read_text().splitlines()]
    assert [(each["line"], each["state"]) for each in entries] == [
        (1, "saved"),
        (2, "saved"),
        (3, "waiting"),
        (4, "waiting"),
        (5, "waiting"),
        (6, "saved"),
    ]


def test_a_part_of_a_share(batch_cli: Cli) -> None:
    """The shares of a part make the part, each line once."""
    for share in ("1/2", "2/2"):
        options = ("--lines", "1-4", "--shard", share)
        assert batch_cli.krea("batch", "foxes.txt", "-o", "out/", *options).code == 0
    assert sorted(sent_prompts(batch_cli)) == ["fox 1", "fox 2", "fox 3", "fox 4"]


def test_a_mistake_outside_of_the_part_stops_it(cli: Cli) -> None:
    """All lines are checked: what a line is called depends on those before it."""
    Path("list.csv").write_text("prompt,seed\na fox,1\nan owl,many\n")
    done = cli.krea("batch", "list.csv", "--lines", "2", "-m", "z-image")
    assert (done.code, cli.service.posts) == (2, [])
