"""`krea batch`: what an item is known by, and what is done already."""

import json
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from krea_cli.api.types import Job
from krea_cli.flows.recipe.recipe import seal
from krea_cli.local.credentials import account_of
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.rows import Draft
from tests.commands.batch.test_batch_check import dry, records
from tests.fakes.krea_service import BASE, PNG
from tests.harness.cli import World
from tests.tokens import KEY


def items(world: World, text: str, *options: str, file: str = "b.csv") -> list[str]:
    """What each item is known by."""
    return [str(record["item"]) for record in records(world, text, *options, file=file)]


def put(world: World, item: dict[str, Any], state: str, *, job: str = "job-1", **file: str) -> None:
    """Let the ledger know ITEM in STATE, with a FILE of `path` and `sha256` if it was saved."""
    with closing(Ledger.open(world.home / "state")) as ledger:
        book = ledger.for_account(BASE, account_of(KEY))
        given = {"prompt": "a fox"}
        model, route = item["model"], item["route"]
        row = book.begin(
            Draft(
                model=model, kind="image", route=route, body=given, given=given, item=item["item"]
            )
        )
        if state == "checked":
            return
        book.sending(row.id, 1.0)
        if state == "unknown":
            book.doubtful(row.id, "HTTP 524")
        elif state == "refused":
            book.refused(row.id, "no")
        else:
            book.submitted(row.id, Job(job, "queued", type="flux"), answered_at=2.0)
        if state == "saved":
            book.file(job, 1, url="https://x/1", size=1, type="image/png", at=3.0, **file)
            book.saved(job)


def test_what_does_not_count(world: World) -> None:
    """Neither line, nor order of fields, nor name, nor what is filled in, nor how it is written."""
    (one,) = items(world, "prompt,seed,guidance_scale\na fox,7,3\n")
    assert items(
        world, "# x\n\na fox\n", "-i", "guidance_scale=3.0", "--seed", "7", file="b.txt"
    ) == [one]
    line = '{"output": "x.png", "guidance_scale": 3.0, "seed": 7, "prompt": "a fox"}\n'
    assert items(world, line, "-m", "flux", file="b.jsonl") == [one]
    assert items(world, "prompt,guidance_scale\na fox,3\n", "--sweep", "seed=7") == [one]


def test_what_counts(world: World) -> None:
    """The model, each field, and the place among equals; a line above changes nothing below."""
    text = "prompt,seed\na fox,7\na fox,8\na fox,7\na fox,\n"
    found = items(world, text)
    assert len({*found, *items(world, text, "-m", "krea-2/large", "--no-check")}) == 8
    assert items(world, text.replace("a fox,7\n", "an owl,1\na fox,7\n", 1))[1:] == found


def test_a_field_that_is_called_something_else_by_now(world: World) -> None:
    """The same file under tomorrow's catalogue is the same batch, options included."""

    def told(name: str, **more: Any) -> dict[str, Any]:
        texts = {key: {"type": "string"} for key in ("prompt", name, f"{name}_too")}
        schema = {"type": "object", "properties": texts, "additionalProperties": False}
        body = {"content": {"application/json": {"schema": schema}}}
        post = {"requestBody": body} | more
        return {"openapi": "3.1.0", "paths": {"/generate/image/krea/krea-9": {"post": post}}}

    pairs = [{"from": "mood", "to": "tone"}, {"from": "mood_too", "to": "tone_too"}]
    found = []
    for document in (told("mood"), told("tone", **{"x-krea-deprecated-field-aliases": pairs})):
        world.service.document = document
        assert world.krea("models", "--refresh").code == 0
        text, options = "prompt,mood\na fox,calm\n", ("-m", "krea-9", "-i", "mood_too=x")
        found.append(records(world, text, *options)[0])
    assert [found[1]["body"][name] for name in ("tone", "tone_too")] == ["calm", "x"]
    assert found[0]["item"] == found[1]["item"]


def test_several_of_a_line(world: World) -> None:
    """A seed is counted up; without one they are equals that are told apart by their number."""
    one_by_one = items(world, "prompt,seed\na,7\na,8\na,9\n")
    assert items(world, "prompt,seed,count\na,7,3\n") == one_by_one
    assert items(world, "a\n", "-n", "3", file="b.txt") == items(world, "a\na\na\n", file="b.txt")
    wrong = dry(world, "prompt,seed,count\na,9223372036854775807,2\n")
    assert "line 2: seed: " in wrong.err


def test_files_count_by_content(world: World) -> None:
    """Another name of the same picture is the same request, another picture is not."""
    for name, content in (("a.png", PNG), ("b.png", PNG), ("c.png", PNG + b"c")):
        Path(name).write_bytes(content)
    one, two, three = (
        items(world, f"prompt,image_url\nx,@{name}.png\n")[0] for name in ("a", "b", "c")
    )
    assert (one == two, one == three) == (True, False)


@pytest.mark.parametrize(
    ("state", "told", "code"),
    [
        ("checked", "to send", 2),
        ("submitted", "under way", 0),
        ("unknown", "in doubt", 0),
        ("refused", "failed", 2),
    ],
)
def test_what_the_ledger_knows(world: World, state: str, told: str, code: int) -> None:
    """A file in the place of what may be paid for is no collision; told is how it stands."""
    (item,) = records(world, "a fox\n", file="b.txt")
    put(world, item, state)
    assert records(world, "a fox\n", file="b.txt")[0]["state"] == told
    Path(item["target"].replace("{ext}", "png")).write_bytes(PNG)
    assert dry(world, "a fox\n", file="b.txt").code == code


