"""`krea batch`: files of the wrong kind, and the remedy for each."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.batch.test_batch_check import bodies, dry
from tests.fakes.krea_service import PNG
from tests.harness.cli import Cli


@pytest.mark.parametrize("name", ["x.xlsx", "x.XLS", "x.ods"])
def test_a_spreadsheet_is_saved_as_csv(cli: Cli, name: str) -> None:
    """By its name, or by what is in it."""
    wrong = cli.krea("batch", name, "--dry-run")
    assert (wrong.code, "  hint: save it as CSV (UTF-8)\n" in wrong.err) == (2, True)
    Path("x.csv").write_bytes(b"PK\x03\x04\x14\x00rest")
    wrong = cli.krea("batch", "x.csv", "--dry-run")
    assert "line 1: this is a spreadsheet or an archive, not text; save it as CSV" in wrong.err


@pytest.mark.parametrize("name", ["folder.csv", "folder"])
def test_a_folder_is_no_file(cli: Cli, name: str) -> None:
    """Whatever it is called."""
    Path(name).mkdir()
    wrong = cli.krea("batch", name, "--dry-run")
    assert (wrong.code, f"error: {name} is a folder\n" in wrong.err) == (2, True)


def test_a_list_that_does_not_exist(cli: Cli) -> None:
    """Whatever its name says or does not say."""
    wrong = cli.krea("batch", "nofile", "--dry-run")
    assert (wrong.code, wrong.err) == (
        2,
        "error: nofile does not exist\n  hint: krea batch FILE; - is stdin\n",
    )


@pytest.mark.parametrize(
    ("name", "text"), [("b.txt", b'{a} "b"\rc\r'), ("b.csv", b"prompt\ra\rb\r")]
)
def test_lines_that_end_in_cr_alone(cli: Cli, name: str, text: bytes) -> None:
    """Never one prompt of all; a line break inside of quotes is one."""
    Path(name).write_bytes(text)
    wrong = cli.krea("batch", name, "--dry-run")
    assert (wrong.code, "line 1: its lines end in CR alone" in wrong.err) == (2, True)
    assert bodies(cli, 'prompt\n"a\rb"\n') == [{"prompt": "a\rb"}]


def test_values_are_shown_as_written(cli: Cli) -> None:
    """JSON's true is true; one heading is one."""
    wrong = dry(cli, '{"prompt": "a", "count": true}\n', file="b.jsonl")
    assert "count: true is not a whole number from 1 to 1000" in wrong.err
    assert "line 2: has 2 cells for 1 heading" in dry(cli, "prompt\na,b\n").err


def test_a_range_reaches_its_end(cli: Cli) -> None:
    """By whole numbers or by the step that is given."""
    wrong = dry(cli, "prompt\na\n", "--sweep", "guidance_scale=1..2.5")
    assert (wrong.code, "2.5 is not reached from 1 by steps of 1" in wrong.err) == (2, True)
    sent = bodies(cli, "prompt\na\n", "--sweep", "guidance_scale=1..2.5..0.5")
    assert [body["guidance_scale"] for body in sent] == [1, 1.5, 2, 2.5]


def test_a_table_without_headings(cli: Cli) -> None:
    """Its first record is taken for them: said with where names come from."""
    wrong = dry(cli, "a red fox\na blue fox\n")
    assert "a red fox: there is no such field" in wrong.err
    assert "the first line of a table (line 1) names the fields" in wrong.err


def test_a_sweep_of_the_prompt_of_a_text(cli: Cli) -> None:
    """One reason, once."""
    wrong = dry(cli, "a fox\n", "--sweep", "prompt=a,b", file="b.txt")
    assert (
        "error: b.txt cannot be run as it stands:"
        " line 1: prompt: given by the line and by --sweep\n"
    ) in wrong.err


def test_a_link_out_is_told_as_it_was_written(cli: Cli) -> None:
    """Not by the folder that it leads to."""
    Path("o").mkdir()
    Path("o/file.png").symlink_to(cli.home / "there.png")
    wrong = dry(cli, "prompt,output\na,file.png\n", "-o", "o", "--force")
    assert "line 2: output: o/file.png is outside of the folder of -o" in wrong.err


