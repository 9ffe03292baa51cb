"""The jobs, requests and recipes that the words of a command name, or the lines of stdin."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from krea_cli.flows.jobs.job_ids import JobMention, read_job_ids
from krea_cli.text import excerpt

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.flows.recipe.provenance import BaseRecipe, Provenance
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import RequestRow

MAX_PROMPT_CHARACTERS = 60


def read_named_jobs(
    session: "Session", ids: Sequence[str] | None, *, command: str, tell: bool = False
) -> Iterator[JobMention]:
    """Read the jobs of IDS, or of stdin, for COMMAND; see `read_job_ids`.

    With TELL, the request of each word but a whole id is told before the command acts.
    """
    find = partial(find_named_job, session, tell=tell)
    return read_job_ids(ids, session.env.stdin, session.clock, command=command, find_job_id=find)


def find_named_job(session: "Session", word: str, *, tell: bool = False) -> str:
    """Return the id of the job meant by WORD: a whole id, or what `find_provenance` takes.

    An id may be unknown to the ledger. With TELL, the request is told, unless WORD is a whole id.
    Raises `UsageError` for a word without a job.
    """
    from krea_cli.api.job_id import is_uuid, read_job_id
    from krea_cli.flows.recipe.provenance import find_provenance, is_path, require_provenance
    from krea_cli.flows.recipe.selector import needs_ledger

    if is_uuid(word):
        return read_job_id(word)
    ledger, cwd = _ledger_if_any(session, is_needed=needs_ledger(word)), session.env.current_dir
    find = require_provenance if is_path(word) or needs_ledger(word) else find_provenance
    provenance = find(word, ledger, cwd=cwd)
    if provenance is None:
        return read_job_id(word)  # of a service whose ids are no UUIDs
    job_id = _job_id_of(provenance, word)
    if provenance.is_changed:
        session.output.warn(f"{word} is not the file that was saved there: this is about that one")
    if tell and job_id != word:
        tell_of_request(session, word, provenance)
    return job_id


def read_named_recipe(session: "Session", word: str) -> "tuple[BaseRecipe, RequestRow | None]":
    """Read the recipe of the file or request WORD; return it with its request, if it is known.

    Says which request it is. Raises `UsageError`, and `NoToken` where a token would find it.
    """
    from krea_cli.errors import UsageError
    from krea_cli.flows.recipe.provenance import read_base_recipe, require_provenance

    ledger = session.account_ledger_if_logged_in()
    try:
        provenance = require_provenance(word, ledger, cwd=session.env.current_dir)
    except UsageError:
        if ledger is None:
            _ = session.token  # without one the ledger was not asked: NoToken says so
        raise
    recipe = read_base_recipe(provenance, ledger)
    tell_of_request(session, word, provenance)
    if recipe.is_changed:
        session.output.warn(
            f"{word} is not the file that was saved there: this is the recipe of that one"
        )
    return recipe, provenance.row


def tell_of_request(session: "Session", word: str, provenance: "Provenance") -> None:
    """Say on stderr which request WORD means, for a command about to act upon it."""
    row, job_id = provenance.row, provenance.recipe.job_id
    job = f", job {row.job_id if row else job_id}" if job_id else ""
    what = describe_request(row) if row else f"the recipe in its {provenance.source}"
    session.output.say(f"{word} is {what}{job}")


def describe_request(row: "RequestRow") -> str:
    """Return ROW in a few words: request 12, "a red fox" (bfl/flux-1-dev)."""
    prompt = f', "{excerpt(row.prompt, limit=MAX_PROMPT_CHARACTERS)}"' if row.prompt else ""
    return f"request {row.id}{prompt} ({row.model})"


def _job_id_of(provenance: "Provenance", word: str) -> str:
    from krea_cli.errors import UsageError
    from krea_cli.local.ledger.rows import IN_DOUBT_STATES

    row = provenance.row
    if job_id := row.job_id if row else provenance.recipe.job_id:
        return job_id
    if row is None:
        raise UsageError(
            f"the recipe of {word} names no job", hint="krea history lists the requests"
        )
    if row.state in ("sending", *IN_DOUBT_STATES):
        raise UsageError(
            f"request {row.id} has no job that is known: its outcome is in doubt",
            hint="krea recover looks for its job",
        )
    state = "was not sent" if row.state == "checked" else f"is {row.state}"
    raise UsageError(
        f"request {row.id} has no job: it {state}", hint=f"krea history {row.id} shows it"
    )


def _ledger_if_any(session: "Session", *, is_needed: bool) -> "AccountLedger | None":
    """The account's ledger, if there is one: none is made for a look.

    Raises `NoToken`, and `LedgerUnusable` if IS_NEEDED; else a broken ledger is warned of.
    """
    from krea_cli.local.ledger.ledger import Ledger

    _ = session.token
    if not session.no_ledger and not Ledger.exists_in(session.env.state_dir, session.host):
        return None
    if not is_needed:
        return session.account_ledger_if_usable()
    session.recognize_keys()  # the word may mean a request of an earlier key of the account
    return session.account_ledger
