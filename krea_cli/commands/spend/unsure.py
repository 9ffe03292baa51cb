"""Sentences about the jobs whose price is not sure."""

from collections.abc import Iterator

from krea_cli.dollars import format_dollars
from krea_cli.local.ledger.spend_report import SpendingLine, UnsurePrices


def describe_unsure(total: SpendingLine) -> Iterator[str]:
    """Yield a sentence for the paid jobs, and one for the open jobs, with an unsure price."""
    paid, others = total.unsure_paid, total.unsure_open
    if paid.jobs:
        noun = "paid job" if total.paid_jobs == 1 else "paid jobs"
        share = "" if paid.jobs == total.paid_jobs else f"of {total.paid_jobs} "
        yield _describe(paid, f"{share}{noun}")
    if others.jobs:
        noun = "job" if others.jobs == 1 else "jobs"
        yield _describe(others, f"{noun} under way or in doubt")


def _describe(unsure: UnsurePrices, noun: str) -> str:
    """Return how many of the jobs that NOUN names have an unsure price, and their sum."""
    text = f"{unsure.jobs} {noun} {'has' if unsure.jobs == 1 else 'have'} an unsure price"
    if unsure.unknown == unsure.jobs:
        return f"{text}: it is unknown, and in no sum"
    together = "together " if unsure.jobs - unsure.unknown > 1 else ""
    limit = "about" if unsure.about else "at most"
    text += f": {together}{limit} {format_dollars(unsure.amount)}"
    if not unsure.unknown:
        return text
    return f"{text}, and {unsure.unknown} of unknown price in no sum"
