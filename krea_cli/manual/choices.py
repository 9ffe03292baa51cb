"""Words to choose from that the parser does not list: settings, kinds, faults, model ids."""

from pathlib import Path

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.openapi.document import parse_document
from krea_cli.local.config import SETTINGS
from krea_cli.manual.command_tree import MetavarChoices
from krea_cli.sandbox import faults


def metavar_choices() -> MetavarChoices:
    """The words to choose from, by command and metavar."""
    keys = tuple(SETTINGS)
    return {
        ("krea config get", "KEY"): keys,
        ("krea config set", "KEY"): keys,
        ("krea config unset", "KEY"): keys,
        ("krea models", "KIND"): _embedded_catalog().kinds,
        ("krea sandbox", "KIND"): tuple(faults.FAULT_KINDS),
    }


def model_ids() -> tuple[str, ...]:
    """The ids of the embedded snapshot, sorted."""
    return tuple(sorted(_embedded_catalog().ids))


def _embedded_catalog() -> Catalog:
    snapshot = Path(__file__).parents[1] / "catalog" / "snapshot.json"
    return Catalog(parse_document(snapshot.read_bytes()), source="snapshot")
