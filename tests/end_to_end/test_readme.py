"""Every command line that the README and the helps show does what it says."""

import json
import re
import shlex
import time
from contextlib import closing
from pathlib import Path

import pytest

from krea_cli.local.credentials import account_of
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.rows import Draft
from tests.end_to_end.conftest import SLOW
from tests.fakes.sandbox_process import Nearby, Sandbox
from tests.harness.installed_cli import Desk, Ended, wait_until
from tests.harness.installed_in_process import enter, picture
from tests.tokens import OTHER_KEY

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = sorted((ROOT / "krea_cli" / "commands").glob("*.py"))
ID = re.compile(r"\bID\b|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MADE_BEFORE = re.compile(r"(?:--like|history) (\S+\.png)")
FILE = re.compile(r"<!-- file: (\S+) -->\n+```\w+\n(.+?)^```", re.DOTALL | re.MULTILINE)
SCRIPT = '#!/bin/sh\nset -e\nkrea generate "a red fox" --width 512 --height 512 -o "$$.png"\n'


def examples() -> dict[str, list[str]]:
    """The lines that begin with `krea`, by where they stand."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    found = {
        f"README {number}": [
            line.partition("  #")[0].rstrip()
            for line in block.splitlines()
            if line.startswith("krea ")
        ]
        for number, block in enumerate(blocks)
    }
    for path in COMMANDS:
        lines = re.findall(r"^ +(krea [a-z].*)$", path.read_text("utf-8"), re.MULTILINE)
        found[f"krea {path.stem}"] = lines
    shown: set[str] = set()
    for where, lines in found.items():
        # A line that stands in several places is run for the first of them.
        found[where] = [line for line in lines if line not in shown]
        shown.update(lines)
    return {where: lines for where, lines in found.items() if lines}


EXAMPLES = examples()


@pytest.fixture
def furnished(desk: Desk) -> Desk:
    """A desk with the files and programs that the examples name."""
    picture(desk.folder / "day.png")
    picture(desk.folder / "small.jpg")
    (desk.folder / "prompt.txt").write_text("a red fox\n")
    (desk.folder / "prompts.txt").write_text("a fox\nan owl\n")
    for name, text in FILE.findall(README):
        (desk.folder / name).write_text(text)
    (desk.folder / "token.txt").write_text(f"{OTHER_KEY}\n")
    (desk.folder / "pics").mkdir()
    (desk.folder / "out").mkdir()
    report = {"schema": 1, "line": 1, "state": "failed", "job_id": None, "files": []}
    (desk.folder / "out" / "report.jsonl").write_text(json.dumps(report) + "\n")
    programs = {"make-catalogue.sh": SCRIPT}
    others = desk.folder.parent / "bin"
    others.mkdir()
    for name, text in programs.items():
        (desk.folder / name).write_text(text)
        (desk.folder / name).chmod(0o755)
    for name in ("convert", "jq"):
        (others / name).write_text("#!/bin/sh\nexec cat\n")
        (others / name).chmod(0o755)
    desk.environ["PATH"] = f"{others}:{desk.environ['PATH']}"
    return desk


def with_jobs(line: str, desk: Desk, sandbox: Sandbox) -> str:
    """LINE with a job of its own, which has ended, in the place of each id."""

    def submitted(_: re.Match[str]) -> str:
        ended = enter(["generate", "--no-wait", "--no-ledger", "a"], desk.environ)
        wait_until(lambda: sandbox.jobs()[-1]["status"] == "completed")
        return ended.out.strip()

    return ID.sub(submitted, line)


def with_doubts(line: str, desk: Desk) -> str:
    """LINE with a request in doubt of its own in the place of each number 12."""
    return re.sub(r"\b12\b(?!h)", lambda _: str(in_doubt(desk)), line)


def in_doubt(desk: Desk) -> int:
    """The number of a request that left an hour ago and whose answer got lost."""
    with closing(Ledger.open(Path(desk.environ["KREA_STATE_DIR"]))) as ledger:
        account = account_of(desk.environ["KREA_API_KEY"])
        book = ledger.for_account(desk.environ["KREA_API_BASE"], account)
        body = {"prompt": "a fox"}
        draft = Draft(
            model="bfl/flux-1-dev",
            kind="image",
            route="/generate/image/bfl/flux-1-dev",
            body=body,
            given=body,
        )
        row = book.begin(draft)
        book.sending(row.id, time.time() - 3600)
        book.doubtful(row.id, "HTTP 524")
        return row.id


def unhurried(line: str, folder: Path) -> Ended:
    """Run LINE against a Krea whose jobs run long enough to be cancelled."""
    folder.mkdir()
    with Nearby(*SLOW) as running, closing(Desk(folder, running.environment(folder))) as desk:
        return desk.sh(line)


@pytest.mark.parametrize("where", EXAMPLES)
def test_the_examples_work(
    furnished: Desk, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Each ends with 0: what costs as a dry run or against the sandbox, pipes in a shell."""
    desk = furnished
    monkeypatch.chdir(desk.folder)
    for example in EXAMPLES[where]:
        line = with_doubts(with_jobs(example, desk, sandbox), desk)
        words = shlex.split(line, comments=True)[1:]
        made = MADE_BEFORE.findall(line)
        for name in made:
            enter(["generate", "a red fox", "-o", name], desk.environ)
        if words == ["sandbox"]:
            continue  # serves until Ctrl-C
        if "cancel" in words and "|" in words:
            ended = unhurried(line, desk.folder / "unhurried")
        elif "|" in words or "<" in words or words[0] == "sandbox":
            ended = desk.sh(line.replace("krea sandbox", "krea sandbox --seconds 0.05"))
        elif words[:2] == ["auth", "login"]:
            ended = enter([*words, "--with-token"], desk.environ, OTHER_KEY)
        elif words[0] == "generate" or (words[0] == "batch" and "--report" not in words):
            ended = enter([*words, "--dry-run"], desk.environ)
        else:
            ended = enter(words, desk.environ)
        assert ended.code == 0, f"{line}\n{ended.err}"
        assert "error" not in ended.err, f"{line}\n{ended.err}"
        for name in made:
            Path(name).unlink()


def test_the_loop_over_a_file(furnished: Desk, sandbox: Sandbox) -> None:
    """The README's loop makes each picture once, however often it runs."""
    (loop,) = re.findall(r"^```sh\n(n=0\n.*?)^```", README, re.MULTILINE | re.DOTALL)
    jobs = sandbox.stats()["jobs"]
    for _ in range(2):
        assert furnished.sh(loop).code == 0
    assert sandbox.stats()["jobs"] == jobs + 2
    assert sorted(path.name for path in (furnished.folder / "pics").iterdir()) == [
        "1.png",
        "2.png",
    ]
