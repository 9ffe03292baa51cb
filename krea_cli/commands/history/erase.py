"""Erase text and recipes of requests, for `krea history --erase`."""

from itertools import islice
from typing import TYPE_CHECKING

from krea_cli.commands.history.listing import readable_ledger
from krea_cli.errors import KreaError, NotConfirmed, UsageError
from krea_cli.local.ledger.request_list import remove_request_list
from krea_cli.local.ledger.rows import IN_DOUBT_STATES
from krea_cli.text import excerpt, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from krea_cli.commands.session import Session
    from krea_cli.flows.recipe.provenance import Provenance
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.history import HistoryQuery
    from krea_cli.local.ledger.rows import RequestRow

MAX_NAMED_REQUESTS = 10


def erase_matches(
    session: "Session",
    query: "HistoryQuery",
    provenance: "Provenance | None",
    *,
    limit: int | None,
    yes: bool,
) -> None:
    """Erase the requests of QUERY, or that of PROVENANCE, after a question or with YES.

    Raises `NotConfirmed`, `UsageError`, and `KreaError` if some have to keep their text.
    """
    if not query.words:
        raise UsageError(
            "--erase takes the words, id or file of the requests",
            hint="krea history lists them; then krea history --erase 12",
        )
    ledger = readable_ledger(session)
    if provenance:
        rows = [provenance.row] if provenance.row else []
    else:
        rows = list(islice(ledger.history.search(query), limit)) if ledger else []
    rows = [row for row in rows if row.erased_at is None]
    if ledger is None or not rows:
        if ledger:
            _scrub(session, ledger)  # an earlier run may have been stopped before
        session.output.say("no request in the ledger matches that has its text")
        return
    erasable = _list_erasable(ledger, rows)
    erased = 0
    if erasable:
        _require_consent(session, erasable, yes=yes)
        words = () if provenance else query.words
        erased = ledger.erasure.erase(erasable, words, session.clock.now())
        _scrub(session, ledger)
    kept = [row for row in rows if row not in erasable]
    text = f"erased the text and recipe of {_count(erased)}"
    session.output.print_summary(text, {"erased": erased, "kept": len(rows) - erased})
    _note_batches(session, erasable, query.words)
    if kept or erased < len(rows):
        raise _kept_error(kept or erasable)


def _scrub(session: "Session", ledger: "AccountLedger") -> None:
    """Take the erased texts out of the file of the ledger, and out of completion."""
    ledger.erasure.scrub()
    remove_request_list(session.env.state_dir)


def _list_erasable(ledger: "AccountLedger", rows: "Sequence[RequestRow]") -> "list[RequestRow]":
    """List those of ROWS that are over, or were never sent and belong to no living run."""
    row_ids = ledger.erasure.list_erasable(row.id for row in rows)
    return [
        row
        for row in rows
        if row.id in row_ids
        and not (row.state == "checked" and row.claim and ledger.is_run_alive(row.claim))
    ]


def _require_consent(session: "Session", rows: "Sequence[RequestRow]", *, yes: bool) -> None:
    """Say what is to be erased, and ask once; elsewhere --yes is needed. Raises `NotConfirmed`."""
    output = session.output
    named = [f"  {row.id}  {excerpt(one_line(row.prompt or row.model))}" for row in rows]
    more = len(named) - MAX_NAMED_REQUESTS
    if more > 0:
        named[MAX_NAMED_REQUESTS:] = [f"  and {more} more"]
    output.say(
        "\n".join(
            [
                f"the text and recipe of {_count(len(rows))} are erased for good:",
                *named,
                "prices, dates, ids, states and hashes of files stay; so do your files with their"
                " sidecars and metadata",
            ]
        )
    )
    if yes:
        return
    if output.ask(f"erase the text of {_count(len(rows))}?") is not True:
        raise NotConfirmed(
            "it was not confirmed, so nothing was erased",
            hint="the same command with --yes erases without a question",
        )


def _note_batches(session: "Session", rows: "Sequence[RequestRow]", words: "Sequence[str]") -> None:
    """Say which lists keep their name in the ledger although it has one of WORDS."""
    names = sorted({row.batch for row in rows if row.batch})
    told = [name for name in names if any(word.casefold() in name.casefold() for word in words)]
    if told:
        lists = ", ".join(map(one_line, told[:MAX_NAMED_REQUESTS]))
        session.output.say(f"the name of a list stays, as its spending counts by it: {lists}")


def _kept_error(rows: "Sequence[RequestRow]") -> KreaError:
    """Return the error for ROWS, which keep their text; its hint ends them."""
    numbers = ", ".join(str(row.id) for row in rows[:MAX_NAMED_REQUESTS])
    more = ", …" if len(rows) > MAX_NAMED_REQUESTS else ""
    subject = f"request {numbers} keeps" if len(rows) == 1 else f"requests {numbers}{more} keep"
    its, it_is = ("its", "it is") if len(rows) == 1 else ("their", "they are")
    doubtful = [row for row in rows if row.state in (*IN_DOUBT_STATES, "forgotten")]
    if doubtful:
        return KreaError(
            f"{subject} {its} text: {it_is} in doubt, and {its} job is found by it",
            hint=f"krea recover looks for it; krea recover --forget {doubtful[0].id} gives it up",
        )
    return KreaError(
        f"{subject} {its} text: {it_is} under way or not saved yet, and needed to go on",
        hint="krea download --missing saves what is done; then run the same command again",
    )


def _count(number: int) -> str:
    return "1 request" if number == 1 else f"{number} requests"
