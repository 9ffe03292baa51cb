"""Recognize refusals by the service's moderation, and say what helps against each reason.

Source: the contract of 2026-11, section 3.2: the codes in the service's own programs.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from krea_cli.errors import Moderated

ADVICE_PREFIX = "the same request is refused again, so change it before the next krea generate"
MODERATED_PHRASE = "was refused by moderation"
UNKNOWN_REASON = ""  # moderation refused, for a reason that REASONS lacks
# "violence" alone may well be a word of the prompt.
MODERATION_PATTERN = r"\b(nsfw|ip_detected|personal_info|content[ _]policy|moderation|moderated)\b"


class ModerationReason(NamedTuple):
    """A reason to refuse.

    subject: the cause, in the request or its result
    advice: a change of the request that helps
    """

    subject: str
    advice: str


REASONS = {
    "nsfw": ModerationReason(
        "nudity or sex",
        "leave both out of the prompt and the pictures given, and say what people wear",
    ),
    "ip_detected": ModerationReason(
        "a protected name, character or brand",
        "describe the look instead of naming artists, characters, films or brands, and give no"
        " pictures of them or with a logo",
    ),
    "violence": ModerationReason(
        "violence",
        "leave wounds, weapons and cruelty out of the prompt and the pictures given",
    ),
    "personal_info": ModerationReason(
        "a real person's name, face or data",
        "name nobody real in the prompt, and give no pictures of faces, papers or addresses",
    ),
}


def find_reason(codes: Iterable[str | None], message: str | None) -> str | None:
    """Find the reason of moderation in CODES or MESSAGE: a key of REASONS, or UNKNOWN_REASON.

    None means that moderation did not refuse.
    """
    reasons = [*map(_reason_of_code, codes), _reason_of_message(message)]
    # max: any other reason goes before UNKNOWN_REASON, which is empty.
    return max((reason for reason in reasons if reason is not None), default=None)


def moderation_error(
    what: str,
    reason: str,
    words: str | None,
    *,
    job_id: str | None = None,
    charged: str | None = None,
) -> Moderated:
    """Return the error for WHAT ("job 1f0c…").

    reason: as `find_reason` returns it
    words: the service's own words
    """
    message, explanation = f"{what} {MODERATED_PHRASE}", REASONS.get(reason)
    suffix = f": {words}" if words and words.lower() != reason else ""
    if explanation is None:
        return Moderated(f"{message}{suffix}", job_id=job_id, charged=charged)
    error = Moderated(
        f"{message} because of {explanation.subject} ({reason}){suffix}",
        hint=f"{ADVICE_PREFIX}: {explanation.advice}",
        job_id=job_id,
        charged=charged,
    )
    error.details = {"reason": reason}
    return error


def _reason_of_code(code: str | None) -> str | None:
    word = (code or "").lower().replace("-", "_")
    if word in REASONS:
        return word
    return _reason_in_text(word) if "moderation" in word else None


def _reason_of_message(message: str | None) -> str | None:
    text = (message or "").lower()
    is_moderation = text in REASONS or re.search(MODERATION_PATTERN, text)
    return _reason_in_text(text) if is_moderation else None


def _reason_in_text(text: str) -> str:
    return next((reason for reason in REASONS if reason in text), UNKNOWN_REASON)
