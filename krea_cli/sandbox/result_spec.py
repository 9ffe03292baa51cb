"""What a job's results will be: read from its request, so that the same request gives the same."""

import hashlib
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from krea_cli.sandbox.openapi import Route

# The service's own words for the shorter side (1080p) or the side of the square (2K).
NAMED_SIZES = {"sd": 480, "hd": 720, "fhd": 1080, "uhd": 2160}
# Why moderation may refuse a job, in the service's own words.
MODERATION = ("nsfw", "ip_detected", "violence", "personal_info")
SUFFIXES = {"jpeg": "jpg"}
MAX_SIDE = 8192


@dataclass(frozen=True)
class Recipe:
    """All that decides one result's bytes: medium, format, size in pixels, seconds, text, key."""

    medium: str  # picture, video, audio, model
    format: str  # png, jpeg, webp, mp4, wav, glb
    width: int
    height: int
    seconds: float
    text: str
    key: str  # a digest of the request

    @property
    def suffix(self) -> str:
        """The extension of its address, without the dot."""
        return SUFFIXES.get(self.format, self.format)

    @property
    def media_type(self) -> str:
        """The Content-Type it is served with."""
        families = {"picture": "image", "video": "video", "audio": "audio", "model": "model"}
        subtype = "gltf-binary" if self.format == "glb" else self.format
        return f"{families[self.medium]}/{subtype}"


def recipes(route: Route, body: dict[str, Any]) -> dict[str, Recipe]:
    """The results of a request by label: "0", "1" …, names of a map, "model" and "preview"."""
    texts = list(_strings(body))
    medium = _medium(route, body)
    if medium == "model":
        return {label: _recipe(route, body, label, medium) for label in ("model", "preview")}
    if any("[map]" in text for text in texts):
        return {label: _recipe(route, body, label, medium) for label in ("front", "side")}
    count = 2 if any("[two]" in text for text in texts) else 1
    return {str(index): _recipe(route, body, str(index), medium) for index in range(count)}


def intermediate(route: Route, body: dict[str, Any]) -> Recipe | None:
    """The small picture that a picture's job shows before it is done; None for other media."""
    if _medium(route, body) != "picture":
        return None
    text = f"(not done yet) {_prompt(body)}"
    return Recipe("picture", "webp", 256, 256, 0.0, text, _digest(route, body, "intermediate"))


def outcome(body: dict[str, Any]) -> tuple[str, dict[str, str] | None]:
    """The status that a request ends with, and its error, as its own text asks for."""
    text = "\n".join(_strings(body))
    if "[fail]" in text:
        return "failed", {"code": "internal", "message": "The provider failed to process the job."}
    if reason := next((each for each in MODERATION if f"[{each}]" in text), None):
        return "failed", {"code": reason, "message": "The request was flagged by moderation."}
    if "[fail-silent]" in text:
        return "failed", None
    return ("cancelled" if "[cancel]" in text else "completed"), None


def is_empty(body: dict[str, Any]) -> bool:
    """True when the job is to complete without any result, as a silent refusal does."""
    return any("[empty]" in text for text in _strings(body))


def _recipe(route: Route, body: dict[str, Any], label: str, medium: str) -> Recipe:
    if label == "preview":
        medium = "picture"
    formats = {"video": "mp4", "audio": "wav", "model": "glb"}
    form = formats.get(medium) or _picture_format(route, body)
    width, height = _size(route, body)
    text = _prompt(body)
    return Recipe(
        medium, form, width, height, _seconds(route, body), text, _digest(route, body, label)
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
    asked = body.get("output_format") or route.default("output_format")
    return {"jpg": "jpeg", "jpeg": "jpeg", "webp": "webp"}.get(str(asked).lower(), "png")


def _prompt(body: dict[str, Any]) -> str:
    prompt = body.get("prompt")
    return prompt if isinstance(prompt, str) and prompt else next(_strings(body), "")


def _size(route: Route, body: dict[str, Any]) -> tuple[int, int]:
    """Width and height in pixels: as asked, else from the ratio and the resolution."""
    width, height = (body.get(name) or route.default(name) for name in ("width", "height"))
    if isinstance(width, int | float) and isinstance(height, int | float):
        return _side(width), _side(height)
    usual = "16:9" if route.kind == "video" else "1:1"
    ratio = str(body.get("aspect_ratio") or body.get("ratio") or usual)
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*[:x]\s*(\d+(?:\.\d+)?)", ratio)
    across, down = (float(found[1]), float(found[2])) if found else (1.0, 1.0)
    if not across or not down:
        across = down = 1.0
    if across > 64 and down > 64:  # Runway writes its ratios in pixels
        return _side(across), _side(down)
    square = _square(str(body.get("resolution") or "1K"))
    scale = square / math.sqrt(across * down)
    return _side(across * scale), _side(down * scale)


def _square(resolution: str) -> float:
    """The side of a square with as many pixels as RESOLUTION asks for."""
    text = resolution.lower()
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)k", text):
        return float(found[1]) * 1024
    if found := re.fullmatch(r"(\d{2,4})p?", text):
        return float(found[1]) * math.sqrt(16 / 9)
    return float(NAMED_SIZES.get(text, 1024))


def _side(pixels: float) -> int:
    return max(16, min(MAX_SIDE, round(pixels)))


def _seconds(route: Route, body: dict[str, Any]) -> float:
    asked = re.match(r"\d{1,4}(\.\d+)?", str(body.get("duration") or route.default("duration")))
    return min(60.0, max(1.0, float(asked[0]))) if asked else 5.0


def _strings(value: Any) -> Iterator[str]:
    """Every text in a request, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def _digest(route: Route, body: dict[str, Any], label: str) -> str:
    text = json.dumps([route.path, body, label], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
