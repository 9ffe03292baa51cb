"""The local files that the lines of a batch name, each looked at once."""

from collections.abc import Iterable
from os.path import isfile

from krea_cli.catalog.local_files import LocalFile
from krea_cli.catalog.request.inputs import measure
from krea_cli.errors import UsageError
from krea_cli.flows.transfer.upload import fingerprints, media_type


class Media:
    """What is known of files, by path. The methods stand in for those of `Wishes`."""

    def __init__(self) -> None:
        self._files: dict[str, bool] = {}
        self._types: dict[str, str | UsageError] = {}
        self._sizes: dict[str, tuple[int, int] | None] = {}
        self._prints: dict[str, str | UsageError] = {}

    def is_file(self, path: str) -> bool:
        """Whether there is a file at PATH."""
        if path not in self._files:
            self._files[path] = isfile(path)
        return self._files[path]

    def media_type(self, path: str) -> str:
        """The MIME type of the file PATH. Raises `UsageError` for what cannot be uploaded."""
        if path not in self._types:
            try:
                self._types[path] = media_type(path).mime
            except UsageError as error:
                self._types[path] = error
        return _known(self._types[path])

    def measure(self, path: str) -> tuple[int, int] | None:
        """Width and height of the picture PATH; None when it has none."""
        if path not in self._sizes:
            self._sizes[path] = measure(path)
        return self._sizes[path]

    def prints(self, files: Iterable[LocalFile]) -> dict[str, str]:
        """The sha256 of each file's content, by path. Raises `UsageError`."""
        return {file.path: self._print(file) for file in files}

    def _print(self, file: LocalFile) -> str:
        if file.path not in self._prints:
            try:
                self._prints |= fingerprints([file])
            except UsageError as error:
                self._prints[file.path] = error
        return _known(self._prints[file.path])


def _known(found: str | UsageError) -> str:
    if isinstance(found, UsageError):
        raise UsageError(found.message, hint=found.hint)
    return found
