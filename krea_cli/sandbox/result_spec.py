"""Specifications of a job's results, read from its request: equal requests give equal results."""

import hashlib
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from krea_cli.sandbox.openapi import Route

# The service's names of resolutions, with the pixels of a square's side.
NAMED_RESOLUTION_PIXELS = {"sd": 480, "hd": 720, "fhd": 1080, "uhd": 2160}
# The service's own codes for a refusal by moderation.
MODERATION_CODES = ("nsfw", "ip_detected", "violence", "personal_info")
SUFFIXES = {"jpeg": "jpg"}
MAX_SIDE_PIXELS = 8192


@dataclass(frozen=True)
class ResultSpec:
    """Everything that decides the bytes of a result.

    medium: picture, video, audio or model
    format: png, jpeg, webp, mp4, wav or glb
    width: in pixels
    height: in pixels
    seconds: length of a video or a sound
    caption: text in the result
    request_hash: SHA-256 of the request and the result's label, in hex
    """

    medium: str
    format: str
    width: int
    height: int
    seconds: float
    caption: str
    request_hash: str

    @property
    def suffix(self) -> str:
        """The extension of its path, without the dot."""
        return SUFFIXES.get(self.format, self.format)

    @property
    def media_type(self) -> str:
        """The Content-Type of its download."""
        families = {"picture": "image", "video": "video", "audio": "audio", "model": "model"}
        subtype = "gltf-binary" if self.format == "glb" else self.format
        return f"{families[self.medium]}/{subtype}"


def result_specs(route: Route, body: dict[str, Any]) -> dict[str, ResultSpec]:
    """The results of a request by label.

    Labels: "0", "1" …; "front" and "side" for [map]; "model" and "preview" for a 3D model.
    """
    texts = list(_strings(body))
    medium = _medium(route, body)
    if medium == "model":
        return {label: _result_spec(route, body, label, medium) for label in ("model", "preview")}
    if any("[map]" in text for text in texts):
        return {label: _result_spec(route, body, label, medium) for label in ("front", "side")}
    count = 2 if any("[two]" in text for text in texts) else 1
    return {str(index): _result_spec(route, body, str(index), medium) for index in range(count)}


def intermediate_spec(route: Route, body: dict[str, Any]) -> ResultSpec | None:
    """The small picture that a picture's job shows before its end; None for other media."""
    if _medium(route, body) != "picture":
        return None
    text = f"(not done yet) {_prompt(body)}"
    return ResultSpec(
        "picture", "webp", 256, 256, 0.0, text, _request_hash(route, body, "intermediate")
    )


def planned_end(body: dict[str, Any]) -> tuple[str, dict[str, str] | None]:
    """The final status and the error (`code`, `message`) that the words in a request ask for."""
    text = "\n".join(_strings(body))
    if "[fail]" in text:
        return "failed", {"code": "internal", "message": "The provider failed to process the job."}
    if code := next((code for code in MODERATION_CODES if f"[{code}]" in text), None):
        return "failed", {"code": code, "message": "The request was flagged by moderation."}
    if "[fail-silent]" in text:
        return "failed", None
    return ("cancelled" if "[cancel]" in text else "completed"), None


def has_no_result(body: dict[str, Any]) -> bool:
    """Return True if the job is to complete without any result, like a silent refusal."""
    return any("[empty]" in text for text in _strings(body))


def _result_spec(route: Route, body: dict[str, Any], label: str, medium: str) -> ResultSpec:
    if label == "preview":
        medium = "picture"
    formats = {"video": "mp4", "audio": "wav", "model": "glb"}
    form = formats.get(medium) or _picture_format(route, body)
    width, height = _size(route, body)
    text = _prompt(body)
    return ResultSpec(
        medium,
        form,
        width,
        height,
        _duration_seconds(route, body),
        text,
        _request_hash(route, body, label),
    )


def _medium(route: Route, body: dict[str, Any]) -> str:
    if route.kind == "enhance":
        video = body.get("video_url") or not {"image_url", "image", "image_urls"} & set(
            route.fields
        )
        return "video" if video and "video_url" in route.fields else "picture"
    media = {"video": "video", "audio": "audio", "3d": "model"}
    return media.get(route.kind, "picture")


def _picture_format(route: Route, body: dict[str, Any]) -> str:
    name = body.get("output_format") or route.default("output_format")
    return {"jpg": "jpeg", "jpeg": "jpeg", "webp": "webp"}.get(str(name).lower(), "png")


def _prompt(body: dict[str, Any]) -> str:
    prompt = body.get("prompt")
    return prompt if isinstance(prompt, str) and prompt else next(_strings(body), "")


def _size(route: Route, body: dict[str, Any]) -> tuple[int, int]:
    """Width and height in pixels, from the request or from its ratio and resolution."""
    width, height = (body.get(name) or route.default(name) for name in ("width", "height"))
    if isinstance(width, int | float) and isinstance(height, int | float):
        return _clamp_side(width), _clamp_side(height)
    default_ratio = "16:9" if route.kind == "video" else "1:1"
    ratio = str(body.get("aspect_ratio") or body.get("ratio") or default_ratio)
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*[:x]\s*(\d+(?:\.\d+)?)", ratio)
    across, down = (float(match[1]), float(match[2])) if match else (1.0, 1.0)
    if not across or not down:
        across = down = 1.0
    if across > 64 and down > 64:  # Runway writes its ratios in pixels
        return _clamp_side(across), _clamp_side(down)
    side = _square_side(str(body.get("resolution") or "1K"))
    scale = side / math.sqrt(across * down)
    return _clamp_side(across * scale), _clamp_side(down * scale)


def _square_side(resolution: str) -> float:
    """The side, in pixels, of a square with the area of RESOLUTION: 2K, 1080p, fhd."""
    text = resolution.lower()
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)k", text):
        return float(match[1]) * 1024
    if match := re.fullmatch(r"(\d{2,4})p?", text):
        return float(match[1]) * math.sqrt(16 / 9)  # the shorter side of 16:9
    return float(NAMED_RESOLUTION_PIXELS.get(text, 1024))


def _clamp_side(pixels: float) -> int:
    return max(16, min(MAX_SIDE_PIXELS, round(pixels)))


def _duration_seconds(route: Route, body: dict[str, Any]) -> float:
    match = re.match(r"\d{1,4}(\.\d+)?", str(body.get("duration") or route.default("duration")))
    return min(60.0, max(1.0, float(match[0]))) if match else 5.0


def _strings(value: Any) -> Iterator[str]:
    """Every text in a request, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def _request_hash(route: Route, body: dict[str, Any], label: str) -> str:
    text = json.dumps([route.path, body, label], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