@pytest.mark.parametrize(
    ("text", "heading"), [("a red fox in snow\n", "a red fox in snow"), ("fox\n", "fox")]
)
def test_a_list_of_prompts_is_no_table_without_lines(cli: Cli, text: str, heading: str) -> None:
    """Its only line is no heading: never "0 of 0 done"."""
    wrong = dry(cli, text)
    assert wrong.code == 2
    assert (
        f"line 1: '{heading}' is no field, and no line is below the headings;"
        " --format txt reads a prompt a line"
    ) in wrong.err
    assert dry(cli, "prompt,seed\n").code == 0


def test_a_json_array_is_no_list(cli: Cli) -> None:
    """By its name, and by what is in it whatever --format says."""
    Path("b.json").write_text('[{"prompt":"a"},{"prompt":"b"}]\n')
    wrong = cli.krea("batch", "b.json", "--dry-run")
    assert "jq -c '(arrays | .[]), objects' b.json | krea batch - --format jsonl" in wrong.err
    for format in ("csv", "jsonl"):
        wrong = cli.krea("batch", "b.json", "--dry-run", "--format", format)
        assert (wrong.code, "line 1: this is a JSON array; jq -c '.[]' < b.json" in wrong.err) == (
            2,
            True,
        )


def test_null_means_that_a_field_is_not_given(cli: Cli) -> None:
    """Libraries write it for an empty cell."""
    text = '{"prompt":"a","seed":7}\n{"prompt":"b","seed":null,"no_field":null,"output":null}\n'
    first, second = bodies(cli, text, "-m", "krea-2/large", file="b.jsonl")
    assert (first["prompt"], first["seed"], second["prompt"]) == ("a", 7, "b")
    assert second.get("seed") is None
    assert "line 1: prompt: required" in dry(cli, '{"prompt":null}\n', file="b.jsonl").err


@pytest.mark.parametrize(
    "seed", ["1.23457E+15", "1.23457E+11", "1.23E+09", "1E+06", "1234567890123456789.0"]
)
def test_a_number_that_a_spreadsheet_rounded_is_refused(cli: Cli, seed: str) -> None:
    """Another seed than the user's makes another picture."""
    wrong = dry(cli, f"prompt,seed\na,{seed}\n")
    assert f"line 2: seed: '{seed}' is rounded: write all digits of the number" in wrong.err
    assert [body["seed"] for body in bodies(cli, "prompt,seed\na,7E+2\n")] == [700]


OBJECTS = '{"prompt":"a"}\n\n{"prompt":"b"}\n'
TABLE = "prompt,seed\na fox,1\n"


