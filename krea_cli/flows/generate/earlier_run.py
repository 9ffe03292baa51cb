"""Find what an earlier run of the same command left: its requests, here and on other hosts."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from krea_cli.flows.context import FlowContext
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.submit.elsewhere import Elsewhere, find_elsewhere
from krea_cli.local.ledger.heartbeat import is_in_use
from krea_cli.local.ledger.request_identity import RequestIdentity
from krea_cli.local.ledger.rows import UNFINISHED_STATES, RequestRow


@dataclass
class EarlierRun:
    """The requests that an earlier run left, by n: unfinished ones, and finished ones beside them.

    elsewhere: those of other hosts
    is_whole: True if none is unfinished; the command then means a new run
    """

    rows: dict[int, RequestRow] = field(default_factory=dict)
    elsewhere: dict[int, Elsewhere] = field(default_factory=dict)
    is_whole: bool = True


def find_earlier_run(
    jobs: Iterable[tuple[OutputSlot, RequestIdentity]], context: FlowContext
) -> EarlierRun:
    """Find the earlier run of JOBS, each with its place and its identity."""
    run = EarlierRun()
    for slot, identity in jobs:
        if slot.key is None:
            continue
        row = None
        if slot.target.makes_files:  # an unfinished request to a stream is claimed later
            requests = context.ledger.requests
            row = requests.find_unfinished(identity, slot.key)
            row = row or requests.find_latest(identity, slot.key)
        if row and (row.state == "saved" or row.state in UNFINISHED_STATES):
            run.rows[slot.n] = row
        if row and row.state != "saved":
            run.is_whole = False  # that run is to be ended
        if slot.n in run.rows and run.rows[slot.n].state != "checked":
            continue
        if found := _find_elsewhere(identity, slot, context):
            run.rows.pop(slot.n, None)  # never sent from here
            run.elsewhere[slot.n] = found
            run.is_whole = run.is_whole and found.is_finished
    return run


def _find_elsewhere(
    identity: RequestIdentity, slot: OutputSlot, context: FlowContext
) -> Elsewhere | None:
    """The request of another host, if it is not over, or its files are in place.

    None for one to a stream while its host is at work: its process may be alive.
    """
    others, target = context.others, slot.key
    if others is None or target is None:
        return None
    found = find_elsewhere(others.find_at_target(identity, target), slot)
    if found and not slot.target.makes_files:
        return None if found.is_finished or is_in_use(found.request.host.ledger) else found
    return found if found and (found.existing.is_done or not found.is_finished) else None
