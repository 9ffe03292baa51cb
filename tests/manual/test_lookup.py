"""The look-up that the scripts of all shells share, run by a real sh."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from krea_cli.manual.lookup import lookup_program

Look = Callable[..., list[str]]
MODELS = (
    "bfl/flux\timage, $0.01, the default\t* flux-dev\tsteps=;1 to 100\tsize=1K|2K;",
    "maker/film\tvideo, $1\tcinema\tduration=4|8;\taspect_ratio=16:9|2.35:1;",
    "bare/model",
)
REQUESTS = (
    "for 3989529175 2\n"  # `cksum` of two spaces: no variable names a service or a token
    "12\t550e8400-e29b-41d4-a716-446655440000\tU\tprocessing, bfl/flux, a fox\tclient=acme draft\n"
    "11\t5508aaaa-e29b-41d4-a716-446655440000\tO\tsaved, maker/film, an owl\tclient=acme\n"
    "10\t\tD\tunknown, bfl/flux, a cow\t\n"
)


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Look up with WORDS on the line; `krea` is a program that notes its start."""
    programs, work = tmp_path / "bin", tmp_path / "work" / "inner"
    for folder in (programs, work, tmp_path / "state", tmp_path / "config"):
        folder.mkdir(parents=True)
    (programs / "krea").write_text('#!/bin/sh\necho "$@" >> "$HOME/started"\n')
    (programs / "krea").chmod(0o755)

    def run(what: str, detail: str = "", *words: str, **environ: str) -> list[str]:
        done = subprocess.run(
            ["sh", "-c", lookup_program(MODELS), "krea", what, detail, "--", "krea", *words],
            capture_output=True,
            text=True,
            check=True,
            cwd=work,
            env={
                "PATH": f"{programs}:{os.environ['PATH']}",
                "HOME": os.fspath(tmp_path),
                **{
                    f"KREA_{name.upper()}_DIR": str(tmp_path / name) for name in ("config", "state")
                },
                **environ,
            },
        )
        assert done.stderr == ""
        return done.stdout.splitlines()

    return run


def write_requests(tmp_path: Path, *, list_age: int) -> None:
    """A ledger of a minute ago, and a list that is LIST_AGE seconds older than it."""
    ledger, listed = tmp_path / "state" / "ledger.sqlite3", tmp_path / "state" / "requests.list"
    ledger.write_text("rows")
    listed.write_text(REQUESTS)
    date = ledger.stat().st_mtime - 60
    os.utime(ledger, (date, date))
    os.utime(listed, (date - list_age, date - list_age))


def test_models_are_told_by_kind_and_price(look: Look) -> None:
    """By the id without its first part as well, once something is typed."""
    assert look("names", "", "-m", "") == [
        "bfl/flux\timage, $0.01, the default",
        "maker/film\tvideo, $1",
        "bare/model",
    ]
    assert look("names", "", "-m", "fl")[:2] == [
        "bfl/flux\timage, $0.01, the default",
        "flux\timage, $0.01, the default",
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["generate", ""], ["1K", "2K"]),
        (["generate", "-m", "film", ""], []),
        (["generate", "-m", "flux-dev", ""], ["1K", "2K"]),
        (["generate", "--model", "=", "bfl/flux", ""], ["1K", "2K"]),
        (["generate", "--model=cinema", ""], []),
        (["generate", "-mfilm", ""], []),
        (["generate", "-m", "film,flux", ""], ["1K", "2K"]),
        (["generate", "-m", "of no catalog", ""], ["1K", "2K"]),
        (["generate", "--preset", "movie", ""], []),
        (["generate", "--preset", "movie", "-m", "flux", ""], ["1K", "2K"]),
    ],
)
def test_choices_are_those_of_the_model(
    look: Look, tmp_path: Path, words: list[str], expected: list[str]
) -> None:
    """The model of the line, of its preset, or the default; of all, where none is known."""
    (tmp_path / "config" / "config.toml").write_text('[preset.movie]\nmodel = "maker/film"\n')
    assert look("choices", "size", *words) == expected


def test_the_default_model_has_the_origin_of_the_command(look: Look, tmp_path: Path) -> None:
    """KREA_MODEL goes before krea.toml, which goes before the settings."""
    names = {"flux": ["steps\t1 to 100", "size\t1K, 2K"], "bare": []}
    names["film"] = ["duration\t4, 8", "aspect_ratio\t16:9, 2.35:1"]
    assert look("fields") == names["flux"]
    (tmp_path / "config" / "config.toml").write_text('[model]\ndefault = "film"  # mine\n')
    assert look("fields") == names["film"]
    (tmp_path / "work" / "krea.toml").write_text('model = "flux"\n')
    assert look("fields") == names["flux"]
    assert look("fields", KREA_MODEL="maker/film") == names["film"]


