"""The clock of the force: UTC inside, London outside. Knows summer time by rule and never asks the machine.

A rule instead of zoneinfo, because a slim machine has no zone files and the sample must come out the same there.
All instants are naive `datetime`s in UTC; local ones are naive too and live only at the edges.
"""

from datetime import date, datetime, timedelta
from functools import cache

FIRST_DAY = date(2022, 1, 1)
LAST_DAY = date(2024, 12, 31)
START = datetime(2022, 1, 1)
END = datetime(2025, 1, 1)  # exclusive
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def last_sunday(year: int, month: int) -> date:
    """The last Sunday of a month of 31 days (March and October, when the clocks change)."""
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


@cache
def summer(year: int) -> tuple[datetime, datetime]:
    """When summer time begins and ends: at 01:00 UTC."""
    begins, ends = (datetime.combine(last_sunday(year, month), datetime.min.time()) + HOUR for month in (3, 10))
    return begins, ends


def is_summer(instant: datetime) -> bool:
    """Whether London is one hour ahead at this instant."""
    begins, ends = summer(instant.year)
    return begins <= instant < ends


def to_local(instant: datetime) -> datetime:
    """The wall clock in London at a UTC instant."""
    return instant + HOUR if is_summer(instant) else instant


def to_utc(local: datetime) -> datetime:
    """The instant of a London wall clock; the first of two in autumn, ValueError for the hour missing in spring."""
    for instant in (local - HOUR, local):
        if to_local(instant) == local:
            return instant
    raise ValueError("this local time does not exist")


def roll_utc(local: datetime) -> datetime:
    """As `to_utc`, but a rota's boundary in the missing hour rolls on by an hour."""
    try:
        return to_utc(local)
    except ValueError:
        return to_utc(local + HOUR)


def iso_utc(instant: datetime) -> str:
    """`2024-03-01T09:00:00Z`."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_offset(instant: datetime) -> str:
    """`2024-06-01T10:00:00+01:00`: local time with its offset."""
    return to_local(instant).strftime("%Y-%m-%dT%H:%M:%S") + ("+01:00" if is_summer(instant) else "+00:00")
