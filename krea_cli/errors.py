"""Every way in which `krea` fails: the sentence, the next step, exit code, what was charged.

KreaError                      1    anything else that went wrong; nothing was charged
├── UsageError                 2    the command line is wrong
│   ├── UnknownModel                no model of that name, or several
│   ├── InvalidRequest              the fields do not fit the model; every problem at once
│   ├── WouldOverwrite              the target exists
│   └── RequestRefused              the server said 400, 404, 422 …
│       └── ModelRetired            the server said 410, perhaps with a replacement
├── NoToken                    3    no token was found
├── TokenRefused               3    the server said 401 or 403
├── StillRunning               4    stopped waiting; the job runs on
├── BalanceEmpty               6    402: the API balance is used up
├── PlanRequired               6    402 or 403: the plan does not include the model
├── JobFailed                  1    a job ended as failed; not billed
│   ├── JobCancelled                … as cancelled
│   └── Moderated              7    … refused by moderation
├── Unreachable                8    no connection was ever made; nothing was sent
│   └── Untrusted                   … because the certificate was refused
├── Busy                       8    the service had no room until the time-out (429, 503)
├── InDoubt                    9    a request may have been received; never sent again by itself
├── NotSaved                  10    the job is done and paid, its file could not be saved
├── EmptyResult               11    completed without any result
├── Interrupted              130    a signal arrived (143 TERM, 129 HUP)
├── Unanswered                 1    wire: a request left and no clear answer came back
├── NotFound                   2    the server said 404 to something that is read
└── LedgerUnusable             1    no ledger, no spending

`charged` says what a person with a bill asks first: "no", "yes" or "unknown".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class KreaError(Exception):
    """A failure with one clear sentence. Subclasses set exit code, code, charged and hint."""

    code = "error"
    exit_code = 1
    charged = "no"
    hint: str | None = None
    details: Mapping[str, object] = {}  # what `--json` tells besides, by name
    bug: BaseException | None = None  # what nobody foresaw, where that is behind it

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        job_id: str | None = None,
        charged: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.job_id = job_id
        if hint is not None:
            self.hint = hint
        if charged is not None:
            self.charged = charged

    def as_dict(self) -> dict[str, object]:
        """The error object of `--json`: code, message, hint, charged, job_id, then the details."""
        names = ("code", "message", "hint", "charged", "job_id")
        return {name: getattr(self, name) for name in names} | dict(self.details)


class UsageError(KreaError):
    """The command line cannot be carried out as it stands."""

    code = "usage"
    exit_code = 2


class UnknownModel(UsageError):
    """The name fits no model, or more than one."""

    code = "unknown_model"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a request: the field (None: the whole), what, what helps."""

    field: str | None
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class InvalidRequest(UsageError):
    """The fields of a request do not fit its model; carries every problem at once.

    `--json` lists the `problems`: field, message, hint of each.
    """

    code = "invalid_request"

    def __init__(self, problems: Sequence[Problem], *, model: str, hint: str | None = None) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems]
        if len(lines) == 1:
            message = f"{model} does not take this request: {lines[0]}"
        else:
            listed = "".join(f"\n  - {line}" for line in lines)
            message = f"{model} does not take this request, for {len(lines)} reasons:{listed}"
        hints = [problem.hint for problem in self.problems if problem.hint]
        super().__init__(message, hint=hints[0] if hints else hint or f"krea models {model}")
        problem_names = ("field", "message", "hint")
        self.details = {
            "problems": [
                {name: getattr(problem, name) for name in problem_names} for problem in problems
            ]
        }


class WouldOverwrite(UsageError):
    """The target is there already, and `--force` was not given."""

    code = "would_overwrite"


class RequestRefused(UsageError):
    """The server understood the request and refused it (400, 404, 422, …)."""

    code = "refused"


class ModelRetired(RequestRefused):
    """The server said 410: the model is past its sunset date; `--json` tells `replacement`."""

    code = "model_retired"
    replacement: str | None = None  # the model id that the server names instead
    details: Mapping[str, object] = {"replacement": None}


