"""`krea generate -m a,b,c`: the same prompt on several models, each paid for once."""

from pathlib import Path

import pytest

from tests.commands.batch.batch_helpers import serve_prices
from tests.fakes.krea_service import answer_with, lose_request
from tests.harness.cli import Cli

FOX = ("generate", "a fox", "-m", "z-image,krea-2/large")
PRICED = ("generate", "a fox", "-m", "krea-2/medium-turbo,krea-2/large")
IN_FOLDER = (*FOX, "-o", "out/")
POSTS = ["POST /generate/image/z-image/z-image", "POST /generate/image/krea/krea-2/large"]


def sent(cli: Cli) -> list[str]:
    """The submits that the service got."""
    return [each for each in cli.service.requests if each.startswith("POST /generate/")]


def test_each_model_makes_the_picture(cli: Cli) -> None:
    """One job a model, side by side; the template names the model."""
    result = cli.krea(*FOX, "-o", "fox-{model}.{ext}")
    assert (result.code, result.out.split()) == (
        0,
        ["fox-z-image-z-image.png", "fox-krea-krea-2-large.png"],
    )
    assert sent(cli) == POSTS


def test_the_count_is_for_each_model(cli: Cli) -> None:
    """-n 2 on two models is four jobs; the same command again pays for nothing that runs."""
    assert cli.krea(*IN_FOLDER, "-n", "2", "--no-wait").out.split() == [
        "job-1",
        "job-2",
        "job-3",
        "job-4",
    ]
    assert sent(cli) == [POSTS[0]] * 2 + [POSTS[1]] * 2
    result = cli.krea(*IN_FOLDER, "-n", "2")
    assert (result.code, len(result.out.split()), len(cli.service.posts)) == (0, 4, 4)


@pytest.mark.parametrize(
    "names", ["z-image,z-image/z-image", "z-image, z-image", "z-image,Z Image"]
)
def test_a_model_named_twice_counts_once(cli: Cli, names: str) -> None:
    """By whatever names; with one model left, any name will do for -o."""
    result = cli.krea("generate", "a fox", "-m", names, "-o", "fox.png")
    assert (result.code, result.out, sent(cli)) == (0, "fox.png\n", POSTS[:1])


@pytest.mark.parametrize(
    ("target", "error", "hint"),
    [
        ("fox.png", "takes one result", "-o FOLDER/, or -o 'fox-{model}.png'"),
        ("{seed}.{ext}", "has no {model}", "-o FOLDER/, or -o '{seed}-{model}.{ext}'"),
        ("-", "takes one result", "-o FOLDER/"),
        ("/dev/null", "takes one result", "-o FOLDER/"),
    ],
)
@pytest.mark.parametrize("option", ["--no-wait", "--dry-run"])
def test_one_name_is_not_enough(cli: Cli, target: str, error: str, hint: str, option: str) -> None:
    """Nothing is sent: which of the pictures would it be?"""
    result = cli.krea(*FOX, "-o", target, option)
    assert (result.code, sent(cli)) == (2, [])
    assert result.error(charged="no") == f"-o {target} {error}, and -m names 2 models"
    assert f"  hint: {hint}\n" in result.err


def test_a_field_that_one_model_lacks_stops_all(cli: Cli) -> None:
    """Each model that does not take it is named, once; nothing is sent."""
    names = "flux-1-dev,z-image,z-image/z-image,krea-2/large"
    result = cli.krea("generate", "a fox", "-m", names, "--width", "512", "-o", "out/", "--json")
    assert (result.code, sent(cli)) == (2, [])
    assert [each["message"].partition(":")[0] for each in result.errors] == [
        "z-image/z-image does not take this request",
        "krea/krea-2/large does not take this request",
    ]


@pytest.mark.parametrize("names", ["z-image,", ",z-image", "z-image,,krea-2/large", ","])
def test_an_empty_name_is_refused(cli: Cli, names: str) -> None:
    """Most likely a variable without a value."""
    result = cli.krea("generate", "a fox", "-m", names)
    assert (result.code, sent(cli)) == (2, [])
    assert result.error(charged="no") == f"-m {names}: a name between commas is empty"


def test_an_unknown_name_stops_all(cli: Cli) -> None:
    """Nothing is sent to the models that are known."""
    result = cli.krea("generate", "a fox", "-m", "z-image,nosuchmodel", "-o", "out/")
    assert (result.code, sent(cli)) == (2, [])
    assert result.error(charged="no") == "there is no model called 'nosuchmodel'"


