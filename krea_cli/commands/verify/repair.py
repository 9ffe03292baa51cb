"""--repair of `krea verify`: put back each file, print how, and sum up."""

from typing import TYPE_CHECKING, Any

from krea_cli.commands.verify.totals import NotAsReported, describe_totals, totals_record
from krea_cli.errors import KreaError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from krea_cli.commands.session import Session
    from krea_cli.flows.batch.repair import Repair
    from krea_cli.flows.batch.verify import BrokenFile, Verification
    from krea_cli.local.ledger.account_ledger import AccountLedger

COLUMNS = ("state", "path", "line", "reason")
REPAIRED, BESIDE = "repaired", "beside"


def repair_files(
    session: "Session",
    verification: "Verification",
    broken: "Sequence[BrokenFile]",
    folder: "Path",
    *,
    force: bool,
    force_hint: str,
) -> None:
    """Repair BROKEN, the files of a report in FOLDER that VERIFICATION found, and print each.

    Raises NotAsReported if any file is not as reported still. FORCE replaces changed files, and
    FORCE_HINT says so where it was not given.
    """
    from krea_cli.flows.batch.repair import Repairer

    repairer = Repairer(
        folder,
        verification.intact_paths or {},
        force=force,
        open_context=lambda: session.best_effort_context,
        list_ledgers=lambda: _list_ledgers(session),
    )
    repairs: list[Repair] = []
    errors: list[KreaError] = []

    def read_records() -> "Iterator[dict[str, Any]]":
        try:
            for each in broken:
                repair = repairer.repair(each)
                repairs.append(repair)
                _count(repair, verification)
                yield _record(repair, session.env.current_dir)
        except KreaError as error:  # a signal
            errors.append(error)

    with session.output.progress():
        records = read_records()
        rows = ([record[name] for name in COLUMNS] for record in records)
        session.output.print_table(COLUMNS, rows, records)
    if errors:
        raise errors[0]
    _sum_up(session, verification, repairs, None if force else force_hint)


def _list_ledgers(session: "Session") -> "list[AccountLedger]":
    """The ledger of each account: a file may be paid for by another one, or without a token now.

    Raises LedgerUnusable.
    """
    from krea_cli.local.ledger.ledger import Ledger

    if not Ledger.exists_in(session.env.state_dir, session.host):
        return []
    ledger, base = session.ledger, session.base
    return [ledger.for_account(base, each) for each in ledger.list_accounts(base)]


def _sum_up(
    session: "Session",
    verification: "Verification",
    repairs: "Sequence[Repair]",
    force_hint: str | None,
) -> None:
    """Print the sums, or raise NotAsReported if any file is not as reported still."""
    repaired = sum(repair.state == REPAIRED for repair in repairs)
    text = describe_totals(verification, repaired=repaired)
    record = totals_record(verification) | {"repaired": repaired}
    if not any(verification.problem_counts.values()):
        session.output.print_summary(text, record)
        return
    failure = NotAsReported(text, hint=_find_hint(repairs, force_hint))
    failure.details = record
    raise failure


def _count(repair: "Repair", verification: "Verification") -> None:
    """Count REPAIR in the sums of VERIFICATION, instead of its problem."""
    verification.problem_counts[repair.broken.problem.state] -= 1
    if repair.state != REPAIRED:
        verification.problem_counts[repair.state] += 1


def _record(repair: "Repair", cwd: "Path") -> dict[str, Any]:
    problem = repair.broken.problem

    def shorten(path: str) -> str:
        return path.removeprefix(f"{cwd}/")

    return problem.as_dict() | {
        "state": repair.state,
        "path": shorten(str(repair.path) if repair.state == BESIDE else problem.path),
        "reason": repair.reason.replace(f"{cwd}/", ""),
        "repaired": shorten(str(repair.path)) if repair.path else None,
    }


def _find_hint(repairs: "Sequence[Repair]", force_hint: str | None) -> str | None:
    """The way to the files that are not as reported still."""
    if force_hint and any(repair.state == BESIDE for repair in repairs):
        return force_hint
    lost = next(repair.broken.problem for repair in repairs if repair.state != REPAIRED)
    if lost.job_id is None:
        return None
    return f"krea history {lost.job_id} tells how {lost.path} was made, and where copies are"
