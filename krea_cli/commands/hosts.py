"""This machine among others with the same state folder, on a network disk."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.env import Env
from krea_cli.errors import LedgerUnusable, UsageError
from krea_cli.local.ledger.host import LEDGER_NAME, Host, host_name, parse_ledger_name
from krea_cli.local.ledger.network_mounts import network_type
from krea_cli.text import shell_line

if TYPE_CHECKING:
    from krea_cli.local.config import Config
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.heartbeat import Heartbeat
    from krea_cli.local.ledger.ledger import Ledger
    from krea_cli.local.ledger.other_ledgers import OtherLedgers


def find_host(env: Env, load_config: "Callable[[], Config]") -> Host:
    """Return this machine, with the name of its ledger where other machines share the folder.

    Raises `UsageError` for a wrong name.
    """
    detect, name = env.network_type or network_type, env.host_name or host_name()
    if detect(env.state_dir) is None:
        return Host(name, network=detect)
    if not (variable := env.get(LEDGER_NAME)):
        setting = load_config().get("ledger.name")
        return Host(name, None if setting is None else str(setting), network=detect)
    try:
        return Host(name, parse_ledger_name(variable), network=detect)
    except ValueError as expected:
        raise UsageError(
            f"{LEDGER_NAME} must be {expected}, not {variable!r}",
            hint=f"unset {LEDGER_NAME}, or export {LEDGER_NAME}=NAME",
        ) from expected


def open_ledger(env: Env, host: Host | None, clock_now: Callable[[], float]) -> "Ledger":
    """Open the ledger of HOST in the state folder; without HOST, one in memory.

    Raises LedgerUnusable.
    """
    from krea_cli.commands.environment_errors import require_sqlite
    from krea_cli.local.ledger.ledger import Ledger

    require_sqlite()
    if host is not None:
        return Ledger.open(env.state_dir, host=host, clock_now=clock_now)
    try:
        return Ledger.in_memory(env.state_dir)
    except LedgerUnusable:  # a user without a home
        return Ledger.in_memory()


def start_heartbeat(env: Env, host: Host, argv: Sequence[str]) -> "Heartbeat | None":
    """Show other hosts that this one uses its ledger; None on a disk of its own.

    Raises LedgerInUse if another host uses it.
    """
    path, is_shared = host.locate_ledger(env.state_dir)
    if not is_shared:
        return None
    from krea_cli.local.ledger.heartbeat import Heartbeat

    heartbeat = Heartbeat(path, host.name, env.clock, retry=shell_line("krea", *argv))
    heartbeat.start()
    return heartbeat


def open_other_ledgers(
    own: Path,
    ledger: "AccountLedger | None",
    base: str,
    token: str,
    warn: Callable[[str], None],
    monotonic: Callable[[], float],
) -> "OtherLedgers":
    """Return the ledgers beside OWN, for the account of TOKEN.

    ledger: the one at OWN; None while there is none
    warn: is told of those that cannot be read
    monotonic: the clock, in seconds
    """
    from krea_cli.local.credentials import account_of
    from krea_cli.local.ledger.ledger import Ledger
    from krea_cli.local.ledger.other_ledgers import OtherLedgers

    if ledger is not None:
        return OtherLedgers(own, ledger, warn, monotonic)
    empty = Ledger.in_memory()
    account_ledger = empty.for_account(base, account_of(token))
    return OtherLedgers(own, account_ledger, warn, monotonic, on_close=empty.close)
