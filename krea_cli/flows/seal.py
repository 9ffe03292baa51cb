"""What proves in a sidecar that a file is the result of one item of a batch."""

import hashlib


def seal(base: str, digest: str) -> str:
    """The seal of the item DIGEST made by the service at BASE, as sha256 in hex.

    It differs by base: what was rehearsed in a sandbox never counts as the real thing.
    """
    return hashlib.sha256(f"{base}\n{digest}".encode()).hexdigest()
