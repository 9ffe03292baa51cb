"""Name results: a slug of the prompt, the placeholders of a template, lengths that fit."""

import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from krea_cli.api.types import Job
from krea_cli.errors import UsageError
from krea_cli.local.output_settings import PLACEHOLDERS, TOKEN_PATTERN
from krea_cli.text import shell_line

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import RequestRow

MAX_SLUG_CHARACTERS = 60
MAX_NAME_BYTES = 255  # the limit of common file systems
# Of a name made here: a part file adds "." and ".part", a name taken meanwhile "-99".
MAX_GENERATED_NAME_BYTES = 240


def read_typed_path(text: str, *, is_option: bool = False) -> str:
    """Return TEXT of an output with a leading ~/ as the home folder. Raises `UsageError`.

    A shell leaves the ~ as it is in `--output=~/x`, within quotes, and in a list.

    is_option: it was typed behind -o, where an = is no part of the name
    """
    if is_option and text.startswith("="):
        hint = shell_line("-o", text[1:]) if text[1:] else "-o out.png"
        raise UsageError(f"-o{text} names {text}, with the = in it", hint=hint)
    if "\\" in text:
        better = text.replace("\\", "/")
        message = f"{text} has a backslash, which divides no folders here: write {better}"
        raise UsageError(message, hint=shell_line("-o", better))
    if text != "~" and not text.startswith("~/"):
        return text
    home = os.path.expanduser("~")
    if not os.path.isabs(home):
        raise UsageError("~ is the home folder, and this user has none", hint="-o /FOLDER/")
    return escape_braces(home.rstrip("/")) + (text[1:] or "/")


@dataclass(frozen=True)
class NameFacts:
    """Facts for the name of a result; None for one that is not known yet.

    date: when the job was made, in seconds since 1970
    """

    prompt: str | None = None
    model: str | None = None
    seed: int | None = None
    job_id: str | None = None
    date: float | None = None

    @classmethod
    def of_row(cls, row: "RequestRow") -> "NameFacts":
        """Facts of the request ROW, and of its job."""
        return cls(row.prompt, row.model, row.seed, row.job_id, row.created_at)

    @classmethod
    def of_job(
        cls, job: Job, row: "RequestRow | None" = None, record: Mapping[str, Any] | None = None
    ) -> "NameFacts":
        """Facts of JOB, completed by its ROW of the ledger, or by a job RECORD from stdin."""
        if row is not None:
            return cls(row.prompt, row.model, row.seed, job.id, row.created_at)
        fields = record or {}
        prompt, model, seed = fields.get("prompt"), fields.get("model"), fields.get("seed")
        return cls(
            prompt if isinstance(prompt, str) else None,
            model if isinstance(model, str) else job.type,
            seed if isinstance(seed, int) else None,
            job.id,
            job.created_at,
        )


def slug(prompt: str | None, model: str | None) -> str:
    """Turn PROMPT, else MODEL, into a readable part of a name; never empty.

    Letters with accents become ASCII; letters of other scripts stay.
    """
    for text in (prompt, (model or "").replace("/", "-"), "krea"):
        if text and (words := _slugify(text)):
            return words
    return "krea"


def _slugify(text: str) -> str:
    if text.isascii():  # as most prompts are; ten times quicker
        return _cut_slug(re.sub(r"[^a-z0-9]+", "-", text.lower().replace("'", "")).strip("-"))
    words = ""
    for letter in unicodedata.normalize("NFKD", text.replace("'", "")):
        category = unicodedata.category(letter)[0]
        if category == "M" and (words[-1:] in ("", "-") or 0x300 <= ord(letter) <= 0x36F):
            # Accents of European scripts fold; the vowel signs of others carry the word.
            continue
        words += letter if category in "LNM" else "-"
    return _cut_slug(unicodedata.normalize("NFC", re.sub(r"-+", "-", words).strip("-")).lower())


def _cut_slug(words: str) -> str:
    if len(words) <= MAX_SLUG_CHARACTERS:
        return words
    # Whole words, unless that would throw away most of the name.
    end = words[: MAX_SLUG_CHARACTERS + 1].rfind("-")
    return words[:end] if end > MAX_SLUG_CHARACTERS // 2 else words[:MAX_SLUG_CHARACTERS].strip("-")


def short_id(job_id: str) -> str:
    """First six hex digits of JOB_ID; of its letters and digits if it has less than six."""
    plain = re.sub(r"[^0-9a-z]", "", job_id.lower())
    digits = re.sub(r"[^0-9a-f]", "", plain)
    return (digits if len(digits) >= 6 else plain)[:6] or "job"


def default_stem(facts: NameFacts) -> str:
    """Name of a result, without extension, for a user who gave none."""
    stem = slug(facts.prompt, facts.model)
    return f"{stem}-{short_id(facts.job_id)}" if facts.job_id else stem


