"""Judge if an answer provably continues the bytes of an earlier one. Source: RFC 9110."""

import re
from collections.abc import Mapping

from krea_cli.api.body import packings
from krea_cli.api.response import parse_http_date

CONTENT_RANGE_PATTERN = r"(?a)bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)"
STRONG_TAG_PATTERN = r'"[ !#-~]*"'
STRONG_DATE_SECONDS = 60  # between Last-Modified and Date


def continued_total(
    headers: Mapping[str, str], offset: int, *, total: int | None, validator: str | None
) -> int | None:
    """The length of the whole, if a 206 with HEADERS provably brings all from OFFSET on; else None.

    total: the length by the earlier answers, if they said it
    validator: the `strong_validator` of the first answer
    """
    if packings(headers):
        return None
    content_range = re.fullmatch(CONTENT_RANGE_PATTERN, headers.get("content-range", "").strip())
    if not content_range or int(content_range[1]) != offset:
        return None
    told = total if content_range[3] == "*" else int(content_range[3])
    if told is None or told != (total or told) or int(content_range[2]) != told - 1:
        return None
    is_same = validator is not None and strong_validator(headers) == validator
    return told if is_same else None


def strong_validator(headers: Mapping[str, str]) -> str | None:
    """Proof for later that the content is the same: a strong ETag, else an old Last-Modified.

    A date has whole seconds: content that changed a moment ago may change again within the same
    one. Section 8.8.2.2 calls a date strong if the answer is clearly later.
    """
    tag, modified_text = (headers.get(name, "").strip() for name in ("etag", "last-modified"))
    if re.fullmatch(STRONG_TAG_PATTERN, tag):
        return tag
    modified, answered = map(parse_http_date, (modified_text, headers.get("date", "")))
    if tag or modified is None or answered is None or not modified_text.isascii():
        return None
    return modified_text if answered - modified >= STRONG_DATE_SECONDS else None
