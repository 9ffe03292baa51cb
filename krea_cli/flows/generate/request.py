"""What one `generate` asks for, and one of the jobs that it makes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from krea_cli.flows.files.target import Target
from krea_cli.flows.submit.claim import Goal

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model


@dataclass(frozen=True, kw_only=True)
class Order:
    """What one `generate` asks for: COUNT jobs of the same request, apart from their seeds.

    `body` and `given` may hold `LocalFile`s. `timeout` is in seconds; None waits for ever.
    `reuse` copies what is on disk already instead of paying for it; `any_seed` takes that of
    another seed as well. `cost` is what one job may cost, in millionths of a dollar, None if that
    is unknown.
    """

    model: "Model"
    body: dict[str, Any]
    given: dict[str, Any]
    prompt: str | None
    price: str | None
    target: Target
    cost: int | None = None
    count: int = 1
    again: bool = False
    reuse: bool = False
    any_seed: bool = False
    sidecar: bool = False
    embed: bool = False
    webhook: str | None = None
    profile: str | None = None
    timeout: float | None = None

    def goals(self) -> list[Goal]:
        """The target of each job."""
        return [Goal(self.target, n, self.count) for n in range(1, self.count + 1)]

    def with_seed(self, fields: dict[str, Any], seed: int | None) -> dict[str, Any]:
        """FIELDS with the seed of one job, where there is one to be sent."""
        field = self.model.seed_field
        return fields if field is None or seed is None else fields | {field.name: seed}
