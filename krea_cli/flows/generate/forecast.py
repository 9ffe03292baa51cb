"""Tell what a run of a request would do with each of its jobs."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from krea_cli.errors import KreaError
from krea_cli.flows.submit.elsewhere import Elsewhere
from krea_cli.local.ledger.history import POSSIBLY_SENT_STATES, has_ended_empty
from krea_cli.local.ledger.rows import RequestRow

if TYPE_CHECKING:
    from krea_cli.flows.files.output_slot import OutputSlot
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.request_identity import RequestIdentity

JOB_COUNTS = ("to_send", "done", "to_save", "empty", "under_way", "in_doubt", "left_to_host")


@dataclass(frozen=True)
class Forecast:
    """The jobs of a request by what a run would do with them.

    to_send: jobs that are to be sent and paid for
    to_save: jobs of an earlier run that completed, and are paid for
    empty: jobs of an earlier run that completed without any result
    under_way: jobs of an earlier run that run on
    in_doubt: requests of an earlier run whose outcome is unknown
    done: jobs whose results are saved, or are to be copied
    left_to_host: requests of another host, which is to end them
    refusal: the reason why nothing would be sent
    """

    to_send: int
    to_save: int = 0
    empty: int = 0
    under_way: int = 0
    in_doubt: int = 0
    done: int = 0
    left_to_host: int = 0
    refusal: KreaError | None = None

    def counts(self) -> dict[str, int]:
        """Return the number of jobs of each kind, by its name."""
        return {name: getattr(self, name) for name in JOB_COUNTS}


def count_jobs(
    count: int,
    *,
    earlier: Iterable[RequestRow],
    elsewhere: Iterable[Elsewhere],
    copied: int,
    refusal: KreaError | None,
) -> Forecast:
    """Count the jobs of COUNT by the requests that were found, here and on other hosts."""
    states = Counter("empty" if has_ended_empty(row) else row.state for row in earlier)
    is_finished = Counter(each.is_finished for each in elsewhere)
    done = states["saved"] + copied + is_finished[True]
    in_doubt = sum(states[state] for state in POSSIBLY_SENT_STATES)
    forecast = Forecast(
        to_send=0,
        to_save=states["completed"],
        empty=states["empty"],
        under_way=states["submitted"],
        in_doubt=in_doubt,
        done=done,
        left_to_host=is_finished[False],
        refusal=refusal,
    )
    return replace(forecast, to_send=count - sum(forecast.counts().values()))


def forecast_claims(
    jobs: "Iterable[tuple[OutputSlot, RequestIdentity]]",
    ledger: "AccountLedger",
    profile: str | None,
) -> list[RequestRow]:
    """List the unfinished requests to a stream that a run would take for JOBS.

    PROFILE is that of the key in use.
    Raises `InDoubt` if one of JOBS is under way under a key of perhaps this account.
    """
    taken: dict[int, RequestRow] = {}
    for slot, identity in jobs:
        if slot.key is None:
            continue
        if slot.target.makes_files:
            ledger.requests.refuse_twin(identity, slot.key, profile)
            continue
        free = ledger.stream_requests.list_free(
            identity, slot.key, ledger.is_run_alive, profile=profile
        )
        if row := next((row for row in free if row.id not in taken), None):
            taken[row.id] = row
    return list(taken.values())