@pytest.mark.parametrize(
    ("name", "text", "message", "hint"),
    [
        ("b.txt", OBJECTS, "1: this is JSON, an object a line", "krea batch b.txt --format jsonl"),
        ("b.txt", f'{OBJECTS}{{"prompt":"c', "1: this is JSON, an object a line",
            "krea batch b.txt --format jsonl"),
        ("b.txt", f"# mine\n{OBJECTS}", "2: this is JSON, an object a line",
            "grep -v '^ *#' b.txt | krea batch - --format jsonl"),
        ("b.txt", '{"subject":"a"}\n', "1: this is JSON, an object a line; --format txt takes"
            " each line as a prompt", "krea batch b.txt --format jsonl"),
        ("b.txt", '[\n{"prompt":"a"}\n]\n', "1: this is a JSON array;",
            "jq -c '.[]' b.txt | krea batch - --format jsonl"),
        ("b.txt", '[{"prompt":"a"},\n{"prompt":"b"}]\n', "1: this is a JSON array;",
            "jq -c '.[]' b.txt | krea batch - --format jsonl"),
        ("b.txt", '{\n"prompt":"a"\n}\n', "1: this is JSON over several lines;",
            "jq -c . b.txt | krea batch - --format jsonl"),
        ("b.txt", '["a","b"]\n', "1: this is a JSON array of texts;",
            "jq -r '.[]' b.txt | krea batch - --format txt"),
        ("b.txt", '[\n"a"\n]\n', "1: this is a JSON array of texts;",
            "jq -r '.[]' b.txt | krea batch - --format txt"),
        ("b.txt", TABLE, "1: this is a table: its first line names the fields",
            "krea batch b.txt --format csv"),
        ("b.txt", "prompt\na fox, red\n", "1: this is a table:", "krea batch b.txt --format csv"),
        ("b.txt", "Prompt;sku\na fox;1\n", "1: this is a table:", "krea batch b.txt --format csv"),
        ("b.txt", "prompt\tseed\na\t1\n", "1: this is a table:", "krea batch b.txt --format tsv"),
        ("b.txt", "sep=;\nprompt;seed\n", "1: this is a table:", "krea batch b.txt --format csv"),
        ("b.txt", "seed,aspect_ratio\n1,1:1\n", "1: this is a table:",
            "krea batch b.txt --format csv"),
        ("b.jsonl", TABLE, "1: this is a table, not JSON", "krea batch b.jsonl --format csv"),
        ("b.csv", OBJECTS, "1: this is JSON; --format jsonl reads it",
            "krea batch b.csv --format jsonl"),
        ("b.tsv", TABLE, "1: this is a table without tabs", "krea batch b.tsv --format csv"),
    ],
)  # fmt: skip
def test_a_list_of_another_format_is_refused(
    cli: Cli, name: str, text: str, message: str, hint: str
) -> None:
    """Its lines are no prompts; the hint reads it as it is."""
    Path(name).write_text(text)
    wrong = cli.krea("batch", name, "-m", "krea-2/large")
    assert wrong.code == 2
    assert f"{name} cannot be run as it stands: line {message}" in wrong.err
    assert f"\n  hint: {hint} -m krea-2/large\n" in wrong.err


def test_the_command_that_reads_a_list_keeps_its_options(cli: Cli) -> None:
    """A dry run stays one, and results go where they were to go."""
    Path("b.txt").write_text(OBJECTS)
    wrong = cli.krea("batch", "--format=txt", "--dry-run", "-o", "pics/", "--", "b.txt")
    assert wrong.code == 2
    assert "\n  hint: krea batch b.txt --format jsonl --dry-run -o pics/\n" in wrong.err


@pytest.mark.parametrize("text", [OBJECTS, TABLE])
def test_a_pipe_of_another_format_is_refused(cli: Cli, text: str) -> None:
    """Also with --format txt."""
    wrong = cli.krea("batch", "-", "--format", "txt", "--dry-run", stdin=text)
    format = "jsonl" if text == OBJECTS else "csv"
    assert (wrong.code, f"\n  hint: krea batch - --format {format} --dry-run\n" in wrong.err) == (
        2,
        True,
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "line 1: this is a file of type image/png, not a list"),
        (b"\0\0\0\x20ftypisom\0\0", "line 1: this is a file of type video/mp4, not a list"),
        (b"GIF89a\x01\0\xff\n", "line 1: this is a file of type image/gif, not a list"),
        (b"%PDF-1.4\n%\xe2\xe3\n", "line 1: this is a document, not plain text"),
        (b"{\\rtf1 a fox}\n", "line 1: this is a document, not plain text"),
        (b"\x1f\x8b\x08\x00\n", "line 1: this is binary data, not text"),
        (b"<!DOCTYPE html>\n<p>a fox\n", "line 1: this is HTML or XML, not a list of prompts"),
    ],
    ids=["png", "mp4", "gif", "pdf", "rtf", "gzip", "html"],
)
def test_a_text_that_is_none(cli: Cli, content: bytes, message: str) -> None:
    """Said by what it is, and not as a text in a wrong encoding."""
    Path("b.txt").write_bytes(content)
    wrong = cli.krea("batch", "b.txt")
    assert (wrong.code, message in wrong.err, "iconv" in wrong.err) == (2, True, False)


