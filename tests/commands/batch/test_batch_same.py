"""`krea batch`: items that are one request are paid for once, whatever they look like."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from krea_cli.flows.batch.item import item_fingerprint
from krea_cli.local.ledger.request_identity import request_fingerprint
from tests.commands.batch.test_batch_again import digest, put_into_ledger
from tests.commands.batch.test_batch_check import dry, records
from tests.commands.batch.test_dry_run import serve_prices
from tests.fakes.krea_service import PNG, answer_with, lose_answer, lose_request
from tests.harness.cli import Cli, CliResult

Z = ("-m", "z-image")


def run(cli: Cli, text: str, *options: str, file: str = "list.txt") -> CliResult:
    """Run a batch of FILE with that TEXT, into the folder o."""
    Path(file).write_bytes(text.encode())
    return cli.krea("batch", file, "-o", "o/", *Z, *options)


def files() -> list[str]:
    """The names in the folder o."""
    return sorted(path.name for path in Path("o").iterdir())


def seeds(cli: Cli) -> Iterator[object]:
    """The seed of each request that was sent."""
    return (post["seed"] for post in cli.service.posts)


def test_a_sweep_of_seeds_and_a_count_make_each_seed_once(cli: Cli) -> None:
    """-n 3 from each of four seeds: six seeds, six payments, six files."""
    result = run(cli, "a cow\n", "-n", "3", "--sweep", "seed=1..4")
    assert (result.code, len(result.out.splitlines()), len(files())) == (0, 6, 6)
    assert list(seeds(cli)) == [1, 2, 3, 4, 5, 6]
    assert "6 of 6 done" in result.err


def test_values_of_a_sweep_that_are_equal_are_one(cli: Cli) -> None:
    """3.5 and 3.50 fall together; -n makes its number of the one that is left."""
    options = ("-n", "2", "--sweep", "guidance_scale=3.5,3.50", "-m", "flux-1-dev")
    assert len(records(cli, "a cow\n", *options, file="a.txt")) == 2


def test_equal_lines_with_a_seed_share_one_payment(cli: Cli) -> None:
    """Each line has its file, with the one picture in it; run again, nothing happens."""
    for posts in (1, 1):
        result = run(cli, "a cow\na cow\na cow\n", "--seed", "5")
        assert (result.code, len(files()), len(cli.service.posts)) == (0, 3, posts)
        assert "3 of 3 done" in result.err
    assert len({(Path("o") / name).read_bytes() for name in files()}) == 1
    assert cli.states == [("saved", "job-1")]
    Path("o", files()[1]).unlink()
    assert run(cli, "a cow\na cow\na cow\n", "--seed", "5").code == 0
    assert (len(files()), len(cli.service.posts)) == (3, 1)


def test_equal_lines_without_a_seed_are_different_pictures(cli: Cli) -> None:
    """Each is paid for, under the forms of one text as well."""
    result = run(cli, "a café\na cafe\u0301\na café\n")
    assert (result.code, len(files()), len(cli.service.posts)) == (0, 3, 3)
    assert len(set(seeds(cli))) == 3


def test_a_dry_run_tells_which_items_are_copied(cli: Cli) -> None:
    """Only one of equal items is to be paid for."""
    serve_prices(cli)
    options = ("-m", "krea-2/large", "--seed", "5", "--max-cost", "0.07")
    result = dry(cli, "a cow\na cow\n", *options, file="a.txt")
    assert (result.code, "2 items: 1 to send, 1 to copy" in result.err.splitlines()) == (0, True)
    states = [each["state"] for each in records(cli, "a cow\na cow\n", "--seed", "5", file="a.txt")]
    assert states == ["to send", "to copy"]


FORMS = [
    pytest.param("prompt\na café\n", "prompt\na cafe\u0301\n", id="NFC and NFD"),
    pytest.param("prompt\na cow\n", 'prompt\n"a cow  "\n', id="blanks at the end"),
    pytest.param('prompt\n"a\nb"\n', 'prompt\n"a\r\nb"\n', id="line ends"),
    pytest.param("prompt\na cow\n", "prompt,aspect_ratio\na cow,1:1\n", id="default"),
]


@pytest.mark.parametrize("seed", [(), ("--seed", "5")])
@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(("one", "other"), FORMS)
def test_a_list_in_another_form_is_done(
    cli: Cli, one: str, other: str, order: int, seed: tuple[str, ...]
) -> None:
    """The items keep their names, and nothing is paid for again."""
    first, second = (one, other)[::order]
    assert run(cli, first, *seed, file="a.csv").code == 0
    before = files()
    result = run(cli, second, *seed, file="b.csv")
    assert (result.code, files(), len(cli.service.posts)) == (0, before, 1)


def test_a_line_end_in_json_is_a_line_end(cli: Cli) -> None:
    """A prompt with CR and LF is that with LF; it is sent as it was given."""
    for text in (r'{"prompt": "a\r\nb"}', r'{"prompt": "a\nb"}'):
        assert run(cli, text + "\n", file="a.jsonl").code == 0
    assert [post["prompt"] for post in cli.service.posts] == ["a\r\nb"]


def test_an_item_under_way_is_found_in_another_form(cli: Cli) -> None:
    """A job that was left running is saved, not sent again."""
    assert run(cli, "a café\n", "--timeout", "1s").code == 4
    assert run(cli, "a cafe\u0301\n").code == 0
    assert (len(cli.service.posts), cli.states) == (1, [("saved", "job-1")])


def test_equal_items_share_a_doubt_and_its_end(cli: Cli) -> None:
    """An answer that is lost keeps both back; once its job is found, both have the file."""
    cli.service.answers = [lose_answer]
    result = run(cli, "a cow\na cow\n", "--seed", "5")
    assert (result.code, len(cli.service.posts), len(files())) == (0, 1, 2)


def test_equal_items_in_doubt_are_not_sent(cli: Cli) -> None:
    """A request that may have been received stays one, however often it is listed."""
    cli.service.answers = [lose_request]
    result = run(cli, "a cow\na cow\na cow\n", "--seed", "5")
    assert (result.code, len(cli.service.posts), cli.states) == (9, 1, [("unknown", None)])
    assert "3 in doubt" in result.err
    assert "spent about $0.003 in" in result.err


def test_a_job_that_is_found_in_the_end_is_for_all_equal_items(cli: Cli) -> None:
    """Each was in doubt; one saves the job's result, the others copy it."""
    cli.service.answers = [lose_answer]
    nothing = httpx.Response(200, json={"items": [], "next_cursor": None})
    cli.service.read_faults = [lambda: nothing] * 20
    result = run(cli, "a cow\na cow\na cow\n", "--seed", "5")
    assert (result.code, len(cli.service.posts), len(files())) == (0, 1, 3)
    assert cli.states == [("saved", "job-1")]


