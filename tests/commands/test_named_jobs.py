"""The words that name a job: an id, its beginning, a row, `last`, a file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.krea_service import (
    PNG,
    KreaService,
    ScriptedJob,
    answer_with,
    lose_answer,
    lose_request,
)
from tests.harness.cli import Cli

FOX, HEN, OWL = (
    "eba1de00-0000-4000-8000-000000000001",
    "eba1d500-0000-4000-8000-000000000002",
    "12345678-0000-4000-8000-000000000003",
)

LISTING = "krea history lists the requests"


def become(job_id: str) -> Callable[[KreaService, ScriptedJob], None]:
    """Answer a submit as usual, with a job of the id JOB_ID."""

    def answer(service: KreaService, job: ScriptedJob) -> None:
        job.id = job_id

    return answer


@pytest.fixture
def farm(cli: Cli) -> Cli:
    """A fox, a hen and an owl as rows 1 to 3, and a refused cow as row 4."""
    for job_id, animal in ((FOX, "fox"), (HEN, "hen"), (OWL, "owl")):
        cli.service.answers = [become(job_id)]
        assert cli.krea("generate", f"a {animal}", "-o", f"{animal}.png").code == 0
    cli.service.answers = [answer_with(422, {"error": "no"})]
    assert cli.krea("generate", "a cow", "-o", "cow.png").code == 2
    return cli


@pytest.mark.parametrize(
    ("word", "job_id"),
    [
        (FOX, FOX),
        (FOX.upper(), FOX),
        ("eba1de", FOX),
        ("EBA1DE", FOX),
        ("eba1d5", HEN),
        ("12345678", OWL),
        ("1", FOX),
        ("#2", HEN),
        ("last~1", OWL),
        ("last~3", FOX),
        ("fox.png", FOX),
        ("./hen.png", HEN),
    ],
)
def test_a_word_names_a_job(farm: Cli, word: str, job_id: str) -> None:
    """As an argument, and as a line of stdin."""
    assert farm.krea("wait", word).out == f"{job_id}\n"
    assert farm.krea("wait", stdin=f"{word}\n").out == f"{job_id}\n"
    assert farm.krea("history", word, "--json").records[0]["job_id"] == job_id


@pytest.mark.parametrize(
    ("word", "message", "hint"),
    [
        ("eba1", f"several jobs begin with eba1: {HEN}, {FOX}", "type more of the id"),
        ("99", "this ledger has no request 99", LISTING),
        ("#99", "this ledger has no request 99", LISTING),
        ("99999999", "this ledger has no request 99999999", LISTING),
        ("4", "request 4 has no job: it is refused", "krea history 4 shows it"),
        ("last", "request 4 has no job: it is refused", "krea history 4 shows it"),
        ("last~9", "this ledger does not have 10 requests of this account", LISTING),
        (
            "abcdef",
            "no job in this ledger begins with abcdef",
            f"{LISTING}; krea jobs shows the whole ids of other jobs of the account",
        ),
        ("cat.png", "nothing about cat.png is in this ledger", LISTING),
        ("new/cat", "nothing about new/cat is in this ledger", LISTING),
    ],
)
def test_a_word_that_names_none(farm: Cli, word: str, message: str, hint: str) -> None:
    """Nothing is asked of the service, and the next command is named."""
    farm.service.requests.clear()
    for command in ("status", "wait", "download", "cancel"):
        result = farm.krea(command, word)
        assert (result.code, result.out) == (2, "")
        assert result.err == f"error: {message}\n  hint: {hint}\n"
    assert farm.service.requests == []


@pytest.mark.parametrize("word", ["1", "eba1de", "last"])
def test_a_word_needs_a_ledger(cli: Cli, word: str) -> None:
    """Without one, the service is not asked for a job of that name."""
    assert cli.krea("status", word).code == 2
    assert cli.service.requests == []


def test_a_request_in_doubt_has_no_job_yet(cli: Cli) -> None:
    """The command that looks for it is named."""
    cli.service.answers = [lose_request]
    assert cli.krea("generate", "a fox").code == 9
    result = cli.krea("cancel", "last")
    assert result.code == 2
    assert result.err == (
        "error: request 1 has no job that is known: its outcome is in doubt\n"
        "  hint: krea recover looks for its job\n"
    )


def test_a_file_without_a_dot_is_found_if_nothing_else_has_its_name(farm: Cli) -> None:
    """A word that is an id or a row goes before."""
    assert farm.krea("download", "hen.png", "-o", "hen").code == 0
    assert farm.krea("wait", "hen").out == f"{HEN}\n"
    assert farm.krea("download", "hen.png", "-o", "1").code == 0
    assert farm.krea("wait", "1").out == f"{FOX}\n"
    assert farm.krea("wait", "./1").out == f"{HEN}\n"


def test_a_file_of_other_content_is_told(farm: Cli) -> None:
    """The answer is about the file that was saved there."""
    Path("fox.png").write_bytes(b"another picture")
    result = farm.krea("wait", "fox.png")
    assert (result.out, result.err.splitlines()[0]) == (
        f"{FOX}\n",
        "warning: fox.png is not the file that was saved there: this is about that one",
    )


def test_a_file_that_is_not_there_yet(cli: Cli) -> None:
    """Its name means the request that is to save it."""
    cli.service.answers = [become(FOX)]
    assert cli.krea("generate", "a fox", "--no-wait", "-o", "pics/fox.png").code == 0
    assert cli.krea("wait", "pics/fox.png").out == f"{FOX}\n"


def test_the_newest_of_equal_files_gives_way_to_the_one_of_that_name(farm: Cli) -> None:
    """Two requests may make the same bytes: a name tells which one is meant."""
    assert Path("fox.png").read_bytes() == Path("owl.png").read_bytes()
    Path("copy.png").write_bytes(Path("fox.png").read_bytes())
    assert farm.krea("wait", "fox.png").out == f"{FOX}\n"
    assert farm.krea("wait", "copy.png").out == f"{OWL}\n"


def test_the_whole_id_of_another_service_is_no_prefix(farm: Cli) -> None:
    """`job-1` begins `job-12`, and is another job."""
    farm.service.answers = [become("job-12")]
    assert farm.krea("generate", "a pig", "-o", "pig.png").code == 0
    assert farm.krea("wait", "job-1").error(charged="no").startswith("job job-1 was not found")
    assert farm.krea("wait", "job-12").out == "job-12\n"


def test_cancel_says_which_request_it_took(cli: Cli) -> None:
    """Before it acts: a wrong word costs a job. A whole id needs no words."""
    cli.service.answers, cli.service.job_seconds = [become(FOX)], 100
    assert cli.krea("generate", "a fox", "--no-wait").code == 0
    result = cli.krea("cancel", "last")
    assert (result.code, result.out) == (0, f"{FOX}\tcancelled\n")
    assert result.err == f'last is request 1, "a fox" (bfl/flux-1-dev), job {FOX}\n'
    assert cli.krea("cancel", FOX).err == (
        f"warning: job {FOX} has ended already (cancelled); nothing was sent\n"
    )


def test_like_says_which_request_it_took(farm: Cli) -> None:
    """A file, a row, or the last request."""
    for word in ("owl.png", "3", "last~1", "12345678"):
        result = farm.krea("generate", "--like", word, "--dry-run")
        assert result.code == 0
        assert result.err.splitlines()[0] == (
            f'{word} is request 3, "a owl" (bfl/flux-1-dev), job {OWL}'
        )


def test_recover_takes_last_and_the_beginning_of_a_candidate(cli: Cli) -> None:
    """The candidates are those that an earlier `krea recover` showed."""

    def lose_among_strangers(service: KreaService, job: ScriptedJob) -> None:
        job.id, stranger = FOX, service.job(99, at=service.now() + 0.1)
        stranger.id = HEN
        service.keep(stranger)
        lose_answer(service, job)

    cli.service.answers = [lose_among_strangers]
    assert cli.krea("generate", "a fox").code == 9
    assert cli.krea("recover").code == 9
    assert cli.krea("recover", "--adopt", "last=eba1de").out == f"{FOX}\n"


def test_force_spares_the_jobs_that_words_name(cli: Cli) -> None:
    """One of the named results stands in the other's way, and can be had nowhere else."""
    contents = {f"{FOX}.png": PNG + b"fox", f"{HEN}.png": PNG + b"hen"}
    cli.service.files = dict(contents)
    for job_id, name in ((FOX, "fox.png"), (HEN, "hen.png")):
        cli.service.answers = [become(job_id)]
        assert cli.krea("generate", name, "-o", name).code == 0
    del cli.service.files[f"{HEN}.png"]
    result = cli.krea("download", "last~1", "eba1d5", "-o", "hen.png", "--force")
    assert (result.code, result.out) == (0, "hen.png\nhen-2.png\n"), result.err
    read = [Path(name).read_bytes() for name in ("hen.png", "hen-2.png")]
    assert read == list(contents.values())


def test_a_word_of_letters_is_searched_for(farm: Cli) -> None:
    """`krea history decade` looks for decades, though an id may begin so."""
    farm.service.answers = [become("decade00-0000-4000-8000-000000000004")]
    assert farm.krea("generate", "a pig", "-o", "pig.png").code == 0
    assert farm.krea("history", "decade").out.startswith("request 5  saved\n")
    assert farm.krea("generate", "a decade", "-o", "cow.png").code == 0
    rows = farm.krea("history", "decade").out.splitlines()
    assert [row.partition("\t")[0] for row in rows] == ["6", "5"]
