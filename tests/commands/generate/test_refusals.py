"""Refusals of the service, in words that help a person and a script."""

import json
import shlex
from pathlib import Path

import pytest

from krea_cli.api.moderation import REASONS
from tests.fakes.krea_service import answer_with
from tests.harness.cli import Cli

FOX = ("generate", "a red fox", "-o", "fox.png", "--seed", "7", "--quiet")
AGAIN = "the same request is refused again, so change it before the next krea generate: "
MODERATION = {
    "nsfw": (
        "nudity or sex",
        "leave both out of the prompt and the pictures given, and say what people wear",
    ),
    "ip_detected": (
        "a protected name, character or brand",
        "describe the look instead of naming artists, characters, films or brands, and give no "
        "pictures of them or with a logo",
    ),
    "violence": (
        "violence",
        "leave wounds, weapons and cruelty out of the prompt and the pictures given",
    ),
    "personal_info": (
        "a real person's name, face or data",
        "name nobody real in the prompt, and give no pictures of faces, papers or addresses",
    ),
}


def refuse(cli: Cli, status: int, body: object) -> None:
    """Answer the next submit with STATUS and BODY, and make no job."""
    cli.service.answers.append(answer_with(status, body))


def error_text(message: str, hint: str, *, charged: str = "no") -> str:
    """One error as it is shown on stderr."""
    return f"error: {message}\n  hint: {hint}\n  charged: {charged}\n"


def test_every_reason_is_tested() -> None:
    """A reason that is added to the table is added here."""
    assert set(MODERATION) == set(REASONS)


@pytest.mark.parametrize("reason", MODERATION)
def test_a_moderated_job_says_why_and_what_helps(cli: Cli, reason: str) -> None:
    """Each reason has words of its own, and --json tells it as a word of the error."""
    cli.service.final_status = "failed"
    cli.service.ended_fields = {"error": {"code": reason, "message": "Flagged."}}
    seen, helps = MODERATION[reason]
    message = f"job job-1 was refused by moderation because of {seen} ({reason}): Flagged."
    result = cli.krea(*FOX)
    assert (result.code, result.out, result.err) == (7, "", error_text(message, AGAIN + helps))

    (line,) = cli.krea("download", "job-1", "--json", "--quiet").err.splitlines()
    assert json.loads(line)["error"] == {
        "code": "moderated",
        "message": message,
        "hint": AGAIN + helps,
        "charged": "no",
        "job_id": "job-1",
        "reason": reason,
    }


@pytest.mark.parametrize("reason", MODERATION)
def test_a_moderated_submit_says_why_and_what_helps(cli: Cli, reason: str) -> None:
    """A request that is refused before there is a job says so too."""
    refuse(cli, 422, {"error": {"code": reason, "message": "Flagged."}})
    seen, helps = MODERATION[reason]
    result = cli.krea(*FOX)
    message = f"the request was refused by moderation because of {seen} ({reason}): Flagged."
    assert (result.code, result.out, result.err) == (7, "", error_text(message, AGAIN + helps))


def test_the_reason_survives_a_pipe(cli: Cli) -> None:
    """`krea wait --json | krea download --json` tells it again, and asks nobody."""
    cli.service.final_status = "failed"
    cli.service.ended_fields = {"error": {"code": "violence"}}
    cli.krea(*FOX)
    waited = cli.krea("wait", "job-1", "--json", "--quiet")
    cli.service.requests.clear()
    piped = cli.krea("download", "--json", "--quiet", stdin=waited.out)
    error = json.loads(piped.err)["error"]
    assert (piped.code, error["reason"], cli.service.requests) == (7, "violence", [])


def test_a_silent_refusal_is_told_apart(cli: Cli) -> None:
    """Completed without a result: nobody says why, and perhaps it was charged."""
    cli.service.ended_fields = {"result": {}}
    result = cli.krea(*FOX)
    assert (result.code, result.out) == (11, "")
    assert result.err == error_text(
        "job job-1 completed without any result, often the sign of a silent refusal",
        "krea.ai/app/api shows whether it was charged; change the prompt or the inputs before the "
        "next krea generate",
        charged="unknown",
    )


@pytest.mark.parametrize(
    ("body", "message", "hint"),
    [
        (
            {"error": "You have run out of credits"},
            "the API balance is too low: You have run out of credits",
            "top up the API balance, which is separate from a plan's compute units, at "
            "krea.ai/app/api; then run the same command again",
        ),
        (
            {"error": "This model requires the Pro plan"},
            "the plan does not include this: This model requires the Pro plan",
            "krea models lists other models for -m; krea.ai sells higher plans",
        ),
    ],
    ids=["balance", "plan"],
)
def test_two_kinds_of_402(cli: Cli, body: object, message: str, hint: str) -> None:
    """Money and plan are told apart, as different things help."""
    refuse(cli, 402, body)
    result = cli.krea(*FOX)
    assert (result.code, result.out, result.err) == (6, "", error_text(message, hint))


RETIRED = "image/bfl/flux-1-dev was retired on 2026-10-01: Use the new one."


def retire(cli: Cli, replacement: str | None = "image/bfl/flux-2") -> None:
    """The next submit is answered with the 410 of a model past its date."""
    body = {"error": "model_unavailable", "message": "Use the new one."}
    named = {"replacement": replacement} if replacement else {}
    refuse(cli, 410, body | {"sunset_date": "2026-10-01"} | named)


NEW = "krea generate -m image/bfl/flux-2"


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("'a red fox' -o fox.png", f"{NEW} 'a red fox' -o fox.png"),
        ("-m flux-1-dev fox -o 'my fox.png'", f"{NEW} fox -o 'my fox.png'"),
        ("fox -mflux-1-dev", f"{NEW} fox"),
        ("fox --model=flux-1-dev --force", f"{NEW} fox --force"),
        ("fox -vqm flux-1-dev -n1", f"{NEW} fox -vq -n1"),
        ("fox -qo -m", f"{NEW} fox -qo -m"),
        ("-m flux -m flux-1-dev -- '-m fox'", f"{NEW} -- '-m fox'"),
        ("-q -i 'prompt=it is $5'", f"{NEW} -q -i 'prompt=it is $5'"),
        ('"it\'s"', f"{NEW} 'it'\"'\"'s'"),
        ("'two\nlines'", f"{NEW}, and the rest as before"),
        ("'\u202efox'", f"{NEW}, and the rest as before"),
    ],
)
def test_a_retired_model_leads_to_the_whole_command(cli: Cli, line: str, hint: str) -> None:
    """The typed command with the model replaced, ready to be pasted; `--` ends the options."""
    retire(cli)
    result = cli.krea("generate", *shlex.split(line))
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith(error_text(RETIRED, hint))


def test_the_suggested_command_is_the_one_that_works(cli: Cli) -> None:
    """Pasted, it makes what was asked for with the new model."""
    retire(cli, "image/bfl/flux-1-kontext-dev")
    hint = json.loads(cli.krea(*FOX, "--json").err)["error"]["hint"]
    program, *pasted = shlex.split(hint)
    again = cli.krea(*pasted)
    assert (program, again.code, again.out.count("\n")) == ("krea", 0, 1)
    assert (Path("fox.png").exists(), len(cli.service.posts)) == (True, 2)


def test_a_script_reads_the_replacement(cli: Cli) -> None:
    """`replacement` is a key of the error, null where the service names none."""
    for named in ("image/bfl/flux-2", None):
        retire(cli, named)
        error = json.loads(cli.krea(*FOX, "--json").err)["error"]
        assert (error["code"], error["replacement"]) == ("model_retired", named)
