"""How times and shares are written for people: one rule for page and terminal. For machines they stay as they are."""

import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

# A time as text, as keys and details hold it: UTC, without a zone.
_UTC_TEXT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?", re.ASCII)
_TENTH = Decimal("0.1")


def local_time(moment: datetime, zone: ZoneInfo) -> str:
    """Write a time (naive, UTC) as local time with the zone's name, so that a doubled hour is told apart."""
    return moment.replace(tzinfo=UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")


def with_local_times(value: object, zone: ZoneInfo) -> object:
    """Return a value of a finding's key or details with what is a time in it as local time; all else as it is."""
    if isinstance(value, list):
        return [with_local_times(item, zone) for item in value]
    if isinstance(value, dict):
        return {name: with_local_times(item, zone) for name, item in value.items()}
    if not isinstance(value, str) or not _UTC_TEXT.fullmatch(value):
        return value
    try:
        return local_time(datetime.fromisoformat(value), zone)
    except (ValueError, OverflowError):
        # No such day, or one beyond what a calendar holds: text after all.
        return value


def percent(part: float, whole: float = 1) -> str | None:
    """Write a share in %, rounded half up to one decimal; None of nothing."""
    if not whole:
        return None
    share = Decimal(str(part)) * 100 / Decimal(str(whole))
    return f"{share.quantize(_TENTH, ROUND_HALF_UP)} %"
