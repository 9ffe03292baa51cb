"""The words of __name__ in prompts: the lines of NAME.txt in one folder."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from krea_cli.errors import UsageError

DEFAULT_FOLDER = "wildcards"
COMMENT, ESCAPED_COMMENT = "#", "\\#"


class WordLists(Mapping[str, tuple[str, ...]]):
    """The words in the files of FOLDER by name, each file read once.

    READ_TEXT reads the text of a file; it raises OSError or ValueError.
    """

    def __init__(self, folder: Path, read_text: Callable[[str], str], *, shown: str) -> None:
        self._folder = folder
        self._read_text = read_text
        self._shown = shown
        self._words: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, name: str) -> tuple[str, ...]:
        """Return the words NAME. Raises `UsageError` if there are none."""
        if name not in self._words:
            self._words[name] = self._load(name)
        return self._words[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def _load(self, name: str) -> tuple[str, ...]:
        shown = f"{self._shown.rstrip('/')}/{name}.txt"
        hint = "write its words into it, one a line; krea config set vary.folder FOLDER"
        try:
            text = self._read_text(str(self._folder / f"{name}.txt"))
        except UnicodeDecodeError as failure:
            raise UsageError(f"__{name}__: {shown} is not UTF-8 text", hint=hint) from failure
        except (OSError, ValueError) as failure:
            reason = getattr(failure, "strerror", None) or str(failure)
            raise UsageError(
                f"__{name}__: {shown} cannot be read: {reason}", hint=hint
            ) from failure
        words = tuple(_read_words(text))
        if not words:
            raise UsageError(f"__{name}__: {shown} has no words", hint=hint)
        return words


def _read_words(text: str) -> Iterator[str]:
    """Yield the lines of TEXT with a word; an escaped \\# at its beginning is a #."""
    for line in text.splitlines():
        word = line.strip()
        if word and not word.startswith(COMMENT):
            yield word[1:] if word.startswith(ESCAPED_COMMENT) else word
