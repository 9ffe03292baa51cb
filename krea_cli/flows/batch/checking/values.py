"""What stands for the placeholders of a batch's names, item by item."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from krea_cli.flows import naming
from krea_cli.flows.batch.checking.template import LATE, limited, value_text
from krea_cli.flows.batch.item import KEY_DIGITS

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model


@dataclass
class Values:
    """Called with a placeholder, gives its text; None for what is known only later."""

    model: "Model"
    body: Mapping[str, Any]
    digest: str
    line: int
    index: int
    n: int
    digits: int = KEY_DIGITS  # of the key

    def __call__(self, name: str) -> str | None:
        if name in LATE:
            return None
        if name == "key":
            return self.digest[: self.digits]
        if name == "slug":
            return limited(naming.slug(self._prompt, self.model.id))
        if name == "seed":
            return self._seed()
        if name in ("line", "index", "n"):
            return str(getattr(self, name))
        if name == "model":
            return naming.safe(self.model.id)
        return value_text(self.body.get(name))

    @property
    def _prompt(self) -> str | None:
        prompt = self.body.get("prompt")
        return prompt if isinstance(prompt, str) else None

    def _seed(self) -> str | None:
        field = self.model.seed_field
        if field is None:
            return value_text(self.body.get("seed"))
        return value_text(self.body[field.name]) if field.name in self.body else None
