"""Typer's parsers of the command line, with pages of help in groups."""

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup


class HelpCommand(TyperCommand):
    """A command whose -h prints a `help_page`."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option -h."""
        return _with_page(super().get_help_option(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page to FORMATTER."""
        formatter.write(_make_page(ctx))


class HelpGroup(TyperGroup):
    """A group of commands whose -h prints a `help_page`."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option -h."""
        return _with_page(super().get_help_option(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page to FORMATTER, for an error that has it in its text."""
        formatter.write(_make_page(ctx))


def _with_page(option: Any) -> Any:
    """Return OPTION, which prints the page to the stdout of the command."""
    if option is not None:
        option.callback = _print_page
    return option


def _print_page(ctx: Any, param: Any, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from krea_cli.terminal.stream import Stream

        Stream(ctx.obj.env.stdout).write(_make_page(ctx))
        raise typer.Exit


def _make_page(context: Any) -> str:
    """Return the help of the command in CONTEXT, for the window of stdout."""
    from krea_cli.help.layout import layout_for

    layout = layout_for(context.obj.env)
    if context.parent is None:
        from krea_cli.help.program_page import program_page

        return program_page(layout)
    from krea_cli.help.command_tree import read_command
    from krea_cli.help.page import help_page

    return help_page(read_command(context), layout)