def test_a_variable_names_one_model(cli: Cli) -> None:
    """Only what is typed behind -m is a list."""
    cli.environ["KREA_MODEL"] = "z-image,krea-2/large"
    result = cli.krea("generate", "a fox", "-o", "out/")
    assert (result.code, sent(cli)) == (2, [])
    assert "'z-image,krea-2/large'" in result.error(charged="no")


def test_a_cell_names_one_model(cli: Cli) -> None:
    """A comma in the `model` of a list is no list of models."""
    Path("list.csv").write_text('prompt,model\na fox,"z-image,krea-2/large"\n')
    result = cli.krea("batch", "list.csv", "-o", "out/")
    assert (result.code, sent(cli)) == (2, [])
    assert "'z-image,krea-2/large'" in result.err


def test_a_model_that_fails_keeps_the_others(cli: Cli) -> None:
    """The error names the model and tells of the money; the same command makes what is missing."""
    cli.service.answers = [answer_with(422, {"error": "no foxes"})]
    result = cli.krea(*IN_FOLDER)
    assert (result.code, len(result.out.split()), sent(cli)) == (2, 1, POSTS)
    assert result.error(charged="yes").startswith("z-image/z-image: ")
    again = cli.krea(*IN_FOLDER)
    assert (again.code, len(again.out.split()), sent(cli)) == (0, 2, [*POSTS, POSTS[0]])


def test_a_model_in_doubt_is_not_sent_again(cli: Cli) -> None:
    """The other one is made; the same command sends nothing anew."""
    cli.service.answers = [lose_request]
    result = cli.krea(*IN_FOLDER)
    assert (result.code, len(result.out.split()), sent(cli)) == (9, 1, POSTS)
    again = cli.krea(*IN_FOLDER)
    assert (again.code, len(again.out.split()), sent(cli)) == (9, 1, POSTS)


def test_an_empty_balance_ends_all(cli: Cli) -> None:
    """No other model would be paid for either."""
    cli.service.answers = [answer_with(402, {"error": "insufficient credits"})]
    result = cli.krea(*IN_FOLDER)
    assert (result.code, sent(cli)) == (6, POSTS[:1])
    assert "z-image/z-image: " not in result.error(charged="no")


def test_a_retired_model_names_the_command_for_its_replacement(cli: Cli) -> None:
    """The command makes what is missing, and no more."""
    gone = {"error": "model_unavailable", "replacement": "image/bfl/flux-1-dev"}
    cli.service.answers = [answer_with(410, gone)]
    result = cli.krea(*IN_FOLDER)
    assert (result.code, len(result.out.split())) == (2, 1)
    assert "  hint: krea generate -m image/bfl/flux-1-dev 'a fox' -o out/\n" in result.err


def test_a_taken_name_stops_all(cli: Cli) -> None:
    """The error comes before the first request, and nothing of it is in the ledger."""
    Path("krea-krea-2-large.png").write_text("mine")
    result = cli.krea(*FOX, "-o", "{model}.png")
    assert (result.code, sent(cli), cli.states) == (2, [], [])
    assert result.error(charged="no") == "krea-krea-2-large.png exists"


