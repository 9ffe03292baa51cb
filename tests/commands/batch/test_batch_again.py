"""`krea batch`: the fingerprint of an item, and the items that are done already."""

import json
import os
import sqlite3
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from krea_cli.api.types import Job
from krea_cli.flows.recipe.recipe import service_item_fingerprint
from krea_cli.local.credentials import account_of
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.rows import FileRow, RequestDraft
from tests.commands.batch.batch_helpers import sent_prompts
from tests.commands.batch.test_batch_check import dry, records
from tests.fakes.krea_service import BASE, PNG
from tests.harness.cli import Cli
from tests.harness.ledger_rows import LEDGER
from tests.tokens import KEY


def items(cli: Cli, text: str, *options: str, file: str = "b.csv") -> list[str]:
    """The fingerprint of each item."""
    return [str(record["item"]) for record in records(cli, text, *options, file=file)]


def put_into_ledger(
    cli: Cli, item: dict[str, Any], state: str, *, job: str = "job-1", **file: str
) -> None:
    """Let the ledger know ITEM in STATE, with a FILE of `path` and `sha256` if it was saved."""
    with closing(Ledger.open(cli.home / "state")) as ledger:
        book = ledger.for_account(BASE, account_of(KEY))
        given = {"prompt": "a fox"}
        model, route = item["model"], item["route"]
        row = book.requests.insert(
            RequestDraft(
                model=model,
                kind="image",
                route=route,
                body=given,
                given=given,
                item_fingerprint=item["item"],
            )
        )
        if state == "checked":
            return
        book.requests.mark_sending(row.id, 1.0, boot=cli.clock.boot())
        if state == "sending":
            return
        book.requests.mark_leaving(row.id)
        if state == "unknown":
            book.requests.mark_in_doubt(row.id, "HTTP 524")
        elif state == "refused":
            book.requests.mark_refused(row.id, "no")
        else:
            book.requests.mark_submitted(row.id, Job(job, "queued", type="flux"), answered_at=2.0)
        if state == "saved":
            book.files.record(
                job,
                [
                    FileRow(
                        index=1, url="https://x/1", size=len(PNG), type="image/png", at=3.0, **file
                    )
                ],
            )
            book.requests.mark_saved(job)


def test_what_does_not_count(cli: Cli) -> None:
    """Neither line, nor order of fields, nor name, nor what is filled in, nor how it is written."""
    (one,) = items(cli, "prompt,seed,guidance_scale\na fox,7,3\n")
    assert items(
        cli, "# x\n\na fox\n", "-i", "guidance_scale=3.0", "--seed", "7", file="b.txt"
    ) == [one]
    line = '{"output": "x.png", "guidance_scale": 3.0, "seed": 7, "prompt": "a fox"}\n'
    assert items(cli, line, "-m", "flux", file="b.jsonl") == [one]
    assert items(cli, "prompt,guidance_scale\na fox,3\n", "--sweep", "seed=7") == [one]


def test_what_counts(cli: Cli) -> None:
    """The model, each field, and the place among equals; a line above changes nothing below."""
    text = "prompt,seed\na fox,7\na fox,8\na fox,7\na fox,\n"
    fingerprints = items(cli, text)
    assert len({*fingerprints, *items(cli, text, "-m", "krea-2/large", "--no-check")}) == 8
    assert items(cli, text.replace("a fox,7\n", "an owl,1\na fox,7\n", 1))[1:] == fingerprints


def test_a_field_that_is_called_something_else_by_now(cli: Cli) -> None:
    """A file is one batch under today's catalog and tomorrow's, options included."""

    def told(name: str, **more: Any) -> dict[str, Any]:
        texts = {key: {"type": "string"} for key in ("prompt", name, f"{name}_too")}
        schema = {"type": "object", "properties": texts, "additionalProperties": False}
        body = {"content": {"application/json": {"schema": schema}}}
        post = {"requestBody": body} | more
        return {"openapi": "3.1.0", "paths": {"/generate/image/krea/krea-9": {"post": post}}}

    pairs = [{"from": "mood", "to": "tone"}, {"from": "mood_too", "to": "tone_too"}]
    items = []
    for document in (told("mood"), told("tone", **{"x-krea-deprecated-field-aliases": pairs})):
        cli.service.openapi = document
        assert cli.krea("models", "--refresh").code == 0
        text, options = "prompt,mood\na fox,calm\n", ("-m", "krea-9", "-i", "mood_too=x")
        items.append(records(cli, text, *options)[0])
    assert [items[1]["body"][name] for name in ("tone", "tone_too")] == ["calm", "x"]
    assert items[0]["item"] == items[1]["item"]


