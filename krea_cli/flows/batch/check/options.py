"""Options of a batch, as the command line gives them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from krea_cli.flows.batch.check.line_requests import Defaults
from krea_cli.flows.batch.check.output_template import OutputTemplate
from krea_cli.flows.batch.check.part import PartOptions
from krea_cli.flows.batch.check.shard import Shard
from krea_cli.flows.batch.check.sweep import Sweep
from krea_cli.flows.generate.variant import Vary


@dataclass(frozen=True, kw_only=True)
class CheckOptions:
    """Options of a batch.

    name: of the list
    format: one of `lines.FORMATS`
    output: -o, relative to `cwd`
    is_format_stated: by --format, and not only by the name of the list
    is_stdin: the list is stdin, and `name` is not a file
    other_words: the words of the command without the list and its format, for hints
    vary: the variants of each prompt; None takes prompts as they are
    assume_price: in millionths of a dollar, for requests without a known price
    """

    name: str
    format: str
    defaults: Defaults
    output: OutputTemplate
    cwd: Path
    sweep: Sweep = field(default_factory=Sweep)
    shard: Shard = field(default_factory=Shard)
    part: PartOptions = field(default_factory=PartOptions)
    is_format_stated: bool = False
    is_stdin: bool = False
    other_words: Sequence[str] = ()
    force: bool = False
    allow_outside: bool = False
    embed: bool = False
    convert: bool = False
    vary: Vary | None = None
    assume_price: int | None = None
