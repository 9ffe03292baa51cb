"""Make foreign text safe for a terminal. Defines the characters that are unsafe to print."""

import re
import shlex

EXCERPT_CHARACTERS = 500
# Far more than an excerpt keeps, so that a body of megabytes is not walked through.
_SCANNED_CHARACTERS = 20_000

# Patterns as text: compiled when the first unusual text comes, which most runs never see.
# Whole sequences, so that their letters go too: CSI, OSC and its kin, two characters; each also
# in the one-byte form that some terminals obey.
_ESCAPE_SEQUENCES = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    # No introducer inside: else each of many would be searched to the end of the text.
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]*(?:\x07|\x9c|\x1b\\)"
    r"|\x1b[ -/]*[0-~]"
)
_LINE_BREAKS = r"\r\n?|[\x0b\x0c\x85\u2028\u2029]"
# Control, bidi marks and overrides, invisible characters. The joiners U+200C and U+200D stay:
# emoji and several scripts need them.
_HIDDEN = (
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)

BYTE_ORDER_MARK = "\ufeff"
# Unicode counts these as letters or symbols, but draws nothing.
_BLANK_LETTERS = (
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\ufff0-\ufff8\U000e0000-\U000e0fff]"
)


def has_visible_character(text: str) -> bool:
    """Tell if TEXT has a character that is drawn: no space, control or invisible character."""
    if text.isascii() and text.isprintable():
        return bool(text.strip())
    from unicodedata import category

    return any(
        category(letter)[0] not in "CZ" or category(letter) in ("Cn", "Co")
        for letter in re.sub(_BLANK_LETTERS, "", text)
    )


def clean(text: str) -> str:
    """Remove control, escape, bidi and invisible characters; keep tabs and line ends."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_HIDDEN, "", re.sub(_LINE_BREAKS, "\n", re.sub(_ESCAPE_SEQUENCES, "", text)))


def hide_login(address: str) -> str:
    """Replace user and password in ADDRESS, which may be badly written, by a mark."""
    return re.sub(r"//.*@", "//…@", address, flags=re.DOTALL)


def wide_encoding(data: bytes) -> str | None:
    """Return "UTF-16" or "UTF-32" if DATA begins so, with a mark or as plain letters; else None."""
    if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "UTF-32"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    # Without a mark iconv must be told the order of the bytes.
    if re.match(rb"[^\0]\0\0\0", data):
        return "UTF-32LE"
    if re.match(rb"\0\0\0[^\0]", data):
        return "UTF-32BE"
    if re.match(rb"(?:[^\0]\0){2}|[^\0]\0$", data):
        return "UTF-16LE"
    return "UTF-16BE" if re.match(rb"(?:\0[^\0]){2}|\0[^\0]$", data) else None


def utf8_hint(encoding: str) -> str:
    """Return the command that converts a text in ENCODING."""
    return f"iconv -f {encoding} -t UTF-8 < OLD > NEW converts it"


def is_encodable(text: str) -> bool:
    """Tell if TEXT has no lone surrogate, as JSON and the names of files may."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def shell_line(*words: str, keep_lines: bool = False) -> str:
    """Quote WORDS for a shell, such that `clean` and `one_line` change nothing in the text.

    words: each must be typable, see `is_typable`
    keep_lines: leave line ends and tabs as they are, for a place that shows several lines

    Every line that is printed to be pasted is made here. Cleaned after quoting, a line could lose
    a quote, and a stranger's text would become a command.
    """
    return " ".join(_shell_word(word, keep_lines=keep_lines) for word in words)


def split_shell_line(text: str) -> list[str]:
    """Split TEXT into words as a shell does. Raises ValueError for a quote without an end."""
    return shlex.split(text)


def new_name(path: str) -> str:
    """Return a name beside PATH for its corrected form: list-new.csv for list.csv."""
    stem, dot, ext = path.rpartition(".")
    return f"{stem}-new.{ext}" if dot and stem and "/" not in ext else f"{path}-new"


def is_plain(text: str) -> bool:
    """Tell if TEXT has one line and nothing in it that a terminal may not be sent."""
    return clean(text) == text and not {"\n", "\t"} & set(text) and is_encodable(text)


def is_typable(text: str) -> bool:
    """Tell if a command line can hold TEXT: it has no NUL, and bytes that stand for it."""
    try:
        return b"\0" not in text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return False


def split_shell_words(text: str) -> list[str]:
    """Split TEXT into words, as a shell does. Raises ValueError for an open quote."""
    return shlex.split(text)


def _shell_word(word: str, *, keep_lines: bool) -> str:
    if is_plain(re.sub(r"[\n\t]", "", word) if keep_lines else word):
        return shlex.quote(word)
    return "$'" + "".join(map(_escape_for_shell, word)) + "'"


def _escape_for_shell(letter: str) -> str:
    """Return LETTER for a place between $' and ', by its bytes if it may not be printed."""
    if letter in "\\'":
        return f"\\{letter}"
    if letter in "\n\t":
        return "\\n" if letter == "\n" else "\\t"
    if clean(letter) == letter and is_encodable(letter):
        return letter
    return "".join(f"\\x{byte:02x}" for byte in letter.encode(errors="surrogateescape"))


def one_line(text: str) -> str:
    """Clean TEXT and turn each run of line ends and tabs into a space."""
    if text.isascii() and text.isprintable():  # nearly all
        return text.strip()
    return re.sub(r"[\n\t]+", " ", clean(text)).strip()


def indent_later_lines(text: str) -> str:
    """Clean TEXT and indent its later lines, so that none can pass for a line of ours."""
    first, *rest = clean(text).split("\n")
    return "\n".join([first, *("    " + line.strip() for line in rest)])


def excerpt(text: str, *, limit: int = EXCERPT_CHARACTERS) -> str:
    """Clean TEXT, fold all white space, and cut it to LIMIT characters with an ellipsis."""
    line = " ".join(clean(text[:_SCANNED_CHARACTERS]).split())
    if not line.isprintable():  # private use, unassigned, lone surrogates: no sentence needs them
        line = "".join(letter for letter in line if letter.isprintable())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
