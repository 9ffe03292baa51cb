"""The stored logins of this service, by the accounts of the ledger."""

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.local.ledger.ledger import Ledger


def name_accounts(session: "Session", ledger: "Ledger") -> dict[str, str]:
    """Return the profile of each account with a stored login for this service.

    Also under each other key of the same account that LEDGER knows.
    """
    from krea_cli.errors import KreaError
    from krea_cli.local.credentials import account_of, load_logins

    names: dict[str, str] = {}
    with suppress(KreaError):  # a damaged file: keys have names as well
        for profile, login in sorted(load_logins(session.env.config_dir).items()):
            if login["base"].rstrip("/") == session.base.rstrip("/"):
                names.setdefault(account_of(login["token"]), profile)
    for account, profile in list(names.items()):
        for other in ledger.for_account(session.base, account).accounts:
            names.setdefault(other, profile)
    return names
