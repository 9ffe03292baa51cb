"""`krea again`: an earlier request made anew with another seed, and never by mistake."""

from dataclasses import fields
from random import Random
from typing import Any, get_type_hints

import pytest

from krea_cli.clock import Clock
from krea_cli.commands.again import again
from krea_cli.commands.generate.inputs import RepeatOptions
from tests.clocks.parallel_commands import ParallelCommands
from tests.fakes.krea_service import answer_with, lose_request
from tests.harness.cli import Cli, run_main
from tests.pictures import picture_bytes

UNDER_WAY = 'request 1, "a fox" (bfl/flux-1-dev) is under way'
IN_DOUBT = 'request 1, "a fox" (bfl/flux-1-dev) is in doubt'


@pytest.fixture
def fox(cli: Cli) -> Cli:
    """`krea` after a fox was made with a drawn seed."""
    pictures = iter(range(100))
    cli.service.content = lambda: picture_bytes(next(pictures))
    result = cli.krea("generate", "a fox", "-i", "steps=30", "--width", "512", "-o", "fox.png")
    assert result.code == 0
    return cli


def bodies(cli: Cli) -> list[dict[str, Any]]:
    """The bodies that were sent, without the seeds."""
    return [{k: v for k, v in body.items() if k != "seed"} for body in cli.service.posts]


def test_each_option_is_a_parameter_of_its_type() -> None:
    """A renamed option, or one of another type, would otherwise show only when it is used."""
    parameters, hints = get_type_hints(again), get_type_hints(RepeatOptions)
    assert {
        name: hints[name]
        for name in {field.name for field in fields(RepeatOptions)} & parameters.keys()
    } == {
        name: hint
        for name, hint in parameters.items()
        if name
        not in {
            *("context", "request", "token_file", "no_ledger"),
            *("json", "quiet", "verbose", "return"),
        }
    }


@pytest.mark.parametrize("words", [(), ("last",), ("1",), ("#1",), ("job-1",), ("fox.png",)])
def test_the_same_with_another_seed(fox: Cli, words: tuple[str, ...]) -> None:
    """The last request without a word; stderr says which one it was before it is sent."""
    result = fox.krea("again", *words, "-o", "other.png")
    assert (result.code, result.out) == (0, "other.png\n")
    first, second = fox.service.posts
    assert first["seed"] != second["seed"]
    assert bodies(fox)[0] == bodies(fox)[1]
    word = words[0] if words else "last"
    said = f'{word} is request 1, "a fox" (bfl/flux-1-dev), job job-1\n'
    assert said in result.err
    assert result.err.index(said) < result.err.index("submitted")


def test_without_a_place_it_gets_a_name(fox: Cli) -> None:
    """As `generate` names it; each run makes another one."""
    assert fox.krea("again").out == "a-fox-job2.png\n"
    assert fox.krea("again").out == "a-fox-job3.png\n"
    seeds = [body["seed"] for body in fox.service.posts]
    assert seeds[0] != seeds[1] != seeds[2]


def test_a_seed_that_was_typed_is_not_kept(cli: Cli) -> None:
    """A seed typed now is taken."""
    cli.krea("generate", "a fox", "--seed", "7")
    assert cli.krea("again", "-n", "2").code == 0
    assert cli.krea("again", "1", "--seed", "9").code == 0
    seeds = [body["seed"] for body in cli.service.posts]
    assert (seeds[0], 7 in seeds[1:], seeds[3]) == (7, False, 9)


def test_options_replace_fields(fox: Cli) -> None:
    """As with --like; the prompt is a field as well."""
    assert fox.krea("again", "-i", "prompt=a hen", "-i", "steps=20", "--height", "576").code == 0
    first, second = bodies(fox)
    assert second == first | {"prompt": "a hen", "steps": 20, "height": 576}


def test_another_model_takes_what_was_given(fox: Cli) -> None:
    """One or several of them."""
    fox.krea("generate", "a hen")
    result = fox.krea("again", "-m", "nano-banana,z-image", "-o", "out/")
    assert (result.code, len(result.out.split())) == (0, 2)


def test_the_same_command_goes_on_with_what_it_sent(fox: Cli) -> None:
    """A run that was interrupted is ended by the next one, and paid for once."""
    command = ("again", "1", "-o", "other.png")
    fox.service.on_submit = lambda _: fox.clock.stop(2)
    assert fox.krea(*command).code == 130
    fox.clock.signal, fox.service.on_submit = None, None
    result = fox.krea(*command)
    assert (result.code, result.out, len(fox.service.posts)) == (0, "other.png\n", 2)


@pytest.mark.parametrize(
    ("typed", "code", "posts"),
    [("y\n", 0, 2), ("yes\n", 0, 2), ("\n", 9, 1), ("", 9, 1), ("no\n", 9, 1), ("\x03\n", 130, 1)],
    ids=["y", "yes", "enter", "ctrl-d", "no", "ctrl-c"],
)
def test_what_is_under_way_is_asked_for(cli: Cli, typed: str, code: int, posts: int) -> None:
    """Only yes makes another one; else nothing was charged."""
    cli.krea("generate", "a fox", "--no-wait")
    result = cli.krea("again", terminal=True, typed=typed)
    assert (result.code, len(cli.service.posts)) == (code, posts)
    assert f"{UNDER_WAY}: make another one? [y/N] " in result.err
    assert (f"{UNDER_WAY}, and nothing was sent\n" in result.err) == (code == 9)
    assert "charged: no" in result.err or code == 0


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_where_nobody_can_be_asked_nothing_is_sent(cli: Cli, options: tuple[str, ...]) -> None:
    """Exit 9, with the commands that wait for it, or make another one."""
    cli.krea("generate", "a fox", "--no-wait")
    result = cli.krea("again", *options, typed="y\n")
    assert (result.code, len(cli.service.posts)) == (9, 1)
    assert "krea wait job-1 waits for it; krea again 1 --yes makes another one" in result.err


