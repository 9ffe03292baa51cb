"""The sums of `krea verify`."""

from typing import TYPE_CHECKING

from krea_cli.errors import KreaError

if TYPE_CHECKING:
    from krea_cli.flows.batch.verify import Verification


class NotAsReported(KreaError):
    """Files differ from the report, or are missing."""

    code = "not_as_reported"


def describe_totals(verification: "Verification", *, repaired: int = 0) -> str:
    """Say how many files are as reported, REPAIRED of them just now, and how many are not."""
    files, good = verification.files, verification.intact_files
    if good == files:
        text = f"{files} {'file is' if files == 1 else 'files are'} as reported"
    else:
        text = f"{good} of {files} files {'is' if good == 1 else 'are'} as reported"
    if repaired:
        text += f", {repaired} of them repaired"
    if problems := ", ".join(f"{count} {state}" for state, count in _list_counts(verification)):
        text += f"; {problems}"
    if fileless := verification.fileless_counts:
        items = "1 item has" if fileless.total() == 1 else f"{fileless.total()} items have"
        states = ", ".join(f"{count} {state}" for state, count in sorted(fileless.items()))
        text += f"; {items} no file ({states})"
    return text


def totals_record(verification: "Verification") -> dict[str, object]:
    """Return the sums for --json: items, files, good, wrong and without_file by state."""
    return {
        "items": verification.items,
        "files": verification.files,
        "good": verification.intact_files,
        "wrong": dict(verification.problem_counts),
        "without_file": dict(verification.fileless_counts),
    }


def _list_counts(verification: "Verification") -> "list[tuple[str, int]]":
    return [(state, count) for state, count in verification.problem_counts.items() if count]
