"""What all errors of `krea` have: one sentence, a next step, an exit code, what was charged."""

from collections.abc import Mapping


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
