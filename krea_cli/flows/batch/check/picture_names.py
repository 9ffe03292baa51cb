"""Look at the extensions that a list gives to pictures: before anything is paid."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from krea_cli.errors import UsageError
from krea_cli.flows.files.content_type import ContentType
from krea_cli.flows.files.originals import conversion_problem, extension_of
from krea_cli.flows.generate.expected_format import (
    FORMAT_FIELD,
    expected_type,
    misnamed,
    misnamed_warning,
)

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model
    from krea_cli.local.ledger.account_ledger import AccountLedger


class PictureNames:
    """Collects names that contradict the format of their picture, as LEDGER or the request tells.

    name_problem: returns the reason why no result of a model can have a name
    convert: pictures become what their names say
    """

    def __init__(
        self,
        name_problem: "Callable[[str, Model], str | None]",
        ledger: "AccountLedger | None",
        *,
        convert: bool,
    ) -> None:
        self._name_problem = name_problem
        self._ledger = ledger
        self._convert = convert
        self._expected: dict[tuple[str, str], ContentType | None] = {}
        self._misnamed: dict[tuple[str, str, str], tuple[Model, ContentType, str, int]] = {}

    def kind_problem(self, model: "Model", *, embed: bool) -> str | None:
        """Return the reason why MODEL cannot have --embed or --convert; None if it can."""
        if model.makes_pictures or not (embed or self._convert):
            return None
        use = "--embed writes into pictures" if embed else "--convert is for pictures"
        return f"{use}, and {model.id} makes {model.result_kind}"

    def check(self, model: "Model", body: Mapping[str, Any], path: str, fingerprint: str) -> None:
        """Look at PATH, the name for a result of MODEL, and at BODY, its request.

        FINGERPRINT is of its item. Raises `UsageError` for the extension of another kind, and for
        a format that --convert cannot make.
        """
        problem = self._name_problem(path, model)
        if problem and not self._is_begun(fingerprint):
            raise UsageError(problem)
        if self._convert:
            if problem := conversion_problem(path):
                raise UsageError(problem)
            return
        key = (model.id, str(body.get(FORMAT_FIELD)))
        if key not in self._expected:
            self._expected[key] = expected_type(model, body, self._ledger)
        kind = self._expected[key]
        if kind is None or not misnamed(path, kind) or self._is_begun(fingerprint):
            return
        group = (*key, extension_of(path).lower())
        _, _, first, count = self._misnamed.get(group, (model, kind, path, 0))
        self._misnamed[group] = (model, kind, first, count + 1)

    def warnings(self) -> Iterator[str]:
        """Yield a sentence for each format and extension that do not agree."""
        for model, kind, path, count in self._misnamed.values():
            yield misnamed_warning(model, path, kind, count=count)

    def _is_begun(self, fingerprint: str) -> bool:
        state = self._ledger.items.find_state(fingerprint) if self._ledger else None
        return state not in (None, "checked", "failed", "cancelled", "refused")
