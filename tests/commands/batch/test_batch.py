"""krea batch: every item once, whatever happens on the way, as many at once as there is room."""

import json
import re
from pathlib import Path

from tests.commands.batch.batch_helpers import FOXES, files, prompts, refused, summary
from tests.fakes.krea_service import picture
from tests.harness.cli import World


def test_every_item_is_made_once(listed: World) -> None:
    """Each path is told as it is there; the sum is told at the end, and nothing is left over."""
    done = listed.krea("batch", "foxes.txt", "-o", "out/")
    assert (done.code, prompts(listed)) == (0, [f"fox {number}" for number in range(1, 7)])
    assert files() == FOXES
    assert sorted(done.out.splitlines()) == sorted(str(path) for path in Path("out").iterdir())
    *told, last = done.err.splitlines()
    assert told == [f"line {n}: saved {path}" for n, path in enumerate(done.out.splitlines(), 1)]
    assert re.fullmatch(r"6 of 6 done; spent 6 of unknown price in \d+ s", last)


def test_no_more_than_j_are_at_the_service(listed: World) -> None:
    """The next one is sent when one ends, not before."""
    listed.service.seconds = 30
    moments: list[float] = []
    listed.service.answers = [lambda *_: moments.append(listed.clock.now())] * 6  # type: ignore
    assert listed.krea("batch", "foxes.txt", "-j", "2").code == 0
    starts = [moment - moments[0] for moment in moments]
    assert starts[1] < 1
    assert 30 <= starts[2] <= starts[3] < 40
    assert 60 <= starts[4] <= starts[5] < 80


def test_run_again_it_sends_nothing(listed: World) -> None:
    """All that is there is told again, and costs nothing."""
    first = listed.krea("batch", "foxes.txt", "-o", "out/")
    again = listed.krea("batch", "foxes.txt", "-o", "out/")
    assert (again.code, len(listed.service.posts)) == (0, 6)
    assert sorted(again.out.splitlines()) == sorted(first.out.splitlines())
    assert again.err == "6 of 6 done; spent $0.00 in 0 s\n"


def test_only_what_is_new_is_sent(listed: World) -> None:
    """A line at the top, an edited line and other options of the output cost what they must."""
    listed.krea("batch", "foxes.txt", "-o", "out/")
    lines = Path("foxes.txt").read_text().splitlines()
    Path("foxes.txt").write_text("\n".join(["fox 0", *lines[:5], "fox 6, red"]) + "\n")
    again = listed.krea("batch", "foxes.txt", "-o", "out/", "-j", "9")
    assert (again.code, prompts(listed)[6:]) == (0, ["fox 0", "fox 6, red"])
    assert files() == sorted(["fox-0", *FOXES, "fox-6-red"])


def test_a_renamed_output_is_copied(listed: World) -> None:
    """Into another folder, under other names: nothing is asked of the service."""
    listed.krea("batch", "foxes.txt", "-o", "out/")
    asked = len(listed.service.requests)
    again = listed.krea("batch", "foxes.txt", "-o", "new/{line}.{ext}", "--json")
    assert (again.code, len(listed.service.requests)) == (0, asked)
    assert files("new") == [f"{n}.png" for n in range(1, 7)]
    assert {record["charged"] for record in again.records} == {"no"}


def test_a_missing_file_is_fetched(listed: World) -> None:
    """It is paid for: it comes down once more, and no job is made."""
    listed.krea("batch", "foxes.txt", "-o", "out/")
    next(Path("out").glob("fox-3*")).unlink()
    assert listed.krea("batch", "foxes.txt", "-o", "out/").code == 0
    assert (files(), len(listed.service.posts)) == (FOXES, 6)


def test_equal_lines_are_items_of_their_own(world: World) -> None:
    """Twice the same prompt is two pictures, also when one is added later."""
    Path("same.txt").write_text("a fox\na fox\n")
    world.krea("batch", "same.txt", "-o", "out/")
    Path("same.txt").write_text("a fox\na fox\na fox\n")
    world.krea("batch", "same.txt", "-o", "out/")
    assert len(world.service.posts) == 3
    assert files() == ["a-fox"] * 3


def test_a_file_goes_up_once_for_all_lines(world: World) -> None:
    """However many lines name it, and under whatever name it lies."""
    for name in ("day.png", "copy.png"):
        Path(name).write_bytes(picture())
    lines = [{"prompt": f"night {n}", "image_url": f"@{name}"} for n, name in enumerate(NAMES)]
    Path("edit.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    done = world.krea("batch", "edit.jsonl", "-m", "flux-kontext", "-o", "out/")
    assert (done.code, len(world.service.posts)) == (0, 3), done.err
    assert world.service.requests.count("POST /assets") == 1
    assert len({json.dumps(body["image_url"]) for body in world.service.posts}) == 1


NAMES = ("day.png", "copy.png", "day.png")


def test_a_record_is_told_as_each_item_ends(listed: World) -> None:
    """With its line; stderr holds nothing but JSON."""
    done = listed.krea("batch", "foxes.txt", "-o", "out/", "--json")
    assert [record["line"] for record in done.records] == [1, 2, 3, 4, 5, 6]
    assert {record["status"] for record in done.records} == {"completed"}
    assert all(len(record["files"]) == 1 for record in done.records)  # type: ignore[arg-type]
    told = summary(done)
    assert (told["total"], told["done"], told["made"]) == (6, 6, 6)


def test_finished_files_count_on_another_machine(listed: World) -> None:
    """With their sidecars, and no ledger to ask: nothing is paid twice."""
    first = listed.krea("batch", "foxes.txt", "-o", "out/", "--sidecar")
    listed.environ["KREA_STATE_DIR"] = str(listed.home / "elsewhere")
    again = listed.krea("batch", "foxes.txt", "-o", "out/", "--sidecar")
    assert (again.code, len(listed.service.posts)) == (0, 6)
    assert sorted(again.out.splitlines()) == sorted(first.out.splitlines())


def test_a_report_tells_what_became_of_each(listed: World) -> None:
    """And `krea verify` holds the files against it."""
    listed.service.answers = [lambda *_: None, refused(422, {"error": "no such fox"})]
    done = listed.krea("batch", "foxes.txt", "-o", "out/", "--report", "report.jsonl")
    entries = [json.loads(line) for line in Path("report.jsonl").read_text().splitlines()]
    assert [entry["state"] for entry in entries] == ["saved", "refused", *["saved"] * 4]
    assert done.code == 1
    assert listed.krea("verify", "report.jsonl").code == 0
    next(Path("out").glob("fox-3*")).write_bytes(b"spoiled")
    assert listed.krea("verify", "report.jsonl").code == 1
