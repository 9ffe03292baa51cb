"""Estimate prices once for all requests with equal values in the fields that it depends on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from krea_cli.catalog.prices import Price, estimate_price

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model

MAX_CACHED_PRICES = 10_000  # if each request has a picture of its own, each has its own price
UNPRICED_FIELDS = ("prompt", "seed")  # they differ in each item, and cost nothing


class PriceCache:
    """Estimated prices.

    ASSUMED, in millionths of a dollar, stands for each unknown price.
    """

    def __init__(self, assumed: int | None) -> None:
        self._assumed_micros = assumed
        self._prices: dict[str, Price] = {}
        # By identity: a refresh brings a new model of the same id. The model is kept, and so is its
        # identity.
        self._unpriced: dict[int, tuple[Model, list[str]]] = {}

    def price(self, model: "Model", body: Mapping[str, Any]) -> Price:
        """Price of the request BODY, as the catalog says for MODEL."""
        if model.pricing is None:
            return estimate_price(model, body)
        unpriced = self._unpriced_fields(model)
        priced = {name: value for name, value in body.items() if name not in unpriced}
        key = f"{id(model)} {sorted(priced.items())!r}"
        if len(self._prices) > MAX_CACHED_PRICES:
            self._prices.clear()
        if key not in self._prices:
            self._prices[key] = estimate_price(model, body)
        return self._prices[key]

    def _unpriced_fields(self, model: "Model") -> list[str]:
        if id(model) not in self._unpriced:
            pricing = repr(model.pricing).lower()
            fields = [name for name in UNPRICED_FIELDS if name not in pricing]
            self._unpriced[id(model)] = (model, fields)
        return self._unpriced[id(model)][1]

    def cost(self, price: Price) -> int | None:
        """PRICE in millionths of a dollar, or the assumed one if it is unknown."""
        return self._assumed_micros if price.micros is None else price.micros
