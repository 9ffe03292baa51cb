"""Warn of a saved result with a wrong extension, or without its end."""

from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import WarningNote
from krea_cli.flows.files.content_type import is_known_extension
from krea_cli.flows.files.originals import extension_of
from krea_cli.flows.transfer.fetch import PartContent


def warn_of_content(shown: str, content: PartContent, context: FlowContext) -> None:
    """Warn if CONTENT, saved as SHOWN, is of another type than its name says, or cut off."""
    kind, ext = content.type, extension_of(shown)
    if ext and is_known_extension(ext) and not kind.allows(ext):
        context.tell(WarningNote(f"{shown} holds {kind.mime}, whatever its extension says"))
    if not content.is_whole:
        text = f"{shown} seems to lack its end, although the host says that this is all"
        context.tell(WarningNote(text))
