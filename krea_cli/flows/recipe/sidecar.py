"""The recipe beside a result, as JSON: FILE.json."""

import json
from pathlib import Path
from typing import Any

from krea_cli.errors import KreaError
from krea_cli.flows.files.naming import LONGEST_NAME, shortened
from krea_cli.flows.files.part_file import open_part, part_path
from krea_cli.flows.files.publish import Published, publish
from krea_cli.flows.recipe.recipe import Recipe, parse_recipe

ENDING = ".json"
MOST_BYTES = 20_000_000  # a recipe may hold a picture as a data: address, and no more than a few


def beside(path: Path) -> Path:
    """Where the sidecar of the result at PATH is."""
    name = path.name
    if len(name.encode(errors="surrogateescape")) > LONGEST_NAME - len(ENDING):
        name = shortened(name, limit=LONGEST_NAME - len(ENDING))
    return path.with_name(name + ENDING)


def write_sidecar(path: Path, told: dict[str, Any], *, force: bool) -> Published:
    """Write what is TOLD beside the result at PATH: whole or not at all. Raises OSError, KreaError.

    The same sidecar that is there already stays; another file of that name only goes with FORCE,
    or when it is that of the same item of a batch, whose result had been removed.
    """
    from hashlib import sha256

    target = beside(path)
    known = _read(target) if told.get("item") else None
    force = force or (known is not None and known.item == told["item"])
    content = (json.dumps(told, indent=2) + "\n").encode()
    part = open_part(part_path(target))
    if part is None or part.path is None:
        raise KreaError(f"another krea is writing {target}", hint="run the same command again")
    try:
        with open(part.path, "wb") as file:
            file.write(content)
        return publish(part, target, sha256=sha256(content).hexdigest(), force=force)
    finally:
        part.release()


def read_sidecar(path: Path) -> Recipe | None:
    """The recipe that is written beside PATH, or in PATH itself; None if there is none."""
    for place in (beside(path), path):
        if place.name.endswith(ENDING) and (recipe := _read(place)):
            return recipe
    return None


def _read(place: Path) -> Recipe | None:
    try:
        if not place.is_file():  # a FIFO would keep us waiting for ever
            return None
        with place.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        return parse_recipe(json.loads(content)) if len(content) <= MOST_BYTES else None
    except (OSError, ValueError, RecursionError):
        return None
