"""Refusals by moderation: their reasons, and the advice for each."""

import pytest

from krea_cli.api.moderation import REASONS, UNKNOWN_REASON, find_reason, moderation_error


@pytest.mark.parametrize(
    ("codes", "message", "reason"),
    [
        ([], None, None),
        (["internal"], "out of luck", None),
        (["nsfw"], None, "nsfw"),
        (["IP-Detected"], "Flagged", "ip_detected"),
        ([None], "violence", "violence"),
        ([None], "the start image shows violence badly", None),
        ([None], "refused by moderation: violence", "violence"),
        ([None], "refused as personal_info", "personal_info"),
        ([None], "against the content policy", UNKNOWN_REASON),
        (["moderation"], None, UNKNOWN_REASON),
        (["moderation"], "refused: nsfw", "nsfw"),
        (["moderation_nsfw"], None, "nsfw"),
        (["moderation", "violence"], "Flagged", "violence"),
    ],
)
def test_why_moderation_refused(
    codes: list[str | None], message: str | None, reason: str | None
) -> None:
    """A code decides, or unambiguous words; a known reason goes before an unknown one."""
    assert find_reason(codes, message) == reason


MESSAGE_AND_HINT = {
    "nsfw": (
        "job j was refused by moderation because of nudity or sex (nsfw): Flagged",
        "the same request is refused again, so change it before the next krea generate: leave "
        "both out of the prompt and the pictures given, and say what people wear",
    ),
    "ip_detected": (
        "job j was refused by moderation because of a protected name, character or brand"
        " (ip_detected): Flagged",
        "the same request is refused again, so change it before the next krea generate: describe "
        "the look instead of naming artists, characters, films or brands, and give no pictures of "
        "them or with a logo",
    ),
    "violence": (
        "job j was refused by moderation because of violence (violence): Flagged",
        "the same request is refused again, so change it before the next krea generate: leave "
        "wounds, weapons and cruelty out of the prompt and the pictures given",
    ),
    "personal_info": (
        "job j was refused by moderation because of a real person's name, face or data"
        " (personal_info): Flagged",
        "the same request is refused again, so change it before the next krea generate: name "
        "nobody real in the prompt, and give no pictures of faces, papers or addresses",
    ),
    UNKNOWN_REASON: (
        "job j was refused by moderation: Flagged",
        "the same request is refused again, so change the prompt or the inputs before the next "
        "krea generate",
    ),
}


@pytest.mark.parametrize("reason", [*REASONS, UNKNOWN_REASON])
def test_each_reason_has_its_advice(reason: str) -> None:
    """Each reason has its own message, hint and word for scripts."""
    failure = moderation_error("job j", reason, "Flagged", job_id="j", charged="no")
    assert failure.as_dict() == {
        "code": "moderated",
        "message": MESSAGE_AND_HINT[reason][0],
        "hint": MESSAGE_AND_HINT[reason][1],
        "charged": "no",
        "job_id": "j",
        "reason": reason or None,
    }


def test_a_code_is_not_repeated() -> None:
    """If the service says only the code, the message names it once."""
    assert moderation_error("job j", "violence", "Violence").message == (
        "job j was refused by moderation because of violence (violence)"
    )