def test_equal_items_share_a_failure(cli: Cli) -> None:
    """A refused request is not sent a second time for the next line."""
    cli.service.answers = [answer_with(400, {"error": "no"})] * 2
    result = run(cli, "a cow\na cow\n", "--seed", "5")
    assert (result.code, len(cli.service.posts)) == (1, 1)
    assert run(cli, "a cow\na cow\n", "--seed", "5", "--retry-failed").code == 1
    assert len(cli.service.posts) == 2


def test_equal_items_of_shards_are_in_one_share(cli: Cli) -> None:
    """Shares on several machines pay once in all."""
    text = "".join(f"a cow\na cow {number}\na cow\n" for number in range(5))
    shown = [
        record
        for share in (1, 2, 3)
        for record in records(cli, text, "--seed", "5", "--shard", f"{share}/3", file="a.txt")
    ]
    assert sorted(record["index"] for record in shown) == list(range(1, 16))
    assert [record["state"] for record in shown].count("to send") == 6


def test_a_report_names_the_file_of_each_equal_item(cli: Cli) -> None:
    """The request is counted once."""
    assert run(cli, "a cow\na cow\n", "--seed", "5", "--report", "r.jsonl").code == 0
    entries = [json.loads(line) for line in Path("r.jsonl").read_text().splitlines()]
    assert sorted(Path(entry["files"][0]["path"]).name for entry in entries) == files()
    assert [entry["cost"] for entry in entries][1] == 0