def test_a_file_is_uploaded_once(cli: Cli) -> None:
    """Both models get the address of one upload."""
    Path("day.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    models = "flux-1-kontext-dev,nano-banana"
    result = cli.krea("generate", "night", "-m", models, "--image", "day.png", "-o", "out/")
    assert (result.code, cli.service.requests.count("POST /assets")) == (0, 1)


def test_a_cap_counts_all_models(cli: Cli) -> None:
    """$0.015 and $0.06 are more than $0.07: the second is not sent, and one command goes on."""
    serve_prices(cli)
    priced, cap = (*PRICED, "-o", "out/"), ("--max-cost", "0.07")
    dry = cli.krea(*priced, *cap, "--dry-run")
    assert dry.code == 5
    assert dry.out.endswith("\nwithin the budget: 1 of 2\n")
    result = cli.krea(*priced, *cap)
    assert (result.code, len(result.out.split()), len(cli.service.jobs)) == (5, 1, 1)
    assert "; 1 of 2 jobs was not submitted" in result.error(charged="yes")
    assert "  hint: the same command with --max-cost 0.075 goes on with the rest\n" in result.err
    again = cli.krea(*priced, "--max-cost", "0.075")
    assert (again.code, len(again.out.split()), len(cli.service.jobs)) == (0, 2, 2)


def test_a_cap_without_a_place_hints_at_the_cap(cli: Cli) -> None:
    """No later command is the same one: it would make anew what is made."""
    serve_prices(cli)
    result = cli.krea(*PRICED, "--max-cost", "0.05")
    assert (result.code, len(cli.service.jobs)) == (5, 1)
    assert "  hint: --max-cost 0.06 allows the rest\n" in result.err


def test_a_dry_run_shows_each_price_and_the_sum(cli: Cli) -> None:
    """As text, and as a record for each model and one for all."""
    serve_prices(cli)
    assert cli.krea("models", "--refresh").code == 0
    prices = [
        line
        for line in cli.krea(*FOX, "-n", "2", "--seed", "7", "--dry-run").out.splitlines()
        if line.startswith(("POST", "price", "in all", "seeds"))
    ]
    assert prices == [
        "POST /generate/image/z-image/z-image, 2 times",
        "seeds: 7 to 8",
        "price: about $0.003 each (of 2026-07-01, 198 days old)",
        "POST /generate/image/krea/krea-2/large, 2 times",
        "seeds: 7 to 8",
        "price: $0.06 each (of 2026-09-20, 117 days old)",
        "in all: at most $0.12 + about $0.006",
    ]
    *models, total = cli.krea(*FOX, "-n", "2", "--dry-run", "--json").records
    assert [(each["model"], each["cost"], each["about"]) for each in models] == [
        ("z-image/z-image", 0.0, 0.006),
        ("krea/krea-2/large", 0.12, 0.0),
    ]
    assert total == {
        "models": ["z-image/z-image", "krea/krea-2/large"],
        "count": 4,
        "cost": 0.12,
        "about": 0.006,
        "unpriced": 0,
        "to_send": 4,
        "done": 0,
        "to_save": 0,
        "empty": 0,
        "under_way": 0,
        "in_doubt": 0,
        "left_to_host": 0,
        "fits": None,
    }


def test_the_sum_of_all_models_is_asked_for(cli: Cli) -> None:
    """One question before the first request; no and Enter send nothing."""
    serve_prices(cli)
    assert cli.krea("models", "--refresh").code == 0
    dear = (*PRICED, "-n", "20", "-o", "out/")
    for typed in ("n\n", "\n"):
        declined = cli.krea(*dear, typed=typed, terminal=True)
        assert (declined.code, sent(cli), declined.err.count("[y/N]")) == (5, [], 1)
        assert "40 jobs of 2 models may cost $1.50: go on? [y/N]" in declined.err
    taken = cli.krea(*dear, typed="y\n", terminal=True)
    assert (taken.code, len(sent(cli)), taken.err.count("[y/N]")) == (0, 40, 1)


def test_a_signal_tells_of_what_was_not_sent(cli: Cli) -> None:
    """A second run goes on with all of it, and pays once."""
    cli.service.on_submit = lambda _: cli.clock.stop(2)
    result = cli.krea(*IN_FOLDER)
    assert (result.code, sent(cli)) == (130, POSTS[:1])
    assert "; 1 of 2 jobs was not submitted" in result.err
    assert "  hint: the same command goes on with all 2; krea cancel job-1 stops it\n" in result.err
    cli.clock.signal, cli.service.on_submit = None, None
    again = cli.krea(*IN_FOLDER)
    assert (again.code, len(again.out.split()), sent(cli)) == (0, 2, POSTS)


def test_a_full_service_is_waited_for(cli: Cli) -> None:
    """The first model's request comes again when there is room, then the second's."""
    full = answer_with(429, {"error": "full"}, retry_after="10")
    cli.service.answers = [full, lambda *_: None]
    result = cli.krea(*IN_FOLDER)
    assert (result.code, len(result.out.split())) == (0, 2)
    assert sent(cli) == [POSTS[0], *POSTS]


def test_an_answer_of_another_kind_is_told_of_its_model(cli: Cli) -> None:
    """A name that a model of another kind cannot have is refused with the model's name."""
    models = "z-image,veo-3.1-fast"
    result = cli.krea("generate", "a fox", "-m", models, "-o", "{model}.png")
    assert (result.code, sent(cli)) == (2, [])
    assert "google/veo-3.1-fast" in result.error(charged="no")
