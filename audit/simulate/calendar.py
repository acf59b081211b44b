"""The days of the simulation: local midnights as epoch seconds, local dates of moments. Knows no staff."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = "Europe/London"
FIRST_DAY = date(2025, 1, 6)  # a Monday; six months from here cross the change to summer time
DAY = 86_400


@dataclass(frozen=True)
class Calendar:
    """`days` local days from FIRST_DAY. Moments are epoch seconds, UTC."""

    days: int

    def midnight(self, day: int) -> int:
        """Return twelve hours before local noon: so an hour of the clock added to it is that hour on any day."""
        noon = datetime.combine(FIRST_DAY, datetime.min.time(), ZoneInfo(ZONE)).replace(hour=12) + timedelta(days=day)
        return int(noon.timestamp()) - DAY // 2

    @property
    def start(self) -> int:
        """The first moment."""
        return self.midnight(0)

    @property
    def end(self) -> int:
        """The moment after the last."""
        return self.midnight(self.days)

    def at(self, share: float) -> int:
        """Return the moment at a share of the span; 0 is the start, 1 the end, less than 0 before the log begins."""
        return self.start + int(share * (self.end - self.start))

    def day(self, share: float) -> int:
        """Return the number of the day at a share of the span."""
        return int(share * self.days)

    def local_date(self, moment: int) -> date:
        """Return the local day of a moment."""
        return datetime.fromtimestamp(moment, ZoneInfo(ZONE)).date()


def timestamp(moment: int) -> datetime:
    """Return a moment as a naive UTC time, as the canonical tables hold it."""
    return datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)
