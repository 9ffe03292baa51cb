"""krea batch: every item once, whatever happens on the way, as many at once as there is room."""

import json
import re
from pathlib import Path

import pytest

from tests.commands.batch.batch_helpers import (
    FOXES,
    file_stems,
    sent_prompts,
    summary,
    write_list,
)
from tests.fakes.krea_service import answer_with
from tests.harness.cli import Cli
from tests.pictures import picture_bytes


def test_sidecars_asked_for_later_are_written_beside_what_is_done(batch_cli: Cli) -> None:
    """Nothing is sent for them; those that are there stay as they are."""
    assert batch_cli.krea("batch", "foxes.txt", "-o", "out/").code == 0
    assert list(Path("out").glob("*.json")) == []
    posts = len(batch_cli.service.posts)
    assert batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--sidecar").code == 0
    sidecars = {path: path.read_bytes() for path in Path("out").glob("*.json")}
    assert {path.name.removesuffix(".json") for path in sidecars} == {
        path.name for path in Path("out").iterdir() if path not in sidecars
    }
    assert batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--sidecar", "--force").code == 0
    assert {path: path.read_bytes() for path in Path("out").glob("*.json")} == sidecars
    assert len(batch_cli.service.posts) == posts


def test_every_item_is_made_once(batch_cli: Cli) -> None:
    """Each path is told as it is there; the sum is told at the end, and nothing is left over."""
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/")
    assert (done.code, sent_prompts(batch_cli)) == (0, [f"fox {number}" for number in range(1, 7)])
    assert file_stems() == FOXES
    assert sorted(done.out.splitlines()) == sorted(str(path) for path in Path("out").iterdir())
    *saved_lines, last = done.err.splitlines()
    assert saved_lines == [
        f"line {n}: saved {path}" for n, path in enumerate(done.out.splitlines(), 1)
    ]
    assert re.fullmatch(r"6 of 6 done; spent about \$0.042 in \d+ s; 4 ran at once", last)


def test_no_more_than_j_are_at_the_service(batch_cli: Cli) -> None:
    """The next one is sent when one ends, not before."""
    batch_cli.service.job_seconds = 30
    moments: list[float] = []
    batch_cli.service.answers = [lambda *_: moments.append(batch_cli.clock.now())] * 6  # type: ignore
    assert batch_cli.krea("batch", "foxes.txt", "-j", "2").code == 0
    starts = [moment - moments[0] for moment in moments]
    assert starts[1] < 1
    assert 30 <= starts[2] <= starts[3] < 40
    assert 60 <= starts[4] <= starts[5] < 80


def test_run_again_it_sends_nothing(batch_cli: Cli) -> None:
    """All that is there is told again, and costs nothing."""
    first = batch_cli.krea("batch", "foxes.txt", "-o", "out/")
    again = batch_cli.krea("batch", "foxes.txt", "-o", "out/")
    assert (again.code, len(batch_cli.service.posts)) == (0, 6)
    assert sorted(again.out.splitlines()) == sorted(first.out.splitlines())
    assert again.err == "6 of 6 done; spent $0.00 in 0 s\n"


def test_only_what_is_new_is_sent(batch_cli: Cli) -> None:
    """A line at the top, an edited line and other options of the output cost what they must."""
    batch_cli.krea("batch", "foxes.txt", "-o", "out/")
    lines = Path("foxes.txt").read_text().splitlines()
    Path("foxes.txt").write_text("\n".join(["fox 0", *lines[:5], "fox 6, red"]) + "\n")
    again = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "9")
    assert (again.code, sent_prompts(batch_cli)[6:]) == (0, ["fox 0", "fox 6, red"])
    assert file_stems() == sorted(["fox-0", *FOXES, "fox-6-red"])


def test_a_renamed_output_is_copied(batch_cli: Cli) -> None:
    """Into another folder, under other names: nothing is asked of the service."""
    batch_cli.krea("batch", "foxes.txt", "-o", "out/")
    request_count = len(batch_cli.service.requests)
    again = batch_cli.krea("batch", "foxes.txt", "-o", "new/{line}.{ext}", "--json")
    assert (again.code, len(batch_cli.service.requests)) == (0, request_count)
    assert file_stems("new") == [f"{n}.png" for n in range(1, 7)]
    assert {record["charged"] for record in again.records} == {"no"}