def test_prompts_that_look_like_other_formats(cli: Cli) -> None:
    """Commas, brackets and the words of fields are honest in a prompt."""
    prompts = [
        "style, seed",
        "{fox|owl} in snow",
        "[cat], dog",
        "BMW, image, video",
        '{"prompt":"a"}',
        "<lora:ink:1> a fox",
        "prompt",
    ]
    text = "".join(f"{prompt}\n" for prompt in prompts)
    assert [body["prompt"] for body in bodies(cli, text, file="b.txt")] == prompts
    structured = '{"subject":"fox","light":"soft"}'
    sent = bodies(cli, f"{structured}\n", "--format", "txt", file="b.txt")
    assert [body["prompt"] for body in sent] == [structured]


def test_json_over_several_lines_is_no_list(cli: Cli) -> None:
    """The command of the hint makes lines of an object, as of an array."""
    Path("b.jsonl").write_text('{\n  "prompt": "a"\n}\n')
    wrong = cli.krea("batch", "b.jsonl", "--dry-run")
    assert (wrong.code, "this is JSON over several lines" in wrong.err) == (2, True)
    assert "jq -c . b.jsonl | krea batch - --format jsonl" in wrong.err


def test_a_picture_is_no_list(cli: Cli) -> None:
    """Without --format, which would not help; a text may be a list whatever its name."""
    Path("pic.png").write_bytes(PNG)
    Path("list").write_text("a fox\n")
    wrong = cli.krea("batch", "pic.png")
    assert (
        wrong.error(charged="no")
        == "pic.png: this is a file of type image/png, not a list of prompts"
    )
    assert "krea batch list --format txt" in cli.krea("batch", "list").err


@pytest.mark.parametrize("hidden", ["\u200b", "\u2060 ", "\u00ad"])
def test_what_cannot_be_seen_is_no_part_of_a_name_or_a_mark(cli: Cli, hidden: str) -> None:
    """A comment stays a comment, and a field is found, in headings, keys and options."""
    assert [item["body"]["prompt"] for item in items(cli, f"{hidden}# no\na fox\n", "b.txt")] == [
        "a fox"
    ]
    for text, file in (
        (f"prompt{hidden},{hidden}seed\na fox,7\n", "b.csv"),
        (json.dumps({f"{hidden}prompt": "a fox", f"seed{hidden}": 7}), "b.jsonl"),
    ):
        (item,) = items(cli, text, file)
        assert (item["body"]["prompt"], item["body"]["seed"]) == ("a fox", 7)
    result = cli.krea("generate", "a fox", "-i", f"seed{hidden}=7", "--dry-run", "--json")
    assert result.records[0]["body"]["seed"] == 7, result.err


def items(cli: Cli, text: str, file: str) -> list[dict[str, Any]]:
    """The items of a dry run of TEXT in FILE."""
    Path(file).write_text(text)
    result = cli.krea("batch", file, "--dry-run", "--json")
    assert result.code == 0, result.err
    return result.records


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        (
            "a.csv",
            "prompt,outptu\na,b.png\n",
            "line 2: outptu: there is no such field;"
            " did you mean output?; the first line of a table (line 1) names the fields",
        ),
        (
            "a.csv",
            "prompt,modle\na,z-image\n",
            "line 2: modle: there is no such field;"
            " did you mean model?; the first line of a table (line 1) names the fields",
        ),
        (
            "a.jsonl",
            '{"prompt": "a", "cuont": 2}\n',
            "line 1: cuont: there is no such field; did you mean count?",
        ),
    ],
)
def test_a_column_of_a_list_that_is_mistyped(cli: Cli, name: str, text: str, problem: str) -> None:
    """The columns of krea itself are near as well as the fields of the model."""
    Path(name).write_text(text)
    result = cli.krea("batch", name, "--dry-run")
    assert result.err == (
        f"error: {name} cannot be run as it stands: {problem}\n"
        "  hint: correct it; the same command with --dry-run only checks\n"
    )
