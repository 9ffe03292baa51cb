"""Links in shared folders: another user's is refused before anything is sent."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from krea_cli.flows.files import links
from krea_cli.flows.files.links import follow_links
from tests.harness.cli import Cli


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder like /tmp, with a link in it."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    (folder / "out.png").symlink_to(tmp_path / "victim.png")
    (folder / "pics").symlink_to(tmp_path / "victims")
    return folder


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each link belongs to another user."""
    lstat: Callable[[str], os.stat_result] = os.lstat

    def foreign_lstat(path: str) -> os.stat_result:
        status = lstat(path)
        if not stat.S_ISLNK(status.st_mode):
            return status
        return os.stat_result((*status[:4], 54321, *status[5:]))

    monkeypatch.setattr(links.os, "lstat", foreign_lstat)
    links._check_folder.cache_clear()


@pytest.mark.parametrize("name", ["out.png", "pics/fox.png", "pics/{seed}.png", "pics/"])
@pytest.mark.usefixtures("foreign")
def test_a_foreign_link_in_a_shared_folder(cli: Cli, shared: Path, name: str) -> None:
    """Nothing is sent, and nothing is written behind the link; --force changes nothing."""
    for options in ((), ("--force", "--sidecar")):
        made = cli.krea("generate", "a fox", "-o", f"{shared}/{name}", *options)
        link = shared / name.split("/")[0]
        assert made.code == 2
        assert made.error(charged="no") == f"{link} is a link that another user has put there"
    assert cli.service.posts == []
    assert not list(shared.parent.glob("victim*"))


@pytest.mark.usefixtures("foreign")
def test_a_batch_follows_no_foreign_link(cli: Cli, shared: Path) -> None:
    """Neither for a result nor for its report."""
    Path("list.jsonl").write_text('{"prompt": "a fox", "output": "out.png"}\n')
    made = cli.krea("batch", "list.jsonl", "-o", f"{shared}/", "--allow-outside", "--force")
    assert "out.png is a link that another user has put there" in made.err
    assert made.code == 1
    Path("list.txt").write_text("a fox\n")
    told = cli.krea("batch", "list.txt", "--report", f"{shared}/out.png")
    sentence = f"{shared}/out.png is a link that another user has put there"
    assert (told.code, told.error(charged="no")) == (2, sentence)
    assert (cli.service.posts, list(shared.parent.glob("victim*"))) == ([], [])


def test_links_of_our_own(cli: Cli, shared: Path) -> None:
    """Own links are followed as ever, in a shared folder too."""
    assert cli.krea("generate", "a fox", "-o", f"{shared}/out.png").code == 0
    assert (shared.parent / "victim.png").exists()
    assert follow_links(shared / "out.png") == os.path.realpath(shared.parent / "victim.png")


@pytest.mark.usefixtures("foreign")
def test_a_folder_of_our_own(cli: Cli, shared: Path) -> None:
    """Without the sticky bit or other writers, links count as the user's will."""
    shared.chmod(0o755)
    assert cli.krea("generate", "a fox", "-o", f"{shared}/out.png").code == 0


def test_links_in_a_circle(tmp_path: Path) -> None:
    """A circle ends."""
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert follow_links(tmp_path / "a" / "c").endswith("c")


@pytest.mark.machine
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_a_link_of_another_user(cli: Cli, shared: Path) -> None:
    """A link with a real owner is refused."""
    links._check_folder.cache_clear()
    os.chown(shared / "out.png", 54321, 54321, follow_symlinks=False)
    made = cli.krea("generate", "a fox", "-o", f"{shared}/out.png")
    assert (made.code, cli.service.posts) == (2, [])
