"""`krea generate`: what was made before, and is beside its place or deleted, is not paid again."""

import itertools
import shutil
from pathlib import Path

import pytest

from tests.fakes.krea_service import PNG
from tests.harness.cli import Cli, CliResult

FOX = ("generate", "a fox", "-o", "fox.png")


@pytest.fixture(autouse=True)
def pictures(cli: Cli) -> None:
    """Every result is a picture of its own."""
    numbers = itertools.count(1)
    cli.service.content = lambda: PNG[:12] + b"%04d" % next(numbers) + PNG[16:]


def take_name(cli: Cli, name: str) -> None:
    """Let another picture have NAME by the time the next result is saved."""

    def take() -> None:
        cli.service.on_download = None
        Path(name).write_bytes(b"other")

    cli.service.on_download = take


def forget_ledger(cli: Cli) -> None:
    """Begin with an empty ledger, as on another machine."""
    shutil.rmtree(cli.home / "state")


def refusal(cli: Cli, result: CliResult, posts: int) -> tuple[str, str]:
    """The sentence and the hint of exit 2, with no more than POSTS sent in all."""
    assert (result.code, result.out, len(cli.service.posts)) == (2, "", posts), result.err
    sentence = result.error(charged="no")
    return sentence, result.err.partition("  hint: ")[2].partition("\n")[0]


def test_a_result_beside_its_taken_name_is_not_paid_again(cli: Cli) -> None:
    """Exit 2 while the name is taken, and when it is free again; --again makes a new one."""
    take_name(cli, "fox.png")
    assert cli.krea(*FOX).out == "fox-2.png\n"
    sentence = "the result of this request is in fox-2.png, as fox.png was taken then"
    hint = "krea history job-1 shows it; another name with -o makes a new one"
    assert refusal(cli, cli.krea(*FOX), 1) == (sentence, hint)
    Path("fox.png").unlink()
    hint = "krea download job-1 -o fox.png puts it there; --again makes a new one"
    assert refusal(cli, cli.krea(*FOX), 1) == (sentence, hint)
    assert cli.krea("download", "job-1", "-o", "fox.png").out == "fox.png\n"
    Path("fox.png").unlink()
    assert cli.krea(*FOX, "--again").out == "fox.png\n"
    assert len(cli.service.posts) == 2


def test_one_of_several_beside_its_taken_name_is_not_paid_again(cli: Cli) -> None:
    """With -n as well, and with a template whose names are known."""
    take_name(cli, "1-7.png")
    command = ("generate", "a fox", "-n", "2", "--seed", "7", "-o", "{n}-{seed}.png")
    assert cli.krea(*command).out == "1-7-2.png\n2-8.png\n"
    for name in ("1-7.png", "2-8.png"):
        Path(name).unlink()
    sentence, _ = refusal(cli, cli.krea(*command), 2)
    assert sentence == "the result of this request is in 1-7-2.png, as 1-7.png was taken then"


def test_a_changed_or_deleted_result_beside_its_place_is_made_anew(cli: Cli) -> None:
    """Nothing of it is left: the same command is a new request, as at its own name."""
    take_name(cli, "fox.png")
    assert cli.krea(*FOX).out == "fox-2.png\n"
    Path("fox.png").unlink()
    Path("fox-2.png").write_bytes(b"edited")
    assert cli.krea(*FOX).out == "fox.png\n"
    assert len(cli.service.posts) == 2


@pytest.mark.parametrize("options", [(), ("--sidecar",)], ids=["plain", "sidecar"])
@pytest.mark.parametrize("is_known", [False, True], ids=["empty-ledger", "ledger"])
def test_what_a_sidecar_says_is_paid_is_not_paid_again(
    cli: Cli, options: tuple[str, ...], is_known: bool
) -> None:
    """The picture was deleted beside its sidecar: exit 2, and a command that fetches it."""
    assert cli.krea(*FOX, "--sidecar").code == 0
    picture = Path("fox.png").read_bytes()
    Path("fox.png").unlink()
    if not is_known:
        forget_ledger(cli)
    cli.service.content = lambda: picture
    assert refusal(cli, cli.krea(*FOX, *options), 1) == (
        "fox.png.json says that this request was made as job job-1, and fox.png is gone",
        "krea download job-1 -o fox.png fetches it, and pays nothing; --again makes a new one",
    )
    assert cli.krea("download", "job-1", "-o", "fox.png").out == "fox.png\n"
    assert Path("fox.png").read_bytes() == picture


def test_force_beside_a_sidecar_pays_and_says_so(cli: Cli) -> None:
    """--force makes a new result at its own name, as it does over the result itself."""
    assert cli.krea(*FOX, "--sidecar").code == 0
    Path("fox.png").unlink()
    forget_ledger(cli)
    result = cli.krea(*FOX, "--force")
    assert (result.code, result.out, len(cli.service.posts)) == (0, "fox.png\n", 2)
    assert (
        "warning: fox.png.json says that this request was made as job job-1, and fox.png is gone:"
        " it is made and paid for anew; krea download job-1 -o fox.png is free\n"
    ) in result.err


