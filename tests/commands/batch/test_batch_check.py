"""`krea batch`: every line is checked before the first cent is spent."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.krea_service import PNG
from tests.harness.cli import Cli, CliResult

MODEL = "bfl/flux-1-dev"


def dry(cli: Cli, text: str, *options: str, file: str = "b.csv") -> CliResult:
    """A dry run of FILE with that TEXT."""
    Path(file).write_text(text)
    return cli.krea("batch", file, "--dry-run", *options)


def records(cli: Cli, text: str, *options: str, file: str = "b.csv") -> list[dict[str, Any]]:
    """The records of a dry run, item by item."""
    result = dry(cli, text, "--json", *options, file=file)
    assert result.code == 0, result.err
    return result.records


def bodies(cli: Cli, text: str, *options: str, file: str = "b.csv") -> list[Any]:
    """The body of each item."""
    return [record["body"] for record in records(cli, text, *options, file=file)]


def test_ten_kinds_of_mistakes(cli: Cli) -> None:
    """All at once, each with its line, exit 2; nothing is sent by a run either."""
    Path("out").mkdir()
    Path("out/there.png").write_text("x")
    Path("b.csv").write_text(
        "prompt,seed,steps,output,count,model\n"
        "a fox,x,10,,,\n"
        "a fox,1,1000,,,\n"
        ",1,10,,,\n"
        "a fox,1,10,,0,\n"
        "a fox,1,10,,,fluks-1-dev\n"
        "a fox,1,10,../up.png,,\n"
        "a fox,1,10,there.png,,\n"
        "a fox,1,10,same.png,,\n"
        "an owl,1,10,same.png,,\n"
        "a fox,1,10,{mood}.png,,\n"
        "a fox,1\n"
    )
    result = cli.krea("batch", "b.csv", "-o", "out/")
    assert (result.code, result.out, cli.service.posts) == (2, "", [])
    assert result.err == (
        "error: b.csv cannot be run as it stands, for 10 reasons:\n"
        "    - line 2: seed: 'x' is not a number\n"
        "    - line 3: steps: 1000 is out of bounds; it takes 1 to 100\n"
        "    - line 4: prompt: required\n"
        "    - line 5: count: '0' is not a whole number from 1 to 1000\n"
        "    - line 6: there is no model called 'fluks-1-dev'; close to it: bfl/flux-1-dev\n"
        "    - line 7: output: out/.. is outside of the folder of -o;"
        " --allow-outside permits it\n"
        "    - line 8: out/there.png exists, and is not known as a result of this item\n"
        "    - line 10: output: would be saved as out/same.png, and so would line 9\n"
        "    - line 11: output: unknown placeholder {mood}: the model has no such field\n"
        "    - line 12: has 2 cells for 6 headings\n"
        "  hint: neither the ledger nor a sidecar says that these files are the items' own: choose"
        " another -o, or use the KREA_STATE_DIR and the API key with which they were made;"
        " files of a rehearsal in krea sandbox can be deleted;"
        " --force would make and pay for 1 new result\n"
    )


def test_the_problems_as_json(cli: Cli) -> None:
    """A script gets each with its lines, field and sentence."""
    result = dry(cli, "prompt,seed\na,x\nb,x\nc,1\nd,x\n", "--json")
    error = json.loads(result.err)["error"]
    assert (error["code"], error["charged"]) == ("invalid_batch", "no")
    assert error["problems"] == [
        {
            "line": 2,
            "lines": [[2, 3], [5, 5]],
            "field": "seed",
            "message": "'x' is not a number",
        }
    ]


def test_a_dry_run_sends_nothing(cli: Cli) -> None:
    """No token, network or folder is needed to show the requests."""
    del cli.environ["KREA_API_KEY"]
    result = dry(cli, "a fox\nan owl\n", "--seed", "7", "-o", "out/", file="b.txt")
    assert result.code == 0
    assert result.out == (
        f"1\t{MODEL}\tout/a-fox-0739cf.{{ext}}\t7\tabout $0.007\tto send\n"
        f"2\t{MODEL}\tout/an-owl-fe028c.{{ext}}\t7\tabout $0.007\tto send\n"
    )
    assert result.err == (
        f"2 items: 2 to send\n    {MODEL}: 2 to send, about $0.014 (of 2026-09-20, 117 days old)\n"
        "    in all: about $0.014\n"
    )
    assert (cli.service.requests, Path("out").exists()) == ([], False)
    assert not (cli.home / "state").exists()


def test_an_item_as_json(cli: Cli) -> None:
    """The whole record of an item; a seed that nobody gave is drawn later."""
    (record,) = records(cli, "a fox\n", "--assume-price", "0.05", file="b.txt")
    assert record == {
        "line": 1,
        "index": 1,
        "item": record["item"],
        "state": "to send",
        "model": MODEL,
        "route": f"/generate/image/{MODEL}",
        "body": {"prompt": "a fox"},
        "seed": None,
        "drawn": True,
        "target": f"a-fox-{record['item'][:6]}.{{ext}}",
        "price": "about $0.007",
        "cost": 0.05,
        "about": 0.007,
        "unclear": [],
    }


def test_prices_by_model_and_in_all(cli: Cli) -> None:
    """An unknown price is said, and counts as --assume-price; sums are exact."""
    text = "model,prompt,count\nkrea-2/large,a,1\nflux-1-dev,b,3\nkling-3.0,c,30\ngpt-image-2,d,2\n"
    lines = [line.strip() for line in dry(cli, text).err.splitlines()]
    assert lines[-6:] == [
        "36 items: 36 to send",
        "kling/kling-3.0: 30 to send, at most $12.60 (of 2026-10-06, 101 days old)",
        "bfl/flux-1-dev: 3 to send, about $0.021 (of 2026-09-20, 117 days old)",
        "openai/gpt-image-2: 2 to send, price unknown",
        "krea/krea-2/large: 1 to send, at most $0.06 (of 2026-09-20, 117 days old)",
        "in all: at most $12.66 + about $0.021 + 2 of unknown price",
    ]
    lines = [line.strip() for line in dry(cli, text, "--assume-price", "0.1").err.splitlines()]
    assert lines[-5:] == [
        "bfl/flux-1-dev: 3 to send, at most $0.30 (of 2026-09-20, 117 days old)",
        "openai/gpt-image-2: 2 to send, at most $0.20",
        "krea/krea-2/large: 1 to send, at most $0.06 (of 2026-09-20, 117 days old)",
        "in all: at most $13.16",
        "5 items have no sure price; an assumed one is used",
    ]


def test_a_price_that_is_not_clear_names_its_dimension(cli: Cli) -> None:
    """Near the border of two sizes the dearer one counts."""
    text = "model,prompt,width,height\nseedream-5-pro,a,1600,1500\n"
    lines = [line.strip() for line in dry(cli, text).err.splitlines()]
    assert lines[-2:] == [
        "bytedance/seedream-5-pro: 1 to send, at most $0.09 (resolutionTier is not clear)"
        " (of 2026-10-06, 101 days old)",
        "in all: at most $0.09",
    ]


def test_options_count_where_a_line_says_nothing(cli: Cli) -> None:
    """A cell wins over an option; an empty one says nothing."""
    text = "prompt,seed,width\na,,512\nb,9,\n"
    assert bodies(cli, text, "--seed", "7", "--width", "768", "-i", "steps=30") == [
        {"prompt": "a", "width": 512, "steps": 30, "seed": 7},
        {"prompt": "b", "seed": 9, "steps": 30, "width": 768},
    ]


def test_an_option_that_a_model_does_not_take(cli: Cli) -> None:
    """The option is a problem of the lines with that model, unless they override it."""
    text = "model,prompt\nkrea-2/large,a\nflux-1-dev,b\nkrea-2/large,c\n"
    result = dry(cli, text, "--width", "512")
    assert result.code == 2
    assert "lines 2, 4: " in result.err and "takes no width" in result.err


def test_remarks_are_made_once(cli: Cli) -> None:
    """Fields filled in for every line, and the meaning of an alias."""
    result = dry(cli, "a\nb\nc\n", "-m", "krea-2/large", file="b.txt")
    assert result.err.splitlines()[:2] == [
        "aspect_ratio 1:1 filled in",
        "resolution 1K filled in",
    ]
    assert result.err.count("filled in") == 2


def test_an_at_sign_names_a_file_in_media_fields_only(cli: Cli) -> None:
    """A text that begins with @ is a text elsewhere; files count by their content."""
    Path("a.png").write_bytes(PNG)
    Path("b.png").write_bytes(PNG)
    text = "prompt,image_url\n@midnight,@a.png\n@@x,@b.png\n"
    assert bodies(cli, text) == [
        {"prompt": "@midnight", "image_url": "@a.png"},
        {"prompt": "@@x", "image_url": "@b.png"},
    ]
    lines = '{"prompt": "x", "image_url": "@a.png"}\n{"prompt": "@x", "image_url": "@no.png"}\n'
    wrong = dry(cli, lines, file="b.jsonl")
    assert "line 2: 'no.png' is neither a file nor an address" in wrong.err


def test_json_values_are_what_they_are(cli: Cli) -> None:
    """A number in quotes is a text; an object needs no quotes around it."""
    lines = '{"prompt": "a", "seed": 7, "styles": [{"id": "s"}]}\n'
    assert bodies(cli, lines, file="b.ndjson") == [
        {"prompt": "a", "seed": 7, "styles": [{"id": "s", "strength": 1}]}
    ]
    wrong = dry(cli, '{"prompt": "a", "seed": "7"}\n', file="b.jsonl")
    assert "line 1: seed: '7' is not a number" in wrong.err


def test_stdin_wants_a_format(cli: Cli) -> None:
    """A name without a known extension needs a format too."""
    result = cli.krea("batch", "-", "--format", "csv", "--dry-run", stdin="prompt\na\n")
    assert (result.code, len(result.out.splitlines())) == (0, 1)
    Path("b.json").write_text("[]")
    for name in ("-", "/dev/fd/0", "b.json"):
        wrong = cli.krea("batch", name, "--dry-run")
        assert (wrong.code, "txt, csv, tsv, jsonl" in wrong.err) == (2, True)
    assert cli.krea("batch", "no.txt", "--dry-run").code == 2
    assert cli.krea("batch", "-", "--format", "xml", "--dry-run").code == 2


def test_a_sweep_multiplies_each_line(cli: Cli) -> None:
    """A field given by the line or an option too is a problem; models can be swept as well."""
    text = "prompt\na\nb\n"
    sweep = ("--sweep", "seed=1..2", "--sweep", "guidance_scale=2,3.5")
    assert [(body["prompt"], body["seed"], body["guidance_scale"]) for body in bodies(
        cli, text, *sweep
    )] == [(p, s, g) for p in "ab" for s in (1, 2) for g in (2, 3.5)]  # fmt: skip
    items = records(cli, text, "--sweep", "model=flux-1-dev,krea-2/large")
    assert [record["model"] for record in items] == [MODEL, "krea/krea-2/large"] * 2
    assert (
        "line 2: seed: given by the line and by --sweep"
        in dry(cli, "prompt,seed\na,1\n", "--sweep", "seed=1..2").err
    )
    assert (
        "line 2: seed: given by an option and by --sweep"
        in dry(cli, "prompt\na\n", "--seed", "7", "--sweep", "seed=1..2").err
    )
    assert dry(cli, text, "-m", "flux", "--sweep", "model=flux,krea-2/large").code == 2


def test_no_more_than_a_million(cli: Cli) -> None:
    """A zero too many is told, and ends before the disk is full."""
    result = dry(cli, "a\n", "-n", "1000", "--sweep", "seed=1..1001", file="b.txt")
    assert (result.code, "beyond 1,000,000 items" in result.err) == (2, True)


@pytest.mark.parametrize("output", ["out.png", "-", "", "there"])
def test_one_file_is_no_place_for_many(cli: Cli, output: str) -> None:
    """A name of one file, or stdout, is refused before the batch is read."""
    Path("there").write_text("")
    result = dry(cli, "a\n", "-o", output, file="b.txt")
    assert result.code == 2
    assert '-o FOLDER/, or a template such as -o "{slug}-{key}.{ext}"' in result.err


def test_an_empty_file_is_nothing_to_make(cli: Cli) -> None:
    """Success with nothing done."""
    result = dry(cli, "# only words\n", file="b.txt")
    assert (result.code, result.out, result.err) == (0, "", "there is nothing to make\n")


@pytest.mark.parametrize("file", ["b.csv", "b.jsonl"])
def test_a_line_names_its_model_in_full(cli: Cli, file: str) -> None:
    """The beginning of a name may be a typing error; an alias and a title are whole names."""
    for name in ("krea-2/larg", "krea-2/lar", "flux-1-de"):
        text = f"prompt,model\na,{name}\n"
        if file == "b.jsonl":
            text = json.dumps({"prompt": "a", "model": name})
        wrong = dry(cli, text, file=file)
        full = "bfl/flux-1-dev" if name == "flux-1-de" else "krea/krea-2/large"
        message = f"model called '{name}'; did you mean {full}?\n"
        assert (wrong.code, message in wrong.err) == (2, True)
        assert f"{name} is" not in wrong.err
    whole = ("krea-2/large", "large", "KREA-2/Large", "krea-2-large", "Krea 2 Large")
    sent = records(cli, "prompt,model\n" + "".join(f"a,{name}\n" for name in whole))
    assert {record["model"] for record in sent} == {"krea/krea-2/large"}
    assert records(cli, "prompt\na\n", "-m", "krea-2/larg")[0]["model"] == "krea/krea-2/large"
