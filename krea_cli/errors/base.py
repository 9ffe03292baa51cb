"""The base of all errors of `krea`."""

from collections.abc import Mapping


class KreaError(Exception):
    """A failure in one clear sentence. Subclasses set code, exit code, charged and hint.

    code: the name of the error in `--json`
    charged: "no", "yes" or "unknown"
    hint: the next command to type
    details: more keys for `--json`
    unexpected: the exception behind it, if that is a bug
    """

    code = "error"
    exit_code = 1
    charged = "no"
    hint: str | None = None
    details: Mapping[str, object] = {}
    unexpected: BaseException | None = None

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
        """Build the error object of `--json`: code, message, hint, charged, job_id, details."""
        names = ("code", "message", "hint", "charged", "job_id")
        return {name: getattr(self, name) for name in names} | dict(self.details)
