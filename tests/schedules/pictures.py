"""Pictures on disk, and whose they are, by their bytes and colours."""

from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.schedules.service import STEP, STEPS

PICTURES = (".png", ".jpg")
JPEG_START = b"\xff\xd8"


def read_pictures(folder: Path) -> dict[str, bytes]:
    """The pictures in FOLDER and below, by relative path; none that is still being written."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.suffix in PICTURES and not path.name.startswith(".")
    }


@lru_cache(maxsize=1024)
def digest_of(content: bytes) -> str:
    """The sha256 of CONTENT."""
    return sha256(content).hexdigest()


@lru_cache(maxsize=1024)
def converted_job(content: bytes) -> str:
    """The job of a picture that was converted: its colour says it, even after losses."""
    with Image.open(BytesIO(content)) as image:
        colour = image.convert("RGB").getpixel((4, 4))
    assert isinstance(colour, tuple)
    number = sum(int(part) // STEP * STEPS**place for place, part in enumerate(colour))
    return f"job-{number}"


def title_of(path: str) -> str:
    """The beginning of a file's name, which is a prompt: p3 of old/p3.original-2.png."""
    return base_of(Path(path).name.partition(".")[0].partition("-")[0])


def base_of(prompt: str) -> str:
    """PROMPT without its drawn words."""
    return prompt.partition(" ")[0]
