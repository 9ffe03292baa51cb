"""Durations, moments and sizes as people write them."""


def short_time(seconds: float, now: float) -> str:
    """SECONDS since 1970 as 11-28 08:48 in this time zone; the day 2025-11-28 of another year."""
    whole = local_time(seconds)
    return whole[5:16] if whole[:4] == local_time(now)[:4] else whole[:10]


def duration(seconds: float) -> str:
    """SECONDS as "7 s", "1 min 20 s" or "2 h 5 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    minutes = whole % 3600 // 60
    return f"{whole // 3600} h" + (f" {minutes} min" if minutes else "")


def ago(seconds: float) -> str:
    """SECONDS as an age in its largest unit: "38 min ago", "5 h ago", "3 days ago"."""
    whole = max(0, int(seconds))
    if whole < 3600:
        return f"{duration(whole // 60 * 60 if whole >= 60 else whole)} ago"
    return f"{whole // 3600} h ago" if whole < 2 * 86_400 else f"{whole // 86_400} days ago"


def span(start: float | None, end: float | None) -> str | None:
    """The time from START to END, both in seconds since 1970; None if one of them is unknown."""
    return None if start is None or end is None else duration(end - start)


def short_duration(seconds: float) -> str:
    """SECONDS as `duration` writes them, with a decimal below a minute: "7.4 s"."""
    return f"{seconds:.1f} s" if seconds < 59.95 else duration(seconds)


def local_time(seconds: float, *, milliseconds: bool = False) -> str:
    """SECONDS since 1970 in this machine's time zone: 2026-11-24 22:59:04, or 22:59:04.123."""
    import time

    whole, thousandths = divmod(round(seconds * 1000), 1000)
    text = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(whole))
    return f"{text}.{thousandths:03}" if milliseconds else text


def age(seconds: float) -> str | None:
    """SECONDS as an age in whole days: "1 day old"; None below a day."""
    days = int(seconds // 86_400)
    return None if days < 1 else f"{days} day{'s' if days > 1 else ''} old"


def price_age(priced_at: float | None, now: float) -> str:
    """The date and the age, in brackets, of a price older than a day; empty for any other.

    Both are in seconds since 1970.
    """
    text = None if priced_at is None else age(now - priced_at)
    return f" (of {utc_date(priced_at)}, {text})" if priced_at is not None and text else ""


def utc_date(seconds: float) -> str:
    """SECONDS since 1970 as a date in UTC: 2026-10-06."""
    import time

    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


def size(count: float) -> str:
    """COUNT bytes in decimal units: "512 B", "1.2 kB", "3.4 MB", "5.6 GB"."""
    if count < 1000:
        return f"{count:.0f} B"
    if count < 999_950:
        return f"{count / 1e3:.1f} kB"
    return f"{count / 1e6:.1f} MB" if count < 999_950_000 else f"{count / 1e9:.1f} GB"
