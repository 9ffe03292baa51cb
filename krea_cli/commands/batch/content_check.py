"""--check of a batch: the list, and the content of every file that it made; nothing is sent."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from krea_cli.flows.batch.check.contents import ContentCheck
    from krea_cli.terminal.output import Output

COLUMNS = ("state", "file", "line")


def print_contents(contents: "ContentCheck", output: "Output") -> None:
    """Print the missing files of CONTENTS, and the sums."""
    output.print_table(
        COLUMNS,
        (["missing", file, line] for line, file in contents.missing),
        ({"state": "missing", "file": file, "line": line} for line, file in contents.missing),
    )
    record = {
        "items": contents.items,
        "good": contents.intact,
        "missing": len(contents.missing),
        "without_file": contents.empty,
    }
    output.print_summary(_describe(contents), record)


def _describe(contents: "ContentCheck") -> str:
    good = contents.intact
    text = f"{good:,} {'file is' if good == 1 else 'files are'} as saved"
    if missing := len(contents.missing):
        text += f"; {missing:,} missing, which the same command without --check puts back"
    if empty := contents.empty:
        text += f"; {empty:,} {'item has' if empty == 1 else 'items have'} no file yet"
    return text