def placeholders(template: str, *, known_only: bool = True) -> list[str]:
    """List the placeholders in TEMPLATE. Raises `UsageError` for a lone brace.

    With KNOWN_ONLY, a placeholder not in `PLACEHOLDERS` is an error as well.
    """
    names = []
    for match in re.finditer(TOKEN_PATTERN, template):
        name = match.group(1)
        if match.group() in ("{{", "}}"):
            continue
        if name is None:
            raise UsageError(
                f"a lone {match.group()} in -o {template}",
                hint=f"write {match.group() * 2} for the character itself",
            )
        if known_only and name not in PLACEHOLDERS:
            available = " ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            raise UsageError(
                f"-o {template} has an unknown placeholder {{{name}}}",
                hint=f"known are {available}; {{{{ is a literal brace",
            )
        names.append(name)
    return names


def split_template(template: str) -> Iterator[tuple[str, str | None]]:
    """Split TEMPLATE into pairs: literal text, still escaped, and the placeholder after it."""
    start = 0
    for match in re.finditer(TOKEN_PATTERN, template):
        if match.group(1) is not None:
            yield template[start : match.start()], match.group(1)
            start = match.end()
    yield template[start:], None


def static_folder(template: str) -> str:
    """Folder in TEMPLATE that comes before the first placeholder, as a path."""
    folders = []
    for part in os.path.dirname(template).split("/"):
        if placeholders(part, known_only=False):
            break
        folders.append(unescape_braces(part))
    return "/".join(folders) or ("/" if template.startswith("/") else "")


def fill_template(template: str, values: Mapping[str, str]) -> str:
    """Replace the placeholders in TEMPLATE by VALUES; others stay, and escaped braces too."""

    def replace(match: re.Match[str]) -> str:
        name = match.group(1)
        return escape_braces(values[name]) if name in values else match.group()

    return re.sub(TOKEN_PATTERN, replace, template)


def unescape_braces(text: str) -> str:
    """Turn a filled template into the path it stands for."""
    return text.replace("{{", "{").replace("}}", "}")


def escape_braces(text: str) -> str:
    """Turn TEXT into a template without placeholders."""
    return text.replace("{", "{{").replace("}", "}}")


def placeholder_values(
    facts: NameFacts, *, n: int, index: int | None, ext: str | None
) -> dict[str, str]:
    """Values of the placeholders known by now, each harmless inside a path."""
    import time

    date = None if facts.date is None else time.strftime("%Y-%m-%d", time.localtime(facts.date))
    values: dict[str, str | None] = {
        "slug": slug(facts.prompt, facts.model),
        "model": safe_part(facts.model) if facts.model else None,
        "seed": "none" if facts.seed is None else str(facts.seed),
        "n": str(n),
        "index": None if index is None else str(index),
        "ext": ext,
        "job_id": safe_part(facts.job_id) if facts.job_id else None,
        "date": date,
    }
    return {name: value for name, value in values.items() if value is not None}


def safe_part(value: str) -> str:
    """Turn VALUE into a part of a name: no separators, leading dots or control characters."""
    return re.sub(r"[^\w.-]+", "-", value).lstrip(".-") or "x"


def shorten(name: str, *, limit: int = MAX_GENERATED_NAME_BYTES) -> str:
    """Cut the stem of NAME so that all of it fits into LIMIT bytes of UTF-8."""
    if len(os.fsencode(name)) <= limit:
        return name
    stem, dot, ext = name.rpartition(".")
    if not dot or len(ext) > 16:
        stem, dot, ext = name, "", ""
    room = limit - len(f"{dot}{ext}".encode())
    return os.fsencode(stem)[:room].decode(errors="ignore").rstrip("-. ") + dot + ext


def shorten_path(path: str) -> str:
    """Cut each folder of PATH, and its name, so that a file system takes them."""
    *folders, name = path.split("/")
    parts = [shorten(folder, limit=MAX_NAME_BYTES) for folder in folders]
    return "/".join([*parts, shorten(name)])


def refuse_long_literals(template: str) -> None:
    """Raise `UsageError` if a part of TEMPLATE is too long for a name, whatever is filled in."""
    for part in template.split("/"):
        literal = "".join(unescape_braces(text) for text, _ in split_template(part))
        if len(os.fsencode(literal)) > MAX_NAME_BYTES:
            raise UsageError(
                f"a part of -o is longer than {MAX_NAME_BYTES} bytes", hint="choose a shorter one"
            )


def add_suffix(path: str, suffix: str) -> str:
    """Put SUFFIX before the extension of PATH: out.png, -2 -> out-2.png. The stem is cut to fit."""
    folder, name = os.path.split(path)
    name = shorten(name, limit=MAX_NAME_BYTES - len(suffix))
    stem, dot, ext = name.rpartition(".")
    if not stem:
        stem, dot, ext = name, "", ""
    return os.path.join(folder, f"{stem}{suffix}{dot}{ext}")


def preview_path(path: str, suffix: str, ext: str) -> str:
    """Return PATH with another extension, and with SUFFIX before it."""
    stem, dot, _ = os.path.basename(path).rpartition(".")
    base = stem if dot and stem else os.path.basename(path)
    return add_suffix(os.path.join(os.path.dirname(path), f"{base}.{ext}"), suffix)
