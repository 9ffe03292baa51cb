"""Recognize the account of a new API key by the jobs that it can read."""

from functools import partial
from typing import Literal

from krea_cli.errors import Interrupted, KreaError, NotFound
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Note
from krea_cli.local.ledger.keys import MAX_PROBED_JOBS, key_name, relation_command

Verdict = Literal["same", "other"]
SAME = "this API key reads the jobs of an earlier one: both are one account for krea from now on"
OTHER = "this API key reads none of the jobs of an earlier one, and counts as another account"


def recognize_keys(
    context: FlowContext, profile: str | None, *, deadline: float | None = None
) -> None:
    """Find out for each key with requests on this base if it is of the account in use.

    Asked once for each key. A readable job proves that both are of one account. Three absent
    jobs make it another account. Anything else leaves it open, as does DEADLINE (monotonic).
    PROFILE is that of the key in use.
    Raises `LedgerUnusable` and `Interrupted`.
    """
    keys = context.ledger.keys
    for account in keys.list_unknown():
        verdict = _probe(keys.recent_job_ids(account), context, deadline)
        if verdict == "same":
            keys.relate(account, "same", "found", context.clock.now())
            context.tell(Note(SAME))
        elif verdict == "other":
            keys.relate(account, "other", "absent", context.clock.now())
            command = relation_command("same", key_name(account), profile)
            context.tell(Note(f"{OTHER}; {command} says that it is the same"))


def _probe(job_ids: list[str], context: FlowContext, deadline: float | None) -> Verdict | None:
    """Read JOB_IDS until one is found. None if that proves nothing."""
    clock = context.clock
    for job_id in job_ids:
        if deadline is not None and clock.monotonic() >= deadline:
            return None
        seconds = clock.seconds_until(deadline)
        try:
            clock.wait_for(partial(context.api.get_job, job_id, seconds=seconds))
        except NotFound:
            continue
        except Interrupted:
            raise
        except KreaError:
            return None
        return "same"
    return "other" if len(job_ids) == MAX_PROBED_JOBS else None
