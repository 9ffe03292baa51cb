"""Text from outside moves no cursor, sets no title, forges no line, and leaves no folder."""

import json
import re
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.catalog.documents import make_document, make_operation
from tests.fakes.krea_service import BASE, KreaService, ScriptedJob
from tests.harness.cli import Cli, CliResult

# Clear the screen, set the title (7 and 8 bit), colours, markup, placeholders, bidi, a forged line.
HOSTILE = (
    "up\x1b[2J\x1b]0;title\x07\x9b31m\x9d0;title\x9c[red]{slug}{0}%s\u202e\u200b\u2066"
    "\rover\nerror: none\n  charged: no\x00\x7f"
)
SHOWN = "up[red]{slug}{0}%s over error: none charged: no"  # the same on one line
MODES = ("pipe", "terminal", "json")
# What we send to a terminal ourselves: colours, to and fro within the line, and clearing below it.
# With them the notification at the end of long work.
OWN = re.compile(
    r"\x1b\]9;krea: [^\x00-\x1f\x7f]*\x07"
    r"|\x1b\[[0-9;]*m|\x1b\[\?25[lh]|\r\x1b\[2K|\x1b\[1A\x1b\[2K|\x1b\[J|\r"
)

Run = Callable[..., CliResult]


def refuse_next_submit(cli: Cli, status: int, **body: str) -> None:
    """Answer the next submit with STATUS and BODY."""

    def scripted(service: KreaService, job: ScriptedJob) -> httpx.Response:
        return httpx.Response(status, json=body)

    cli.service.answers.append(scripted)


def assert_harmless(text: str, mode: str) -> None:
    """Assert that TEXT, written in MODE, has no control characters but our own."""
    if mode == "json":
        assert text.isascii()
        assert all(isinstance(json.loads(line), dict) for line in text.splitlines())
        return
    # Tabs are what separates the columns in a pipe.
    seen, ours = (OWN.sub("", text), "\n") if mode == "terminal" else (text, "\n\t")
    odd = {letter for letter in seen if unicodedata.category(letter)[0] == "C"} - set(ours)
    assert odd == set()
    assert "error: none" not in seen.splitlines()


@pytest.fixture(params=MODES)
def run(request: pytest.FixtureRequest, cli: Cli) -> Run:
    """Run a command in one of the MODES, and check every character of its output."""
    mode: str = request.param
    cli.environ["TERM"] = "xterm"

    def krea(*argv: str, stdin: str = "") -> CliResult:
        more = ["--json"] if mode == "json" else []
        result = cli.krea(*argv, *more, stdin=stdin, terminal=mode == "terminal")
        assert_harmless(result.out, mode)
        assert_harmless(result.err, mode)
        return result

    return krea


def saved_files() -> list[str]:
    """List every file below the current folder."""
    return sorted(str(path) for path in Path().rglob("*") if path.is_file())


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 410, 422, 429, 500, 503])
def test_the_words_of_a_refusal(cli: Cli, run: Run, status: int) -> None:
    """The service's words are on one line, without control characters."""
    refuse_next_submit(
        cli, status, error=HOSTILE, sunset_date=HOSTILE, replacement=f"image/a/b{HOSTILE}"
    )
    result = run("generate", "fox", "--timeout", "1")
    assert SHOWN in result.err or status in (401, 410)


def test_markup_is_text(cli: Cli) -> None:
    """The whole of what a terminal is sent about a refusal."""
    cli.environ["TERM"] = "xterm"
    refuse_next_submit(cli, 422, error=HOSTILE)
    result = cli.krea("generate", "fox", "--quiet", terminal=True)
    assert (result.code, result.out, result.err) == (
        2,
        "",
        f"\x1b[1;31merror:\x1b[0m the service refused the request: HTTP 422: {SHOWN}\n"
        "  \x1b[36mhint:\x1b[0m krea models --refresh fetches the current fields; then the "
        "same command again\n  charged: no\n",
    )


def test_why_a_job_failed(cli: Cli, run: Run) -> None:
    """Code and message both."""
    cli.service.final_status = "failed"
    cli.service.ended_fields = {"error": {"code": HOSTILE, "message": f"sorry, {HOSTILE}"}}
    result = run("generate", "fox")
    assert result.code == 1
    assert f"job job-1 failed: sorry, {SHOWN} ({SHOWN})" in result.err


