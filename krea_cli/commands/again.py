"""`krea again`: make an earlier request anew, with another seed."""

from typing import Annotated

import typer

from krea_cli.commands.generate import DryRunOption, Edit, ModelNames, NoWait, PromptFile
from krea_cli.commands.request_options import (
    AspectRatio,
    Audios,
    Count,
    Duration,
    Height,
    Images,
    Inputs,
    NoCheck,
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
    OutputOption,
    Profile,
    Quiet,
    Sidecar,
    SubmitTimeout,
    TokenFile,
    Verbose,
    Yes,
)

RequestWord = Annotated[
    str,
    typer.Argument(
        metavar="[ID]",
        help="The request: an id, the beginning of one, a row, last, last~2, or a file.",
    ),
]


def again(
    context: typer.Context,
    request: RequestWord = "last",
    edit: Edit = False,
    output: OutputOption = None,
    count: Count = 1,
    model: ModelNames = None,
    inputs: Inputs = None,
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
    no_wait: NoWait = False,
    timeout: SubmitTimeout = None,
    max_cost: MaxCost = None,
    assume_price: AssumePrice = None,
    yes: Yes = False,
    webhook: Webhook = None,
    tags: Tags = None,
    dry_run: DryRunOption = False,
    force: Force = False,
    no_check: NoCheck = False,
    sidecar: Sidecar = False,
    embed: Embed = False,
    convert: Convert = False,
    no_original: NoOriginal = False,
    profile: Profile = None,
    token_file: TokenFile = None,
    no_ledger: NoLedger = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Make an earlier request anew, with another seed.

    Without an ID it is the last request of this machine. Options replace its fields, as with krea
    generate --like, which keeps the seed. The new job is paid for. If the earlier one still runs,
    or is in doubt, there is a question first. Without a terminal nothing is sent then, unless
    --yes is given.

    Examples:

    \b
      krea again
      krea again --edit
      krea again last~2 -n 4 -o "variants/{slug}-{seed}.{ext}"
      krea again fox.png --width 1360 --height 768 -o wide.png
      krea again -i prompt="a {red|grey} fox" --vary all
    """
    from krea_cli.commands.generate.inputs import RepeatOptions
    from krea_cli.commands.generate.run import run

    run(context, RepeatOptions.of(context), repeat=request)
