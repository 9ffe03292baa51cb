"""Completion as the README installs it, in a real bash, zsh and fish, of a real ledger."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pexpect
import pytest

from tests.fakes.sandbox_process import Sandbox
from tests.harness.installed_cli import BIN, InstalledCli

pytestmark = pytest.mark.machine

README = Path(__file__).parents[2] / "README.md"
# ^T shows the line between marks and clears it.
BASHRC = r"""
PS1=; bind 'set enable-bracketed-paste off'
show() { printf '<<%s>>' "$READLINE_LINE"; READLINE_LINE= READLINE_POINT=0; }
bind -x '"\C-t": show'; echo READY
"""
ZSHRC = r"""
PS1=; unsetopt zle_bracketed_paste prompt_cr prompt_sp
zstyle ':completion:*' list false
show() { print -rn -- "<<$BUFFER>>"; BUFFER=; zle -R }
zle -N show; bindkey '^T' show; bindkey '^I' complete-word; echo READY
"""
# What is typed, and the line after Tab; in a ledger with a running job, JOB.
LINES = {
    "krea status JOB": "krea status JOB_",
    "krea cancel la": "krea cancel last ",
    "krea again fo": "krea again fox.png ",
    "krea generate --like JOB": "krea generate --like JOB_",
    "krea history --status fa": "krea history --status failed ",
    "krea jobs --status cance": "krea jobs --status cancelled ",
    "krea generate --tag dr": "krea generate --tag draft ",
    "krea generate --tag client=z": "krea generate --tag client=zoo ",
    "krea preset show po": "krea preset show poster ",
    "krea generate --preset wi": "krea generate --preset wide ",
    "krea generate --profile stu": "krea generate --profile studio ",
    "krea generate -m krea/krea-2/la": "krea generate -m krea/krea-2/large ",
    "krea generate -m krea-2/large --aspect-ratio 2.": (
        "krea generate -m krea-2/large --aspect-ratio 2.35:1 "
    ),
    "krea generate -m krea-2/large --aspect-ratio=16:": (
        "krea generate -m krea-2/large --aspect-ratio=16:9 "
    ),
    "krea generate --preset wide --resolution 10": (
        "krea generate --preset wide --resolution 1080p "
    ),
    "krea generate -m krea-2/large -i creat": "krea generate -m krea-2/large -i creativity=",
    "krea generate -m krea-2/large -i creativity=m": (
        "krea generate -m krea-2/large -i creativity=medium "
    ),
    "krea generate -i image_url=@fo": "krea generate -i image_url=@fox.png ",
    "krea generate -o fo": "krea generate -o fox.png ",
    "krea generate -o out/{jo": "krea generate -o out/{job_id}",
    "krea config set model.default krea/krea-2/la": (
        "krea config set model.default krea/krea-2/large "
    ),
    "krea config set terminal.notify be": "krea config set terminal.notify bell ",
    "krea models --sort pr": "krea models --sort price ",
}


@pytest.fixture
def studio(installed: InstalledCli, sandbox: Sandbox) -> InstalledCli:
    """The installed command with a ledger, tags, presets, logins, and completions."""
    token = f"{installed.environ['KREA_API_KEY']}\n".encode()
    installed.environ["PATH"] = f"{BIN}:{os.environ['PATH']}"
    for argv in (
        ("generate", "a fox", "-m", "z-image", "-o", "fox.png", "--tag", "draft"),
        ("generate", "a zoo", "-m", "z-image", "--no-wait", "--tag", "client=zoo"),
        ("preset", "save", "poster", "--like", "fox.png"),
    ):
        assert installed.krea(*argv).code == 0
    for profile in ("default", "studio"):
        argv = ("auth", "login", "--with-token", "--profile", profile)
        assert installed.krea(*argv, stdin=token).code == 0
    (installed.folder / "krea.toml").write_text('[preset.wide]\nmodel = "google/veo-3.1"\n')
    block = re.search(
        r"^Completions are .*?```sh\n(.*?)```\n(.*?)\n\n", README.read_text(), re.M | re.S
    )
    assert block
    assert installed.sh(f"set -e; {block[1]}").err == ""
    bash_line, zsh_line = re.findall(r"needs(?: the line)?\n`(.*?)`", block[2])
    home = Path(installed.environ["HOME"])
    (home / ".bashrc").write_text(f"{bash_line}\n{BASHRC}")
    (home / ".zshrc").write_text(f"{zsh_line}\n{ZSHRC}")
    return installed


def job_id(studio: InstalledCli) -> str:
    """The id of the newest job."""
    return str(studio.krea("history", "--limit", "1", "--json").records[0]["job_id"])


def type_lines(studio: InstalledCli, *shell: str) -> Callable[[str], str]:
    """Return a function that types a line and Tab into SHELL, and returns the line then."""
    child = pexpect.spawn(
        shell[0],
        list(shell[1:]),
        env={**studio.environ, "TERM": "dumb"},
        encoding="utf-8",
        cwd=os.fspath(studio.folder),
        dimensions=(40, 200),
        timeout=20,
    )
    child.delaybeforesend = None
    child.expect("READY\r\n")

    def run(line: str) -> str:
        child.send(f"{line}\t\x14")
        child.expect("<<(.*?)>>")
        return str(child.match.group(1))

    return run


@pytest.fixture
def lines(studio: InstalledCli) -> Iterator[dict[str, str]]:
    """The table, with the id of the job."""
    job = job_id(studio)
    with closing(studio):
        yield {
            line.replace("JOB", job[:5]): done.replace("JOB_", f"{job[:8]} ")
            for line, done in LINES.items()
        }


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
def test_bash(studio: InstalledCli, lines: dict[str, str]) -> None:
    """Each line is completed to the end."""
    run = type_lines(studio, "bash", "--noprofile", "-i")
    assert {line: run(line) for line in lines} == lines


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
def test_zsh(studio: InstalledCli, lines: dict[str, str]) -> None:
    """Each line is completed to the end."""
    run = type_lines(studio, "zsh", "-i")
    assert {line: run(line) for line in lines} == lines


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
def test_fish(studio: InstalledCli, lines: dict[str, str]) -> None:
    """Each line has one completion, with a description where there is one to tell."""
    body = 'for line in $argv; complete -C "$line"; echo ==; end'
    result = studio.run(["fish", "-c", body, *lines])
    blocks = [block.splitlines() for block in result.out.split("==\n")[:-1]]
    found = [[match.split("\t")[0] for match in block] for block in blocks]
    assert dict(zip(lines, found, strict=True)) == {
        line: [done.rstrip().rpartition(" ")[2]] for line, done in lines.items()
    }
    told = studio.run(["fish", "-c", 'complete -C "krea status "']).out
    assert re.sub(r"queued|processing", "running", told).splitlines() == [
        "last\tthe newest: a zoo (running, z-image/z-image)",
        "2\ta zoo (running, z-image/z-image)",
        "1\ta fox (saved, z-image/z-image)",
    ]
