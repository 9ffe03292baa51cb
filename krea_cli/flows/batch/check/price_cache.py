"""What the items of a batch cost: the price of requests that differ in nothing it depends on."""

from collections.abc import Mapping
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Any

from krea_cli.catalog.prices import Price, estimate

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model

MOST_KNOWN = 10_000  # a picture of its own in each request makes each a price of its own
FREE_TEXT = ("prompt", "seed")  # differ from item to item, and cost nothing


class Pricing:
    """Prices, each worked out once. ASSUMED, in dollars, answers for what has no known price."""

    def __init__(self, assumed: Decimal | None) -> None:
        self._assumed = None if assumed is None else ceil(assumed * 1_000_000)
        self._known: dict[str, Price] = {}

    def price(self, model: "Model", body: Mapping[str, Any]) -> Price:
        """The price of BODY as the document of MODEL says it."""
        if model.pricing is None:
            return estimate(model, body)
        told = repr(model.pricing).lower()
        named = [name for name in FREE_TEXT if name in told]
        rest = {key: value for key, value in body.items() if key in named or key not in FREE_TEXT}
        key = f"{model.id} {sorted(rest.items())!r}"
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        if key not in self._known:
            self._known[key] = estimate(model, body)
        return self._known[key]

    def cost(self, price: Price) -> int | None:
        """PRICE in millionths of a dollar, the assumed one where it is unknown."""
        return self._assumed if price.micros is None else price.micros
