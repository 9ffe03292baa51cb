"""The recipe of the request to be made again; a question comes first while it is open."""

from functools import partial
from typing import TYPE_CHECKING

from krea_cli.commands.named_jobs import describe_request, read_named_recipe
from krea_cli.errors import InDoubt

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.flows.recipe.provenance import BaseRecipe
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import RequestRow


def read_recipe_to_repeat(session: "Session", word: str, *, yes: bool) -> "tuple[BaseRecipe, bool]":
    """Read the recipe of WORD without its seed, for a new job.

    The flag tells that the request of WORD is not over. It is then asked for, unless YES.
    Raises `UsageError`, and `InDoubt` without the user's word.
    """
    if session.is_logged_in():
        session.recognize_keys()  # the word may mean a request of an earlier key of the account
    recipe, row = read_named_recipe(session, word)
    ledger, is_open = session.account_ledger_if_logged_in(), False
    if row is not None and ledger is not None:
        is_open = _confirm_if_open(session, row, ledger, yes=yes)
    return recipe.without_seed(), is_open


def _confirm_if_open(
    session: "Session", row: "RequestRow", ledger: "AccountLedger", *, yes: bool
) -> bool:
    """Ask if ROW may still bring a result; tell if it may. Raises `InDoubt` without a yes."""
    from krea_cli.flows.submit.open_request import OpenState, find_open_state

    ledger.settle_unsent(session.clock.boot()[0])
    read_job = partial(session.api.get_job, seconds=session.clock.seconds_until(session.deadline))
    state = find_open_state(ledger.requests.get(row.id), session.best_effort_context, read_job)
    if state is None:
        return False
    name = f"{describe_request(row)} is {state.value}"
    if yes or (answer := session.output.ask(f"{name}: make another one?")):
        return True
    another = f"krea again {row.id} --yes makes another one"
    wait = (
        f"krea wait {row.job_id} waits for it"
        if row.job_id
        else "the same command as before goes on with it"
    )
    hint = "krea recover looks for its job" if state is OpenState.IN_DOUBT else wait
    why = "nobody can be asked about another one" if answer is None else "nothing was sent"
    raise InDoubt(f"{name}, and {why}", hint=f"{hint}; {another}", job_id=row.job_id, charged="no")
