"""`krea config edit`: the settings file in the user's own editor."""

import stat
from pathlib import Path

import pytest

from tests.harness.cli import Cli, CliResult

GOOD = '# mine\n[model]\ndefault = "krea/krea-2/large"\n'


@pytest.fixture
def path(cli: Cli) -> Path:
    """The settings file; what `krea` says has no colours."""
    cli.environ["NO_COLOR"] = "1"
    return cli.home / "config" / "config.toml"


def edit(cli: Cli, *texts: str, typed: str = "") -> CliResult:
    """Run it with an editor that writes the next of TEXTS each time, and keeps the old one."""
    for n, text in enumerate(texts, 1):
        Path(f"text-{n}").write_text(text)
    script = 'cp "$1" seen; stat -c %a "$1" > mode; set -- "$1" text-*; mv "$2" "$1"'
    Path("editor").write_text(script)
    cli.environ["VISUAL"] = "sh editor"
    result = cli.krea("config", "edit", terminal=True, typed=typed)
    assert not list(Path().glob("text-*"))
    return result


def test_a_new_file_is_what_was_written(cli: Cli, path: Path) -> None:
    """Comments stay; each setting that changed is told, and the file is the user's alone."""
    result = edit(cli, GOOD)
    assert (result.code, result.err) == (0, f"model.default is krea/krea-2/large, in {path}\n")
    assert path.read_text() == GOOD
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Path("seen").read_text().startswith("# The settings of krea;")
    assert Path("mode").read_text() == "600\n"

    result = edit(cli, "[submit]\nparallel = 2\n")
    assert Path("seen").read_text() == GOOD
    assert result.err.splitlines()[:2] == [
        f"model.default is not set, in {path}",
        f"submit.parallel is 2, in {path}",
    ]
    assert result.err.splitlines()[2].startswith("warning: up to 2 requests leave at once")


def test_a_text_that_was_not_changed_is_not_saved(cli: Cli, path: Path) -> None:
    """Neither the proposal for a new file, nor the file; a comment alone is saved."""
    edit(cli, GOOD)
    assert edit(cli, GOOD).err == "the settings are as they were\n"
    assert edit(cli, GOOD + "# end\n").err == f"{path} was saved\n"
    path.unlink()
    cli.environ["VISUAL"] = "true"
    result = cli.krea("config", "edit", terminal=True, typed="")
    assert (result.code, result.err) == (0, "the settings are as they were\n")
    assert not path.exists()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[model\n", "{path} cannot be read: Expected"),
        ("[budget]\ndy = 20\n", "{path}: there is no setting budget.dy; did you mean budget.day?"),
        ('[budget]\nday = "x"\n', "{path}: budget.day must be "),
        ('[model]\ndefault = "nosuch"\n', "there is no model called 'nosuch'"),
    ],
    ids=["no TOML", "no setting", "no value", "no model"],
)
def test_what_cannot_be_used_is_not_saved(cli: Cli, path: Path, text: str, problem: str) -> None:
    """The user is asked for a correction, which begins with the wrong text."""
    edit(cli, GOOD)
    result = edit(cli, text)
    assert (result.code, path.read_text()) == (2, GOOD)
    problem = problem.format(path=path)
    assert result.err.startswith(problem)
    assert ": edit it again? [y/N] \nerror: " in result.err
    assert result.err.endswith("; the settings are as they were\n  hint: krea config edit\n")

    result = edit(cli, text, "[submit]\nparallel = 1\n", typed="y\n")
    assert (result.code, Path("seen").read_text()) == (0, text)
    assert path.read_text() == "[submit]\nparallel = 1\n"


def test_a_broken_file_can_be_mended(cli: Cli, path: Path) -> None:
    """Other commands refuse it."""
    edit(cli, GOOD)
    path.write_text("[model\n")
    assert cli.krea("config", "list").code == 2
    assert edit(cli, GOOD).err == f"model.default is krea/krea-2/large, in {path}\n"


def test_a_change_meanwhile_is_not_lost_unseen(cli: Cli, path: Path) -> None:
    """Another process changed the file while the editor was open."""
    edit(cli, GOOD)
    cli.environ["VISUAL"] = f'sh -c \'echo "# a" >> {path}; echo "# b" >> "$1"\' sh'
    result = cli.krea("config", "edit", terminal=True, typed="")
    assert (result.code, path.read_text()) == (2, f"{GOOD}# a\n")
    assert f"\nerror: {path} was changed meanwhile" in result.err


def test_an_editor_that_fails_changes_nothing(cli: Cli, path: Path) -> None:
    """The error says so; a terminal is needed."""
    edit(cli, GOOD)
    cli.environ["VISUAL"] = "sh -c 'echo > \"$1\"; exit 3' sh"
    result = cli.krea("config", "edit", terminal=True, typed="")
    assert (result.code, path.read_text()) == (2, GOOD)
    assert "ended with exit code 3: the settings are as they were\n" in result.err
    result = cli.krea("config", "edit")
    assert (result.code, result.err) == (
        2,
        "error: krea config edit needs a terminal\n"
        "  hint: krea config set KEY VALUE changes a setting\n",
    )
