"""The error for an exception that nobody expected."""

from krea_cli.errors import KreaError
from krea_cli.text import one_line


def bug_error(failure: BaseException, *, verbose: bool, charge: str) -> KreaError:
    """Return the error for FAILURE, a bug of krea.

    verbose: its traceback is printed
    charge: the charge of the command so far
    """
    description = one_line(f"{type(failure).__name__}: {failure}").rstrip(": ")
    report = "please report it with what is printed above"
    error = KreaError(
        f"this is a bug in krea: {description}",
        hint=report if verbose else "run it again with --verbose and report what it prints",
        charged=charge,
    )
    error.code = "bug"
    return error
