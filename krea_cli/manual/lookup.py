"""The program that looks up models, fields, requests and names, the same for every shell."""

from collections.abc import Iterable
from pathlib import Path

PROGRAM_FILE = Path(__file__).with_name("lookup.sh")


def lookup_program(models: Iterable[str]) -> str:
    """Return the program for `sh -c`; MODELS are the lines to use while no catalog is cached."""
    text = PROGRAM_FILE.read_text(encoding="utf-8")
    return text.replace("@MODELS@\n", "".join(f"{model}\n" for model in models)).rstrip("\n")
