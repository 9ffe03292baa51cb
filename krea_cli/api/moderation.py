"""What the service's moderation refuses, why, and what helps against each of its reasons.

Source: the contract of 2026-11, section 3.2: the codes that the service's own programs name.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from krea_cli.errors import Moderated

IN_VAIN = "the same request is refused again, so change it before the next krea generate"


BY_MODERATION = "was refused by moderation"


class Reason(NamedTuple):
    """One reason to refuse: what was seen in the request or its result, and what to change."""

    seen: str
    helps: str


REASONS = {
    "nsfw": Reason(
        "nudity or sex",
        "leave both out of the prompt and the pictures given, and say what people wear",
    ),
    "ip_detected": Reason(
        "a protected name, character or brand",
        "describe the look instead of naming artists, characters, films or brands, and give no"
        " pictures of them or with a logo",
    ),
    "violence": Reason(
        "violence",
        "leave wounds, weapons and cruelty out of the prompt and the pictures given",
    ),
    "personal_info": Reason(
        "a real person's name, face or data",
        "name nobody real in the prompt, and give no pictures of faces, papers or addresses",
    ),
}
UNNAMED = ""  # moderation refused, for a reason that is not in the table


def reason_in(codes: Iterable[str | None], message: str | None) -> str | None:
    """Why moderation refused: one of REASONS, or UNNAMED; None when it was not moderation."""
    found = [*map(_of_code, codes), _of_message(message)]
    # A reason that is known goes before UNNAMED.
    return max((reason for reason in found if reason is not None), default=None)


def refused(
    what: str,
    reason: str,
    said: str | None,
    *,
    job_id: str | None = None,
    charged: str | None = None,
) -> Moderated:
    """The failure of WHAT ("job 1f0c…"): REASON is what `reason_in` found, SAID the words."""
    sentence, known = f"{what} {BY_MODERATION}", REASONS.get(reason)
    words = f": {said}" if said and said.lower() != reason else ""
    if known is None:
        return Moderated(f"{sentence}{words}", job_id=job_id, charged=charged)
    failure = Moderated(
        f"{sentence} because of {known.seen} ({reason}){words}",
        hint=f"{IN_VAIN}: {known.helps}",
        job_id=job_id,
        charged=charged,
    )
    failure.details = {"reason": reason}
    return failure


def _of_code(code: str | None) -> str | None:
    word = (code or "").lower().replace("-", "_")
    if word in REASONS:
        return word
    return _named(word) if "moderation" in word else None


def _of_message(message: str | None) -> str | None:
    text = (message or "").lower()
    # "violence" alone may well be a word of the prompt.
    pattern = r"\b(nsfw|ip_detected|personal_info|content[ _]policy|moderation|moderated)\b"
    return _named(text) if text in REASONS or re.search(pattern, text) else None


def _named(text: str) -> str:
    return next((reason for reason in REASONS if reason in text), UNNAMED)
