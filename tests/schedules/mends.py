"""Mends to be taken out again: the schedules must find the lack of each.

python -m tests.schedules --without hold
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from krea_cli.api import status_errors
from krea_cli.api.types import Job
from krea_cli.catalog.request.prepare import PreparedRequest
from krea_cli.errors import Busy
from krea_cli.flows.batch import move_saved, prune
from krea_cli.flows.download.convert_saved import ResultConversion
from krea_cli.flows.files.originals import is_original
from krea_cli.flows.files.output_slot import SavedFile
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.generate import result_cache
from krea_cli.flows.generate.variant import Variant
from krea_cli.flows.submit import match, open_request, reconcile
from krea_cli.local.ledger.budget import Budget
from krea_cli.local.ledger.history import History
from krea_cli.local.ledger.keys import Keys
from krea_cli.local.ledger.ownership import Sending
from krea_cli.local.ledger.parts import PartRows
from krea_cli.local.ledger.rows import RequestRow
from krea_cli.local.ledger.spending import Spending

PLAIN_RULES = ("generate", "generate_two", "generate_several", "repeat")
LOST_RULES = ("generate", "generate_same_twice", "repeat", "forget", "resubmit")
LATE_RULES = ("generate_late", "lose_beside_late", "look_before_a_late_job", "recover", "wait")
KEY_RULES = ("generate", "repeat", "change_key", "go_on_with_another_key")
PRUNE_RULES = ("batch", "prune")


@dataclass(frozen=True)
class Mend:
    """A mend of the product.

    world: the world in which its lack is found
    broken: part of the sentence about the promise that its lack breaks
    take_out: patches the product of this process
    rules: the only rules to draw, if all of them would seldom find it; empty for all
    """

    world: str
    broken: str
    take_out: Callable[[], None]
    rules: tuple[str, ...] = ()


def _replace(owner: Any, name: str, value: Any) -> Callable[[], None]:
    def take_out() -> None:
        patch.object(owner, name, value).start()

    return take_out


def _match_the_likely(windows: Any, jobs: Any) -> dict[int, str]:
    """Give each request the first job that may be its own, as if nobody else could have made it."""
    taken: dict[int, str] = {}
    for row_id, window in windows.items():
        for job in sorted(jobs, key=lambda job: job.created_at or 0.0):
            if window.allows(job) and job.id not in taken.values():
                taken[row_id] = job.id
                break
    return taken


def _allow_prompt(window: match.Window, job: Job) -> bool:
    return window.is_prompt(job)


def _only_unknown(history: History) -> list[Any]:
    return history._scope.find_all("state = 'unknown' ORDER BY id")


def _patience_is_proof() -> None:
    real = status_errors.submit_error

    def submit_error(response: Any, *arguments: Any, **named: Any) -> Exception:
        if response.status == 503 and "retry-after" in response.headers:
            return Busy("busy")
        return real(response, *arguments, **named)

    patch.object(status_errors, "submit_error", submit_error).start()


def _forget_other_keys() -> None:
    patch.object(Keys, "list_unknown", lambda *_: []).start()
    patch.object(Keys, "refuse_twin", lambda *_: None).start()


def _reserve_anything(budget: Budget, row: RequestRow, spending: Spending) -> None:
    spending.record_cost(row.id, budget.cost(row))


def _known_by_prompt(_: Variant, prepared: PreparedRequest) -> PreparedRequest:
    return prepared


def _book_original_last() -> None:
    real = ResultConversion.run

    def run(
        conversion: ResultConversion, part: PartFile, saved: SavedFile, **put: Any
    ) -> SavedFile:
        record, originals = conversion._record, list[SavedFile]()

        def hold(file: SavedFile) -> None:
            if is_original(file.path):
                originals.append(file)
            else:
                record(file)

        conversion._record = hold
        done = real(conversion, part, saved, **put)
        for original in originals:
            record(original)
        return done

    patch.object(ResultConversion, "run", run).start()


def _move_over_others() -> None:
    real = move_saved.publish

    def publish(part: PartFile, target: Any, *, sha256: str, force: bool) -> Any:
        return real(part, target, sha256=sha256, force=True)

    patch.object(move_saved, "publish", publish).start()
    patch.object(move_saved, "_is_free", lambda *_: True).start()


MENDS = {
    "bounds": Mend(
        "late", "has a job of", _replace(reconcile, "match_jobs", _match_the_likely), LATE_RULES
    ),
    "others-excluded": Mend(
        "late", "has a job of", _replace(match.Window, "allows", _allow_prompt), LATE_RULES
    ),
    "wide-naming": Mend(
        "late", "is named nowhere", _replace(match.Window, "names", _allow_prompt), LATE_RULES
    ),
    "unfound-is-looked-for": Mend(
        "late",
        "is named nowhere",
        _replace(History, "list_in_doubt", _only_unknown),
        ("look_before_a_late_job", "wait"),
    ),
    "patience-is-no-proof": Mend("steady", "was paid ", _patience_is_proof, PLAIN_RULES),
    "mark": Mend(
        "steady",
        "is named nowhere",
        _replace(Sending, "never_left", lambda *_: True),
        PLAIN_RULES,
    ),
    "same-account": Mend("keys", "was paid 2 times", _forget_other_keys, KEY_RULES),
    "twins": Mend(
        "private", "was paid 2 times", _replace(Keys, "refuse_twin", lambda *_: None), KEY_RULES
    ),
    "again-asks": Mend(
        "steady",
        "was paid 2 times",
        _replace(open_request, "find_open_state", lambda *_: None),
        ("generate", "again"),
    ),
    "parts-swept": Mend("steady", ".part", _replace(PartRows, "list", lambda *_: []), LOST_RULES),
    "caps-reserved": Mend(
        "steady",
        "jobs of list",
        _replace(Budget, "reserve", _reserve_anything),
        ("batch", "repeat"),
    ),
    "variants-known": Mend(
        "steady",
        "jobs of p",
        _replace(Variant, "apply", _known_by_prompt),
        ("generate_with_changing_words", "wait"),
    ),
    "original-first": Mend(
        "steady", "is booked", _book_original_last, ("generate_converted", "wait")
    ),
    "content-decides": Mend(
        "steady", "was touched", _replace(prune, "has_hash", lambda *_: True), PRUNE_RULES
    ),
    "asked-stays": Mend(
        "steady",
        "a line asks for it",
        _replace(prune.PrunableFiles, "_add", lambda *_: None),
        PRUNE_RULES,
    ),
    "others-stay": Mend("steady", "was touched", _move_over_others, PRUNE_RULES),
    "each-file-known": Mend(
        "steady",
        "was paid 2 times",
        _replace(result_cache, "_complete", lambda *_: None),
        ("generate_converted", "reuse"),
    ),
}
