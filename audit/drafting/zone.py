"""Say of which zone the times are that name none: what the values tell, and that it must be decided."""

from collections.abc import Sequence

from audit.drafting.aliases import squashed
from audit.drafting.found import Option
from audit.drafting.profile import Profile
from audit.drafting.rules import Entry
from audit.drafting.times import quiet_hours
from audit.drafting.toml_text import shown


def zone_option(profiles: Sequence[Profile], entries: Sequence[Entry]) -> Option:
    """Return [read] timezone by the columns of times that are mapped."""
    places = {place for entry in entries if entry.stands for place in entry.places}
    mapped = [one for one in profiles if one.place in places and (one.is_time or one.is_epoch)]
    # A time of day in a column of its own names no zone either.
    alone = [one for one in profiles if one.place in places and one.share("CLOCK") > 0.9]
    clocks = [one for one in mapped if one.has_clock or one.is_epoch] + alone
    if not clocks:
        return Option("timezone", "UTC", "no column with a time of day is mapped, so it does not matter yet")
    without = [one for one in clocks if not _names_its_zone(one)]
    if not without:
        return Option("timezone", "UTC", "every value seen names its own zone; this is for the day when one does not")
    if all("utc" in squashed(one.name) or "gmt" in squashed(one.name) for one in without):
        return Option("timezone", "UTC", f"by the name of {shown(without[0].name)}")
    return Option(
        "timezone", "UTC", f"no zone in the values: UTC or local?{_quiet(without[0])}{_some(without[0])}", unsure=True
    )


def _names_its_zone(profile: Profile) -> bool:
    return profile.times is not None and (profile.times.epoch is not None or profile.times.zoned == profile.times.fits)


def _some(profile: Profile) -> str:
    if profile.times and profile.times.zoned:
        return f" {profile.times.zoned:,} of {profile.times.fits:,} values do name one, the others are of this"
    return ""


def _quiet(profile: Profile) -> str:
    quiet = quiet_hours(profile.times.hours) if profile.times else None
    if quiet is None:
        return ""
    first, last = quiet
    return f" As written, the fewest fall between {first:02}:00 and {last:02}:59; is that night where they were made?"
