"""The bytes of a result, made when they are first asked for."""

import array
import io
import json
import math
import struct
import sys
import wave

from krea_cli.sandbox.result_spec import Recipe

RATE = 22050
CHORDS = ((0, 4, 7), (0, 3, 7), (0, 5, 9), (0, 4, 9))  # in half tones above the ground


def make(recipe: Recipe) -> bytes:
    """The whole file of RECIPE; the same recipe gives the same bytes."""
    match recipe.medium:
        case "video":
            from krea_cli.sandbox.mp4 import film

            return film(recipe)
        case "audio":
            return sound(recipe)
        case "model":
            return cube(recipe)
    from krea_cli.sandbox.images import encode

    return encode(recipe)


def sound(recipe: Recipe) -> bytes:
    """A chord as a WAV file: 16 bit, mono, 22,050 Hz."""
    ground = 110 * 2 ** (int(recipe.key[:2], 16) % 24 / 12)
    chord = CHORDS[int(recipe.key[2:4], 16) % len(CHORDS)]
    # Whole periods per second, so that one second repeats without a click.
    tones = [round(ground * 2 ** (step / 12)) for step in chord]
    turn = math.tau / RATE
    second = array.array(
        "h",
        (
            round(7000 * sum(math.sin(turn * tone * tick) for tone in tones) / len(tones))
            for tick in range(RATE)
        ),
    )
    if sys.byteorder == "big":
        second.byteswap()
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(second.tobytes() * round(recipe.seconds))
    return out.getvalue()


def cube(recipe: Recipe) -> bytes:
    """A cube as a binary glTF 2.0 file, coloured by the request."""
    corners = [(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)]
    faces = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
    indices = [corner for a, b, c, d in faces for corner in (a, b, c, a, c, d)]
    places = struct.pack("<24f", *(number for corner in corners for number in corner))
    binary = places + struct.pack(f"<{len(indices)}H", *indices)
    colour = [int(recipe.key[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    text = json.dumps(_scene(len(places), len(indices), colour, recipe.text)).encode()
    text += b" " * (-len(text) % 4)
    binary += bytes(-len(binary) % 4)
    parts = struct.pack("<I4s", len(text), b"JSON") + text
    parts += struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(parts)) + parts


def _scene(places: int, corners: int, colour: list[float], text: str) -> dict[str, object]:
    primitive = {"attributes": {"POSITION": 0}, "indices": 1, "material": 0}
    positions = {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3"}
    limits = {"min": [-0.5] * 3, "max": [0.5] * 3}
    return {
        "asset": {"version": "2.0", "generator": "krea sandbox", "extras": {"prompt": text}},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [primitive]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [*colour, 1.0]}}],
        "accessors": [
            positions | limits,
            {"bufferView": 1, "componentType": 5123, "count": corners, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteLength": places, "target": 34962},
            {"buffer": 0, "byteOffset": places, "byteLength": 2 * corners, "target": 34963},
        ],
        "buffers": [{"byteLength": places + 2 * corners}],
    }
