"""The line about a saved result: pixels or length, price, time, and perhaps the seed."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from krea_cli.terminal import formats

UNKNOWN = "unknown"
# Which fact a narrow window loses first: the one with the highest number.
PRICE_RANK, TIME_RANK, SEED_RANK, SIZE_RANK = range(4)


def describe_result(
    record: Mapping[str, object], path: str, *, shows_seed: bool = False
) -> Iterator[tuple[int, str]]:
    """Yield the facts about the result PATH of a job RECORD, each with its rank.

    Those of the job stand at its first file only.
    """
    yield SIZE_RANK, _size_text(path)
    files = record.get("files")
    if not isinstance(files, list) or not files or files[0] != path:
        return
    yield PRICE_RANK, _price_text(record)
    if (seconds := _seconds(record)) is not None:
        yield TIME_RANK, formats.short_duration(seconds)
    if shows_seed and record.get("seed") is not None:
        yield SEED_RANK, f"seed {record['seed']}"


def _size_text(path: str) -> str:
    from krea_cli.flows.files.media_facts import read_media_facts  # for a person only

    facts = read_media_facts(path)
    parts = [f"{facts.size[0]} × {facts.size[1]}"] if facts.size else []
    if facts.seconds is not None:
        parts.append(formats.duration(facts.seconds))
    if not parts and facts.bytes is not None:
        parts.append(formats.size(facts.bytes))
    return ", ".join(parts)


def _price_text(record: Mapping[str, object]) -> str:
    if record.get("charged") == "no":
        return "free"  # a copy of what was paid for before
    price = record.get("price")
    return "price unknown" if price in (None, UNKNOWN) else str(price)


def _seconds(record: Mapping[str, object]) -> float | None:
    """The seconds that the job took; None if unknown."""
    times = (record.get("created_at"), record.get("completed_at"))
    if not all(isinstance(time, str) for time in times):
        return None
    try:
        begun, ended = (datetime.fromisoformat(str(time)) for time in times)
    except ValueError:
        return None
    return max(0.0, (ended - begun).total_seconds())
