"""Tell the format of pictures before they are made: by the request, or by earlier results."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from krea_cli.errors import LedgerUnusable
from krea_cli.flows.files.content_type import IMAGES, TYPES_BY_MIME, ContentType
from krea_cli.flows.files.originals import extension_of, writable_type
from krea_cli.text import shell_line

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model
    from krea_cli.local.ledger.account_ledger import AccountLedger

FORMAT_FIELD = "output_format"


def expected_type(
    model: "Model", body: Mapping[str, Any], ledger: "AccountLedger | None"
) -> ContentType | None:
    """Return the type that a picture of MODEL will have for BODY; None if nothing tells it.

    The field of the request goes first, then its default, then the last result in LEDGER.
    """
    if not model.makes_pictures:
        return None
    field = next((each for each in model.fields if each.name == FORMAT_FIELD), None)
    name = body.get(FORMAT_FIELD) or (field.default if field else None)
    if isinstance(name, str):
        return next((kind for kind in IMAGES if kind.allows(name)), None)
    try:
        mime = ledger.statistics.last_picture_type(model.id) if ledger else None
    except LedgerUnusable:
        return None
    kind = TYPES_BY_MIME.get(mime or "")
    return kind if kind in IMAGES else None


def misnamed(path: str, kind: ContentType | None) -> bool:
    """Tell if a picture of KIND would be called PATH against its format."""
    wanted = writable_type(path)
    return kind is not None and wanted is not None and wanted is not kind


def misnamed_warning(model: "Model", path: str, kind: ContentType, *, count: int = 1) -> str:
    """Say that a picture of KIND is about to be called PATH, and name the ways out.

    COUNT: how many such names there are.
    """
    ext = extension_of(path)
    names = path if count == 1 else f"{path} and {count - 1:,} more names"
    stem = path.removesuffix(f".{ext}")
    ways = [f"--convert makes it .{ext}", f"{shell_line('-o', stem + '.{ext}')} names it as it is"]
    if count > 1:
        ways = [f"--convert makes them .{ext}", "{ext} in a name stands for what comes"]
    if any(each.name == FORMAT_FIELD for each in model.fields):
        ways.append(f"{shell_line('-i', f'{FORMAT_FIELD}={ext}')} asks for it")
    return f"{model.id} makes .{kind.ext} pictures, and {names} would hold one: " + "; ".join(ways)
