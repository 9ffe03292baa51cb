"""Prompts with choices: {a|b|c}, and __name__ for a line of a file of words.

`{a|b}` is one of its texts, as they are typed; one of them may be empty, or hold choices again.
`{a}` without a bar stays as it is, and a backslash before one of `{ | } _ \\` makes it a character.
Lines of words are texts, in which nothing is looked for.

Every { and every __name__ of a prompt is numbered from 0, from left to right. A choice deals its
options like cards, so that none comes twice before all came once. In the round ROUND, from 0, they
are ordered by

    sha256("krea vary 1\n{seed}\n{choice}\n{round}\n{index}\n{text}")

with the index of the option from 0, and the text of the whole prompt in UTF-8. With COUNT options,
a variant takes the one at place (NUMBER - 1) % COUNT. Its round is (NUMBER - 1) // COUNT.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from math import prod

from krea_cli.errors import UsageError

MAX_VARIANTS = 1000  # of one prompt
MAX_DEPTH = 20
WORDS_PATTERN = r"__([A-Za-z0-9](?:[A-Za-z0-9_-]*?[A-Za-z0-9])?)__"
TOKEN_PATTERN = rf"\\[{{|}}_\\]|[{{|}}]|{WORDS_PATTERN}"
ESCAPE_HINT = "a backslash makes a character of it: \\{"

Words = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Choice:
    """One place of a prompt, with several texts.

    number: among all choices of the prompt, from 0
    options: the texts, each a sequence of parts
    """

    number: int
    options: tuple["Parts", ...]


@dataclass(frozen=True)
class WordChoice:
    """One place of a prompt for a line of the words NAME."""

    number: int
    name: str


Parts = tuple["str | Choice | WordChoice", ...]


@dataclass(frozen=True)
class PromptTemplate:
    """A prompt with its choices."""

    text: str
    parts: Parts

    @property
    def has_choices(self) -> bool:
        """True if the variants can differ."""
        return any(not isinstance(part, str) for part in self.parts)

    def draw(self, seed: int, number: int, words: Words) -> str:
        """Return the variant NUMBER, from 1."""
        return "".join(self._draw(self.parts, seed, number, words))

    def count(self, words: Words) -> int:
        """Return the number of all combinations."""
        return _count(self.parts, words)

    def combinations(self, words: Words) -> Iterator[str]:
        """Yield every combination; the last choice changes first."""
        return _combine(self.parts, words)

    def _draw(self, parts: Parts, seed: int, number: int, words: Words) -> Iterator[str]:
        for part in parts:
            if isinstance(part, str):
                yield part
            elif isinstance(part, WordChoice):
                options = words[part.name]
                yield options[self._index(seed, number, part.number, len(options))]
            else:
                index = self._index(seed, number, part.number, len(part.options))
                yield from self._draw(part.options[index], seed, number, words)

    def _index(self, seed: int, number: int, choice: int, count: int) -> int:
        round_number, place = divmod(number - 1, count)
        return _deal(self.text, seed, choice, round_number, count)[place]


@lru_cache(maxsize=64)
def _deal(text: str, seed: int, choice: int, round_number: int, count: int) -> tuple[int, ...]:
    """Return the indexes of COUNT options, in their order in one round."""
    from hashlib import sha256

    start = f"krea vary 1\n{seed}\n{choice}\n{round_number}\n"

    def digest(index: int) -> bytes:
        return sha256(f"{start}{index}\n{text}".encode(errors="surrogatepass")).digest()

    return tuple(sorted(range(count), key=digest))


def parse_template(text: str) -> PromptTemplate:
    """Find the choices in the prompt TEXT. Raises `UsageError` for a brace without its other."""
    return PromptTemplate(text, _Parser(text).parse())


def list_variants(
    template: PromptTemplate, words: Words, *, count: int | None, seed: int
) -> Iterator[tuple[int, str]]:
    """Yield the variants of TEMPLATE with their numbers, from 1; one without choices.

    count: number of drawn variants; None for every combination
    Raises `UsageError` for more than `MAX_VARIANTS` combinations.
    """
    if not template.has_choices:
        yield 1, template.draw(seed, 1, words)
        return
    if count is not None:
        for number in range(1, count + 1):
            yield number, template.draw(seed, number, words)
        return
    if (total := template.count(words)) > MAX_VARIANTS:
        raise UsageError(
            f"--vary all makes {total:,} variants of one prompt, and {MAX_VARIANTS:,} are the most",
            hint="--vary 20 draws that many",
        )
    yield from enumerate(islice(template.combinations(words), MAX_VARIANTS), 1)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(re.finditer(TOKEN_PATTERN, text))
        self._at = 0  # in the tokens
        self._end = 0  # of the last token, in the text
        self._choices = 0

    def parse(self) -> Parts:
        parts, closed_by = self._read_parts(0)
        while closed_by == "|":  # outside of braces
            more, closed_by = self._read_parts(0)
            parts = (*parts, "|", *more)
        if closed_by == "}":
            raise UsageError("the prompt has a } without {", hint=ESCAPE_HINT)
        return _join(parts)

    def _read_parts(self, depth: int) -> tuple[Parts, str | None]:
        """Read up to a bar or a closing brace of this depth; return the parts, and which it is."""
        parts: list[str | Choice | WordChoice] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            parts.append(self._text[self._end : token.start()])
            self._at += 1
            self._end = token.end()
            if token[1]:
                parts.append(WordChoice(self._next_number(), token[1]))
            elif token[0] == "{":
                parts += self._read_choice(depth + 1)
            elif token[0] in ("|", "}"):
                return tuple(parts), token[0]
            else:
                parts.append(token[0][1])
        parts.append(self._text[self._end :])
        self._end = len(self._text)
        return tuple(parts), None

    def _read_choice(self, depth: int) -> Parts:
        if depth > MAX_DEPTH:
            raise UsageError(f"the prompt has choices in {MAX_DEPTH} others", hint="nest fewer")
        number, options = self._next_number(), []
        closed_by: str | None = "|"
        while closed_by == "|":
            parts, closed_by = self._read_parts(depth)
            options.append(_join(parts))
        if closed_by is None:
            raise UsageError("the prompt has a { without }", hint=ESCAPE_HINT)
        if len(options) == 1:  # no choice: the braces stay
            return ("{", *options[0], "}")
        return (Choice(number, tuple(options)),)

    def _next_number(self) -> int:
        self._choices += 1
        return self._choices - 1


def _join(parts: Parts) -> Parts:
    """Return PARTS with neighbouring texts as one."""
    joined: list[str | Choice | WordChoice] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return tuple(joined)


def _count(parts: Parts, words: Words) -> int:
    return prod(_count_part(part, words) for part in parts)


def _count_part(part: "str | Choice | WordChoice", words: Words) -> int:
    if isinstance(part, str):
        return 1
    if isinstance(part, WordChoice):
        return len(words[part.name])
    return sum(_count(option, words) for option in part.options)


def _combine(parts: Parts, words: Words) -> Iterator[str]:
    for texts in product(*(tuple(_texts(part, words)) for part in parts)):
        yield "".join(texts)


def _texts(part: "str | Choice | WordChoice", words: Words) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, WordChoice):
        yield from words[part.name]
    else:
        for option in part.options:
            yield from _combine(option, words)