def test_presets_stand_in_the_settings_and_the_project(look: Look, tmp_path: Path) -> None:
    """Each with its model, as TOML may write it."""
    (tmp_path / "config" / "config.toml").write_text(
        "[preset.poster]\nsteps = 4\nmodel = 'x'\n[preset]\ncard = { model = \"maker/film\" }\n"
    )
    (tmp_path / "work" / "krea.toml").write_text('[preset."wide"]\nmodel = "bfl/flux"\n')
    assert look("presets") == ["wide\tbfl/flux", "poster\t'x'", "card\tmaker/film"]


def test_a_pipe_called_like_the_project_keeps_nobody_waiting(look: Look, tmp_path: Path) -> None:
    """The file is left alone."""
    os.mkfifo(tmp_path / "work" / "krea.toml")
    assert look("presets") == []


def test_of_logins_the_names_are_told(look: Look, tmp_path: Path) -> None:
    """Never a token."""
    (tmp_path / "config" / "credentials.json").write_text(
        '{\n  "default": {\n    "token": "secret",\n    "base": "https://x"\n  },\n'
        '  "studio": {\n    "token": "secret:2"\n  }\n}\n'
    )
    assert look("profiles") == ["default\tstored login", "studio\tstored login"]


def test_requests_are_told_by_row(look: Look, tmp_path: Path) -> None:
    """By the beginning of an id, once one is typed; no krea is started for a list in date."""
    write_requests(tmp_path, list_age=-1)
    fox, owl = "processing, bfl/flux, a fox", "saved, maker/film, an owl"
    cow = "unknown, bfl/flux, a cow"
    assert look("requests", "", "status", "") == [
        f"last\tthe newest: {fox}",
        f"12\t{fox}",
        f"11\t{owl}",
        f"10\t{cow}",
    ]
    assert f"550e8400\t{fox}" in look("requests", "", "status", "55")
    assert look("running", "", "wait", "") == [f"last\tthe newest: {fox}", f"12\t{fox}"]
    assert look("doubts", "", "recover", "--forget", "") == [f"10\t{cow}"]
    assert look("requests", "", "status", "--profile", "studio", "") == []  # of another account
    assert look("tags", "", "generate", "--tag", "") == ["client=acme\ttag", "draft\ttag"]
    assert not (tmp_path / "started").exists()


def test_an_old_list_is_written_anew(look: Look, tmp_path: Path) -> None:
    """As when the ledger has a new request; without a ledger, krea has nothing to write."""
    assert look("requests", "", "status", "") == []
    assert not (tmp_path / "started").exists()
    write_requests(tmp_path, list_age=1)
    assert len(look("requests", "", "status", "")) == 4
    assert (tmp_path / "started").read_text() == "completion --write-requests 3989529175 2\n"


def test_a_list_of_another_account_is_written_anew(look: Look, tmp_path: Path) -> None:
    """As when a variable names another service or key; no secret part of a key is looked at."""
    write_requests(tmp_path, list_age=-1)
    look("requests", "", "status", "", KREA_API_BASE="http://127.0.0.1:1")
    look("requests", "", "status", "", KREA_API_KEY="id:secret")
    look("requests", "", "status", "", KREA_API_KEY="id:other")
    base, key, same_key = (tmp_path / "started").read_text().splitlines()
    assert base != key == same_key


def test_each_host_of_a_network_disk_has_its_own_list(look: Look, tmp_path: Path) -> None:
    """Rows are those of the ledger of this host."""
    write_requests(tmp_path, list_age=-1)
    (tmp_path / "state" / "ledger.sqlite3").rename(tmp_path / "state" / "ledger-a.sqlite3")
    look("requests", "", "status", "")
    look("requests", "", "status", "", KREA_LEDGER_NAME="b")
    first, second = (tmp_path / "started").read_text().splitlines()
    assert first != second


def test_a_hostile_file_is_only_text(look: Look, tmp_path: Path) -> None:
    """A word with a sign of the shell is not offered, and a description moves no cursor."""
    (tmp_path / "models.tsv").write_text(
        "$(touch ran)\n`touch ran`\n;touch ran\n--help\n*\nfree/model\tfree\x1b]0;x\x07\n"
    )
    assert look("models", KREA_CACHE_DIR=str(tmp_path)) == ["free/model\tfree ]0;x "]
    assert not list(tmp_path.rglob("ran"))