def test_several_of_a_line(cli: Cli) -> None:
    """A seed is counted up; without one they are equals that are told apart by their number."""
    one_by_one = items(cli, "prompt,seed\na,7\na,8\na,9\n")
    assert items(cli, "prompt,seed,count\na,7,3\n") == one_by_one
    assert items(cli, "a\n", "-n", "3", file="b.txt") == items(cli, "a\na\na\n", file="b.txt")
    wrong = dry(cli, "prompt,seed,count\na,9223372036854775807,2\n")
    assert "line 2: seed: " in wrong.err


def test_files_count_by_content(cli: Cli) -> None:
    """Another name of the same picture is the same request, another picture is not."""
    for name, content in (("a.png", PNG), ("b.png", PNG), ("c.png", PNG + b"c")):
        Path(name).write_bytes(content)
    one, two, three = (
        items(cli, f"prompt,image_url\nx,@{name}.png\n")[0] for name in ("a", "b", "c")
    )
    assert (one == two, one == three) == (True, False)


@pytest.mark.parametrize(
    ("state", "shown_state", "code"),
    [
        ("checked", "to send", 2),
        ("submitted", "under way", 0),
        ("unknown", "in doubt", 0),
        ("refused", "failed", 2),
    ],
)
def test_what_the_ledger_knows(cli: Cli, state: str, shown_state: str, code: int) -> None:
    """A file in the place of what may be paid for is no collision; told is how it stands."""
    (item,) = records(cli, "a fox\n", file="b.txt")
    put_into_ledger(cli, item, state)
    assert records(cli, "a fox\n", file="b.txt")[0]["state"] == shown_state
    Path(item["target"].replace("{ext}", "png")).write_bytes(PNG)
    assert dry(cli, "a fox\n", file="b.txt").code == code


def test_what_completed_is_not_under_way(cli: Cli) -> None:
    """One could not be fetched and is paid; the other ended empty, and is over."""
    Path("b.txt").write_text("a fox\n")
    fox = ("batch", "b.txt", "-o", "out/")
    cli.service.file_status = 404
    assert cli.krea(*fox).code == 10
    assert records(cli, "a fox\n", file="b.txt")[0]["state"] == "to save"
    cli.service.ended_fields = {"result": {}}
    Path("b.txt").write_text("a hen\n")
    assert cli.krea(*fox).code == 11
    assert records(cli, "a hen\n", file="b.txt")[0]["state"] == "empty"


def test_what_never_left_is_sent(cli: Cli) -> None:
    """Its process died before the first byte of the request: nothing is paid, nothing in doubt."""
    (item,) = records(cli, "a fox\n", file="b.txt")
    put_into_ledger(cli, item, "sending")
    result = cli.krea("batch", "b.txt", "-o", "out/")
    assert (result.code, len(cli.service.posts), len([*Path("out").iterdir()])) == (0, 1, 1)


def test_what_failed_is_sent_again_only_where_asked(cli: Cli) -> None:
    """--retry-failed counts it among what is to be paid."""
    (item,) = records(cli, "a fox\n", file="b.txt")
    put_into_ledger(cli, item, "refused")
    assert dry(cli, "a fox\n", file="b.txt").err == "1 item: 1 failed\n"
    (again,) = records(cli, "a fox\n", "--retry-failed", file="b.txt")
    assert again["state"] == "to send"


