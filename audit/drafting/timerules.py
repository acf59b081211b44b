"""Make rules of columns of times: formats, counts since 1970, and a date and a time of day in two columns."""

from collections.abc import Sequence
from typing import Any

from audit.drafting.profile import Profile
from audit.drafting.times import BOTH, TimeReading
from audit.drafting.toml_text import shown
from audit.text import counted

_EPOCH_SQL = {
    "seconds": "epoch_ms(CAST({cell} AS BIGINT) * 1000)",
    "milliseconds": "epoch_ms(CAST({cell} AS BIGINT))",
    "microseconds": "make_timestamp(CAST({cell} AS BIGINT))",
}


Rule = tuple[dict[str, Any], list[str], list[str]]


def time_rule(profile: Profile) -> Rule:
    """Return the rule for a column of times, the evidence, and what is unsure."""
    formats, told, unsure = _formats(profile)
    return {"column": profile.name} | ({"formats": list(formats)} if formats else {}), told, unsure


def _formats(profile: Profile) -> tuple[tuple[str, ...], list[str], list[str]]:
    if profile.typed:
        return (), ["the cells are times already"], []
    reading = profile.times
    if reading is None:
        return (), [], ["no value was seen: ISO 8601 is read unless formats says otherwise"]
    told = ["ISO 8601, which needs no format"] if reading.iso else []
    unsure: list[str] = []
    for form in () if reading.iso else reading.forms:
        text, doubt = _form(reading, form)
        (unsure if doubt else told).append(text)
    if strays := reading.filled - reading.fits:
        unsure.append(
            f"{strays:,} of {counted(reading.filled, 'value')} {'is no time' if strays == 1 else 'are no times'} in these forms, "
            "which quarantine would hold back"
        )
    if reading.letters:
        zones = ", ".join(map(shown, reading.letters))
        unsure.append(f"{zones} behind the time is no zone that is known: the loader quarantines such values")
    return reading.formats, told, unsure


def _form(reading: TimeReading, form: str) -> tuple[str, bool]:
    order = reading.orders.get(form)
    seen = f"{shown(reading.format_of(form))} ({counted(reading.forms[form], 'value')})"
    if order is None:
        return f"{seen}: year, month and day tell themselves apart", False
    if not order.unsure:
        return f"{seen}: {order.evidence}", False
    other = shown(reading.format_of(form, other=True))
    if order.decided == BOTH:
        return f"{seen}: {order.evidence}. No format can mend that; ask the system's owner", True
    return f"{seen}: {order.evidence}. Day first is written down; for month first write {other}", True


def epoch_rule(profile: Profile) -> Rule:
    """Return the rule for whole numbers that count from 1970, in UTC by their nature."""
    unit = profile.times.epoch if profile.times and profile.times.epoch else "seconds"
    sql = _EPOCH_SQL[unit].format(cell=_quoted(profile.name))
    told = f"whole numbers: {unit} since 1970, all between 2000 and 2040"
    return {"expression": f"CAST({sql} AS VARCHAR) || 'Z'"}, [told], []


def joined_rule(
    profiles: Sequence[Profile],
) -> tuple[dict[str, Any], tuple[str, ...], tuple[str, ...], tuple[int, ...]] | None:
    """Return the rule for a date in one column and a time of day in another."""
    dates = [one for one in profiles if one.times and one.is_time and not one.has_clock]
    clocks = [one for one in profiles if one.share("CLOCK") > 0.9 and one.filled]
    if not dates or not clocks:
        return None
    date, clock = dates[0], clocks[0]
    formats, told, unsure = _formats(date)
    rule: dict[str, Any] = {"expression": f"concat({_quoted(date.name)}, ' ', {_quoted(clock.name)})"}
    hour = _clock_format(clock)
    if formats or hour not in ("%H:%M:%S", "%H:%M"):
        rule["formats"] = [f"{form} {hour}" for form in formats or ("%Y-%m-%d",)]
    if len(dates) > 1 or len(clocks) > 1:
        unsure.append("there are several columns of dates or times of day: are these the two?")
    where = f"the date in {shown(date.name)}, the time of day in {shown(clock.name)}"
    return rule, (where, *told), tuple(unsure), (date.place, clock.place)


def _clock_format(profile: Profile) -> str:
    text = next(iter(profile.values))
    sign = ":" if ":" in text else "."
    parts = text.rstrip("AaPpMm. ").count(sign)
    form = sign.join(["%H", "%M", "%S"][: parts + 1])
    if text[-1:] in "Mm":
        form = form.replace("%H", "%I") + (" %p" if " " in text else "%p")
    return form


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