def forget_digests(cli: Cli) -> None:
    """Make the rows those of an older version."""
    with closing(sqlite3.connect(cli.home / "state" / "ledger.sqlite3")) as ledger:
        ledger.execute("UPDATE requests SET given_digest = NULL, sent_digest = NULL")
        ledger.commit()


@pytest.mark.parametrize("seed", [(), ("--seed", "5")])
def test_items_of_an_old_ledger_are_done(cli: Cli, seed: tuple[str, ...]) -> None:
    """Their digest of old is looked up, with the old number among equals."""
    text = "a cow\na cafe\u0301\na cow\n"
    assert run(cli, text, *seed).code == 0
    forget_digests(cli)
    before, posts = files(), len(cli.service.posts)
    result = run(cli, text, *seed)
    assert (result.code, files(), len(cli.service.posts)) == (0, before, posts)


def test_the_normal_form_in_an_old_ledger_is_done(cli: Cli) -> None:
    """An older version booked a text as NFC: the list may have it as NFD by now."""
    assert run(cli, "a café\n").code == 0
    forget_digests(cli)
    assert run(cli, "a cafe\u0301\n").code == 0
    assert len(cli.service.posts) == 1


def test_items_that_an_old_version_sent_with_a_byte_order_mark_are_done(cli: Cli) -> None:
    """An older version kept the mark of a list that was appended to another."""
    assert run(cli, "an owl\n").code == 0
    forget_digests(cli)
    given = {"prompt": "\ufeffan owl"}
    with closing(sqlite3.connect(cli.home / "state" / "ledger.sqlite3")) as ledger:
        [(model,)] = ledger.execute("SELECT model FROM requests").fetchall()
        fingerprint = request_fingerprint(model, given)
        ledger.execute(
            "UPDATE requests SET given = ?, body = ?, identity = ?, item = ?",
            (*[json.dumps(given)] * 2, fingerprint, item_fingerprint(fingerprint, 1)),
        )
        ledger.commit()
    result = run(cli, "a fox\n\ufeffan owl\n")
    assert (result.code, len(cli.service.posts)) == (0, 2)
    assert [body["prompt"] for body in cli.service.posts] == ["an owl", "a fox"]


def test_equal_items_that_an_old_version_paid_for_keep_their_requests(cli: Cli) -> None:
    """Three rows of one seed: each line is done by its own."""
    Path("o").mkdir()
    text, options = "a cow\na cow\n", ("-o", "o/", *Z, "--seed", "5")
    for number, item in enumerate(records(cli, text, *options, file="list.txt"), 1):
        path = Path(item["target"].replace("{ext}", "png")).absolute()
        path.write_bytes(PNG)
        put_into_ledger(
            cli, item, "saved", job=f"job-{number}", path=str(path), sha256=digest(path)
        )
    result = run(cli, text, "--seed", "5")
    assert (result.code, len(files()), cli.service.posts) == (0, 2, [])


def test_equal_items_wait_for_one_job(cli: Cli) -> None:
    """A job that runs longer than the waiting is left by all of them, and saved once for all."""
    result = run(cli, "a cow\na cow\n", "--seed", "5", "--timeout", "1s")
    assert (result.code, len(cli.service.posts)) == (4, 1)
    assert "an equal line has the job, and its result is not saved yet" in result.err
    assert run(cli, "a cow\na cow\n", "--seed", "5").code == 0
    assert (len(cli.service.posts), len(files())) == (1, 2)
