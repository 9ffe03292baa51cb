"""Words to choose from that the parser does not list: settings, kinds, groups, faults, models."""

from krea_cli.catalog.cache import load_snapshot
from krea_cli.commands.completion import SCRIPTS
from krea_cli.commands.history import STATUSES as HISTORY_STATUSES
from krea_cli.commands.jobs import STATUSES as JOB_STATUSES
from krea_cli.commands.spend import GROUPINGS
from krea_cli.help.command_tree import MetavarChoices
from krea_cli.local.settings import SETTINGS
from krea_cli.sandbox import faults


def metavar_choices() -> MetavarChoices:
    """The words to choose from, by command and metavar."""
    keys = tuple(SETTINGS)
    return {
        ("krea completion", "SHELL"): tuple(SCRIPTS),
        ("krea config get", "KEY"): keys,
        ("krea config set", "KEY"): keys,
        ("krea config unset", "KEY"): keys,
        ("krea jobs", "STATUS"): JOB_STATUSES,
        ("krea history", "STATUS"): HISTORY_STATUSES,
        ("krea models", "KIND"): load_snapshot().kinds,
        ("krea spend", "GROUP"): GROUPINGS,
        ("krea sandbox", "KIND"): tuple(faults.FAULT_KINDS),
    }


def model_ids() -> tuple[str, ...]:
    """The ids of the embedded snapshot, sorted."""
    return tuple(sorted(load_snapshot().ids))
