"""What the headers of a good answer warn of: the model will be gone some day."""

import re

from krea_cli.api.reply import Reply
from krea_cli.api.types import Notice
from krea_cli.text import excerpt


def notice(reply: Reply) -> Notice | None:
    """What the headers warn of; None when they warn of nothing."""
    told = {
        name: excerpt(reply.headers.get(name, "")) for name in ("deprecation", "sunset", "link")
    }
    deprecated = told["deprecation"].lower() not in {"", "false"}
    if not deprecated and not told["sunset"]:
        return None
    found = re.search(r'<([^<>\s]+)>[^,<]*\brel="?(deprecation|sunset)"?', told["link"])
    return Notice(deprecated, told["sunset"] or None, found[1] if found else None)
