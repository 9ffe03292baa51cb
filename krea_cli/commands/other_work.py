"""The open work of other hosts and of other keys, told where a command lists work."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from krea_cli.commands.session import Session


def tell_of_other_work(session: "Session") -> None:
    """Tell the open work of each other host and key, with the commands that go on with it."""
    for sentence in (*describe_other_hosts(session), *describe_other_keys(session)):
        session.output.say(sentence)


def describe_other_hosts(session: "Session") -> Iterator[str]:
    """Yield a sentence for each other host with unsaved jobs or requests in doubt."""
    own, _ = session.host.locate_ledger(session.env.state_dir)
    has_others = any(path.name != own.name for path in own.parent.glob("ledger*.sqlite3"))
    if not has_others or not session.is_logged_in() or session.other_ledgers is None:
        return
    for work in session.other_ledgers.list_open_work():
        counts = {
            "krea download --missing": _count(work.unsaved, "unsaved job"),
            "krea recover": _count(work.in_doubt, "request", " in doubt"),
        }
        commands = [command for command, count in counts.items() if count]
        what = " and ".join(count for count in counts.values() if count)
        yield f"{work.host.where} has {what}: {work.host.hint_there(*commands)}"


def describe_other_keys(session: "Session") -> Iterator[str]:
    """Yield a sentence for each other key with open requests, which may be of this account."""
    from krea_cli.local.ledger.keys import relation_command

    ledger = session.account_ledger_if_logged_in()
    for key, count in ledger.keys.list_open() if ledger else ():
        command = relation_command("same", key, session.profile)
        yield (
            f"API key {key} has {_count(count, 'request')} under way, unsaved or in doubt:"
            f" {command} if it is of this account"
        )


def _count(number: int, noun: str, what: str = "") -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}{what}" if number else ""
