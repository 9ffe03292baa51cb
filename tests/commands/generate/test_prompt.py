"""`krea generate --edit` and `krea again --edit`: the prompt in the user's own editor."""

import os
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness.cli import Cli, CliResult
from tests.harness.terminals import start_on_terminal

Edit = Callable[..., CliResult]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files of this test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def edit(cli: Cli, temporary: Path) -> Edit:
    """Run a command at a terminal, with a shell SCRIPT as editor: its $1 is the file."""

    def run(script: str, *words: str, variable: str = "EDITOR") -> CliResult:
        cli.environ[variable] = f"sh -c '{script}' sh"
        result = cli.krea(*words, "--edit", terminal=True, typed="")
        assert list(temporary.iterdir()) == []
        return result

    return run


def prompts(cli: Cli) -> list[object]:
    """The prompts that were sent."""
    return [body["prompt"] for body in cli.service.posts]


def test_the_prompt_is_what_was_written(cli: Cli, edit: Edit) -> None:
    """The last newline, which most editors add, is none of it."""
    assert edit('printf "a fox\\nin snow\\n" > "$1"', "generate", "-o", "fox.png").code == 0
    assert prompts(cli) == ["a fox\nin snow"]


def test_the_typed_prompt_is_the_start(cli: Cli, edit: Edit) -> None:
    """From the command line, and from a file."""
    assert edit('sed -i s/fox/hen/ "$1"', "generate", "a fox", "-o", "1.png").code == 0
    Path("prompt.txt").write_text("two foxes\n")
    more = ("generate", "--prompt-file", "prompt.txt", "-o", "2.png")
    assert edit('sed -i s/fox/hen/ "$1"', *more).code == 0
    assert prompts(cli) == ["a hen", "two henes"]


@pytest.mark.parametrize("words", [("generate", "--like", "fox.png"), ("again",)])
def test_the_earlier_prompt_is_the_start(cli: Cli, edit: Edit, words: tuple[str, ...]) -> None:
    """All else stays as it was."""
    cli.krea("generate", "a fox", "-o", "fox.png")
    assert edit('sed -i s/fox/hen/ "$1"', *words, "-o", "hen.png").code == 0
    assert prompts(cli) == ["a fox", "a hen"]


def test_the_file_is_private(cli: Cli, edit: Edit, tmp_path: Path) -> None:
    """Nobody else can read it, whatever the umask; it is gone at the end."""
    seen = tmp_path / "seen"
    before = os.umask(0)
    try:
        assert edit(f'stat -c %a "$1" > {seen}; echo x > "$1"; cp "$1" "$1"~', "generate").code == 0
    finally:
        os.umask(before)
    assert stat.filemode(0o100600) == "-rw-------"
    assert seen.read_text() == "600\n"


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (": > $1", "the prompt is empty: nothing was sent"),
        ("echo > $1", "the prompt is empty: nothing was sent"),
        ("true", "the prompt was not changed: nothing was sent"),
        ("rm $1", "the edited prompt cannot be read: No such file or directory"),
        ("printf '\\377' > $1", "the edited prompt cannot be read: it is not UTF-8 text"),
    ],
)
def test_nothing_written_sends_nothing(cli: Cli, edit: Edit, script: str, error: str) -> None:
    """Exit 2, and no word of money."""
    result = edit(script.replace("'", '"').replace("$1", '"$1"'), "generate", "a fox")
    assert (result.code, cli.service.posts) == (2, [])
    assert f" {error}\n" in result.err


def test_again_takes_the_prompt_as_it_was(cli: Cli, edit: Edit) -> None:
    """The seed is another one; an empty prompt is refused there as well."""
    cli.krea("generate", "a fox")
    assert edit("true", "again").code == 0
    assert prompts(cli) == ["a fox", "a fox"]
    assert edit(': > "$1"', "again").code == 2
    assert len(cli.service.posts) == 2


