"""The sections that every man page has: exit codes, variables, files."""

PROGRAM_DESCRIPTION = (
    "A request is on disk before it is sent, and one whose answer got lost is looked for, never "
    "sent again by itself. Running the same command again goes on with the work instead of "
    "paying for it twice.",
    "Standard output carries the answer and nothing else: paths, ids, tables, or with --json one "
    "JSON object per line. Progress, warnings and errors go to standard error. Every error says "
    "what happened, what was charged, and what to type next.",
)


EXIT_STATUS = (
    ("0", "Done."),
    ("1", "A job failed (not billed), or another error."),
    (
        "2",
        "Wrong usage, the server refused the request, or a file would be overwritten. "
        "Nothing was charged.",
    ),
    ("3", "No token, or it is refused."),
    ("4", "Stopped waiting; the job still runs. The command that resumes is printed."),
    ("5", "Stopped by --max-cost or a budget; what was submitted before is saved."),
    ("6", "Out of balance, or the plan does not include the model."),
    ("7", "Refused by moderation; asking again will not help."),
    ("8", "The service could not be reached or was busy; nothing was submitted."),
    (
        "9",
        "The outcome of a submit is unknown; it may have been charged. Or another host, or another "
        "key, is at the same request; nothing was sent.",
    ),
    (
        "10",
        "The job is done and paid, its file could not be saved: krea download ID, "
        "never generate again.",
    ),
    ("11", "Completed without any result; whether it was charged is unknown."),
    (
        "130, 143, 129",
        "Interrupted by INT, TERM or HUP; the job still runs. The command that resumes is printed.",
    ),
)

ENVIRONMENT = (
    ("KREA_API_KEY, KREA_API_TOKEN", "The token, looked for in this order."),
    ("KREA_API_BASE", "The API's address instead of https://api.krea.ai."),
    ("KREA_MODEL", "The model when -m names none."),
    ("KREA_SUBMIT_PARALLEL", "How many requests may be under way at once (1 without it)."),
    ("KREA_CONFIG_DIR", "The folder of settings and stored logins."),
    ("KREA_STATE_DIR", "The folder of the ledger."),
    ("KREA_LEDGER_NAME", "Which ledger on a network disk is this machine's, whatever its name."),
    ("KREA_CACHE_DIR", "The folder of the cached catalog."),
    ("HTTPS_PROXY, NO_PROXY", "The proxy for the network, and hosts reached without it."),
    (
        "NO_COLOR, FORCE_COLOR",
        "No colours, or colours without a terminal; --color goes before.",
    ),
    ("PAGER", "Shows tables longer than the window; less without it, and none if it is empty."),
    ("TERM", "With dumb, lines instead of a live display."),
)

FILES = (
    (
        "~/.config/krea/",
        "config.toml, the settings, and credentials.json, the stored logins (KREA_CONFIG_DIR).",
    ),
    (
        "~/.local/state/krea/",
        "The ledger of all that was asked and paid (KREA_STATE_DIR); requests.list is what "
        "completion reads.",
    ),
    ("~/.cache/krea/", "The catalog; models.tsv is what completion reads (KREA_CACHE_DIR)."),
)
MACOS_FOLDERS = (
    "On macOS the first two folders are ~/Library/Application Support/krea/, "
    "the last is ~/Library/Caches/krea/."
)