def test_yes_is_the_word_of_the_user(cli: Cli) -> None:
    """Another one is made, even where the first one is to go."""
    command = ("generate", "a fox", "-o", "out/", "--no-wait")
    assert cli.krea(*command).code == 0
    result = cli.krea("again", "-o", "out/", "--no-wait", "--yes")
    assert (result.code, result.out, len(cli.service.posts)) == (0, "job-2\n", 2)


def test_a_request_in_doubt_is_not_repeated(cli: Cli) -> None:
    """By whatever word for it."""
    cli.service.answers = [lose_request]
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 9
    for word in ("last", "1", "fox.png"):
        result = cli.krea("again", word)
        assert (result.code, len(cli.service.posts)) == (9, 1)
        assert (
            result.error(charged="no") == f"{IN_DOUBT}, and nobody can be asked about another one"
        )
        hint = "krea recover looks for its job; krea again 1 --yes makes another one"
        assert f"  hint: {hint}\n" in result.err
    assert cli.krea("again", "--yes").code == 0
    assert [state for state, _ in cli.states] == ["unknown", "saved"]


def test_a_request_that_waits_for_a_place_is_under_way(cli: Cli) -> None:
    """Its process will send it, though the service has nothing of it yet."""
    cli.service.answers = [answer_with(429, {"error": "full"}, retry_after="60")]

    def run(clock: Clock, *words: str, after: float = 0.0) -> int:
        clock.sleep(after)
        edges = {"environ": cli.environ, "transport": cli.service.transport()}
        return run_main(words, clock=clock, random=Random(1), **edges).code

    codes = ParallelCommands(cli.clock).run(
        [lambda clock: run(clock, "generate", "a fox"), lambda clock: run(clock, "again", after=5)]
    )
    assert (codes, len(cli.service.posts)) == ([0, 9], 2)


@pytest.mark.parametrize("status", ["failed", "cancelled", "completed"])
def test_an_end_that_nobody_saw_is_looked_up(cli: Cli, status: str) -> None:
    """The ledger still says that it runs: the service knows better, and nothing is asked."""
    cli.service.final_status = status
    cli.krea("generate", "a fox", "--no-wait")
    cli.clock.sleep(60)
    cli.service.final_status = "completed"
    assert (cli.krea("again").code, len(cli.service.posts)) == (0, 2)


def test_a_job_that_cannot_be_read_is_under_way(cli: Cli) -> None:
    """Nobody knows of its end."""
    cli.krea("generate", "a fox", "--no-wait")
    cli.clock.sleep(60)
    cli.service.read_faults = [answer_with(500)]
    assert (cli.krea("again").code, len(cli.service.posts)) == (9, 1)


def test_a_refused_request_is_sent_anew(cli: Cli) -> None:
    """No job was made: nothing is asked."""
    cli.service.answers = [answer_with(422, {"error": "no"})]
    assert cli.krea("generate", "a fox").code == 2
    assert (cli.krea("again").code, len(cli.service.posts)) == (0, 2)


def test_a_signal_after_yes_names_no_command_that_pays_again(cli: Cli) -> None:
    """A second run would make a third job."""
    cli.krea("generate", "a fox", "-o", "out/", "--no-wait")
    cli.service.on_submit = lambda _: cli.clock.stop(2)
    result = cli.krea("again", "1", "--yes", "-n", "2", "-o", "out/")
    assert (result.code, len(cli.service.posts)) == (130, 2)
    assert "the same command" not in result.err


def test_a_dry_run_asks_nothing(cli: Cli) -> None:
    """Nothing is sent, whatever is under way."""
    cli.krea("generate", "a fox", "--no-wait")
    result = cli.krea("again", "--dry-run", terminal=True, typed="")
    assert (result.code, len(cli.service.posts), "[y/N]" in result.err) == (0, 1, False)


def test_a_recipe_of_another_machine_is_enough(fox: Cli) -> None:
    """The file with its recipe inside; the ledger knows nothing of it."""
    fox.krea("generate", "a hen", "-o", "hen.png", "--embed")
    fox.environ["KREA_STATE_DIR"] = str(fox.home / "elsewhere")
    result = fox.krea("again", "hen.png", "-o", "hen-2.png")
    assert (result.code, fox.service.posts[-1]["prompt"]) == (0, "a hen")


def test_variants_of_another_prompt(fox: Cli) -> None:
    """Each has the other fields of the earlier request, and a seed of its own."""
    words = ("again", "-i", "prompt=a {red|grey} hen", "--vary", "all", "-o", "{slug}.{ext}")
    result = fox.krea(*words)
    assert (result.code, result.out) == (0, "a-red-hen.png\na-grey-hen.png\n")
    first, *others = bodies(fox)
    assert others == [first | {"prompt": f"a {colour} hen"} for colour in ("red", "grey")]
    assert len({body["seed"] for body in fox.service.posts}) == 3
    result = fox.krea("again", "1", "--vary", "2")
    error = "--vary finds no {a|b} and no __name__ in the prompt"
    assert (result.code, result.error(charged="no")) == (2, error)


def test_an_empty_ledger_has_no_last_request(cli: Cli) -> None:
    """The error says so."""
    result = cli.krea("again")
    assert result.code == 2
    error = "this ledger has no request of this account yet"
    assert result.error(charged="no") == error
