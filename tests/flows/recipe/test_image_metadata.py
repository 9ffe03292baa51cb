"""A recipe lies in a picture's metadata; its pixels and all else stay as they are."""

import io
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from krea_cli.flows.recipe.image_metadata import NotEmbeddable, embed_recipe, extract_recipe
from tests.pictures import PICTURES, RGB, SIZE, encode_image, png_chunk, webp_file

RECIPE = '{"prompt": "a \'fox\' & <a> \\"hen\\"", "seed": 7}'
PACKET_NAMES = (b"iTXtXML:com.adobe.xmp\0", b"\xff\xe1http://ns.adobe.com/xap/1.0/\0", b"XMP ")
every_picture = pytest.mark.parametrize("data", PICTURES.values(), ids=PICTURES)


def opened(data: bytes) -> Image.Image:
    """Read the picture with Pillow, up to its end."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def parts(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """List name and content of each segment of a picture; the pixels of a JPEG are one."""
    at = {b"\x89P": 8, b"\xff\xd8": 2, b"RI": 12}[data[:2]]
    while at < len(data) and data[at:] != b"after the end":
        if data[:1] == b"\x89":
            name, size = data[at + 4 : at + 8], int.from_bytes(data[at : at + 4], "big")
            assert data[at : at + 12 + size] == png_chunk(
                name, content := data[at + 8 : at + 8 + size]
            )
            at += 12 + size
        elif data[:1] == b"R":
            name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
            content = data[at + 8 : at + 8 + size]
            at += 8 + size + size % 2
        else:
            while data[at + 1] == 0xFF:
                at += 1
            name, size = data[at : at + 2], int.from_bytes(data[at + 2 : at + 4], "big")
            content = data[at + 4 :] if name == b"\xff\xda" else data[at + 4 : at + 2 + size]
            at += 4 + len(content) if name == b"\xff\xda" else 2 + size
        yield name, content


def others(data: bytes) -> list[tuple[bytes, bytes]]:
    """List the segments without XMP and without the header that announces it."""
    return [
        (name, content)
        for name, content in parts(data)
        if name != b"VP8X" and not (name + content).startswith(PACKET_NAMES)
    ]


@every_picture
def test_the_recipe_comes_back(data: bytes) -> None:
    """A picture has no recipe before, and exactly this one afterwards."""
    assert extract_recipe(data) is None
    assert extract_recipe(embed_recipe(data, RECIPE)) == RECIPE


@every_picture
def test_everything_else_is_copied(data: bytes) -> None:
    """Compressed pixels, text, Exif, profiles, comments, frames: each byte, in the same order."""
    after = embed_recipe(data, RECIPE)
    assert others(after) == others(data)
    assert after.endswith(b"after the end") == data.endswith(b"after the end")


@every_picture
def test_the_picture_looks_the_same(data: bytes) -> None:
    """Every frame has its size, mode, pixels and duration, and the file says the same of itself."""
    before, after = opened(data), opened(embed_recipe(data, RECIPE))
    for old, new in zip(ImageSequence.Iterator(before), ImageSequence.Iterator(after), strict=True):
        assert (old.size, old.mode, old.tobytes()) == (new.size, new.mode, new.tobytes())
        kept = {"exif", "icc_profile", "duration", "loop", "Comment", "comment", "transparency"}
        assert all(old.info.get(name) == new.info.get(name) for name in kept)
    assert before.getexif() == after.getexif()


@every_picture
def test_other_programs_see_one_packet_with_all_that_was_in_it(data: bytes) -> None:
    """Pillow finds it where it looks for XMP; it is well-formed and still has its old property."""
    after = embed_recipe(data, RECIPE)
    packet = opened(after).info["xmp"]
    packet = packet.encode() if isinstance(packet, str) else packet
    recipes = ElementTree.fromstring(packet).iter("{urn:x-krea-cli:recipe/1.0/}recipe")
    assert [each.text for each in recipes] == [RECIPE]
    assert len(list(parts(after))) - len(others(after)) == 1 + (b"VP8X" in after)
    assert (b"dc:format=" in packet) == ("xmp" in opened(data).info)


@every_picture
def test_of_two_recipes_the_last_is_left(data: bytes) -> None:
    """A second recipe replaces the first without a trace."""
    assert embed_recipe(embed_recipe(data, "first"), RECIPE) == embed_recipe(data, RECIPE)


@pytest.mark.parametrize("name", ["png", "png alpha", "png palette", "png animated"])
def test_a_png_has_its_recipe_before_the_pixels(name: str) -> None:
    """The recipe lies in the first bytes of a file."""
    names = [each for each, _ in parts(embed_recipe(PICTURES[name], RECIPE))]
    assert names[:2] == [b"IHDR", b"iTXt"]


@pytest.mark.parametrize(
    ("name", "place"),
    [("jpeg", 1), ("jpeg exif", 2), ("jpeg all", 2), ("jpeg bare", 0), ("jpeg filled", 1)],
)
def test_a_jpeg_has_its_recipe_after_the_segments_that_come_first(name: str, place: int) -> None:
    """JFIF and Exif keep their place at the start."""
    names = [(each + content)[:4] for each, content in parts(embed_recipe(PICTURES[name], RECIPE))]
    assert names[place] == b"\xff\xe1ht"
    assert {each[2:] for each in names[:place]} <= {b"JF", b"Ex"}


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("webp", 0x04),
        ("webp lossless", 0x04),
        ("webp lossless alpha", 0x14),
        ("webp alpha", 0x14),
        ("webp exif", 0x2C),
        ("webp all", 0x3C),
        ("webp animated", 0x0E),
    ],
)
def test_a_webp_says_what_it_has(name: str, flags: int) -> None:
    """A simple file becomes an extended one, with its size and its features in the header."""
    after = embed_recipe(PICTURES[name], RECIPE)
    (first, header), *_, (last, _) = parts(after)
    assert (first, header[0], last) == (b"VP8X", flags, b"XMP ")
    size = [int.from_bytes(header[at : at + 3], "little") + 1 for at in (4, 7)]
    assert tuple(size) == SIZE
    assert int.from_bytes(after[4:8], "little") == len(after) - 8


def test_an_empty_packet_is_filled() -> None:
    """There is nothing in it that could be lost."""
    data = webp_file((b"VP8L", PICTURES["webp lossless"][20:]), (b"XMP ", b""))
    assert extract_recipe(data) is None
    assert extract_recipe(embed_recipe(data, RECIPE)) == RECIPE
    assert embed_recipe(data, RECIPE).count(b"XMP ") == 1


def test_a_webp_without_its_last_padding_gets_it() -> None:
    """The chunk that follows begins at an even place."""
    odd = webp_file((b"VP8L", PICTURES["webp lossless"][20:]), (b"ABCD", b"odd"))[:-1]
    data = odd[:4] + (len(odd) - 8).to_bytes(4, "little") + odd[8:]
    after = embed_recipe(data, RECIPE)
    assert [name for name, _ in parts(after)] == [b"VP8X", b"VP8L", b"ABCD", b"XMP "]
    assert extract_recipe(after) == RECIPE


def test_a_jpeg_has_room_for_so_much_and_no_more() -> None:
    """The limit is that of a segment; a longer recipe is refused with both numbers."""
    used = len(embed_recipe(PICTURES["jpeg"], "")) - len(PICTURES["jpeg"]) - 33
    full = "a" * (65_502 - used)
    assert extract_recipe(embed_recipe(PICTURES["jpeg"], full)) == full
    with pytest.raises(NotEmbeddable) as failure:
        embed_recipe(PICTURES["jpeg"], full + "a")
    assert failure.value.message == (
        "a JPEG file has room for 65,502 bytes of XMP metadata; with the recipe it would be 65,503"
    )
    assert extract_recipe(embed_recipe(PICTURES["png"], full + "a")) == full + "a"


PNG, JPEG, WEBP = (PICTURES[name] for name in ("png", "jpeg", "webp"))
PACKED = png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(bytes(5 << 20)))
REFUSED = {
    "gif": (encode_image(RGB, "GIF"), "PNG, JPEG and WebP files; this is image/gif"),
    "video": (b"\0\0\0\x18ftypisom", "this is video/mp4"),
    "unknown": (b"a text", "this is none of them"),
    "nothing": (b"", "this is none of them"),
    "png cut": (PNG[:-13], "ends within a chunk"),
    "png without end": (PNG[:-12], "without IEND"),
    "png without header": (PNG[:8] + PNG[33:], "does not begin with IHDR"),
    "png without pixels": (PNG[:33] + PNG[-12:], "no picture data"),
    "png broken xmp": (PNG[:33] + PACKED.replace(b"x\x9c", b"xx") + PNG[33:], "decompressed"),
    "png bomb": (PNG[:33] + PACKED + PNG[33:], "longer than 4,194,304 bytes"),
    "jpeg cut": (JPEG[:-2], "ends within the picture data"),
    "jpeg without pixels": (JPEG[:20], "segments end before the picture data"),
    "jpeg wrong length": (JPEG[:20] + b"\xff\xdb\xff\xff" + JPEG[24:], "a segment has a wrong"),
    "jpeg no length": (JPEG[:20] + b"\xff\xdb\0\1" + JPEG[24:], "a segment has a wrong length"),
    "webp cut": (WEBP[:-2], "ends before its own length"),
    "webp wrong length": (WEBP[:16] + b"\xff\xff\xff\xff" + WEBP[20:], "a chunk has a wrong"),
    "webp without pixels": (webp_file((b"VP8X", bytes(10))), "no picture data"),
    "webp short header": (webp_file((b"VP8X", bytes(9)), (b"VP8 ", b"")), "VP8X chunk"),
    "webp late header": (webp_file((b"VP8 ", b""), (b"VP8X", bytes(10))), "VP8X chunk"),
    "webp no size": (webp_file((b"VP8 ", b"\0\0\0\x9d\x01\x2a" + bytes(4))), "has no header"),
    "webp no signature": (webp_file((b"VP8L", bytes(8))), "has no header"),
    "webp short": (webp_file((b"VP8L", b"\x2f")), "has no header"),
    "foreign text": (encode_image(RGB, "WEBP", xmp=b"<a"), "its XMP metadata is not well-formed"),
}


@pytest.mark.parametrize(("data", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_take_a_recipe_is_refused_with_the_reason(data: bytes, why: str) -> None:
    """One sentence says what is wrong; reading finds nothing and says nothing."""
    assert extract_recipe(data) is None
    with pytest.raises(NotEmbeddable) as failure:
        embed_recipe(data, RECIPE)
    assert why in failure.value.message
    assert failure.value.code == "not_embeddable"


def test_a_text_that_cannot_be_written_is_refused() -> None:
    """XML cannot hold NUL."""
    with pytest.raises(NotEmbeddable, match=r"cannot hold the character U\+0000"):
        embed_recipe(PNG, "a\0b")


@pytest.mark.parametrize("name", ["png", "jpeg", "png xmp", "jpeg all"])
def test_a_recipe_is_read_from_a_file_that_is_cut_short(name: str) -> None:
    """The recipe lies before the pixels."""
    after = embed_recipe(PICTURES[name], RECIPE)
    assert extract_recipe(after[:-20]) == RECIPE


@pytest.mark.parametrize(
    "hostile",
    [
        PNG[:33] + png_chunk(b"aAAA", b"") * 100_000,
        PNG[:33] + PACKED * 2000,
        b"\xff\xd8" + b"\xff" * 8_000_000,
        JPEG[:20] + b"\xff\xe0\0\2" * 200_000,
        webp_file(*[(b"XMP ", b"<a/>")] * 100_000),
    ],
    ids=["chunks", "bombs", "fill", "segments", "packets"],
)
def test_time_grows_with_the_length_alone(hostile: bytes) -> None:
    """Megabytes made to be slow are done with in a second; their square would take hours."""
    assert extract_recipe(hostile) is None
    with pytest.raises(NotEmbeddable):
        embed_recipe(hostile, RECIPE)


def harmless(data: bytes) -> None:
    """Embed a recipe into DATA and read it back, or expect an error with the reason."""
    extract_recipe(data)
    try:
        after = embed_recipe(data, RECIPE)
    except NotEmbeddable as failure:
        assert failure.message
    else:
        assert extract_recipe(after) == RECIPE


@given(st.sampled_from([PNG[:8], PNG[:33], JPEG[:2], JPEG[:20], WEBP[:12], b""]), st.binary())
@example(b"\xff\xd8\xff", b"")
def test_hostile_bytes_do_no_harm(start: bytes, rest: bytes) -> None:
    """Random bytes after the head of a picture do no harm."""
    harmless(start + rest)


@given(st.sampled_from([*PICTURES.values()]), st.data())
def test_damaged_pictures_do_no_harm(picture: bytes, data: st.DataObject) -> None:
    """A picture that is cut anywhere, or has changed bytes, does no harm."""
    at = data.draw(st.integers(0, len(picture)) | st.integers(0, 60))
    change = data.draw(st.binary(max_size=5))
    harmless(picture[:at])
    harmless(picture[:at] + change + picture[at + len(change) :])
    harmless(embed_recipe(picture, "old")[:at] + change + picture[at:])
