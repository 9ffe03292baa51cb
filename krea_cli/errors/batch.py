"""Errors of a whole batch."""

from krea_cli.errors.base import KreaError


class BatchCancelled(KreaError):
    """The user has cancelled the batch with `krea cancel --batch`."""

    code = "batch_cancelled"
    hint = "the same command goes on with what is left"

    def __init__(self) -> None:
        super().__init__("nothing more is sent: the batch was cancelled")
