"""Errors with exit code 2: the command line or the request is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from krea_cli.errors.base import KreaError
from krea_cli.text import shell_line


class UsageError(KreaError):
    """The command line is wrong."""

    code = "usage"
    exit_code = 2


class UnknownModel(UsageError):
    """The name matches no model, or more than one."""

    code = "unknown_model"


@dataclass(frozen=True)
class Problem:
    """One problem of a request.

    field: its name; None for a problem of the whole request
    """

    field: str | None
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class InvalidRequest(UsageError):
    """The fields of a request do not fit its model. Holds every problem at once.

    `--json` lists the `problems`, each with field, message and hint.
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
        super().__init__(
            message, hint=hints[0] if hints else hint or shell_line("krea", "models", model)
        )
        self.details = {"problems": [asdict(problem) for problem in self.problems]}


class WouldOverwrite(UsageError):
    """The target exists, and `--force` was not given."""

    code = "would_overwrite"


class RequestRefused(UsageError):
    """The server understood the request and refused it (400, 404, 422, …)."""

    code = "refused"


class ModelRetired(RequestRefused):
    """The server said 410: the model is past its sunset date.

    replacement: the id of the model to use instead, if the server named one; `--json` shows it
    """

    code = "model_retired"
    replacement: str | None = None
    details: Mapping[str, object] = {"replacement": None}