def test_an_editor_that_fails_sends_nothing(cli: Cli, edit: Edit) -> None:
    """As `:cq` in vi."""
    result = edit('echo a hen > "$1"; exit 3', "generate", "a fox")
    assert (result.code, cli.service.posts) == (2, [])
    assert " ended with exit code 3: nothing was sent\n" in result.err


@pytest.mark.parametrize(
    ("editor", "error"),
    [
        ("no-such-editor -w", "cannot run no-such-editor: No such file or directory"),
        ("vi 'x", 'VISUAL is "vi \'x": No closing quotation'),
    ],
)
def test_a_wrong_editor_is_named(cli: Cli, editor: str, error: str) -> None:
    """The hint says how to choose another one."""
    cli.environ["VISUAL"] = editor
    result = cli.krea("generate", "--edit", terminal=True, typed="")
    assert (result.code, cli.service.posts) == (2, [])
    assert f" {error}\n" in result.err
    assert " VISUAL=nano chooses another editor\n" in result.err


def test_visual_goes_before_editor(cli: Cli, edit: Edit) -> None:
    """As in other programs."""
    cli.environ["EDITOR"] = "false"
    assert edit('echo a hen > "$1"', "generate", variable="VISUAL").code == 0


def test_without_an_editor_it_is_vi(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable is set; an empty one counts as unset."""
    Path("bin").mkdir()
    Path("bin/vi").write_text('#!/bin/sh\necho a hen > "$1"\n')
    Path("bin/vi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{Path('bin').resolve()}:{os.environ['PATH']}")
    cli.environ |= {"PATH": os.environ["PATH"], "EDITOR": ""}
    assert cli.krea("generate", "--edit", terminal=True, typed="").code == 0
    assert prompts(cli) == ["a hen"]


@pytest.mark.parametrize("terminals", [{"typed": ""}, {"terminal": True}, {"stdin": "a fox"}])
def test_without_a_terminal_nothing_is_edited(cli: Cli, terminals: dict[str, object]) -> None:
    """Stdin and stderr are both needed."""
    cli.environ["EDITOR"] = "touch edited; false"
    result = cli.krea("generate", "--edit", **terminals)  # type: ignore[arg-type]
    assert (result.code, cli.service.posts) == (2, [])
    assert " --edit needs a terminal\n" in result.err
    assert " --prompt-file FILE reads a file\n" in result.err


def test_the_request_is_checked_before_the_editor_opens(cli: Cli, edit: Edit) -> None:
    """An unknown model would throw away the text."""
    result = edit("touch edited", "generate", "-m", "nosuchmodel")
    assert (result.code, Path("edited").exists()) == (2, False)


def test_a_json_run_edits_as_well(cli: Cli, edit: Edit) -> None:
    """The editor draws on stderr: a pipe behind stdout gets the answer alone."""
    result = edit('echo a hen > "$1"; echo drawn', "generate", "--json")
    assert (result.code, [each["prompt"] for each in result.records]) == (0, ["a hen"])


def test_a_real_terminal_has_the_editor(tmp_path: Path) -> None:
    """Ctrl-C is the editor's own; what it draws goes to the terminal, though stdout is a file."""
    editor = tmp_path / "editor.py"
    editor.write_text(
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, lambda *_: print('interrupted', flush=True))\n"
        "print('ready', flush=True)\n"
        "open(sys.argv[1], 'w').write(sys.stdin.readline())\n"
    )
    krea = f"{sys.executable} -m krea_cli"
    command = f"exec {krea} generate --edit --dry-run --json > {tmp_path}/out"
    python = f"{sys.executable} {editor}"
    child = start_on_terminal(["sh", "-c", command], EDITOR=python, KREA_STATE_DIR=str(tmp_path))
    child.expect("ready")
    child.sendintr()
    child.expect("interrupted")
    child.sendline("a red hen")
    child.expect_exact("a red hen")
    child.wait()
    assert '"prompt": "a red hen"' in (tmp_path / "out").read_text()