def test_what_failed_is_sent_again_only_where_asked(world: World) -> None:
    """--retry-failed counts it among what is to be paid."""
    (item,) = records(world, "a fox\n", file="b.txt")
    put(world, item, "refused")
    assert dry(world, "a fox\n", file="b.txt").err == "1 item: 1 failed\n"
    (again,) = records(world, "a fox\n", "--retry-failed", file="b.txt")
    assert again["state"] == "to send"


def test_a_finished_file_is_no_collision(world: World) -> None:
    """By its name in the ledger, or by its content wherever it is; another file is one."""
    (item,) = records(world, "a fox\n", file="b.txt")
    path = Path(item["target"].replace("{ext}", "png")).absolute()
    path.write_bytes(PNG)
    assert dry(world, "a fox\n", file="b.txt").code == 2
    put(world, item, "saved", path="/elsewhere.png", sha256=digest(path))
    (again,) = records(world, "a fox\n", file="b.txt")
    assert again["state"] == "done"
    path.write_bytes(b"another")
    assert dry(world, "a fox\n", file="b.txt").code == 2
    put(world, item, "saved", job="job-2", path=str(path), sha256="0")
    assert dry(world, "a fox\n", file="b.txt").code == 0


def digest(path: Path) -> str:
    """The sha256 of a file."""
    from hashlib import sha256

    return sha256(path.read_bytes()).hexdigest()


def sealed(world: World, path: Path, item: str, base: str = BASE) -> None:
    """Make a finished file of another machine, with the sidecar of ITEM."""
    path.write_bytes(PNG)
    recipe = {"krea": "1", "schema": 1, "model": "m", "request": {}, "sha256": digest(path)}
    Path(f"{path}.json").write_text(json.dumps(recipe | {"item": seal(base, item)}))


@pytest.mark.parametrize("output", ["{slug}.{ext}", "{slug}-{seed}.{ext}", "fox.png"])
def test_a_file_with_its_sidecar_counts_without_a_ledger(world: World, output: str) -> None:
    """Found under its name, or by its seal where the name cannot be foreseen; never a rehearsal."""
    text, foreseen = f"prompt,output\na fox,{output}\n", output != "{slug}-{seed}.{ext}"
    (item,) = records(world, text)
    place = Path("fox.png" if output == "fox.png" else "a-fox.png")
    for changed in (False, True):
        sealed(world, place, item["item"], base=BASE if changed else "https://api.krea.ai")
        if changed:
            place.write_bytes(PNG + b"changed since")
        result = dry(world, text)
        assert (result.code, "to send" in result.out) == ((2, False) if foreseen else (0, True))
    sealed(world, place, item["item"])
    assert records(world, text)[0]["state"] == "done"


def test_the_seal_is_in_the_sidecar_of_an_item(world: World) -> None:
    """What a batch made proves itself on the next machine."""
    (item,) = records(world, "a fox\n", file="b.txt")
    put(world, item, "submitted")
    world.service.keep(world.service.job(1, at=0.0))
    assert world.krea("download", "job-1", "-o", "fox.png", "--sidecar").code == 0
    told = json.loads(Path("fox.png.json").read_text())
    assert told["item"] == seal(BASE, item["item"])


def test_shards_share_the_items(world: World) -> None:
    """Each is in exactly one, whatever stands around it; mistakes are told to all."""
    text = "".join(f"fox {number}\n" for number in range(40))
    whole = items(world, text, file="b.txt")
    shares = [items(world, text, "--shard", f"{number}/3", file="b.txt") for number in (1, 2, 3)]
    assert sorted(chain(*shares)) == sorted(whole)
    assert min(map(len, shares)) > 5
    assert dry(world, text + "# \n", "--shard", "1/3", "--width", "7", file="b.txt").code == 2
    (index,) = (
        record["index"]
        for record in records(world, text, "--shard", "1/3", file="b.txt")
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
def test_the_share_of_a_cluster(world: World, variables: dict[str, str], shard: str) -> None:
    """`auto` reads what Slurm or Kubernetes says."""
    text = "".join(f"fox {number}\n" for number in range(9))
    wanted = items(world, text, "--shard", shard, file="b.txt")
    world.environ |= variables
    assert items(world, text, "--shard", "auto", file="b.txt") == wanted


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "this is no Slurm array and no Kubernetes job"),
        ({"JOB_COMPLETION_INDEX": "0"}, "set JOB_COMPLETIONS"),
        ({"JOB_COMPLETION_INDEX": "3", "JOB_COMPLETIONS": "3"}, "I goes from 1 to N"),
        (slurm(ID=3, MIN=3, MAX=5, STEP=1, COUNT=3), "sbatch --array=1-N"),
        (slurm(ID=1, MIN=1, MAX=7, STEP=1, COUNT=3), "sbatch --array=1-N"),
        (slurm(ID=1, MIN=1, MAX=1, STEP=1, COUNT=1), "sbatch --array=1-N"),
        ({"SLURM_ARRAY_TASK_ID": "1"}, "and no number"),
    ],
)
def test_a_share_that_nobody_knows(world: World, variables: dict[str, str], told: str) -> None:
    """A part of an array that is run again had other shares before: nothing is guessed."""
    world.environ |= variables
    result = dry(world, "a\n", "--shard", "auto", file="b.txt")
    assert (result.code, told in result.err) == (2, True), result.err
