"""Moments as people name them: 30d, yesterday, monday, a date."""

from datetime import datetime, timedelta

from krea_cli.errors import UsageError

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def parse_moment(text: str, now: float, *, whole_days: bool = False) -> float:
    """Read an age, a day or a local date as seconds since 1970. Raises `UsageError`.

    A day is its beginning by this machine's clock: `today`, `yesterday`, or the last `monday`,
    today included. With WHOLE_DAYS an age in days begins at a midnight, so that the first day is
    a whole one. NOW is in seconds since 1970.
    """
    from krea_cli.local.settings import parse_age

    try:
        moment = now - parse_age(text)
        if not whole_days or text.strip()[-1] in "smh":
            return moment
        from krea_cli.local.ledger.budget import midnight

        return midnight(moment)
    except ValueError:
        pass
    if (day := _parse_day(text, now)) is not None:
        return day
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError) as failure:
        raise UsageError(
            f"--since {text} is neither a time such as 7d or 12h, nor a day such as yesterday or"
            " monday, nor a date",
            hint="--since 2026-11-01",
        ) from failure


def _parse_day(text: str, now: float) -> float | None:
    """Return the beginning of the day TEXT, such as yesterday or monday; None for other words.

    Both times are in seconds since 1970.
    """
    word, today = text.strip().lower(), datetime.fromtimestamp(now)
    names = [name for name in DAYS if word in (name, name[:3])]
    if names:
        days = (today.weekday() - DAYS.index(names[0])) % 7
    elif word in ("today", "yesterday"):
        days = int(word == "yesterday")
    else:
        return None
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - timedelta(days=days)).timestamp()
