"""Judge the status of an answer that should bring a result."""

from typing import TYPE_CHECKING

from krea_cli.errors import Busy, KreaError, Unanswered

if TYPE_CHECKING:
    from krea_cli.api.response import StreamResponse

GONE_STATUSES = (403, 404, 410)
TRANSIENT_STATUSES = (408, 409, 425, 500, 502, 503, 504)


class ResultGone(KreaError):
    """The host does not, or no longer, give out a result under this address."""

    code = "gone"


def check_status(response: "StreamResponse") -> None:
    """Raise the error of RESPONSE, unless its status is 200.

    Raises `ResultGone`, `Busy`, `Unanswered` where another try may help, else KreaError.
    """
    status = response.status
    if status == 200:
        return
    message = f"the result's host answered HTTP {status}"
    if status in GONE_STATUSES:
        raise ResultGone(message)
    if status == 429 or (status == 503 and "retry-after" in response.headers):
        seconds = response.headers.get("retry-after", "")
        raise Busy(message, retry_after=float(seconds) if seconds.isdecimal() else None)
    if status in TRANSIENT_STATUSES or status >= 500 or status < 300:
        raise Unanswered(message)
    raise KreaError(message)
