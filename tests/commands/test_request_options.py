"""The typed options of `generate` and `batch` are the parameters of their commands."""

from collections.abc import Callable
from dataclasses import fields
from typing import get_type_hints

import pytest

from krea_cli.commands.batch import batch
from krea_cli.commands.batch.options import BatchOptions
from krea_cli.commands.generate import generate
from krea_cli.commands.generate.inputs import GenerateOptions
from krea_cli.commands.request_options import RequestOptions

# They act while the command line is read, or instead of a request.
ELSEWHERE = {"context", "token_file", "no_ledger", "on_end", "json", "quiet", "verbose", "return"}
ELSEWHERE |= {"status"}


@pytest.mark.parametrize(
    ("command", "options"),
    [(generate, GenerateOptions), (batch, BatchOptions)],
    ids=["generate", "batch"],
)
def test_each_option_is_a_parameter_of_its_type(
    command: Callable[..., None], options: type[RequestOptions]
) -> None:
    """A renamed option, or one of another type, would otherwise show only when it is used."""
    parameters = get_type_hints(command)
    hints = get_type_hints(options)
    assert {name: hint for name, hint in parameters.items() if name not in ELSEWHERE} == {
        field.name: hints[field.name] for field in fields(options)
    }
