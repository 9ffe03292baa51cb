"""Submit a request, wait for it, save the result.

PROMPT is taken literally; - reads it from stdin. The same command with the same -o, run again,
goes on with the request it finds unfinished: it pays once. --like makes a picture once more, or
with something changed; --reuse copies one that was paid for before. Fields of a model that have
no option here are given with -i; krea models MODEL lists them.

Examples:

\b
  krea generate "a serene mountain landscape at sunset" -o out.png
  krea generate "a red fox" -m krea-2/large --aspect-ratio 16:9 -n 3 -o "fox-{seed}.{ext}"
  krea generate "make it night" -m flux-kontext --image day.png -o night.png
  krea generate --like fox.png --seed 8 -o fox-8.png
  krea generate --no-wait "a" | krea wait | krea download -o pictures/
"""

from typing import Annotated

import typer
from typer import Option

from krea_cli.options import (
    AssumePrice,
    Embed,
    Force,
    Json,
    MaxCost,
    NoLedger,
    OutputPath,
    Profile,
    Quiet,
    Sidecar,
    Timeout,
    TokenFile,
    Verbose,
    address,
    filled,
)

Texts = list[str] | None
Prompt = Annotated[str | None, typer.Argument(metavar="[PROMPT]", help="What to make; - is stdin.")]
ModelName = Annotated[
    str | None,
    Option(
        "--model",
        "-m",
        parser=filled,
        metavar="NAME",
        help="The model: an id, its last part, or an alias.",
    ),
]
Inputs = Annotated[
    Texts, Option("--input", "-i", metavar="KEY=VALUE", help="Any field; @FILE reads a file.")
]
# A zero too many should not buy ten thousand pictures.
Count = Annotated[
    int,
    Option("--count", "-n", metavar="COUNT", min=1, max=1000, help="How many; seeds differ."),
]
Images = Annotated[Texts, Option("--image", metavar="FILE", help="A picture: file or address.")]
Videos = Annotated[Texts, Option("--video", metavar="FILE", help="A clip: file or address.")]
Audios = Annotated[Texts, Option("--audio", metavar="FILE", help="A sound: file or address.")]
Styles = Annotated[
    Texts, Option("--style", metavar="ID[=S]", help="A style, with strength S (default 1).")
]
Seed = Annotated[
    int | None, Option("--seed", metavar="NUMBER", help="The first seed; one is drawn without.")
]
Width = Annotated[int | None, Option("--width", metavar="PIXELS", help="Of the picture or clip.")]
Height = Annotated[int | None, Option("--height", metavar="PIXELS", help="Of the picture or clip.")]
AspectRatio = Annotated[str | None, Option("--aspect-ratio", metavar="W:H", help="Such as 16:9.")]
Resolution = Annotated[
    str | None, Option("--resolution", metavar="SIZE", help="Such as 2K or 720p.")
]
Duration = Annotated[str | None, Option("--duration", metavar="SECONDS", help="Of a clip.")]
PromptFile = Annotated[
    str | None,
    Option("--prompt-file", parser=filled, metavar="FILE", help="Read the prompt from FILE."),
]
NoWait = Annotated[bool, Option("--no-wait", help="Print the job's id and leave.")]
Webhook = Annotated[
    str | None,
    Option("--webhook", parser=address, metavar="URL", help="Where Krea tells that the job ended."),
]
DryRun = Annotated[bool, Option("--dry-run", help="Print the request and its price; send nothing.")]
Again = Annotated[bool, Option("--again", help="Make a new job, whatever is unfinished.")]
Like = Annotated[
    str | None,
    Option(
        "--like",
        parser=filled,
        metavar="FILE|ID",
        help="The recipe of that result, seed included, with what is given here changed.",
    ),
]
Reuse = Annotated[
    bool, Option("--reuse", help="Copy the same request's result, if it is on disk; pay nothing.")
]
AnySeed = Annotated[
    bool, Option("--any-seed", help="With --reuse: a result of another seed will do as well.")
]
NoCheck = Annotated[bool, Option("--no-check", help="Send the fields as they are.")]


def generate(
    context: typer.Context,
    prompt: Prompt = None,
    model: ModelName = None,
    output: OutputPath = None,
    inputs: Inputs = None,
    count: Count = 1,
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
    timeout: Timeout = None,
    max_cost: MaxCost = None,
    assume_price: AssumePrice = None,
    webhook: Webhook = None,
    dry_run: DryRun = False,
    force: Force = False,
    again: Again = False,
    no_check: NoCheck = False,
    like: Like = None,
    reuse: Reuse = False,
    any_seed: AnySeed = False,
    sidecar: Sidecar = False,
    embed: Embed = False,
    profile: Profile = None,
    token_file: TokenFile = None,
    no_ledger: NoLedger = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    from krea_cli.commands.generate.run import Making

    making = Making(context.obj, output, force=force)
    making.limit(max_cost, assume_price)
    meant = making.like(like)
    prepared = making.compose(model or meant.model, making.wishes(context.params, meant))
    if dry_run:
        making.show(prepared, count=count)
    else:
        making.run(making.order(prepared, context.params), context, wait=not no_wait)


generate.__doc__ = __doc__
