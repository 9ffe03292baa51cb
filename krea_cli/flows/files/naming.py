"""Names for results: a slug of the prompt, the placeholders of a template, names that fit."""

import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from krea_cli.api.types import Job
from krea_cli.errors import UsageError

SLUG_LENGTH = 60
LONGEST_NAME = 255  # bytes; the limit of common file systems
NAME_BYTES = 240  # of a name made here: a part file adds "." and ".part", a copy "-99"
PLACEHOLDERS = ("slug", "job_id", "model", "seed", "n", "index", "ext", "date")
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class Remembered(Protocol):
    """The part of a ledger row that names are made from."""

    @property
    def prompt(self) -> str | None: ...
    @property
    def model(self) -> str: ...
    @property
    def seed(self) -> int | None: ...
    @property
    def created_at(self) -> float: ...


@dataclass(frozen=True)
class Facts:
    """What names are made from. `date` is in seconds since 1970; None is what is not known yet."""

    prompt: str | None = None
    model: str | None = None
    seed: int | None = None
    job_id: str | None = None
    date: float | None = None

    @classmethod
    def of(
        cls, job: Job, row: Remembered | None = None, record: Mapping[str, Any] | None = None
    ) -> "Facts":
        """The facts of JOB, with what the ledger or a job record on stdin adds."""
        if row is not None:
            return cls(row.prompt, row.model, row.seed, job.id, row.created_at)
        known = record or {}
        prompt, model, seed = known.get("prompt"), known.get("model"), known.get("seed")
        return cls(
            prompt if isinstance(prompt, str) else None,
            model if isinstance(model, str) else job.type,
            seed if isinstance(seed, int) else None,
            job.id,
            job.created_at,
        )


def slug(prompt: str | None, model: str | None) -> str:
    """PROMPT as a readable part of a name, never empty: ASCII where letters fold, else letters."""
    for text in (prompt, (model or "").replace("/", "-"), "krea"):
        if text and (found := _slug(text)):
            return found
    return "krea"


def _slug(text: str) -> str:
    if text.isascii():  # most prompts, and ten times quicker
        return _cut(re.sub(r"[^a-z0-9]+", "-", text.lower().replace("'", "")).strip("-"))
    words = ""
    for letter in unicodedata.normalize("NFKD", text.replace("'", "")):
        category = unicodedata.category(letter)[0]
        if category == "M" and (words[-1:] in ("", "-") or 0x300 <= ord(letter) <= 0x36F):
            # Accents of European scripts fold; the vowel signs of others carry the word.
            continue
        words += letter if category in "LNM" else "-"
    return _cut(unicodedata.normalize("NFC", re.sub(r"-+", "-", words).strip("-")).lower())


def _cut(words: str) -> str:
    if len(words) <= SLUG_LENGTH:
        return words
    # Whole words, unless that would throw away most of the name.
    at = words[: SLUG_LENGTH + 1].rfind("-")
    return words[:at] if at > SLUG_LENGTH // 2 else words[:SLUG_LENGTH].strip("-")


def short_id(job_id: str) -> str:
    """The first six hex digits of JOB_ID, or of its letters and digits when it has no hex."""
    plain = re.sub(r"[^0-9a-z]", "", job_id.lower())
    digits = re.sub(r"[^0-9a-f]", "", plain)
    return (digits if len(digits) >= 6 else plain)[:6] or "job"


def default_stem(facts: Facts) -> str:
    """The name without extension that a result gets when the user gave none."""
    stem = slug(facts.prompt, facts.model)
    return f"{stem}-{short_id(facts.job_id)}" if facts.job_id else stem


def placeholders(template: str, *, checked: bool = True) -> list[str]:
    """The placeholders that TEMPLATE uses. Raises `UsageError` for an unknown one, if CHECKED."""
    names = []
    for match in _TOKEN.finditer(template):
        name = match.group(1)
        if match.group() in ("{{", "}}"):
            continue
        if name is None:
            raise UsageError(
                f"a lone {match.group()} in -o {template}",
                hint=f"write {match.group() * 2} for the character itself",
            )
        if checked and name not in PLACEHOLDERS:
            known = " ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            raise UsageError(
                f"-o {template} has an unknown placeholder {{{name}}}",
                hint=f"known are {known}; {{{{ is a literal brace",
            )
        names.append(name)
    return names


def pieces(template: str) -> Iterator[tuple[str, str | None]]:
    """TEMPLATE in pieces: literal text, escaped as it is, and the placeholder behind it."""
    start = 0
    for match in _TOKEN.finditer(template):
        if match.group(1) is not None:
            yield template[start : match.start()], match.group(1)
            start = match.end()
    yield template[start:], None


def fill(template: str, values: Mapping[str, str]) -> str:
    """TEMPLATE with the placeholders that VALUES has; the others stay, escaped braces too."""

    def replace(match: re.Match[str]) -> str:
        name = match.group(1)
        return escape(values[name]) if name in values else match.group()

    return _TOKEN.sub(replace, template)


def unescape(text: str) -> str:
    """The path that a filled template stands for."""
    return text.replace("{{", "{").replace("}}", "}")


def escape(text: str) -> str:
    """TEXT as a template that stands for just TEXT."""
    return text.replace("{", "{{").replace("}", "}}")


def values(facts: Facts, *, n: int, index: int | None, ext: str | None) -> dict[str, str]:
    """The placeholders' values as far as they are known, each harmless inside a path."""
    known: dict[str, str | None] = {
        "slug": slug(facts.prompt, facts.model),
        "model": safe(facts.model) if facts.model else None,
        "seed": "none" if facts.seed is None else str(facts.seed),
        "n": str(n),
        "index": None if index is None else str(index),
        "ext": ext,
        "job_id": safe(facts.job_id) if facts.job_id else None,
        "date": _date(facts.date) if facts.date is not None else None,
    }
    return {name: value for name, value in known.items() if value is not None}


def safe(value: str) -> str:
    """VALUE as a part of a name: no separators, no leading dot or dash, nothing unprintable."""
    return re.sub(r"[^\w.-]+", "-", value).lstrip(".-") or "x"


def _date(seconds: float) -> str:
    import time

    return time.strftime("%Y-%m-%d", time.localtime(seconds))


def shortened(name: str, *, limit: int = NAME_BYTES) -> str:
    """NAME within LIMIT bytes of UTF-8: the stem is cut, the extension stays."""
    if len(os.fsencode(name)) <= limit:
        return name
    stem, dot, ext = name.rpartition(".")
    if not dot or len(ext) > 16:
        stem, dot, ext = name, "", ""
    room = limit - len(f"{dot}{ext}".encode())
    return os.fsencode(stem)[:room].decode(errors="ignore").rstrip("-. ") + dot + ext


def with_suffix(path: str, suffix: str) -> str:
    """PATH with SUFFIX before its extension: out.png, -2 -> out-2.png. The stem is cut to fit."""
    if not suffix:
        return path
    folder, name = os.path.split(path)
    name = shortened(name, limit=LONGEST_NAME - len(suffix))
    stem, dot, ext = name.rpartition(".")
    if not stem:
        stem, dot, ext = name, "", ""
    return os.path.join(folder, f"{stem}{suffix}{dot}{ext}")
