"""Read each local file that a batch names once."""

from collections.abc import Iterable
from os.path import isfile

from krea_cli.catalog.image_size import read_image_size
from krea_cli.catalog.local_files import LocalFile
from krea_cli.errors import UsageError
from krea_cli.flows.transfer.upload import hash_files, media_type


class MediaCache:
    """Facts about files, by path. Its methods fit the callables of a request's inputs."""

    def __init__(self) -> None:
        self._files: dict[str, bool] = {}
        self._types: dict[str, str | UsageError] = {}
        self._sizes: dict[str, tuple[int, int] | None] = {}
        self._hashes: dict[str, str | UsageError] = {}

    def is_file(self, path: str) -> bool:
        """Tell if PATH is a file."""
        if path not in self._files:
            self._files[path] = isfile(path)
        return self._files[path]

    def media_type(self, path: str) -> str:
        """MIME type of the file PATH. Raises `UsageError` if it cannot be uploaded."""
        if path not in self._types:
            try:
                self._types[path] = media_type(path).mime
            except UsageError as error:
                self._types[path] = error
        return _value_or_raise(self._types[path])

    def measure(self, path: str) -> tuple[int, int] | None:
        """Width and height of the picture PATH; None if unknown."""
        if path not in self._sizes:
            self._sizes[path] = read_image_size(path)
        return self._sizes[path]

    def hash_files(self, files: Iterable[LocalFile]) -> dict[str, str]:
        """Hash each of FILES; return the sha256 by path. Raises `UsageError`."""
        return {file.path: self._hash_file(file) for file in files}

    def _hash_file(self, file: LocalFile) -> str:
        if file.path not in self._hashes:
            try:
                self._hashes |= hash_files([file])
            except UsageError as error:
                self._hashes[file.path] = error
        return _value_or_raise(self._hashes[file.path])


def _value_or_raise(cached: str | UsageError) -> str:
    if isinstance(cached, UsageError):
        raise UsageError(cached.message, hint=cached.hint)
    return cached
