"""`--verbose`: each request with its status and time on stderr, and no secret."""

import json
import re
from pathlib import Path

import httpx
import pytest

from tests.fakes.krea_service import BASE, PNG, KreaService, ScriptedJob
from tests.harness.cli import Cli

TRACE = re.compile(r"((?:GET|POST|DELETE) .*) in \d+ ms")
SIGNED = f"{BASE}/files/job-1.png?X-Signature=sesame"
SUBMIT = "POST /generate/image/bfl/flux-1-dev: 200"


def traces(err: str) -> list[str]:
    """Return the lines of ERR about requests, without the time."""
    return [found[1] for line in err.splitlines() if (found := TRACE.fullmatch(line))]


def json_traces(err: str) -> list[str]:
    """Return the requests in ERR, given as JSON lines."""
    lines = [json.loads(line) for line in err.splitlines()]
    return traces("\n".join(line["trace"]["message"] for line in lines if "trace" in line))


@pytest.fixture
def cli_with_job(cli: Cli) -> Cli:
    """A command line with a finished job; its result has a signed address."""
    cli.service.ended_fields = {"result": {"urls": [SIGNED]}}
    cli.krea("generate", "a fox", "-o", "fox.png")
    Path("fox.png").unlink()
    return cli


COMMANDS = {
    "status job-1": ["GET /jobs/job-1: 200"],
    "wait job-1": ["GET /jobs/job-1: 200"],
    "cancel job-1": ["GET /jobs/job-1: 200"],
    "download job-1": ["GET /jobs/job-1: 200", "GET /files/job-1.png: 200"],
    "auth status": ["GET /jobs: 200"],
    "status job-1 job-2 job-3": ["GET /jobs: 200", "GET /jobs/job-2: 404", "GET /jobs/job-3: 404"],
}


@pytest.mark.parametrize("line", COMMANDS)
def test_every_request_is_told_in_both_modes(cli_with_job: Cli, line: str) -> None:
    """Reads of jobs and of the list, and downloads; without --verbose none is."""
    plain = cli_with_job.krea(*line.split(), "--verbose")
    assert traces(plain.err) == COMMANDS[line]
    Path("fox.png").unlink(missing_ok=True)
    as_json = cli_with_job.krea(*line.split(), "-v", "--json")
    assert json_traces(as_json.err) == COMMANDS[line]
    Path("fox.png").unlink(missing_ok=True)
    silent = cli_with_job.krea(*line.split())
    assert traces(silent.err) == []
    for err in (plain.err, as_json.err):
        assert "secret" not in err and "sesame" not in err


def test_a_generate_tells_upload_submit_polls_and_download(cli: Cli) -> None:
    """Each in its turn; stdout stays what it was."""
    Path("day.png").write_bytes(PNG)
    line = ("generate", "night", "-m", "flux-kontext", "--image", "day.png", "-o", "night.png")
    result = cli.krea(*line, "--verbose")
    lines = traces(result.err)
    assert (result.code, result.out) == (0, "night.png\n")
    assert lines[:2] == ["POST /assets: 200", "POST /generate/image/bfl/flux-1-kontext-dev: 200"]
    assert set(lines[2:-1]) == {"GET /jobs/job-1: 200"}
    assert lines[-1] == "GET /files/job-1.png: 200"
    assert len(lines) == len(cli.service.requests)


def test_a_failure_is_told_as_it_was_seen(cli: Cli) -> None:
    """No status came: the line says why."""

    def fail_to_connect(service: KreaService, job: ScriptedJob) -> httpx.Response | None:
        raise httpx.ConnectError("connection refused")

    cli.service.answers = [fail_to_connect]
    result = cli.krea("generate", "a fox", "-o", "fox.png", "--verbose")
    assert traces(result.err)[:2] == [
        "POST /generate/image/bfl/flux-1-dev: no connection to 127.0.0.1: connection refused",
        SUBMIT,
    ]


def test_each_try_of_a_download_is_told(cli_with_job: Cli) -> None:
    """A refused address and the fresh one; neither shows its signature."""
    cli_with_job.service.file_status = 404
    result = cli_with_job.krea("download", "job-1", "--verbose")
    lines = traces(result.err)
    assert result.code == 10
    assert set(lines) == {"GET /jobs/job-1: 200", "GET /files/job-1.png: 404"}
    assert lines.count("GET /files/job-1.png: 404") > 1
    assert "sesame" not in result.err


def test_the_document_is_asked_for_without_a_word_of_the_token(cli: Cli) -> None:
    """Also where no token is sent, and the answer is a page."""
    result = cli.krea("models", "--refresh", "--verbose")
    assert traces(result.err) == ["GET /openapi.json: 404"]


def test_an_address_cannot_write_into_the_trace(cli_with_job: Cli) -> None:
    """Escapes of an address stay escaped: no line of its own, no sequence."""
    hostile = f"{BASE}/files/a%0Aerror:%20none%1b%5b2J\u202e.png?k=sesame"
    cli_with_job.service.ended_fields = {"result": {"urls": [hostile]}}
    result = cli_with_job.krea("download", "job-1", "--verbose")
    assert traces(result.err)[-1] == ("GET /files/a%0Aerror:%20none%1b%5b2J%E2%80%AE.png: 200")
