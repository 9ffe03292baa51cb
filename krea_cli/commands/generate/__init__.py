"""Submit a request, wait for it, save the result.

PROMPT is taken literally; - reads it from stdin. The same command, run again, goes on with the
unfinished request and pays once. With -m a,b,c the same is made on several models, -n times on
each. The output is a folder then, or has {model}. Any field of a model is set with -i; krea models
MODEL lists them.

Examples:

\b
  krea generate "a serene mountain landscape at sunset" -o out.png
  krea generate "a red fox" -m krea-2/large -n 3 -o "fox-{seed}.{ext}"
  krea generate "at night" -m flux-kontext --image day.png -o night.png
  krea generate "a fox" -m z-image,krea-2/large -o "fox-{model}.{ext}"
  krea generate --like fox.png --seed 8 -o fox-8.png
  krea generate --no-wait "a" | krea wait | krea download -o pictures/
"""

from typing import Annotated

import typer
from typer import Option

from krea_cli.commands.request_options import (
    AspectRatio,
    Audios,
    Count,
    Duration,
    Height,
    Images,
    Inputs,
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
    NoLedger,
    NoOriginal,
    OnEnd,
    OutputOption,
    Profile,
    Quiet,
    Sidecar,
    SubmitTimeout,
    TokenFile,
    Verbose,
    Yes,
    parse_nonempty,
)

Prompt = Annotated[str | None, typer.Argument(metavar="[PROMPT]", help="What to make; - is stdin.")]
ModelNames = Annotated[
    str | None,
    Option(
        "--model",
        "-m",
        parser=parse_nonempty,
        metavar="NAME[,NAME]",
        help="The model: an id, its last part, or an alias; a,b makes it on both.",
    ),
]
PromptFile = Annotated[
    str | None,
    Option(
        "--prompt-file", parser=parse_nonempty, metavar="FILE", help="Read the prompt from FILE."
    ),
]
Edit = Annotated[
    bool, Option("--edit", help="Write the prompt in an editor: $VISUAL, $EDITOR, or vi.")
]
NoWait = Annotated[bool, Option("--no-wait", help="Print the job's id and leave.")]
DryRunOption = Annotated[
    bool, Option("--dry-run", help="Print the request and its price; send nothing.")
]
Again = Annotated[
    bool, Option("--again", help="Pay for a new job, even if an earlier one is unfinished.")
]
Like = Annotated[
    str | None,
    Option(
        "--like",
        parser=parse_nonempty,
        metavar="FILE|ID",
        help="Start from the recipe of FILE or job ID, seed included; options replace its fields.",
    ),
]
Reuse = Annotated[
    bool, Option("--reuse", help="Copy the same request's result, if it is on disk; pay nothing.")
]
AnySeed = Annotated[
    bool, Option("--any-seed", help="With --reuse: also take a result of another seed.")
]


def generate(
    context: typer.Context,
    prompt: Prompt = None,
    model: ModelNames = None,
    preset: PresetName = None,
    output: OutputOption = None,
    inputs: Inputs = None,
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
    prompt_file: PromptFile = None,
    edit: Edit = False,
    no_wait: NoWait = False,
    timeout: SubmitTimeout = None,
    max_cost: MaxCost = None,
    assume_price: AssumePrice = None,
    webhook: Webhook = None,
    tags: Tags = None,
    dry_run: DryRunOption = False,
    force: Force = False,
    again: Again = False,
    yes: Yes = False,
    no_check: NoCheck = False,
    like: Like = None,
    reuse: Reuse = False,
    any_seed: AnySeed = False,
    sidecar: Sidecar = False,
    embed: Embed = False,
    convert: Convert = False,
    no_original: NoOriginal = False,
    on_end: OnEnd = None,
    profile: Profile = None,
    token_file: TokenFile = None,
    no_ledger: NoLedger = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    from krea_cli.commands.generate.inputs import GenerateOptions
    from krea_cli.commands.generate.run import run

    run(context, GenerateOptions.of(context))


generate.__doc__ = __doc__
