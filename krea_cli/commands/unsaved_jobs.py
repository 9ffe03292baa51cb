"""Jobs paid long ago and not saved, told with the command that saves them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from krea_cli.text import shell_line

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.local.ledger.unsaved import UnsavedJobs

DAY_SECONDS = 86_400.0  # the results of younger jobs may be on their way
COMMAND = ("krea", "download", "--missing")


def describe_unsaved_jobs(session: "Session") -> Iterator[str]:
    """Yield a sentence for each account with unsaved jobs older than a day.

    Raises LedgerUnusable.
    """
    from krea_cli.local.ledger.ledger import Ledger

    if session.no_ledger or not Ledger.exists_in(session.env.state_dir, session.host):
        return
    unsaved = session.ledger.list_unsaved(session.base, session.clock.now() - DAY_SECONDS)
    if not unsaved:
        return
    sums: dict[tuple[str, str], list[int]] = {}
    for jobs, ending in zip(unsaved, _endings(session, unsaved), strict=True):
        counts = sums.setdefault(ending, [0, 0])
        counts[0] += jobs.paid
        counts[1] += jobs.perhaps_paid
    for (whose, remedy), (paid, perhaps_paid) in sums.items():
        numbers = [f"{paid} paid"] if paid else []
        numbers += [f"{perhaps_paid} perhaps paid"] if perhaps_paid else []
        yield f"{', '.join(numbers)} and not saved{whose}: {remedy}"


def _endings(session: "Session", unsaved: "list[UnsavedJobs]") -> Iterator[tuple[str, str]]:
    """Yield the owner of the jobs of each account, empty for our own, and the command to type."""
    from krea_cli.commands.account_profiles import name_accounts
    from krea_cli.local.ledger.keys import key_name

    own = session.account_ledger_if_logged_in()
    related = {other.account for other in own.keys.list_others() if other.relation} if own else ()
    profiles = name_accounts(session, session.ledger)
    for account, *_ in unsaved:
        key = key_name(account)
        whose = f" of API key {key}"
        if own and account in own.accounts:
            yield "", shell_line(*COMMAND, *_own_options(session))
        elif account in profiles:
            yield "", shell_line(*COMMAND, "--profile", profiles[account])
        elif own and account not in related:
            # The command finds out, with a few requests, if the key is of this account.
            command = shell_line(*COMMAND, *_own_options(session))
            yield whose, f"{command}, if that key is of this account"
        else:
            login = shell_line("krea", "auth", "login", "--profile", key)
            command = shell_line(*COMMAND, "--profile", key)
            yield whose, f"{login} with that key, then {command}"


def _own_options(session: "Session") -> tuple[str, ...]:
    """Return the options that choose the token in use."""
    if session.profile is not None:
        return ("--profile", session.profile)
    return () if session.token_file is None else ("--token-file", session.token_file)