def test_a_finished_file_is_no_collision(cli: Cli) -> None:
    """By its name in the ledger, or by its content wherever it is; another file is one."""
    (item,) = records(cli, "a fox\n", file="b.txt")
    path = Path(item["target"].replace("{ext}", "png")).absolute()
    path.write_bytes(PNG)
    assert dry(cli, "a fox\n", file="b.txt").code == 2
    put_into_ledger(cli, item, "saved", path="/elsewhere.png", sha256=digest(path))
    (again,) = records(cli, "a fox\n", file="b.txt")
    assert again["state"] == "done"
    path.write_bytes(b"another")
    assert dry(cli, "a fox\n", file="b.txt").code == 2
    put_into_ledger(cli, item, "saved", job="job-2", path=str(path), sha256="0")
    assert dry(cli, "a fox\n", file="b.txt").code == 0


def digest(path: Path) -> str:
    """The sha256 of a file."""
    from hashlib import sha256

    return sha256(path.read_bytes()).hexdigest()


def sealed(cli: Cli, path: Path, item: str, base: str = BASE) -> None:
    """Make a finished file of another machine, with the sidecar of ITEM."""
    path.write_bytes(PNG)
    recipe = {"krea": "1", "schema": 1, "model": "m", "request": {}, "sha256": digest(path)}
    Path(f"{path}.json").write_text(
        json.dumps(recipe | {"item": service_item_fingerprint(base, item)})
    )


@pytest.mark.parametrize("output", ["{slug}.{ext}", "{slug}-{seed}.{ext}", "fox.png"])
def test_a_file_with_its_sidecar_counts_without_a_ledger(cli: Cli, output: str) -> None:
    """Found under its name, or by its seal where the name cannot be foreseen; never a rehearsal."""
    text, foreseen = f"prompt,output\na fox,{output}\n", output != "{slug}-{seed}.{ext}"
    (item,) = records(cli, text)
    place = Path("fox.png" if output == "fox.png" else "a-fox.png")
    for changed in (False, True):
        sealed(cli, place, item["item"], base=BASE if changed else "https://api.krea.ai")
        if changed:
            place.write_bytes(PNG + b"changed since")
        result = dry(cli, text)
        assert (result.code, "to send" in result.out) == ((2, False) if foreseen else (0, True))
    sealed(cli, place, item["item"])
    assert records(cli, text)[0]["state"] == "done"


def test_the_fingerprint_is_in_the_sidecar_of_an_item(cli: Cli) -> None:
    """A result of a batch proves itself on the next machine."""
    (item,) = records(cli, "a fox\n", file="b.txt")
    put_into_ledger(cli, item, "submitted")
    cli.service.keep(cli.service.job(1, at=0.0))
    assert cli.krea("download", "job-1", "-o", "fox.png", "--sidecar").code == 0
    recipe = json.loads(Path("fox.png.json").read_text())
    assert recipe["item"] == service_item_fingerprint(BASE, item["item"])


def test_shards_share_the_items(cli: Cli) -> None:
    """Each is in exactly one, whatever stands around it; mistakes are told to all."""
    text = "".join(f"fox {number}\n" for number in range(40))
    whole = items(cli, text, file="b.txt")
    shares = [items(cli, text, "--shard", f"{number}/3", file="b.txt") for number in (1, 2, 3)]
    assert sorted(chain(*shares)) == sorted(whole)
    assert min(map(len, shares)) > 5
    assert dry(cli, text + "# \n", "--shard", "1/3", "--width", "7", file="b.txt").code == 2
    (index,) = (
        record["index"]
        for record in records(cli, text, "--shard", "1/3", file="b.txt")
        if record["item"] == shares[0][-1]
    )
    assert whole[index - 1] == shares[0][-1]


def slurm(**values: int) -> dict[str, str]:
    """The variables of a Slurm array."""
    return {f"SLURM_ARRAY_TASK_{name}": str(value) for name, value in values.items()}


