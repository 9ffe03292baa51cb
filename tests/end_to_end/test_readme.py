"""Every command line of the README, the guides and the helps works as it is printed."""

import json
import re
import shlex
import time
from contextlib import closing
from pathlib import Path

import pytest

from krea_cli.local.credentials import account_of
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.rows import RequestDraft
from tests.end_to_end.conftest import SLOW
from tests.fakes.sandbox_process import Sandbox, SandboxThreads
from tests.harness.cli import CliResult, run_main
from tests.harness.installed_cli import InstalledCli, wait_until
from tests.pictures import write_picture
from tests.tokens import OTHER_KEY

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
GUIDES = {
    path.stem: path.read_text("utf-8") for path in sorted((ROOT / "man" / "guide").glob("*.md"))
}
SECTIONS = {
    path.stem: path.read_text("utf-8") for path in sorted((ROOT / "man" / "sections").glob("*.md"))
}
DOCUMENTS = (
    {"README": README}
    | {f"{name} guide": text for name, text in GUIDES.items()}
    | {f"{name} section": text for name, text in SECTIONS.items()}
)
COMMANDS = ROOT / "krea_cli" / "commands"
COMMAND_FILES = {
    **{path.stem: path for path in sorted(COMMANDS.glob("*.py"))},
    **{path.parent.name: path for path in sorted(COMMANDS.glob("*/__init__.py"))},
}
JOB_ID = re.compile(r"\bID\b|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
EXISTING_RESULT = re.compile(r"(?:--like|history|again) (\S+\.png)")
FILE_BLOCK = re.compile(r"<!-- file: (\S+) -->\n+```\w+\n(.+?)^```", re.DOTALL | re.MULTILINE)
EXAMPLE_SCRIPT = (
    '#!/bin/sh\nset -e\nkrea generate "a red fox" --width 512 --height 512 -o "$$.png"\n'
)


def examples() -> dict[str, list[str]]:
    """Command lines by place: a block of a document, or the help of a command."""
    lines_by_place: dict[str, list[str]] = {}
    for name, text in DOCUMENTS.items():
        blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        for number, block in enumerate(blocks):
            lines_by_place[f"{name} {number}"] = [
                line.partition("  #")[0].rstrip()
                for line in block.splitlines()
                if line.startswith("krea ")
            ]
    for name, path in COMMAND_FILES.items():
        lines = re.findall(r"^ +(krea [a-z].*)$", path.read_text("utf-8"), re.MULTILINE)
        lines_by_place[f"krea {name}"] = lines
    seen_lines: set[str] = set()
    for where, lines in lines_by_place.items():
        # A line that stands in several places is run for the first of them.
        lines_by_place[where] = [line for line in lines if line not in seen_lines]
        seen_lines.update(lines)
    return {where: lines for where, lines in lines_by_place.items() if lines}


EXAMPLES = examples()


def takes_long(lines: list[str]) -> bool:
    """Return True if a lost answer is searched for in real time."""
    return any("--fault" in line for line in lines)


@pytest.fixture
def installed_with_files(installed: InstalledCli) -> InstalledCli:
    """The installed command with the files and programs that the examples name."""
    write_picture(installed.folder / "day.png")
    write_picture(installed.folder / "small.jpg")
    (installed.folder / "prompt.txt").write_text("a red fox\n")
    (installed.folder / "prompts.txt").write_text("a {red|grey} fox\nan owl\n")
    for name, text in FILE_BLOCK.findall("".join(DOCUMENTS.values())):
        (installed.folder / name).write_text(text)
    (installed.folder / "token.txt").write_text(f"{OTHER_KEY}\n")
    (installed.folder / "wildcards").mkdir()
    (installed.folder / "wildcards" / "animal.txt").write_text("fox\nowl\nhare\n")
    for folder in (
        ".local/share/bash-completion/completions",
        ".zfunc",
        ".config/fish/completions",
    ):
        (Path(installed.environ["HOME"]) / folder).mkdir(parents=True, exist_ok=True)
    (installed.folder / "pics").mkdir()
    (installed.folder / "out").mkdir()
    report = {"schema": 1, "line": 1, "state": "failed", "job_id": None, "files": []}
    (installed.folder / "out" / "report.jsonl").write_text(json.dumps(report) + "\n")
    programs = {"make-catalogue.sh": EXAMPLE_SCRIPT}
    others = installed.folder.parent / "bin"
    others.mkdir()
    for name, text in programs.items():
        (installed.folder / name).write_text(text)
        (installed.folder / name).chmod(0o755)
    for name in ("convert", "jq"):
        (others / name).write_text("#!/bin/sh\nexec cat\n")
        (others / name).chmod(0o755)
    installed.environ["PATH"] = f"{others}:{installed.environ['PATH']}"
    return installed


def substitute_job_ids(line: str, installed: InstalledCli, sandbox: Sandbox) -> str:
    """LINE with the id of a finished job of its own in the place of each id."""

    def submit_job(_: re.Match[str]) -> str:
        result = run_main(["generate", "--no-wait", "--no-ledger", "a"], environ=installed.environ)
        wait_until(lambda: sandbox.jobs()[-1]["status"] == "completed")
        return result.out.strip()

    return JOB_ID.sub(submit_job, line)


def substitute_row_numbers(line: str, installed: InstalledCli) -> str:
    """LINE with the number of a new request in doubt in the place of each 12."""
    return re.sub(r"(?<!-)\b12\b(?!h)", lambda _: str(insert_request_in_doubt(installed)), line)


def insert_request_in_doubt(installed: InstalledCli) -> int:
    """Insert a request that was sent an hour ago without an answer, and return its number."""
    with closing(Ledger.open(Path(installed.environ["KREA_STATE_DIR"]))) as whole_ledger:
        account = account_of(installed.environ["KREA_API_KEY"])
        ledger = whole_ledger.for_account(installed.environ["KREA_API_BASE"], account)
        body = {"prompt": "a fox"}
        draft = RequestDraft(
            model="bfl/flux-1-dev",
            kind="image",
            route="/generate/image/bfl/flux-1-dev",
            body=body,
            given=body,
        )
        row = ledger.requests.insert(draft)
        ledger.requests.mark_sending(row.id, time.time() - 3600)
        ledger.requests.mark_in_doubt(row.id, "HTTP 524")
        return row.id


def run_against_slow_jobs(line: str, folder: Path) -> CliResult:
    """Run LINE against a sandbox with jobs that run long enough to be cancelled."""
    folder.mkdir()
    with (
        SandboxThreads(*SLOW) as running,
        closing(InstalledCli(folder, running.environ(folder))) as installed,
    ):
        return installed.sh(line)


@pytest.mark.parametrize(
    "where",
    [
        pytest.param(where, marks=pytest.mark.machine if takes_long(lines) else ())
        for where, lines in EXAMPLES.items()
    ],
)
def test_the_examples_work(
    installed_with_files: InstalledCli,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:
    """Each ends with 0: requests as a dry run or against the sandbox, pipes in a shell."""
    installed = installed_with_files
    monkeypatch.chdir(installed.folder)
    for example in EXAMPLES[where]:
        line = substitute_row_numbers(substitute_job_ids(example, installed, sandbox), installed)
        words = shlex.split(line, comments=True)[1:]
        existing_results = EXISTING_RESULT.findall(line)
        if words[0] == "again" or "last" in words:
            existing_results += ["1.png", "2.png", "3.png"]
        for name in existing_results:
            run_main(["generate", "a red fox", "-o", name], environ=installed.environ)
        if (words[0] == "batch" and "--status" in words) or "--batch" in words:
            [made] = {"shots.csv", "prompts.txt"} & set(words)
            run_main(["batch", made, "-o", "made/"], environ=installed.environ)
        if words == ["sandbox"] or {"--edit", "edit"} & set(words):
            continue  # serves until Ctrl-C; opens an editor on a terminal
        if "cancel" in words and "|" in words:
            result = run_against_slow_jobs(line, installed.folder / "slow")
        elif {"|", "<", ">"} & set(words) or words[0] == "sandbox":
            result = installed.sh(line.replace("krea sandbox", "krea sandbox --seconds 0.05"))
        elif words[0] == "auth" and words[1].endswith("-account"):
            other = installed.environ | {"KREA_API_KEY": OTHER_KEY}
            assert run_main(["generate", "a fox", "-o", f"{words[1]}.png"], environ=other).code == 0
            result = run_main(words, environ=installed.environ)
        elif words[:2] == ["auth", "login"]:
            result = run_main([*words, "--with-token"], environ=installed.environ, stdin=OTHER_KEY)
        elif words[0] == "generate" or (
            words[0] == "batch" and not {"--report", "--status"} & set(words)
        ):
            result = run_main([*words, "--dry-run"], environ=installed.environ)
        else:
            result = run_main(words, environ=installed.environ)
        assert result.code == 0, f"{line}\n{result.err}"
        assert "error" not in result.err, f"{line}\n{result.err}"
        for name in existing_results:
            Path(name).unlink()


def test_the_loop_over_a_file(installed_with_files: InstalledCli, sandbox: Sandbox) -> None:
    """The README's loop makes each picture once, however often it runs."""
    (loop,) = re.findall(r"^```sh\n(n=0\n.*?)^```", README, re.MULTILINE | re.DOTALL)
    jobs = sandbox.stats()["jobs"]
    for _ in range(2):
        assert installed_with_files.sh(loop).code == 0
    assert sandbox.stats()["jobs"] == jobs + 2
    assert sorted(path.name for path in (installed_with_files.folder / "pics").iterdir()) == [
        "1.png",
        "2.png",
    ]
