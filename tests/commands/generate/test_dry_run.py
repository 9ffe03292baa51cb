"""`krea generate --dry-run` tells what the run would do."""

import pytest

from krea_cli.flows.generate.forecast import JOB_COUNTS
from tests.commands.batch.batch_helpers import serve_prices
from tests.fakes.krea_service import answer_with, lose_request
from tests.harness.cli import Cli, CliResult

FOX = ("generate", "a fox", "--seed", "7", "-o", "fox.png")


def counts(result: CliResult) -> dict[str, object]:
    """The numbers of jobs in the record that are not zero."""
    (record,) = result.records
    return {name: record[name] for name in JOB_COUNTS if record[name]}


def test_a_new_request_is_to_be_sent(cli: Cli) -> None:
    """Without a ledger, and with one that does not know it."""
    assert counts(cli.krea(*FOX, "--dry-run", "--json")) == {"to_send": 1}
    assert cli.krea("generate", "a hen", "-o", "hen.png").code == 0
    assert counts(cli.krea(*FOX, "--dry-run", "--json")) == {"to_send": 1}
    assert "jobs:" not in cli.krea(*FOX, "--dry-run").out


@pytest.mark.parametrize("is_logged_in", [True, False])
def test_a_name_that_is_taken_is_refused(cli: Cli, is_logged_in: bool) -> None:
    """As the run would refuse it; the request is printed all the same."""
    (cli.home / "work" / "fox.png").write_text("mine")
    if not is_logged_in:
        del cli.environ["KREA_API_KEY"]
    result = cli.krea(*FOX, "--dry-run")
    assert (result.code, result.out.startswith("POST ")) == (2, True)
    assert result.error(charged="no") == "fox.png exists"


def test_a_job_that_runs_is_not_paid_for_again(cli: Cli) -> None:
    """Its request is the same, and the run would wait for it."""
    assert cli.krea(*FOX, "--no-wait").code == 0
    result = cli.krea(*FOX, "--dry-run")
    assert result.code == 0
    assert "\njobs: 1 under way\nin all: $0.00" in result.out
    assert counts(cli.krea(*FOX, "--dry-run", "--json")) == {"under_way": 1}
    assert counts(cli.krea(*FOX, "--dry-run", "--json", "--again")) == {"to_send": 1}


def test_a_request_in_doubt_is_not_sent_again(cli: Cli) -> None:
    """The run would look for its job, and send nothing."""
    cli.service.answers = [lose_request]
    assert cli.krea(*FOX).code == 9
    result = cli.krea(*FOX, "--dry-run", "--json")
    assert (result.code, counts(result)) == (0, {"in_doubt": 1})
    assert len(cli.service.posts) == 1


def test_a_result_that_is_copied_is_not_paid_for(cli: Cli) -> None:
    """With --reuse, the price is that of the others."""
    assert cli.krea(*FOX).code == 0
    copied = cli.krea(*FOX[:-1], "copy.png", "--reuse", "--dry-run", "--json")
    assert (copied.code, counts(copied)) == (0, {"done": 1})
    several = cli.krea(*FOX[:-1], "n{n}.png", "-n", "3", "--reuse", "--dry-run")
    assert "\njobs: 1 done, 2 to be sent\nin all: about $0.014" in several.out


def test_a_cap_counts_what_is_left(cli: Cli) -> None:
    """Two of four were made before, and count: of the two to be sent, one fits under the cap."""
    run = ("generate", "a fox", "-o", "{n}.png", "-n", "4", "--assume-price", "1")
    cli.service.answers = [lambda *_: None, lambda *_: None, answer_with(402)]
    assert (cli.krea(*run).code, len(cli.service.jobs)) == (6, 2)
    serve_prices(cli)
    result = cli.krea(*run, "--max-cost", "3", "--dry-run")
    assert (result.code, "\njobs: 2 done, 2 to be sent\n" in result.out) == (5, True), result.err
    assert "\nwithin the budget: 1 of 2\n" in result.out
    assert "1 of 2 jobs fit into the $1.00 left of --max-cost $3.00, at $1.00 each" in result.err
    assert "hint: --max-cost 4.00 allows all 2\n" in result.err
    assert cli.krea(*run, "--max-cost", "3").code == 5
    assert cli.krea(*run, "--max-cost", "4", "--dry-run").code == 0
    assert (cli.krea(*run, "--max-cost", "4").code, len(cli.service.jobs)) == (0, 4)


def test_a_job_that_is_paid_is_to_be_saved(cli: Cli) -> None:
    """Its job completed, and the file could not be fetched: nothing is drawn."""
    cli.service.file_status = 404
    fox = ("generate", "a fox", "-o", "fox.png")
    assert cli.krea(*fox).code == 10
    result = cli.krea(*fox, "--dry-run")
    assert (result.code, result.out.partition("}\n")[2]) == (
        0,
        "jobs: 1 paid, to be saved\nin all: $0.00\n",
    )
    assert counts(cli.krea(*fox, "--dry-run", "--json")) == {"to_save": 1}


def test_a_job_that_ended_empty_is_not_under_way(cli: Cli) -> None:
    """The run would tell the same again, and pay nothing."""
    cli.service.ended_fields = {"result": {}}
    assert cli.krea(*FOX).code == 11
    assert counts(cli.krea(*FOX, "--dry-run", "--json")) == {"empty": 1}
    assert (cli.krea(*FOX).code, len(cli.service.posts)) == (11, 1)


def test_the_unfinished_request_of_a_stream_is_gone_on_with(cli: Cli) -> None:
    """Of two, one is begun: the other is to be sent."""
    stream = ("generate", "a fox", "-o", "-")
    assert cli.krea(*stream, "--no-wait").code == 0
    assert counts(cli.krea(*stream, "--dry-run", "--json")) == {"under_way": 1}
    assert counts(cli.krea(*stream, "--dry-run", "--json", "--again")) == {"to_send": 1}


def test_without_a_token_nothing_is_known_of_earlier_requests(cli: Cli) -> None:
    """Neither of `generate` nor of `batch`: it is said once there is a ledger."""
    note = "without a token, nothing is known of earlier requests\n"
    (cli.home / "work" / "l.txt").write_text("a fox\n")
    commands = (FOX, ("batch", "l.txt", "-o", "out/"))
    assert [note in cli.krea(*command, "--dry-run").err for command in commands] == [False] * 2
    assert cli.krea("generate", "a hen").code == 0
    assert [note in cli.krea(*command, "--dry-run").err for command in commands] == [False] * 2
    del cli.environ["KREA_API_KEY"]
    assert [note in cli.krea(*command, "--dry-run").err for command in commands] == [True] * 2
