"""`krea verify --repair`: missing and changed files come back, and nothing is paid."""

import itertools
import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from tests.fakes.krea_service import PNG
from tests.harness.cli import Cli
from tests.harness.ledger_rows import read_rows
from tests.pictures import picture_bytes


@pytest.fixture
def studio(cli: Cli) -> Cli:
    """A list of three pictures, made, and the report on them."""
    numbers = itertools.count(1)
    cli.service.content = lambda: PNG[:12] + b"%04d" % next(numbers) + PNG[16:]
    lines = ("prompt,output", "a fox,a.png", "an owl,b.png", "a hen,c.png")
    Path("s.csv").write_text("".join(f"{line}\n" for line in lines))
    assert cli.krea("batch", "s.csv", "-o", "out/", "--report", "out/r.jsonl").code == 0
    return cli


def serve_stored(cli: Cli) -> None:
    """Let the address of each job bring the picture that was saved from it."""
    rows = read_rows(cli.home / "state")
    cli.service.files = {
        f"{row.job_id}.png": Path(file.path).read_bytes() for row in rows for file in row.files
    }


def hashes(folder: str = "out") -> dict[str, str]:
    """The hash of each picture in FOLDER."""
    paths = sorted(Path(folder).glob("*.png"))
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in paths}


def test_missing_files_are_fetched(studio: Cli) -> None:
    """Each comes back with its bytes; a run of the list asks for nothing more."""
    serve_stored(studio)
    before = hashes()
    Path("out/a.png").unlink()
    Path("out/c.png").unlink()
    posts = len(studio.service.posts)
    result = studio.krea("verify", "out/r.jsonl", "--repair")
    assert (result.code, result.out) == (
        0,
        "repaired\tout/a.png\t2\tfetched\nrepaired\tout/c.png\t4\tfetched\n",
    )
    assert result.err.splitlines()[-1] == "3 files are as reported, 2 of them repaired"
    assert (hashes(), len(studio.service.posts)) == (before, posts)
    assert studio.krea("verify", "out/r.jsonl").code == 0
    requests = len(studio.service.requests)
    assert studio.krea("batch", "s.csv", "-o", "out/").code == 0
    assert len(studio.service.requests) == requests


def test_a_copy_goes_before_the_service(studio: Cli) -> None:
    """From another place that the ledger knows, although no address works any more."""
    assert studio.krea("batch", "s.csv", "-o", "copies/").code == 0
    studio.service.file_status = 404
    Path("out/a.png").unlink()
    result = studio.krea("verify", "out/r.jsonl", "--repair")
    assert (result.code, result.out) == (0, "repaired\tout/a.png\t2\tcopied from copies/a.png\n")
    assert hashes() == hashes("copies")


def test_what_cannot_be_repaired(studio: Cli) -> None:
    """The reason on its line, exit 1, and the others are repaired."""
    serve_stored(studio)
    Path("out/a.png").unlink()
    Path("out/b.png").unlink()
    assert studio.service.files
    del studio.service.files[f"{studio.states[0][1]}.png"]
    result = studio.krea("verify", "out/r.jsonl", "--repair")
    assert (result.code, result.out) == (
        1,
        "missing\tout/a.png\t2\tthe result's host answered HTTP 403\n"
        "repaired\tout/b.png\t3\tfetched\n",
    )
    job_id = studio.states[0][1]
    assert result.err[result.err.index("error") :] == (
        "error: 2 of 3 files are as reported, 1 of them repaired; 1 missing\n"
        f"  hint: krea history {job_id} tells how {Path.cwd()}/out/a.png was made, and where"
        " copies are\n"
        "  charged: no\n"
    )


def test_a_changed_file_stays(studio: Cli) -> None:
    """The result is saved beside it, once; --force puts it into its place."""
    serve_stored(studio)
    before = hashes()
    Path("out/b.png").write_bytes(b"edited")
    for reason in ("fetched", "it is there already"):
        result = studio.krea("verify", "out/r.jsonl", "--repair")
        assert (result.code, result.out) == (1, f"beside\tout/b.repaired.png\t3\t{reason}\n")
        assert result.err[result.err.index("error") :] == (
            "error: 2 of 3 files are as reported; 1 beside\n"
            "  hint: krea verify out/r.jsonl --repair --force puts the results into their places\n"
            "  charged: no\n"
        )
    assert Path("out/b.png").read_bytes() == b"edited"
    assert hashes()["b.repaired.png"] == before["b.png"]
    assert "an owl" in studio.krea("history", "out/b.repaired.png").out
    result = studio.krea("verify", "out/r.jsonl", "--repair", "--force", "--json")
    [record] = result.records
    assert (result.code, record["state"], record["repaired"]) == (0, "repaired", "out/b.png")
    assert record["reason"] == "copied from out/b.repaired.png"
    assert hashes()["b.png"] == before["b.png"]


