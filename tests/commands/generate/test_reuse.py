"""`krea generate --reuse`: a result on disk is copied, and not paid for again."""

import pytest

from tests.harness.cli import Cli
from tests.pictures import picture_bytes

FOX = ("generate", "a fox", "--seed", "7")


@pytest.fixture
def fox(cli: Cli) -> Cli:
    """`krea` after one fox was made with seed 7; each picture is another."""
    shades = iter(range(256))
    cli.service.content = lambda: picture_bytes(next(shades))
    assert cli.krea(*FOX, "-o", "fox.png").code == 0
    return cli


def read(cli: Cli, name: str) -> bytes:
    """The content of the file NAME in the current folder."""
    return (cli.home / "work" / name).read_bytes()


def test_the_same_request_is_copied(fox: Cli) -> None:
    """One POST in all; the copy is byte for byte the picture; the record says it cost nothing."""
    result = fox.krea(*FOX, "--reuse", "-o", "copy.png", "--json")
    (record,) = result.records
    assert (result.code, record["files"], record["charged"]) == (0, ["copy.png"], "no")
    assert record["job_id"] == "job-1"
    assert read(fox, "copy.png") == read(fox, "fox.png")
    assert len(fox.service.posts) == 1
    assert fox.service.requests.count("GET /files/job-1.png") == 1


def test_run_again_it_finds_its_own_copy(fox: Cli) -> None:
    """The target is there and holds just that: done."""
    for _ in range(2):
        result = fox.krea(*FOX, "--reuse", "-o", "copy.png")
        assert (result.code, result.out) == (0, "copy.png\n")
    assert len(fox.service.posts) == 1


def test_another_file_at_the_target_stays(fox: Cli) -> None:
    """--reuse is no --force."""
    (fox.home / "work" / "copy.png").write_bytes(b"mine")
    result = fox.krea(*FOX, "--reuse", "-o", "copy.png")
    assert (result.code, read(fox, "copy.png"), len(fox.service.posts)) == (2, b"mine", 1)
    assert "copy.png exists" in result.err


@pytest.mark.parametrize(
    "words",
    [("--seed", "8"), ("--width", "512"), ("-m", "krea-2/large"), ("-i", "steps=20")],
    ids=["seed", "size", "model", "field"],
)
def test_another_request_is_paid_for(fox: Cli, words: tuple[str, ...]) -> None:
    """Whatever differs in what is sent makes it another one."""
    command = ("generate", "a fox", *(() if words[0] == "--seed" else ("--seed", "7")), *words)
    assert fox.krea(*command, "--reuse", "-o", "x.png").code == 0
    assert len(fox.service.posts) == 2


def test_what_is_written_otherwise_and_sent_alike_is_the_same(fox: Cli) -> None:
    """A default that is given, a number written otherwise: the body counts."""
    result = fox.krea("generate", "a fox", "-i", "seed=7.0", "--reuse", "-o", "copy.png")
    assert (result.code, len(fox.service.posts)) == (0, 1)


def test_without_a_seed_only_on_request(fox: Cli) -> None:
    """A drawn seed means another picture, unless any will do."""
    assert fox.krea("generate", "a fox", "--reuse", "-o", "new.png").code == 0
    assert len(fox.service.posts) == 2
    any_seed = ("generate", "a fox", "--reuse", "--any-seed", "-o")
    assert fox.krea(*any_seed, "any.png").code == 0
    assert len(fox.service.posts) == 2
    assert read(fox, "any.png") == read(fox, "new.png")


def test_each_saved_job_at_most_once_per_command(fox: Cli) -> None:
    """Three wanted, two there: both are copied, one is made."""
    fox.krea("generate", "a fox", "-o", "second.png")
    words = ("generate", "a fox", "--reuse", "--any-seed", "-n", "3", "-o", "{n}.png")
    result = fox.krea(*words)
    assert (result.code, result.out) == (0, "1.png\n2.png\n3.png\n")
    assert len(fox.service.posts) == 3
    assert len({read(fox, f"{n}.png") for n in (1, 2, 3)}) == 3


@pytest.mark.parametrize("what", ["gone", "changed"])
def test_what_is_not_on_disk_any_more_is_made(fox: Cli, what: str) -> None:
    """A copy of a spoilt file is nobody's wish."""
    file = fox.home / "work" / "fox.png"
    file.unlink() if what == "gone" else file.write_bytes(b"changed")
    assert fox.krea(*FOX, "--reuse", "-o", "copy.png").code == 0
    assert len(fox.service.posts) == 2


def test_a_copy_is_as_good_as_the_first(fox: Cli) -> None:
    """The first is deleted: the copy serves."""
    fox.krea(*FOX, "--reuse", "-o", "copy.png")
    (fox.home / "work" / "fox.png").unlink()
    assert fox.krea(*FOX, "--reuse", "-o", "third.png").code == 0
    assert len(fox.service.posts) == 1