@pytest.mark.parametrize(
    "other",
    [
        ("generate", "a hen", "-o", "fox.png"),
        ("generate", "a fox", "-o", "fox.png", "--seed", "7"),
        ("generate", "a fox", "-o", "fox.png", "-m", "krea-2/large"),
        ("generate", "a fox", "-o", "hen.png"),
        (*FOX, "--again"),
    ],
)
def test_the_sidecar_of_another_request_or_name_stops_nothing(
    cli: Cli, other: tuple[str, ...]
) -> None:
    """Another prompt, seed, model or place is another request."""
    assert cli.krea(*FOX, "--sidecar").code == 0
    Path("fox.png").unlink()
    forget_ledger(cli)
    assert cli.krea(*other).code == 0
    assert len(cli.service.posts) == 2


def test_the_sidecar_of_a_rehearsal_or_a_stranger_stops_nothing(cli: Cli) -> None:
    """The service does not know its job: it is said, and the request is sent."""
    assert cli.krea(*FOX, "--sidecar").code == 0
    Path("fox.png").unlink()
    forget_ledger(cli)
    cli.service.jobs.clear()
    result = cli.krea(*FOX)
    assert (result.code, len(cli.service.posts)) == (0, 2)
    assert "fox.png.json names job job-1, which this account does not have\n" in result.err


def test_force_is_said_to_pay(cli: Cli) -> None:
    """The picture of the same request is there: to overwrite it is to pay for another."""
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.err) == (
        2,
        "error: fox.png exists\n"
        "  hint: choose another name with -o; or --force, which pays for a new one and overwrites"
        " it\n"
        "  charged: no\n",
    )


@pytest.mark.parametrize("count", ["1", "2"])
def test_a_name_known_but_for_its_extension_is_not_paid_again(cli: Cli, count: str) -> None:
    """Its own result is there; --again and other names make a new one."""
    fox = ("generate", "a fox", "-o", "{slug}-{n}.{ext}", "-n", count)
    assert cli.krea(*fox).code == 0
    posts = len(cli.service.posts)
    sentence, hint = refusal(cli, cli.krea(*fox), posts)
    assert sentence == "a-fox-1.png exists, and is a result of this request"
    assert "pays for a new one" in hint
    assert cli.krea(*fox, "--dry-run").code == 2
    for other in (("--again",), ("-o", "{slug}-{seed}.{ext}"), ("-o", "pics/")):
        posts += int(count)
        assert (cli.krea(*fox, *other).code, len(cli.service.posts)) == (0, posts)
    for path in Path().glob("a-fox-*.png"):
        path.unlink()
    assert cli.krea("generate", "a fox", "-o", "{slug}-{n}.{ext}", "-n", "3").code == 0


def test_a_result_beside_a_name_that_lacks_its_extension_is_not_paid_again(cli: Cli) -> None:
    """The name was taken by the result of another request."""
    Path("1.png").write_bytes(b"other")
    fox = ("generate", "a fox", "-o", "{n}.{ext}")
    assert cli.krea(*fox).out == "1-2.png\n"
    sentence, _ = refusal(cli, cli.krea(*fox), 1)
    assert sentence == "1-2.png exists, and is a result of this request"
    Path("1.png").unlink()
    hint = "krea download job-1 -o 1.png puts it there; --again makes a new one"
    assert refusal(cli, cli.krea(*fox), 1) == (sentence, hint)
    assert cli.krea("download", "job-1", "-o", "1.png").out == "1.png\n"
    assert cli.krea(*fox, "--again").out == "1-3.png\n"


def test_a_result_whose_name_became_a_folder_is_not_paid_again(cli: Cli) -> None:
    """The name is a folder now; with a slash, a new result goes there."""
    cli.service.on_download = lambda: Path("fox.png").mkdir(exist_ok=True)
    assert cli.krea(*FOX).out == "fox-2.png\n"
    cli.service.on_download = None
    sentence = "the result of this request is in fox-2.png, as fox.png was taken then"
    hint = "-o fox.png/ makes a new one in the folder"
    assert refusal(cli, cli.krea(*FOX), 1) == (sentence, hint)
    assert cli.krea("generate", "a fox", "-o", "fox.png/").out.startswith("fox.png/a-fox-")


def test_a_deleted_result_is_told_before_another_is_paid(cli: Cli) -> None:
    """Perhaps another picture is wanted; the old one costs nothing."""
    assert cli.krea(*FOX).code == 0
    Path("fox.png").unlink()
    again = cli.krea(*FOX)
    assert (again.code, len(cli.service.posts)) == (0, 2)
    told = (
        "fox.png was made before, and is gone: krea download job-1 -o fox.png brings it for nothing"
    )
    assert again.err.startswith(f"{told}\n")
