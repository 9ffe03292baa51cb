"""The groups of the help and of the man pages: of commands and of options, commonest first."""

# For each command the words that fit two columns of a small window; its summary is longer.
COMMAND_GROUPS = {
    "Make": {
        "generate": "a picture, a clip, a sound",
        "batch": "all that a file lists",
        "again": "an earlier one, anew",
        "models": "find, show, compare models",
        "preset": "a model and its values",
    },
    "Follow": {
        "status": "how jobs stand now",
        "jobs": "the account's list of jobs",
        "wait": "until jobs are complete",
        "download": "save what jobs have made",
        "cancel": "stop jobs that run",
    },
    "Find again": {
        "history": "earlier requests, recipes",
        "spend": "what requests have cost",
        "recover": "jobs whose answer was lost",
        "verify": "the files of a batch",
    },
    "Set up": {
        "auth": "your token",
        "config": "the settings",
        "doctor": "find and fix problems",
        "completion": "for bash, zsh and fish",
        "sandbox": "try it all, free of charge",
    },
}

# A command with more options shows them in groups.
MAX_UNGROUPED_OPTIONS = 12

# The groups that a command has of its own; they come first.
OWN_GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "krea download": {"Which jobs": ("--missing",)},
    "krea history": {
        "Which requests": ("--status", "--since", "--model", "--unfinished", "--limit"),
        "What to forget": ("--erase", "--yes"),
    },
    "krea recover": {"Which requests": ("--adopt", "--resubmit", "--forget", "--older")},
}
# An option of any other group has the same one in every command, and each group the same order.
OPTION_GROUPS = {
    "What to make": (
        "--model",
        "--preset",
        "--count",
        "--sweep",
        "--vary",
        "--vary-seed",
        "--prompt-file",
        "--edit",
        "--format",
    ),
    "Where it goes": (
        "--output",
        "--force",
        "--allow-outside",
        "--report",
        "--convert",
        "--no-original",
        "--sidecar",
        "--embed",
    ),
    "Fields of the model": (
        "--image",
        "--video",
        "--audio",
        "--style",
        "--aspect-ratio",
        "--resolution",
        "--width",
        "--height",
        "--duration",
        "--seed",
        "--input",
        "--no-check",
    ),
    "Which lines": ("--lines", "--first", "--filter", "--only-failed", "--shard"),
    "Price and limits": ("--dry-run", "--max-cost", "--assume-price", "--yes"),
    "From what was made before": ("--like", "--reuse", "--any-seed", "--again"),
    "Many jobs": (
        "--jobs",
        "--retries",
        "--retry-failed",
        "--fail-fast",
        "--max-failures",
        "--deadline",
    ),
    "In place of a run": ("--check", "--status", "--prune", "--to"),
    "Waiting": ("--no-wait", "--timeout", "--webhook", "--on-end"),
    "Account and records": ("--profile", "--token-file", "--tag", "--no-ledger"),
    "What is printed": ("--quiet", "--verbose", "--json", "--color", "--help"),
}
# Of an option that stands in no group; a test holds that there is none.
OTHER_OPTIONS = "Other options"

# The commands that a guide is about: each page names the other.
COMMANDS_OF_GUIDE = {
    "everyday": (
        "krea again",
        "krea status",
        "krea jobs",
        "krea history",
        "krea spend",
        "krea models",
        "krea preset save",
    ),
    "batch": ("krea batch", "krea verify"),
    "budgets": ("krea generate", "krea batch", "krea config set"),
    "cluster": ("krea batch", "krea generate"),
    "recovery": ("krea recover", "krea download", "krea history", "krea generate"),
    "exit-codes": ("krea generate", "krea status", "krea wait", "krea download", "krea batch"),
    "figures": (),
}


def groups_of(command: str) -> dict[str, tuple[str, ...]]:
    """Return title -> names of options, in the order of the help of COMMAND: "krea batch"."""
    return {**OWN_GROUPS.get(command, {}), **OPTION_GROUPS}
