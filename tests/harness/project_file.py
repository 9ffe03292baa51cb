"""A krea.toml in the current folder."""

from pathlib import Path


def write_project(text: str, folder: str = ".", *, mode: int = 0o644) -> Path:
    """Write TEXT to krea.toml in FOLDER, and return its path."""
    path = Path(folder, "krea.toml")
    path.write_text(text)
    path.chmod(mode)
    return path