def test_all_results_of_a_job(cli: Cli) -> None:
    """Two results, two copies; with one of them gone the request is made again."""
    shades = iter(range(256))
    cli.service.content = lambda: picture_bytes(next(shades))
    cli.service.results_per_job = 2
    cli.krea(*FOX, "-o", "fox.png")
    result = cli.krea(*FOX, "--reuse", "-o", "copy.png")
    assert (result.code, result.out) == (0, "copy.png\ncopy-2.png\n")
    assert read(cli, "copy-2.png") == read(cli, "fox-2.png")
    for name in ("fox-2.png", "copy-2.png"):
        (cli.home / "work" / name).unlink()
    assert cli.krea(*FOX, "--reuse", "-o", "third.png").code == 0
    assert len(cli.service.posts) == 2


def test_inputs_count_by_content(fox: Cli) -> None:
    """A picture counts by its content, under whatever name it lies."""
    night = ("generate", "night", "-m", "flux-kontext", "--seed", "1", "--image")
    assert fox.krea(*night, "fox.png", "-o", "night.png").code == 0
    (fox.home / "work" / "same.png").write_bytes(read(fox, "fox.png"))
    assert fox.krea(*night, "same.png", "--reuse", "-o", "n2.png").code == 0
    assert len(fox.service.posts) == 2
    (fox.home / "work" / "same.png").write_bytes(picture_bytes(200))
    assert fox.krea(*night, "same.png", "--reuse", "-o", "n3.png").code == 0
    assert len(fox.service.posts) == 3
    (fox.home / "work" / "fox.png").unlink()
    assert fox.krea("generate", "--like", "n2.png", "--reuse", "-o", "n4.png").code == 0
    assert len(fox.service.posts) == 3


def test_nothing_is_uploaded_for_a_copy(fox: Cli) -> None:
    """Neither a token nor a network is asked for what is here."""
    night = ("generate", "night", "-m", "flux-kontext", "--seed", "1", "--image", "fox.png")
    fox.krea(*night, "-o", "night.png")
    request_count = len(fox.service.requests)
    assert fox.krea(*night, "--reuse", "-o", "copy.png").code == 0
    assert len(fox.service.requests) == request_count


def test_anywhere_and_without_waiting(fox: Cli) -> None:
    """The job's id with --no-wait; in a folder, a name as ever."""
    result = fox.krea(*FOX, "--reuse", "--no-wait", "-o", "copy.png")
    assert (result.code, result.out) == (0, "job-1\n")
    assert read(fox, "copy.png") == read(fox, "fox.png")
    result = fox.krea(*FOX, "--reuse", "-o", "pics/")
    assert (result.code, result.out, len(fox.service.posts)) == (0, "pics/a-fox-job1.png\n", 1)


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "force"])
def test_copies_that_are_in_place_already_stay_there(fox: Cli, force: tuple[str, ...]) -> None:
    """No copy is made over a picture that another copy is to come from."""
    fox.krea("generate", "a fox", "-o", "fox-2.png")
    before = read(fox, "fox.png"), read(fox, "fox-2.png")
    words = ("generate", "a fox", "--reuse", "--any-seed", "-n", "2", "-o", "fox.png", *force)
    for _ in range(2):
        result = fox.krea(*words)
        assert (result.code, result.out) == (0, "fox.png\nfox-2.png\n")
        assert (read(fox, "fox.png"), read(fox, "fox-2.png")) == before
    assert len(fox.service.posts) == 2


def test_any_seed_goes_before_a_chosen_one(fox: Cli) -> None:
    """The chosen seed if a picture of it is there, else another."""
    assert fox.krea("generate", "a fox", "--seed", "8", "-o", "8.png").code == 0
    for seed, same in (("7", "fox.png"), ("8", "8.png"), ("9", "8.png")):
        words = ("generate", "a fox", "--seed", seed, "--reuse", "--any-seed", "-o", f"c{seed}.png")
        assert fox.krea(*words).code == 0
        assert read(fox, f"c{seed}.png") == read(fox, same)
    assert len(fox.service.posts) == 2


def test_a_copy_that_cannot_be_made_cost_nothing(fox: Cli) -> None:
    """The sentence and the record say so."""
    stands = fox.home / "work" / ".copy.png.part"
    stands.mkdir()
    result = fox.krea(*FOX, "--reuse", "-o", "copy.png", "--json")
    assert (result.code, result.records[0]["charged"]) == (1, "no")
    assert "could not be copied" in result.err


def test_a_copy_with_its_recipe_inside_is_known_again(fox: Cli) -> None:
    """The copy is another file than its source."""
    for _ in range(2):
        result = fox.krea(*FOX, "--reuse", "--embed", "-o", "copy.png")
        assert (result.code, result.out) == (0, "copy.png\n")
    assert len(fox.service.posts) == 1


def test_again_and_reuse_contradict_each_other(fox: Cli) -> None:
    """One makes a new job, the other none."""
    assert fox.krea(*FOX, "--again", "--reuse", "-o", "x.png").code == 2
    assert len(fox.service.posts) == 1


def test_any_seed_alone_is_a_slip(fox: Cli) -> None:
    """The option says what --reuse may take."""
    result = fox.krea("generate", "a fox", "--any-seed")
    assert (result.code, "--any-seed needs --reuse" in result.err) == (2, True)
    assert len(fox.service.posts) == 1