@pytest.mark.parametrize(
    ("variables", "shard"),
    [
        (slurm(ID=2, MIN=1, MAX=3, STEP=1, COUNT=3), "2/3"),
        (slurm(ID=4, MIN=0, MAX=4, STEP=2, COUNT=3), "3/3"),
        ({"JOB_COMPLETION_INDEX": "0", "JOB_COMPLETIONS": "3"}, "1/3"),
    ],
)
def test_the_share_of_a_cluster(cli: Cli, variables: dict[str, str], shard: str) -> None:
    """`auto` reads what Slurm or Kubernetes says."""
    text = "".join(f"fox {number}\n" for number in range(9))
    wanted = items(cli, text, "--shard", shard, file="b.txt")
    cli.environ |= variables
    assert items(cli, text, "--shard", "auto", file="b.txt") == wanted


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({}, "this is neither a Slurm array nor a Kubernetes job"),
        ({"JOB_COMPLETION_INDEX": "0"}, "set JOB_COMPLETIONS"),
        ({"JOB_COMPLETION_INDEX": "3", "JOB_COMPLETIONS": "3"}, "I goes from 1 to N"),
        (slurm(ID=3, MIN=3, MAX=5, STEP=1, COUNT=3), "sbatch --array=1-N"),
        (slurm(ID=1, MIN=1, MAX=7, STEP=1, COUNT=3), "sbatch --array=1-N"),
        (slurm(ID=1, MIN=1, MAX=1, STEP=1, COUNT=1), "sbatch --array=1-N"),
        ({"SLURM_ARRAY_TASK_ID": "1"}, "not a number"),
    ],
)
def test_a_share_that_nobody_knows(cli: Cli, variables: dict[str, str], problem: str) -> None:
    """A part of an array that is run again had other shares before: nothing is guessed."""
    cli.environ |= variables
    result = dry(cli, "a\n", "--shard", "auto", file="b.txt")
    assert (result.code, problem in result.err) == (2, True), result.err


def test_a_long_list_is_done_but_for_what_is_not_as_it_was_saved(cli: Cli) -> None:
    """More than is looked at in one go: one file has another time, one is changed, one is gone."""
    prompts = [f"fox {number}" for number in range(150)]
    Path("p.txt").write_text("\n".join(prompts))
    batch = ("batch", "p.txt", "-o", "{line}.png")
    assert cli.krea(*batch).code == 0
    os.utime("20.png", ns=(1, 1))
    Path("90.png").unlink()
    Path("140.png").write_bytes(PNG[:-1] + b"x")
    done = cli.krea(*batch)
    others = [f"{line}.png" for line in range(1, 151) if line not in (90, 140)]
    assert done.out.splitlines() == [*others, "90.png"]
    assert (done.code, done.err) == (
        1,
        "line 90: saved 90.png\n"
        "149 of 150 done, 1 failed; spent $0.00 in 0 s\n"
        "error: line 140: 140.png is not what was saved there: it was changed, and is left alone\n"
        "  hint: the same command with --force puts the result back, and pays nothing; move the"
        " file away to keep it\n"
        "  charged: no\n",
    )
    assert len(sent_prompts(cli)) == len(prompts)
    assert Path("90.png").read_bytes() == PNG


def test_items_that_a_damaged_ledger_calls_otherwise_exchange_their_names(cli: Cli) -> None:
    """No hash is their name there: they are known by the others, and keep their pictures."""
    table, outputs = "prompt,seed,output\na fox,7,{}\nan owl,8,{}\n", ("a.png", "b.png")
    pictures = iter([PNG[:12] + b"0001" + PNG[16:], PNG[:12] + b"0002" + PNG[16:]])
    cli.service.content = lambda: next(pictures)
    Path("p.csv").write_text(table.format(*outputs))
    assert cli.krea("batch", "p.csv", "--sidecar").code == 0
    before = [Path(output).read_bytes() for output in outputs]
    with closing(sqlite3.connect(cli.home / "state" / LEDGER, isolation_level=None)) as ledger:
        ledger.execute("UPDATE requests SET item = 'item ' || id")
    Path("p.csv").write_text(table.format(*outputs[::-1]))
    done = cli.krea("batch", "p.csv", "--sidecar", "--force")
    assert (done.code, len(sent_prompts(cli))) == (0, 2), done.err
    assert [Path(output).read_bytes() for output in outputs] == before[::-1]
