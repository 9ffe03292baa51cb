"""Tell what a run of a request would do with each of its jobs."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from krea_cli.errors import KreaError
from krea_cli.flows.submit.elsewhere import Elsewhere
from krea_cli.local.ledger.history import POSSIBLY_SENT_STATES
from krea_cli.local.ledger.rows import RequestRow


@dataclass(frozen=True)
class Forecast:
    """The jobs of a request by what a run would do with them.

    to_send: jobs that are to be sent and paid for
    under_way: jobs of an earlier run
    in_doubt: requests of an earlier run whose outcome is unknown
    done: jobs whose results are saved, or are to be copied
    left_to_host: requests of another host, which is to end them
    refusal: the reason why nothing would be sent
    """

    to_send: int
    under_way: int = 0
    in_doubt: int = 0
    done: int = 0
    left_to_host: int = 0
    refusal: KreaError | None = None


def count_jobs(
    count: int,
    *,
    earlier: Iterable[RequestRow],
    elsewhere: Iterable[Elsewhere],
    copied: int,
    refusal: KreaError | None,
) -> Forecast:
    """Count the jobs of COUNT by the requests that were found, here and on other hosts."""
    states = Counter(row.state for row in earlier)
    is_finished = Counter(each.is_finished for each in elsewhere)
    done = states["saved"] + copied + is_finished[True]
    in_doubt = sum(states[state] for state in POSSIBLY_SENT_STATES)
    under_way = states["submitted"] + states["completed"]
    known = done + in_doubt + under_way + is_finished[False]
    return Forecast(count - known, under_way, in_doubt, done, is_finished[False], refusal)
