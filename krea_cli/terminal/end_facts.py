"""The files, errors and sums that a command printed: kept for --on-end."""

from collections.abc import Mapping

MAX_ENTRIES = 10_000  # of a long batch; its report has them all


class EndFacts:
    """Facts about a command, gathered as they are printed, if there is a command for them.

    on_end: the words of the command of --on-end; None without one
    """

    def __init__(self) -> None:
        self.on_end: list[str] | None = None
        self._files: list[str] = []
        self._errors: list[Mapping[str, object]] = []
        self._summary: Mapping[str, object] | None = None

    def add_files(self, files: object) -> None:
        """Keep FILES, the paths of a job record."""
        if self.on_end and isinstance(files, list | tuple) and len(self._files) < MAX_ENTRIES:
            self._files += map(str, files)

    def add_error(self, error: Mapping[str, object]) -> None:
        """Keep an ERROR, as the object of `--json`."""
        if self.on_end and len(self._errors) < MAX_ENTRIES:
            self._errors.append(error)

    def set_summary(self, record: Mapping[str, object]) -> None:
        """Keep the sums of several jobs."""
        self._summary = record if self.on_end else None

    def record(self, charged: str) -> dict[str, object]:
        """The facts as JSON: charged, summary, files and errors."""
        charges = {charged, *(str(error.get("charged")) for error in self._errors)}
        worst = next((each for each in ("yes", "unknown") if each in charges), "no")
        return {
            "charged": worst,
            "summary": self._summary,
            "files": self._files,
            "errors": self._errors,
        }
