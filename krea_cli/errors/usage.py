"""Exit code 2: a command line or a request that cannot be carried out as it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from krea_cli.errors.base import KreaError


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
