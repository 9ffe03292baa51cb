"""Words that the command line takes and its parser does not list: settings, kinds, faults, ids."""

from pathlib import Path

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.openapi.document import parse_document
from krea_cli.local.config import SETTINGS
from krea_cli.manual.command_tree import Words
from krea_cli.sandbox import faults


def words() -> Words:
    """What may stand for a metavar of a command."""
    keys = tuple(SETTINGS)
    return {
        ("krea config get", "KEY"): keys,
        ("krea config set", "KEY"): keys,
        ("krea config unset", "KEY"): keys,
        ("krea models", "KIND"): _snapshot().kinds,
        ("krea sandbox", "KIND"): tuple(faults.KINDS),
    }


def models() -> tuple[str, ...]:
    """The ids of the embedded snapshot, sorted."""
    return tuple(sorted(_snapshot().ids))


def _snapshot() -> Catalog:
    embedded = Path(__file__).parents[1] / "catalog" / "snapshot.json"
    return Catalog.of(parse_document(embedded.read_bytes()), source="snapshot")