def test_a_missing_file_is_fetched(batch_cli: Cli) -> None:
    """The result is paid for: it is fetched once more, and no job is made."""
    batch_cli.krea("batch", "foxes.txt", "-o", "out/")
    next(Path("out").glob("fox-3*")).unlink()
    assert batch_cli.krea("batch", "foxes.txt", "-o", "out/").code == 0
    assert (file_stems(), len(batch_cli.service.posts)) == (FOXES, 6)


def test_equal_lines_are_items_of_their_own(cli: Cli) -> None:
    """Twice the same prompt is two pictures, also when one is added later."""
    Path("same.txt").write_text("a fox\na fox\n")
    cli.krea("batch", "same.txt", "-o", "out/")
    Path("same.txt").write_text("a fox\na fox\na fox\n")
    cli.krea("batch", "same.txt", "-o", "out/")
    assert len(cli.service.posts) == 3
    assert file_stems() == ["a-fox"] * 3


def test_a_file_goes_up_once_for_all_lines(cli: Cli) -> None:
    """However many lines name it, and under whatever name it lies."""
    for name in ("day.png", "copy.png"):
        Path(name).write_bytes(picture_bytes())
    lines = [{"prompt": f"night {n}", "image_url": f"@{name}"} for n, name in enumerate(NAMES)]
    Path("edit.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    done = cli.krea("batch", "edit.jsonl", "-m", "flux-kontext", "-o", "out/")
    assert (done.code, len(cli.service.posts)) == (0, 3), done.err
    assert cli.service.requests.count("POST /assets") == 1
    assert len({json.dumps(body["image_url"]) for body in cli.service.posts}) == 1


NAMES = ("day.png", "copy.png", "day.png")


def test_a_record_is_told_as_each_item_ends(batch_cli: Cli) -> None:
    """With its line; stderr holds nothing but JSON."""
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--json")
    assert [record["line"] for record in done.records] == [1, 2, 3, 4, 5, 6]
    assert {record["status"] for record in done.records} == {"completed"}
    assert all(len(record["files"]) == 1 for record in done.records)  # type: ignore[arg-type]
    totals = summary(done)
    assert (totals["total"], totals["done"], totals["made"]) == (6, 6, 6)


def test_finished_files_count_on_another_machine(batch_cli: Cli) -> None:
    """With their sidecars, and no ledger to ask: nothing is paid twice."""
    first = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--sidecar")
    batch_cli.environ["KREA_STATE_DIR"] = str(batch_cli.home / "elsewhere")
    again = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--sidecar")
    assert (again.code, len(batch_cli.service.posts)) == (0, 6)
    assert sorted(again.out.splitlines()) == sorted(first.out.splitlines())


def test_a_report_tells_what_became_of_each(batch_cli: Cli) -> None:
    """And `krea verify` holds the files against it."""
    batch_cli.service.answers = [lambda *_: None, answer_with(422, {"error": "no such fox"})]
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--report", "report.jsonl")
    entries = [json.loads(line) for line in Path("report.jsonl").read_text().splitlines()]
    assert [entry["state"] for entry in entries] == ["saved", "refused", *["saved"] * 4]
    assert done.code == 1
    assert batch_cli.krea("verify", "report.jsonl").code == 0
    next(Path("out").glob("fox-3*")).write_bytes(b"spoiled")
    assert batch_cli.krea("verify", "report.jsonl").code == 1


def test_results_that_come_at_once_are_saved_by_many(cli: Cli) -> None:
    """Forty jobs end in one poll, and each download takes a second: four seconds, not twenty."""
    write_list("foxes.txt", range(40))
    cli.service.job_seconds = 60
    cli.service.on_download = lambda: cli.clock.sleep(1)
    start = cli.clock.monotonic()
    assert cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "40").code == 0
    assert 60 < cli.clock.monotonic() - start < 60 + 4.5, cli.clock.monotonic() - start


def test_quick_results_need_no_more_savers(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Downloads that take no time are made by two, although they wait for submits under way."""
    write_list("foxes.txt", range(40))
    threads: list[object] = []
    start = cli.clock.start_thread
    monkeypatch.setattr(cli.clock, "start_thread", lambda work: threads.append(work) or start(work))
    cli.service.on_submit = lambda _: cli.clock.sleep(0.4)
    assert cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "20").code == 0
    assert len(threads) == 5  # two submit in turn, one polls, and two save
