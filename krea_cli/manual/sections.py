"""Sections of the man pages beyond the help: written in Markdown, one file for several commands."""

from collections.abc import Mapping
from pathlib import Path

from krea_cli.manual.markdown_roff import parse_markdown, to_roff

_REQUEST = ("fields", "placeholders", "variants", "running-again", "sidecar", "job-records")
# The files below man/sections that the page of a command has, in their order.
SECTIONS_OF_COMMAND = {
    "krea generate": (*_REQUEST, "project"),
    "krea again": ("naming-jobs", "fields", "placeholders", "sidecar", "job-records"),
    "krea batch": ("lists", "reports", "fields", "variants", "sidecar", "project"),
    "krea status": ("naming-jobs", "job-records"),
    "krea jobs": ("job-records",),
    "krea wait": ("naming-jobs", "job-records"),
    "krea download": ("naming-jobs", "placeholders", "sidecar", "job-records"),
    "krea cancel": ("naming-jobs",),
    "krea history": ("naming-jobs", "sidecar", "job-records"),
    "krea spend": ("sums",),
    "krea verify": ("reports",),
    "krea models": ("model-records", "fields"),
    "krea preset": ("project",),
    "krea preset save": ("naming-jobs", "project"),
}


def read_sections(folder: Path) -> Mapping[str, str]:
    """Return name -> Markdown, for the files of FOLDER.

    Raises ValueError for a file without a command, and for a missing one.
    """
    texts = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    used = {name for names in SECTIONS_OF_COMMAND.values() for name in names}
    if wrong := sorted(used ^ set(texts)):
        raise ValueError(f"SECTIONS_OF_COMMAND and the files differ: {', '.join(wrong)}")
    return texts


def sections_of(command: str, texts: Mapping[str, str]) -> list[str]:
    """Return the lines of a man page for the sections among TEXTS that COMMAND has."""
    names = [name for name in SECTIONS_OF_COMMAND.get(command, ()) if name in texts]
    return [line for name in names for line in to_roff(parse_markdown(texts[name]).children)]
