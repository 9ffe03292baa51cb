"""Bytes of a result: a picture, a film, a sound or a 3D model."""

import array
import io
import json
import math
import struct
import sys
import wave

from krea_cli.sandbox.result_spec import ResultSpec

SAMPLE_RATE_HZ = 22050
CHORD_SEMITONES = ((0, 4, 7), (0, 3, 7), (0, 5, 9), (0, 4, 9))  # above the ground tone


def result_bytes(spec: ResultSpec) -> bytes:
    """The whole file of a result; equal specs give equal bytes."""
    match spec.medium:
        case "video":
            from krea_cli.sandbox.mp4 import encode_mp4

            return encode_mp4(spec)
        case "audio":
            return encode_wav(spec)
        case "model":
            return encode_glb(spec)
    from krea_cli.sandbox.images import encode_image

    return encode_image(spec)


def encode_wav(spec: ResultSpec) -> bytes:
    """A chord as a WAV file: 16 bit, mono, 22,050 Hz; chosen by the hash of the request."""
    ground = 110 * 2 ** (int(spec.request_hash[:2], 16) % 24 / 12)
    chord = CHORD_SEMITONES[int(spec.request_hash[2:4], 16) % len(CHORD_SEMITONES)]
    # Whole periods per second, so that one second repeats without a click.
    frequencies = [round(ground * 2 ** (semitones / 12)) for semitones in chord]
    angle = math.tau / SAMPLE_RATE_HZ
    second = array.array(
        "h",
        (
            round(7000 * sum(math.sin(angle * hertz * tick) for hertz in frequencies) / len(chord))
            for tick in range(SAMPLE_RATE_HZ)
        ),
    )
    if sys.byteorder == "big":
        second.byteswap()
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(second.tobytes() * round(spec.seconds))
    return out.getvalue()


def encode_glb(spec: ResultSpec) -> bytes:
    """A cube as a binary glTF 2.0 file, coloured by the hash of the request."""
    corners = [(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)]
    faces = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
    indices = [corner for a, b, c, d in faces for corner in (a, b, c, a, c, d)]
    positions = struct.pack("<24f", *(number for corner in corners for number in corner))
    binary = positions + struct.pack(f"<{len(indices)}H", *indices)
    colour = [int(spec.request_hash[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    text = json.dumps(_scene(len(positions), len(indices), colour, spec.caption)).encode()
    text += b" " * (-len(text) % 4)
    binary += bytes(-len(binary) % 4)
    parts = struct.pack("<I4s", len(text), b"JSON") + text
    parts += struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(parts)) + parts


def _scene(
    position_bytes: int, index_count: int, colour: list[float], prompt: str
) -> dict[str, object]:
    """The JSON chunk of the file: one mesh, its positions and indices in one buffer."""
    primitive = {"attributes": {"POSITION": 0}, "indices": 1, "material": 0}
    positions = {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3"}
    limits = {"min": [-0.5] * 3, "max": [0.5] * 3}
    return {
        "asset": {"version": "2.0", "generator": "krea sandbox", "extras": {"prompt": prompt}},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [primitive]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [*colour, 1.0]}}],
        "accessors": [
            positions | limits,
            {"bufferView": 1, "componentType": 5123, "count": index_count, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteLength": position_bytes, "target": 34962},
            {
                "buffer": 0,
                "byteOffset": position_bytes,
                "byteLength": 2 * index_count,
                "target": 34963,
            },
        ],
        "buffers": [{"byteLength": position_bytes + 2 * index_count}],
    }
