"""All errors of `krea`, with their exit codes.

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
├── OverBudget                 5    --max-cost or a budget would be exceeded; it was not sent
├── NotConfirmed               5    the question before a high price was answered with no
├── BalanceEmpty               6    402: the API balance is used up
├── PlanRequired               6    402 or 403: the plan does not include the model
├── JobFailed                  1    a job ended as failed; not billed
│   ├── JobCancelled                … as cancelled
│   └── Moderated              7    … refused by moderation
├── Unreachable                8    no connection was ever made; nothing was sent
│   └── Untrusted                   … because the certificate was refused
│       └── ProxyRefused            … because the proxy refused it
├── Busy                       8    the service had no room until the time-out (429, 503)
├── InDoubt                    9    a request may have been received; it is not sent again
│   └── LeftToHost                  … by the ledger of another host, which goes on with it
├── NotSaved                  10    the job is done and paid, its file could not be saved
├── EmptyResult               11    completed without any result
├── Interrupted              130    a signal arrived (143 TERM, 129 HUP)
├── Unanswered                 1    a request left, and no clear answer came back
├── NotFound                   2    the server said 404 to a read
└── LedgerUnusable             1    no ledger, no spending
    └── LedgerInUse                 … because another host uses it now

Each error says in `charged` if money was spent: "no", "yes" or "unknown".
"""

from collections.abc import Mapping

from krea_cli.errors.base import KreaError as KreaError
from krea_cli.errors.spending import NotConfirmed as NotConfirmed
from krea_cli.errors.spending import OverBudget as OverBudget
from krea_cli.errors.usage import InvalidRequest as InvalidRequest
from krea_cli.errors.usage import ModelRetired as ModelRetired
from krea_cli.errors.usage import Problem as Problem
from krea_cli.errors.usage import RequestRefused as RequestRefused
from krea_cli.errors.usage import UnknownModel as UnknownModel
from krea_cli.errors.usage import UsageError as UsageError
from krea_cli.errors.usage import WouldOverwrite as WouldOverwrite


class NoToken(KreaError):
    """No token was found, and the command needs one."""

    code = "no_token"
    exit_code = 3
    hint = "krea auth login; or export KREA_API_KEY=…"


class TokenRefused(KreaError):
    """The server refused the token (401, or 403)."""

    code = "token_refused"
    exit_code = 3
    hint = "krea auth status shows which token is used; krea auth login stores a new one"


class StillRunning(KreaError):
    """The waiting timed out, and the job still runs."""

    code = "still_running"
    exit_code = 4
    charged = "unknown"


class BalanceEmpty(KreaError):
    """The prepaid API balance is used up (402). The token is fine."""

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
    hint = "krea models lists other models for -m; krea.ai sells higher plans"


class JobFailed(KreaError):
    """The job ended without a result; failed jobs are not billed."""

    code = "job_failed"


class JobCancelled(JobFailed):
    """The job was cancelled, by the user or by the service."""

    code = "job_cancelled"
    hint = "cancelled jobs are not billed; krea generate makes a new job"


class Moderated(JobFailed):
    """The service's moderation refused the request or its result.

    `--json` shows the `reason` in the service's own word, such as "nsfw"; null if it is unknown.
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
    """The server's certificate was refused, so nothing was sent.

    Another try would end in the same way.
    """

    code = "untrusted"


class ProxyRefused(Untrusted):
    """The proxy does not let us through, or cannot be used, so nothing was sent."""

    code = "proxy_refused"


class Busy(KreaError):
    """The service had no room (429, or 503 in its own words).

    retry_after: the pause that the server asked for, in seconds; None if it did not
    proves_no_job: False for a 503: the list of jobs must be read before the next try
    proxies: headers of a proxy that took part; the answer may be its own
    """

    code = "busy"
    exit_code = 8
    hint = "run the same command again later, or with a longer --timeout"

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        proves_no_job: bool = True,
        proxies: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.proves_no_job = proves_no_job
        self.proxies = proxies


class InDoubt(KreaError):
    """A request may have reached the service; the list of jobs does not tell."""

    code = "in_doubt"
    exit_code = 9
    charged = "unknown"


class LeftToHost(InDoubt):
    """The ledger of another host has the same request as under way, or as in doubt.

    host: name of that ledger; None if the folder is on a disk of its host
    can_go_on: True if this machine can go on with that ledger, by its name
    """

    code = "left_to_host"
    charged = "no"

    def __init__(
        self, message: str, *, host: str | None, can_go_on: bool, job_id: str | None
    ) -> None:
        super().__init__(message, job_id=job_id)
        self.host, self.can_go_on = host, can_go_on
        self.details = {"host": host}
        self.suggest(None)

    def suggest(self, command: str | None) -> None:
        """Hint at the other host, or at COMMAND here, with the name of that host's ledger."""
        hint = f"the same command on {self.host or 'the host of that disk'} goes on with it"
        if command and self.can_go_on:
            hint += f"; if that host is gone: KREA_LEDGER_NAME={self.host} {command}"
        self.hint = hint


class NotSaved(KreaError):
    """The job is done and paid for, and its file is not on disk yet."""

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
    """A signal asked the command to end. The exit code is 128 + its number."""

    code = "interrupted"

    def __init__(self, signal: int, *, message: str | None = None, hint: str | None = None) -> None:
        self.signal = signal
        self.exit_code = 128 + signal
        name = SIGNAL_NAMES.get(signal, f"signal {signal}")
        super().__init__(message or f"interrupted ({name})", hint=hint)


class Unanswered(KreaError):
    """A request left this machine and no clear answer came back; it may have been carried out.

    The message describes the symptom: "HTTP 524", "api.krea.ai did not answer within 150 s".
    """

    code = "unanswered"
    charged = "unknown"


class NotFound(KreaError):
    """The server said 404 to a read: it does not exist, or belongs to another account."""

    code = "not_found"
    exit_code = 2


class LedgerUnusable(KreaError):
    """The ledger cannot be written, so no money may be spent."""

    code = "ledger_unusable"
    hint = "krea doctor examines it; krea generate --no-ledger goes without, at your risk"


class LedgerInUse(LedgerUnusable):
    """The host HOST uses the ledger of that name."""

    code = "ledger_in_use"

    def __init__(self, message: str, *, host: str, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.details = {"host": host}
