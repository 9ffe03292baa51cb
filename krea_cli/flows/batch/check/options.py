"""What a batch is to be, as the command line says it."""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from krea_cli.flows.batch.check.output_template import Template
from krea_cli.flows.batch.check.requests import Defaults
from krea_cli.flows.batch.check.shard import Shard
from krea_cli.flows.batch.check.sweep import Sweep


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What a batch is to be: `name` of the file and its `format`, one of `lines.FORMATS`.

    `piped`: it is stdin, and no file is called so. `output` is -o, seen from `cwd`. `assume_price`
    is in dollars, for what has no known price.
    """

    name: str
    format: str
    defaults: Defaults
    output: Template
    cwd: Path
    sweep: Sweep = field(default_factory=Sweep)
    shard: Shard = field(default_factory=Shard)
    piped: bool = False
    force: bool = False
    allow_outside: bool = False
    embed: bool = False
    assume_price: Decimal | None = None