class NoToken(KreaError):
    """No token was found where one is needed."""

    code = "no_token"
    exit_code = 3
    hint = "krea auth login, or export KREA_API_KEY=…"


class TokenRefused(KreaError):
    """The server refused the token (401, or 403)."""

    code = "token_refused"
    exit_code = 3
    hint = "krea auth status shows which token is used; krea auth login stores a new one"


class StillRunning(KreaError):
    """The time to wait is over; the job is not."""

    code = "still_running"
    exit_code = 4
    charged = "unknown"


class BalanceEmpty(KreaError):
    """402: the prepaid API balance is used up. The token is fine."""

    code = "balance_empty"
    exit_code = 6
    hint = (
        "top up the API balance, which is separate from a plan's compute units, at "
        "krea.ai/app/api; then run the same command again"
    )


class PlanRequired(KreaError):
    """The plan does not include the model."""

    code = "plan_required"
    exit_code = 6
    hint = "krea models lists others, to be named with -m; a higher plan is to be had at krea.ai"


class JobFailed(KreaError):
    """The job ended without a result; failed jobs are not billed."""

    code = "job_failed"


class JobCancelled(JobFailed):
    """The job was cancelled, by the user or by the service."""

    code = "job_cancelled"
    hint = "cancelled jobs are not billed; krea generate makes a new job"


class Moderated(JobFailed):
    """The service's moderation refused the request or its result.

    `--json` tells the `reason` in the service's own word, "nsfw" say, or null for an unknown one.
    """

    code = "moderated"
    exit_code = 7
    hint = (
        "the same request is refused again, so change the prompt or the inputs before the next "
        "krea generate"
    )
    details: Mapping[str, object] = {"reason": None}


class Unreachable(KreaError):
    """No connection was made, so nothing was sent."""

    code = "unreachable"
    exit_code = 8
    hint = "krea doctor checks network, proxy and address; then run the same command again"


class Untrusted(Unreachable):
    """The server's certificate was refused, so nothing was sent."""

    code = "untrusted"


class Busy(KreaError):
    """The service had no room (429, or 503 with its own answer), so no job was made.

    `retry_after` is what the server asked for, in seconds; None if it did not say.
    """

    code = "busy"
    exit_code = 8
    hint = "run the same command again later, or with a longer --timeout"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class InDoubt(KreaError):
    """A request may have reached the service, and cannot be told from the list of jobs."""

    code = "in_doubt"
    exit_code = 9
    charged = "unknown"


class NotSaved(KreaError):
    """The job is done and paid, and its file is not on disk yet."""

    code = "not_saved"
    exit_code = 10
    charged = "yes"


class EmptyResult(KreaError):
    """The job completed without any result: often a silent refusal."""

    code = "empty_result"
    exit_code = 11
    charged = "unknown"


SIGNAL_NAMES = {1: "SIGHUP", 2: "SIGINT", 15: "SIGTERM"}


class Interrupted(KreaError):
    """A signal asked the command to end: exit code 128 + signal."""

    code = "interrupted"

    def __init__(self, signal: int, *, message: str | None = None, hint: str | None = None) -> None:
        self.signal = signal
        self.exit_code = 128 + signal
        name = SIGNAL_NAMES.get(signal, f"signal {signal}")
        super().__init__(message or f"interrupted ({name})", hint=hint)


class Unanswered(KreaError):
    """A request left this machine and no clear answer came back: it may have been carried out.

    The message is what was seen: "HTTP 524", "api.krea.ai did not answer within 150 s", …
    """

    code = "unanswered"
    charged = "unknown"


class NotFound(KreaError):
    """404 to something that is read: missing, or another account's; the API does not say which."""

    code = "not_found"
    exit_code = 2


class LedgerUnusable(KreaError):
    """The ledger cannot be written, so nothing may be spent."""

    code = "ledger_unusable"
    hint = "krea doctor; --no-ledger goes without, at your own risk"