def test_a_status_that_nobody_knows(cli: Cli, run: Run) -> None:
    """In a table, in a log, and beside the spinner."""
    cli.krea("generate", "fox", "--no-wait")
    cli.service.ended_fields = {"status": HOSTILE}
    cli.clock.sleep(10)
    assert SHOWN[:30] in run("status", "job-1").out  # a table of a terminal cuts it off
    assert run("wait", "job-1", "--timeout", "30").code == 4


def test_the_models_of_a_fetched_document(cli: Cli, run: Run) -> None:
    """Titles, fields, choices and prices; a route that is no name is left out."""
    prompt = {"type": "string", "description": HOSTILE, "maxLength": 3}
    size = {"type": "string", "enum": [HOSTILE, "small"], "title": HOSTILE}
    fields = {"prompt": prompt, "size": size, f"x{HOSTILE}": {"type": "string"}}
    brush = make_operation(fields, "prompt", description=HOSTILE) | {"summary": HOSTILE}
    brush["x-krea-pricing"] = {"currency": HOSTILE, "price_points": [{"amount": HOSTILE}]}
    routes = {"/generate/image/maker/brush": brush, f"/generate/image/{HOSTILE}": make_operation()}
    cli.service.openapi = make_document(routes)
    assert run("models", "--refresh").code == 0
    assert run("models").code == 0
    assert "maker/brush" in run("models", "brush").out
    result = run("generate", "foxes", "-m", "brush", "-i", "size=x", "-i", f"y{HOSTILE}=1")
    assert (result.code, cli.service.posts) == (2, [])


def test_what_a_record_on_stdin_tells(cli: Cli, run: Run) -> None:
    """A failure in a record from stdin is passed on; `charged` has only known values."""
    error = dict.fromkeys(("message", "hint", "code", "charged"), HOSTILE)
    record = {"job_id": "job-9", "status": "failed", "error": error}
    lines = [HOSTILE, json.dumps({"x": HOSTILE}), json.dumps({"job_id": HOSTILE})]
    result = run("wait", stdin="\n".join([*lines, json.dumps(record)]))
    assert result.code == 1
    for charged in re.findall(r"^ *charged: (.*)$", result.err, re.MULTILINE):
        assert charged in ("no", "unknown", "yes")


ADDRESSES = [
    f"{BASE}/files/..%2f..%2fescaped.png",
    f"{BASE}/files/../../escaped.png",
    f"{BASE}/files/..\\..\\escaped.png",
    f"{BASE}/files//etc/passwd",
    f"{BASE}/files/%1b%5d0;title%07%0aerror:%20none.png",
    f"{BASE}/files/\u202egnp.exe",
    f"{BASE}/files/[red]{{slug}}.png",
    f"{BASE}/files/a.png?name=../../{HOSTILE}",
    f"{BASE}/files/{HOSTILE}",
    "/etc/passwd",
    "file:///etc/passwd",
    "..\\..\\escaped",
    HOSTILE,
]


@pytest.mark.parametrize("address", ADDRESSES, ids=range(len(ADDRESSES)))
def test_the_address_of_a_result_names_no_file(cli: Cli, run: Run, address: str) -> None:
    """The picture is saved under a name of ours, or not at all: nothing is written elsewhere."""
    cli.service.ended_fields = {"result": {"urls": {HOSTILE: {"type": HOSTILE, "url": address}}}}
    before = sorted(cli.home.iterdir())
    result = run("generate", "fox", "--verbose")
    assert (result.code, saved_files()) in [(0, ["fox-job1.png"]), (10, [])]
    assert set(cli.home.iterdir()) - set(before) == {cli.home / "state"}


RECORD = json.dumps({"job_id": "job-1", "prompt": f"../../{HOSTILE}", "model": f"../{HOSTILE}"})


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ((), "SLUG-job1.png"),
        (("-o", "new/"), "new/SLUG-job1.png"),
        (("-o", "{slug}/{model}.{ext}"), "SLUG/MODEL.png"),
    ],
    ids=["default", "folder", "template"],
)
def test_prompt_and_model_of_a_record_name_no_folder(
    cli: Cli, run: Run, options: tuple[str, ...], name: str
) -> None:
    """Whatever they hold becomes one part of a name; braces in it are no placeholders."""
    cli.krea("generate", "fox", "--no-wait")
    cli.clock.sleep(10)
    shutil.rmtree(cli.home / "state")  # as on another machine: only the record knows the prompt
    result = run("download", *options, stdin=RECORD + "\n")
    letters = name.replace("SLUG", "up-[-0-9a-z]+").replace("MODEL", r"up-[-\w]+")
    (path,) = saved_files()
    assert result.code == 0
    assert re.fullmatch(letters, path)
