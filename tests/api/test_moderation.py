"""What counts as moderation, why it refused, and what is told to help."""

import pytest

from krea_cli.api.moderation import REASONS, UNNAMED, reason_in, refused


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
        ([None], "against the content policy", UNNAMED),
        (["moderation"], None, UNNAMED),
        (["moderation"], "refused: nsfw", "nsfw"),
        (["moderation_nsfw"], None, "nsfw"),
        (["moderation", "violence"], "Flagged", "violence"),
    ],
)
def test_why_moderation_refused(
    codes: list[str | None], message: str | None, reason: str | None
) -> None:
    """By a code, or by words that can mean nothing else; a known reason goes before none."""
    assert reason_in(codes, message) == reason


TOLD = {
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
    UNNAMED: (
        "job j was refused by moderation: Flagged",
        "the same request is refused again, so change the prompt or the inputs before the next "
        "krea generate",
    ),
}


@pytest.mark.parametrize("reason", [*REASONS, UNNAMED])
def test_each_reason_says_what_helps(reason: str) -> None:
    """A sentence and a hint of its own, and the word that a script can tell it by."""
    failure = refused("job j", reason, "Flagged", job_id="j", charged="no")
    assert failure.as_dict() == {
        "code": "moderated",
        "message": TOLD[reason][0],
        "hint": TOLD[reason][1],
        "charged": "no",
        "job_id": "j",
        "reason": reason or None,
    }


def test_a_code_is_not_said_twice() -> None:
    """Where the service says nothing but the code, neither do we."""
    assert refused("job j", "violence", "Violence").message == (
        "job j was refused by moderation because of violence (violence)"
    )