def test_the_only_copy_of_another_result_is_never_replaced(studio: Cli) -> None:
    """Not with --force either: two results that were exchanged by hand, say."""
    serve_stored(studio)
    os.replace("out/b.png", "out/a.png")
    result = studio.krea("verify", "out/r.jsonl", "--repair", "--force")
    assert (result.code, result.out) == (
        1,
        "changed\tout/a.png\t2\tanother result of the ledger is there, and nowhere else\n"
        "repaired\tout/b.png\t3\tfetched\n",
    )
    assert studio.krea("verify", "out/r.jsonl", "--repair", "--force").code == 0
    assert studio.krea("verify", "out/r.jsonl").code == 0


@pytest.mark.parametrize("token", [None, "of-another-account"])
def test_nobody_replaces_the_only_copy(studio: Cli, token: str | None) -> None:
    """Nor without a token, nor with another account's, and with a copy at hand."""
    before = hashes()
    Path("out/twin.png").write_bytes(Path("out/a.png").read_bytes())
    entry = json.loads(Path("out/r.jsonl").read_text().splitlines()[0])
    twin = entry | {"files": [entry["files"][0] | {"path": "twin.png"}]}
    Path("out/twin.jsonl").write_text(f"{json.dumps(twin)}\n{json.dumps(entry)}\n")
    os.replace("out/b.png", "out/a.png")
    del studio.environ["KREA_API_KEY"]
    if token:
        studio.environ["KREA_API_KEY"] = token
    result = studio.krea("verify", "out/twin.jsonl", "--repair", "--force")
    assert (result.code, result.out) == (
        1,
        "changed\tout/a.png\t2\tanother result of the ledger is there, and nowhere else\n",
    )
    assert hashes()["a.png"] == before["b.png"]


def test_a_broken_ledger_lets_nothing_be_replaced(studio: Cli) -> None:
    """Nobody can tell then if the file is the only copy of another result."""
    Path("out/twin.png").write_bytes(Path("out/a.png").read_bytes())
    entry = json.loads(Path("out/r.jsonl").read_text().splitlines()[0])
    twin = entry | {"files": [entry["files"][0] | {"path": "twin.png"}]}
    Path("out/twin.jsonl").write_text(f"{json.dumps(twin)}\n{json.dumps(entry)}\n")
    os.replace("out/b.png", "out/a.png")
    stays = hashes()["a.png"]
    (studio.home / "state" / "ledger.sqlite3").write_bytes(b"no ledger" * 1000)
    result = studio.krea("verify", "out/twin.jsonl", "--repair", "--force")
    assert (result.code, hashes()["a.png"]) == (1, stays)
    assert result.out.startswith("changed\tout/a.png\t2\t")


def test_what_is_no_file_is_left_alone(studio: Cli) -> None:
    """A folder in the place: the result is beside it, even with --force."""
    serve_stored(studio)
    Path("out/a.png").unlink()
    Path("out/a.png").mkdir()
    result = studio.krea("verify", "out/r.jsonl", "--repair", "--force")
    assert (result.code, result.out) == (1, "beside\tout/a.repaired.png\t2\tfetched\n")


def test_without_a_token(studio: Cli) -> None:
    """Equal bytes in the report are copied; the rest needs the service, which is told."""
    serve_stored(studio)
    entry = json.loads(Path("out/r.jsonl").read_text().splitlines()[0])
    twin = entry | {"files": [entry["files"][0] | {"path": "twin.png"}]}
    with Path("out/r.jsonl").open("a") as report:
        report.write(json.dumps(twin) + "\n")
    Path("out/b.png").unlink()
    del studio.environ["KREA_API_KEY"]
    result = studio.krea("verify", "out/r.jsonl", "--repair")
    assert (result.code, result.out) == (
        1,
        "missing\tout/b.png\t3\tthere is no token: no variable holds one and no login is stored\n"
        "repaired\tout/twin.png\t2\tcopied from out/a.png\n",
    )


