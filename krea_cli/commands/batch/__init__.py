"""Make everything that a file lists; run again to continue.

FILE is a text with a prompt a line, a table (csv, tsv), or JSON lines (jsonl). The headings of a
table are fields of the model, or model, output and count. - is stdin, with --format. The other
options count for every line without a value of its own. All lines are checked before the first
cent is spent. The same command again pays only for what is new.

Examples:

\b
  krea batch prompts.txt --dry-run
  krea batch prompts.txt -m krea-2/large --aspect-ratio 16:9 -o pictures/
  krea batch shots.csv -j 8 -o "shots/{line}-{slug}.{ext}"
  krea batch prompts.txt --sweep seed=1..4 --sweep steps=20,30 -o grid/
  krea batch shots.csv -o shots/ --lines 2-3
"""

from typing import Annotated

import typer
from typer import Option

from krea_cli.commands.batch.part_options import Filters, First, Lines, OnlyFailed
from krea_cli.commands.batch.stop_options import (
    Deadline,
    FailFast,
    MaxFailuresOption,
    RetriesOption,
    RetryFailed,
)
from krea_cli.commands.request_options import (
    AspectRatio,
    Audios,
    Count,
    Duration,
    Height,
    Images,
    Inputs,
    ModelName,
    NoCheck,
    PresetName,
    Resolution,
    Seed,
    Styles,
    Tags,
    VaryOption,
    VarySeed,
    Videos,
    Webhook,
    Width,
)
from krea_cli.options import (
    AssumePrice,
    Convert,
    Embed,
    Force,
    Json,
    MaxCost,
    NoOriginal,
    OnEnd,
    Profile,
    Quiet,
    Sidecar,
    SubmitTimeout,
    TokenFile,
    Verbose,
    Yes,
    parse_nonempty,
)

MAX_JOBS = 1000


def parse_jobs(text: str) -> int | None:
    """Parse the number of jobs at a time; None for auto."""
    if text == "auto":
        return None
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MAX_JOBS):
        raise typer.BadParameter(f"{text!r} is not auto or a number from 1 to {MAX_JOBS}")
    return int(text)


ListFile = Annotated[str, typer.Argument(metavar="FILE", help="What to make; - is stdin.")]
Format = Annotated[
    str | None,
    Option("--format", metavar="FORMAT", help="txt, csv, tsv or jsonl; else FILE's ending tells."),
]
OutputTemplateOption = Annotated[
    str | None,
    Option(
        "--output",
        "-o",
        metavar="PATH",
        help="A folder, or a template of fields and more: {slug}-{key}.{ext} is the default.",
    ),
]
Sweeps = Annotated[
    list[str] | None,
    Option(
        "--sweep", metavar="KEY=VALUES", help="Make each line once per value, such as seed=1..4."
    ),
]
JobsOption = Annotated[
    int | None,
    Option(
        "--jobs",
        "-j",
        parser=parse_jobs,
        metavar="N",
        show_default="auto",
        help="How many at the same time; auto: as many as the account runs, 64 at most.",
    ),
]
AllowOutside = Annotated[
    bool, Option("--allow-outside", help="Let names in FILE lead outside the folder of -o.")
]
ShardOf = Annotated[
    str | None,
    Option(
        "--shard",
        metavar="I/N",
        help="Only the I-th of N shares; auto: as Slurm or Kubernetes says.",
    ),
]
Report = Annotated[
    str | None,
    Option(
        "--report",
        parser=parse_nonempty,
        metavar="FILE",
        help="Write what was made to FILE, as JSON.",
    ),
]
Check = Annotated[
    bool, Option("--check", help="Check the list and the content of its files; send nothing.")
]
Prune = Annotated[
    bool, Option("--prune", help="List the files of earlier lines that no line asks for now.")
]
PruneTo = Annotated[
    str | None,
    Option(
        "--to",
        parser=parse_nonempty,
        metavar="FOLDER",
        help="With --prune: move these files there, never over others.",
    ),
]
DryRunOption = Annotated[bool, Option("--dry-run", help="Print what would be sent, and the price.")]
Status = Annotated[
    bool, Option("--status", help="Print how far the run of FILE has come; needs no token.")
]


def batch(
    context: typer.Context,
    file: ListFile,
    format: Format = None,
    model: ModelName = None,
    preset: PresetName = None,
    output: OutputTemplateOption = None,
    inputs: Inputs = None,
    sweeps: Sweeps = None,
    count: Count = 1,
    vary: VaryOption = None,
    vary_seed: VarySeed = None,
    images: Images = None,
    videos: Videos = None,
    audios: Audios = None,
    styles: Styles = None,
    seed: Seed = None,
    width: Width = None,
    height: Height = None,
    aspect_ratio: AspectRatio = None,
    resolution: Resolution = None,
    duration: Duration = None,
    jobs: JobsOption = None,
    fail_fast: FailFast = False,
    max_failures: MaxFailuresOption = None,
    retries: RetriesOption = 0,
    retry_failed: RetryFailed = False,
    deadline: Deadline = None,
    max_cost: MaxCost = None,
    assume_price: AssumePrice = None,
    yes: Yes = False,
    dry_run: DryRunOption = False,
    check: Check = False,
    prune: Prune = False,
    to: PruneTo = None,
    status: Status = False,
    lines: Lines = None,
    first: First = None,
    filters: Filters = None,
    only_failed: OnlyFailed = False,
    shard: ShardOf = None,
    report: Report = None,
    timeout: SubmitTimeout = None,
    webhook: Webhook = None,
    tags: Tags = None,
    allow_outside: AllowOutside = False,
    force: Force = False,
    no_check: NoCheck = False,
    sidecar: Sidecar = False,
    embed: Embed = False,
    convert: Convert = False,
    no_original: NoOriginal = False,
    on_end: OnEnd = None,
    profile: Profile = None,
    token_file: TokenFile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    if status:
        from krea_cli.commands.batch.status import show_status

        show_status(context.obj, file)
        return
    from krea_cli.commands.batch.options import BatchOptions
    from krea_cli.commands.batch.setup import BatchSetup

    setup = BatchSetup(context.obj, BatchOptions.of(context))
    if dry_run:
        setup.show()
    elif check:
        setup.check_contents()
    elif prune:
        setup.prune()
    else:
        setup.run()


batch.__doc__ = __doc__
