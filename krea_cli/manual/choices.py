"""Words to choose from that the parser does not list: settings, kinds, faults, models."""

import re

from krea_cli.catalog.cache import load_snapshot
from krea_cli.catalog.completion_list import completion_lines
from krea_cli.catalog.wishes import INPUTS, SORTS
from krea_cli.commands.completion import SCRIPTS
from krea_cli.commands.history import STATUSES as HISTORY_STATUSES
from krea_cli.commands.jobs import STATUSES as JOB_STATUSES
from krea_cli.commands.spend import GROUPINGS
from krea_cli.flows.batch.check.lines import FORMATS
from krea_cli.help.command_tree import Argument, MetavarChoices, ValuesBehind
from krea_cli.local.ledger.post_locks import MAX_PARALLEL
from krea_cli.local.settings import NEVER, NOTIFICATIONS, SETTINGS
from krea_cli.sandbox import faults

MOMENTS = ("today", "yesterday", "monday", "1h", "12h", "7d", "30d")  # of --since


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
        **{(f"krea {name}", "TIME"): MOMENTS for name in ("history", "jobs", "spend")},
        ("krea models", "KIND"): load_snapshot().kinds,
        ("krea models", "INPUT"): INPUTS,
        ("krea models", "BY"): SORTS,
        ("krea generate", "N|all"): ("all",),
        ("krea batch", "N|all"): ("all",),
        ("krea batch", "FORMAT"): FORMATS,
        ("krea spend", "GROUP"): GROUPINGS,
        ("krea sandbox", "KIND"): tuple(faults.FAULT_KINDS),
    }


def describe_choice(word: str) -> str:
    """Return the purpose of the setting WORD, for a menu; nothing for any other word."""
    setting = SETTINGS.get(word)
    return re.split(r"[;:(]|, (?:in|without|as|such)", setting.help)[0].strip() if setting else ""


def values_behind() -> ValuesBehind:
    """The values of settings, by the key before them."""
    values = {
        "model.default": Argument("MODEL"),
        "account.shared": Argument("VALUE", choices=("true", "false")),
        "confirm.above": Argument("VALUE", choices=(NEVER,)),
        "submit.parallel": Argument(
            "VALUE", choices=tuple(str(number) for number in range(1, MAX_PARALLEL + 1))
        ),
        "output.folder": Argument("FOLDER"),
        "output.template": Argument("TEMPLATE"),
        "vary.folder": Argument("FOLDER"),
        "terminal.notify": Argument("VALUE", choices=NOTIFICATIONS),
    }
    assert set(values) <= set(SETTINGS)
    return {("krea config set", "VALUE"): values}


def model_lines() -> tuple[str, ...]:
    """The models of the embedded snapshot, as the scripts read them, sorted."""
    return tuple(sorted(completion_lines(load_snapshot())))