def test_a_report_cannot_invent_places(studio: Cli, tmp_path: Path) -> None:
    """Only what the ledger has there is written outside of the folder of the report."""
    serve_stored(studio)
    text = Path("out/r.jsonl").read_text()
    Path("away").mkdir()
    Path("away/r.jsonl").write_text(text.replace('"path": "', '"path": "../out/'))
    Path("out/a.png").unlink()
    assert studio.krea("verify", "away/r.jsonl", "--repair").code == 0
    Path("away/r.jsonl").write_text(text.replace('"path": "', '"path": "../home/'))
    result = studio.krea("verify", "away/r.jsonl", "--repair")
    assert (result.code, Path("home").exists()) == (1, False)
    assert result.out.splitlines()[0].endswith(
        "it is outside of the folder of the report, and the ledger knows nothing of it"
    )


def test_an_embedded_recipe_is_written_again(cli: Cli) -> None:
    """A file saved with --embed comes back with its recipe, byte for byte."""
    cli.service.content = lambda: picture_bytes(1)
    Path("s.csv").write_text("prompt,output\na fox,a.png\n")
    made = cli.krea("batch", "s.csv", "-o", "out/", "--embed", "--report", "out/r.jsonl")
    assert made.code == 0, made
    before = hashes()
    Path("out/a.png").unlink()
    assert cli.krea("verify", "out/r.jsonl", "--repair").code == 0
    assert hashes() == before


def test_a_bad_line_writes_nothing(studio: Cli) -> None:
    """The report is read to its end before the first file is put back."""
    Path("out/a.png").unlink()
    with Path("out/r.jsonl").open("a") as report:
        report.write("no entry\n")
    assert studio.krea("verify", "out/r.jsonl", "--repair").code == 2
    assert not Path("out/a.png").exists()


def test_force_alone(studio: Cli) -> None:
    """A check replaces nothing."""
    result = studio.krea("verify", "out/r.jsonl", "--force")
    assert (result.code, result.error(charged="no")) == (2, "--force is for --repair")


def test_a_converted_picture_is_converted_again(cli: Cli) -> None:
    """From its original beside it, else from the fetched one; the same bytes, paid once."""
    cli.service.content = lambda: picture_bytes(3)
    Path("s.csv").write_text("prompt,output\na fox,a.jpg\n")
    made = ("batch", "s.csv", "-o", "out/", "--convert", "--report", "out/r.jsonl")
    assert cli.krea(*made).code == 0
    before = Path("out/a.jpg").read_bytes()
    Path("out/a.jpg").unlink()
    result = cli.krea("verify", "out/r.jsonl", "--repair")
    assert (result.code, result.out) == (
        0,
        "repaired\tout/a.jpg\t2\tconverted from out/a.original.png\n",
    )
    Path("out/a.jpg").unlink()
    Path("out/a.original.png").unlink()
    result = cli.krea("verify", "out/r.jsonl", "--repair")
    assert (result.code, result.out) == (
        0,
        "repaired\tout/a.jpg\t2\tfetched\nrepaired\tout/a.original.png\t2\tfetched\n",
    )
    assert (Path("out/a.jpg").read_bytes(), len(cli.service.posts)) == (before, 1)


@pytest.mark.parametrize("option", ["--no-original", "--embed"])
def test_a_converted_picture_that_was_changed_stays(cli: Cli, option: str) -> None:
    """The result is fetched, converted as before, and saved beside it."""
    cli.service.content = lambda: picture_bytes(3)
    Path("s.csv").write_text("prompt,output\na fox,a.jpg\n")
    made = ("batch", "s.csv", "-o", "out/", "--convert", option)
    assert cli.krea(*made, "--report", "out/r.jsonl").code == 0
    before = Path("out/a.jpg").read_bytes()
    Path("out/a.jpg").write_bytes(b"mine")
    Path("out/a.original.png").unlink(missing_ok=True)
    result = cli.krea("verify", "out/r.jsonl", "--repair")
    assert result.code == 1
    assert "beside\tout/a.repaired.jpg\t2\tfetched\n" in result.out
    assert Path("out/a.jpg").read_bytes() == b"mine"
    assert (Path("out/a.repaired.jpg").read_bytes(), len(cli.service.posts)) == (before, 1)
