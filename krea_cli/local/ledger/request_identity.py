"""The sameness of two requests, by hashes of their input and of the body that is sent."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from krea_cli.text import BYTE_ORDER_MARK

# Several hashes are made for each line of a list.
ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
PLAIN_TYPES = (str, int, bool, type(None))  # of values that are their own normal form

HAS_DIGEST = "(given_digest = ? OR (sent_digest = ? AND chosen_seed IS ?))"
# An older version may have recorded the normal form: its hash is that of the digest.
IS_SAME = f"(identity IN (?, ?, ?) OR {HAS_DIGEST})"


@dataclass(frozen=True)
class RequestIdentity:
    """The hashes by which a request is found again; a match of one is a match.

    fingerprint: `request_fingerprint` of the model and the input as it was given
    given_digest: hash of the normal form of the input; None in rows of older versions
    sent_digest: hash of the normal form of the body, without a numeric seed
    seed: the number that was given as seed; None if it was drawn
    model, given: the input; empty and None if only its hashes are known
    """

    fingerprint: str
    given_digest: str | None = None
    sent_digest: str | None = None
    seed: int | None = None
    model: str = field(default="", compare=False)
    given: dict[str, Any] | None = field(default=None, compare=False, repr=False)

    @cached_property
    def marked_fingerprint(self) -> str | None:
        """The fingerprint with a byte order mark before the prompt; None without a prompt.

        Older versions sent prompts of a file with it.
        """
        prompt = self.given.get("prompt") if self.given else None
        if self.given is None or not isinstance(prompt, str):
            return None
        return request_fingerprint(self.model, self.given | {"prompt": BYTE_ORDER_MARK + prompt})

    @property
    def digests(self) -> tuple[Any, ...]:
        """Values for the question marks of `HAS_DIGEST`."""
        return (self.given_digest, self.sent_digest, self.seed)

    @property
    def values(self) -> tuple[Any, ...]:
        """Values for the question marks of `IS_SAME`."""
        return (self.fingerprint, self.given_digest, self.marked_fingerprint, *self.digests)


def request_fingerprint(model: str, given: dict[str, Any]) -> str:
    """Hash MODEL and the input GIVEN by the user: sha256, in hex.

    The order of keys does not count, and 1.0 is 1.
    """
    import hashlib

    is_flat = all(type(value) in PLAIN_TYPES for value in given.values())
    normal = given if is_flat and all(type(key) is str for key in given) else _normalize(given)
    content = ENCODER.encode([model, normal])
    return hashlib.sha256(content.encode()).hexdigest()


def _normalize(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {str(key): _normalize(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_normalize(item) for item in value]
    return value
