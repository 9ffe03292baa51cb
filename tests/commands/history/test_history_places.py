"""`krea history` names the places of results as they are now, and the fate of lost ones."""

import itertools
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.fakes.krea_service import PNG
from tests.harness.cli import Cli


@pytest.fixture(autouse=True)
def pictures(cli: Cli) -> None:
    """Every result is a picture of its own, all of one size."""
    numbers = itertools.count(1)
    cli.service.content = lambda: PNG[:12] + b"%04d" % next(numbers) + PNG[16:]


def listed(cli: Cli, *words: str) -> list[tuple[str, ...]]:
    """Number, status and file of each request in the list."""
    lines = [line.split("\t") for line in cli.krea("history", *words).out.splitlines()]
    return [(line[0], line[2], line[4]) for line in lines]


def files_and_fates(cli: Cli, *words: str) -> list[tuple[list[str], list[tuple[str, str]]]]:
    """The files of each request, and its lost results, as --json has them."""
    return [
        (
            [os.path.relpath(path) for path in record["files"]],
            [(os.path.relpath(lost["path"]), lost["fate"]) for lost in record["lost"]],
        )
        for record in cli.krea("history", "--json", *words).records
    ]


def test_a_picture_that_force_replaced_is_not_shown_as_saved(cli: Cli) -> None:
    """Another result has its name now; --status takes the word that is shown."""
    for prompt in ("a fox", "a hen"):
        assert cli.krea("generate", prompt, "-o", "x.png", "--force").code == 0
    assert listed(cli) == [("2", "saved", "x.png"), ("1", "replaced", "x.png")]
    assert files_and_fates(cli) == [(["x.png"], []), ([], [("x.png", "replaced")])]
    assert listed(cli, "--status", "saved") == [("2", "saved", "x.png")]
    assert listed(cli, "--status", "replaced", "--limit", "1") == [("1", "replaced", "x.png")]
    story = cli.krea("history", "job-1").out
    assert story.startswith("request 1  replaced\n")
    assert "; another result has its place now)\n" in story
    (record,) = cli.krea("history", "job-1", "--json").records
    assert (record["files"], record["outputs"]) == ([], [])
    assert record["lost"][0]["fate"] == "replaced"


def test_exchanged_names_are_named_where_they_are(cli: Cli) -> None:
    """A batch with --force exchanged them: each result is named at its new place."""
    for outputs in (("a.png", "b.png"), ("b.png", "a.png")):
        lines = ("prompt,output", f"a fox,{outputs[0]}", f"a hen,{outputs[1]}", "")
        Path("s.csv").write_text("\n".join(lines))
        assert cli.krea("batch", "s.csv", "--force").code == 0
    assert sorted(listed(cli)) == [("1", "saved", "b.png"), ("2", "saved", "a.png")]
    assert sorted(files_and_fates(cli)) == [(["a.png"], []), (["b.png"], [])]
    (fox,) = files_and_fates(cli, "fox")
    assert fox == (["b.png"], [])
    assert cli.krea("status", "job-1", "--json").records[0]["files"] == [
        str(Path("b.png").absolute())
    ]


def test_deleted_and_edited_pictures(cli: Cli) -> None:
    """Told in the list and in the story; a copy elsewhere is a place of its own."""
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    assert cli.krea("generate", "a hen", "-o", "hen.png").code == 0
    assert cli.krea("download", "job-2", "-o", "copy.png").code == 0
    for name in ("fox.png", "hen.png"):
        Path(name).unlink()
    assert listed(cli) == [("2", "saved", "copy.png"), ("1", "deleted", "fox.png")]
    assert files_and_fates(cli) == [(["copy.png"], []), ([], [("fox.png", "deleted")])]
    Path("copy.png").write_bytes(b"edited")
    assert listed(cli, "--status", "changed") == [("2", "changed", "copy.png")]
    assert "; it has changed since)\n" in cli.krea("history", "job-2").out
    assert "; it no longer exists)\n" in cli.krea("history", "job-1").out


def test_a_file_that_was_moved_is_shown_where_it_is(cli: Cli) -> None:
    """The file that was asked for is no deleted one."""
    assert cli.krea("generate", "a fox", "-o", "den/fox.png").code == 0
    Path("den").rename("earth")
    told = cli.krea("history", "earth/fox.png").out
    assert told.startswith("request 1  saved\n")
    assert re.findall("^file +(\\S+) ", told, re.M) == ["earth/fox.png"]
    (record,) = cli.krea("history", "earth/fox.png", "--json").records
    assert (record["files"], record["lost"]) == ([str(Path("earth/fox.png").absolute())], [])


def test_one_of_several_results_is_lost(cli: Cli) -> None:
    """The rest is named, and the status says that it is not all."""
    cli.service.results_per_job = 2
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    Path("fox.png").unlink()
    assert listed(cli) == [("1", "deleted in part", "fox-2.png")]
    assert files_and_fates(cli) == [(["fox-2.png"], [("fox.png", "deleted")])]
    assert len(cli.krea("history", "--json").records[0]["urls"]) == 2


def test_a_folder_copied_with_new_times_is_read_once(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The content tells; the ledger has the new time from then on."""
    from krea_cli.flows.files import unchanged

    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    shutil.copyfile("fox.png", "other.png")
    Path("other.png").replace("fox.png")
    read: list[Path] = []
    has_hash = unchanged.has_hash

    def look(path: Path, sha256: str, size: int | None = None) -> bool:
        read.append(path)
        return has_hash(path, sha256, size)

    monkeypatch.setattr(unchanged, "has_hash", look)
    for _ in range(3):
        assert listed(cli) == [("1", "saved", "fox.png")]
    assert len(read) == 1
