"""Sizes of pictures, as encoders write them and as an attacker would."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from struct import pack
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from krea_cli.catalog.image_size import Size, read_image_size

SIZE = (640, 481)
TURNED = SIZE[::-1]
ORIENTATION = 0x0112

Measure = Callable[[bytes], Size | None]


@pytest.fixture(scope="module")
def measure(tmp_path_factory: pytest.TempPathFactory) -> Measure:
    """The size of a file with these bytes."""
    path = tmp_path_factory.mktemp("pictures") / "a"

    def measure_bytes(content: bytes) -> Size | None:
        path.write_bytes(content)
        return read_image_size(str(path))

    return measure_bytes


def encode(
    form: str, *, mode: str = "RGB", orientation: int | None = None, **options: Any
) -> bytes:
    """A picture of SIZE as Pillow writes it, with ORIENTATION in its Exif data."""
    out = BytesIO()
    if orientation is not None:
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        options["exif"] = exif
    Image.new(mode, SIZE).save(out, form, **options)
    return out.getvalue()


PICTURES = {
    "PNG": encode("PNG"),
    "GIF": encode("GIF", mode="P"),
    "JPEG": encode("JPEG"),
    "progressive JPEG": encode("JPEG", progressive=True),
    "grey JPEG": encode("JPEG", mode="L"),
    "JPEG with a colour profile": encode("JPEG", icc_profile=bytes(200_000)),
    "lossy WebP": encode("WEBP"),
    "lossless WebP": encode("WEBP", lossless=True),
    "extended WebP": encode("WEBP", icc_profile=b"profile", mode="RGBA"),
    "AVIF": encode("AVIF"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_measured(name: str, measure: Measure) -> None:
    """Every type that the service takes has its head."""
    assert measure(PICTURES[name]) == SIZE


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "AVIF"])
def test_a_picture_is_measured_as_it_is_shown(
    form: str, orientation: int, measure: Measure
) -> None:
    """A phone stores an upright picture lying, with a note in it."""
    picture = encode(form, orientation=orientation)
    assert measure(picture) == (TURNED if orientation > 4 else SIZE)


@pytest.mark.parametrize(("order", "sign"), [("<", b"II"), (">", b"MM")])
def test_exif_comes_in_both_orders_of_bytes(order: str, sign: bytes, measure: Measure) -> None:
    """Cameras write either."""
    entries = [(0x010F, 2, 4, 0), (ORIENTATION, 3, 1, 6)]
    tiff = sign + pack(order + "HIH", 42, 8, len(entries))
    tiff += b"".join(pack(order + "HHIHxx", *entry) for entry in entries)
    exif = b"Exif\0\0" + tiff
    head = b"\xff\xd8\xff\xff\xe1" + pack(">H", len(exif) + 2) + exif
    assert measure(head + PICTURES["JPEG"][2:]) == TURNED


def test_a_broken_note_does_not_hide_the_size(measure: Measure) -> None:
    """The directory points behind the end of the segment."""
    exif = b"Exif\0\0MM\0*" + pack(">I", 4_000_000_000)
    head = b"\xff\xd8\xff\xe1" + pack(">H", len(exif) + 2) + exif
    assert measure(head + PICTURES["JPEG"][2:]) == SIZE


def box(name: bytes, content: bytes) -> bytes:
    """A box of ISO/IEC 14496-12."""
    return pack(">I", len(content) + 8) + name + content


def heic(properties: list[bytes], associations: bytes, *, version: int = 0) -> bytes:
    """The head of a HEIC file with item 7 as its primary one."""
    primary = box(b"pitm", pack(">BxxxH", 0, 7))
    count = 2
    listed = box(b"ipma", pack(">BxxxI", version, count) + associations)
    return (
        box(b"ftyp", b"heic\0\0\0\0mif1heic")
        + box(b"free", bytes(5000))
        + box(
            b"meta",
            bytes(4) + primary + box(b"iprp", box(b"ipco", b"".join(properties)) + listed),
        )
    )


def ispe(width: int, height: int) -> bytes:
    """The property of an item's size."""
    return box(b"ispe", pack(">4xII", width, height))


@pytest.mark.parametrize(("quarters", "expected"), [(0, SIZE), (1, TURNED), (2, SIZE), (3, TURNED)])
@pytest.mark.parametrize("version", [0, 1])
def test_the_primary_item_of_a_heic_counts(
    quarters: int, expected: Size, version: int, measure: Measure
) -> None:
    """A phone stores tiles and a thumbnail beside the picture, and how to turn it."""
    properties = [ispe(512, 512), ispe(*SIZE), box(b"irot", bytes([quarters]))]
    form = ">HBB" if version == 0 else ">IBB"
    turned = ">HBBB" if version == 0 else ">IBBB"
    associations = pack(form, 1, 1, 1) + pack(turned, 7, 2, 0x82, 3)
    assert measure(heic(properties, associations, version=version)) == expected


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"no picture",
        b"\x89PNG\r\n\x1a\n" + pack(">I4sII", 13, b"IHDR", 0, 480),
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\0\0" * 50_000,
        b"\xff\xd8" + b"\xff" * 100_000,
        b"RIFF....WEBPVP8 ",
        b"RIFF....WEBPALPH" + bytes(50),
        heic([], pack(">HBB", 7, 1, 9) + pack(">HBB", 8, 1, 1)),
        heic([ispe(2, 3)], pack(">HB", 7, 255)),
        box(b"ftyp", b"avif") + pack(">I4sQ", 1, b"free", 2**64 - 1),
        box(b"ftyp", b"avif") + pack(">I4s", 8, b"free") * 20_000,
        box(b"ftyp", b"avif") + box(b"meta", bytes(3)),
    ],
)
def test_any_other_file_has_no_size(tmp_path: Path, content: bytes | None) -> None:
    """The size of a missing, empty or broken file is unknown, not an error."""
    file = tmp_path / "a"
    if content is not None:
        file.write_bytes(content)
    assert read_image_size(str(file)) is None


def test_a_folder_has_no_size(tmp_path: Path) -> None:
    """No more than any other thing that is not a file."""
    assert read_image_size(str(tmp_path)) is None


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_is_cut_off_is_measured_or_not(name: str, measure: Measure) -> None:
    """No place to cut is an error, and none gives another size."""
    sizes = {measure(PICTURES[name][:length]) for length in range(600)}
    assert sizes <= {None, SIZE}


@given(st.sampled_from(list(PICTURES.values())), st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_picture_with_wrong_bytes_is_no_error(
    measure: Measure, picture: bytes, data: st.DataObject
) -> None:
    """A hostile head gives a size or none."""
    content = bytearray(picture[:1000])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    size = measure(bytes(content))
    assert size is None or min(size) > 0
